"""Which articles are in view: the chosen category, what is searched, the page.

Owns the list of ids and where in it one is. Finding is the catalogue's, drawing the screen's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from common.i18n import Translator
from kiosk.catalogue import Catalogue
from kiosk.views import CategoryView, TileView, category_views, part_views, tile
from kiosk.views.shelf import FAVOURITES

PARTS_AT_ONCE: Final = 4
"""So much of a search is done before it is looked for touches again: 8,000 names, some 1.5 ms."""


class Shelf:
    """Pages of fixed size over what a search found.

    `favourites`: the ids of what is
    wanted at hand, in this order.
    """

    def __init__(
        self, catalogue: Catalogue, favourites: Callable[[], Sequence[str]] = lambda: ()
    ) -> None:
        self._catalogue = catalogue
        self._favourites = favourites
        self._ids: list[str] = []
        self._listing = -1
        self._parts: Iterator[Iterable[str]] | None = None
        self.text = ""
        self.category_id = ""
        self.page = 0
        self.page_size = 1
        self.find()

    @property
    def counted(self) -> bool:
        """Return whether all of it was looked for, not just the page in view."""
        return self._parts is None

    @property
    def count(self) -> int:
        """Return how many articles were found."""
        return len(self._ids)

    @property
    def pages(self) -> int:
        """Return how many pages they fill, at least one."""
        return max(1, -(-len(self._ids) // self.page_size))

    def find(self) -> None:
        """Search anew, keeping the page where there still is one."""
        self._look(None)
        self.turn(self.page)

    def find_again(self) -> bool:
        """Search anew where that may find others by now; return whether it may."""
        if self._listing == self._catalogue.listing:
            return False
        self.find()
        return True

    def leave_gone(self) -> None:
        """Go back to all articles where the category that is looked into is no more."""
        known = self.category_id in ("", FAVOURITES)
        if not known and self._catalogue.category(self.category_id) is None:
            self.choose("")

    def search(self, text: str) -> None:
        """Look for other words, from the first page; in all categories once something is typed.

        Only the page in view is looked for at first: `go_on` does the rest.
        """
        if text.strip() and not self.text.strip():
            self.category_id = ""
        self.text = text
        self.page = 0
        self._look(self.page_size)

    def count_on(self) -> bool:
        """Look for all that the last search finds; return whether that had not been done."""
        if self.counted:
            return False
        if not self.find_again():
            self._take_until(None)
        return True

    def go_on(self) -> bool:
        """Look a little further, then get ready for slips of the fingers; false: all is done."""
        if self.counted:
            return self._catalogue.learn_words()
        if not self.find_again():
            for _ in range(PARTS_AT_ONCE):
                self._take_part()
        return True

    def choose(self, category_id: str) -> None:
        """Look into another category, from the first page; what was searched is over."""
        self.category_id = category_id
        self.text = ""
        self.page = 0
        self.find()

    def turn(self, page: int) -> None:
        """Go to a page, as near as there is one."""
        if page > 0:
            self.count_on()
        self.page = min(max(page, 0), self.pages - 1)

    def fit(self, page_size: int) -> None:
        """Take another page size; the first article in view stays in view."""
        first = self.page * self.page_size
        self.page_size = max(1, page_size)
        self.count_on()
        self.turn(first // self.page_size)

    def ids(self) -> list[str]:
        """Return the ids of the page in view."""
        start = self.page * self.page_size
        return self._ids[start : start + self.page_size]

    def categories(self, t: Translator) -> tuple[CategoryView, ...]:
        """Return the category buttons."""
        return category_views(self._catalogue, t, self.category_id, bool(self._at_hand()))

    def parts(self, t: Translator) -> tuple[CategoryView, ...]:
        """Return the buttons of what the chosen category is made of; none where it has no parts."""
        return part_views(self._catalogue, t, self.category_id)

    def tile(self, article_id: str, t: Translator) -> TileView | None:
        """Return one tile; None when the article is gone."""
        article = self._catalogue.article(article_id)
        return None if article is None else tile(self._catalogue, article, t)

    def _look(self, limit: int | None) -> None:
        self._listing = self._catalogue.listing
        if self.category_id == FAVOURITES and not self.text.strip():
            self._ids, self._parts = self._at_hand(), None
            return
        self._ids = []
        self._parts = self._catalogue.search_parts(self.text, self.category_id or None)
        self._take_until(limit)

    def _take_until(self, enough: int | None) -> None:
        while self._parts is not None and (enough is None or len(self._ids) < enough):
            self._take_part()

    def _take_part(self) -> None:
        part = None if self._parts is None else next(self._parts, None)
        if part is None:
            self._parts = None
        else:
            self._ids += part

    def _at_hand(self) -> list[str]:
        """Return the favourites that are on sale."""
        found = ((each, self._catalogue.article(each)) for each in self._favourites())
        return [each for each, article in found if article is not None and article.active]
