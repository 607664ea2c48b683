"""Which articles are in view: the chosen category, what is searched, the page.

Owns the list of ids and where in it one is. Finding is the catalogue's, drawing the screen's.
"""

from common.i18n import Translator
from kiosk.catalogue import Catalogue
from kiosk.views import CategoryView, TileView, category_views, tile


class Shelf:
    """Pages of fixed size over what a search found."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._ids: list[str] = []
        self.text = ""
        self.category_id = ""
        self.page = 0
        self.page_size = 1
        self.find()

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
        self._ids = self._catalogue.search_ids(self.text, self.category_id or None)
        self.turn(self.page)

    def search(self, text: str) -> None:
        """Look for other words, from the first page; in all categories once something is typed."""
        if text.strip() and not self.text.strip():
            self.category_id = ""
        self.text = text
        self.page = 0
        self.find()

    def choose(self, category_id: str) -> None:
        """Look into another category, from the first page; what was searched is over."""
        self.category_id = category_id
        self.text = ""
        self.page = 0
        self.find()

    def turn(self, page: int) -> None:
        """Go to a page, as near as there is one."""
        self.page = min(max(page, 0), self.pages - 1)

    def fit(self, page_size: int) -> None:
        """Take another page size; the first article in view stays in view."""
        first = self.page * self.page_size
        self.page_size = max(1, page_size)
        self.turn(first // self.page_size)

    def ids(self) -> list[str]:
        """Return the ids of the page in view."""
        start = self.page * self.page_size
        return self._ids[start : start + self.page_size]

    def categories(self, t: Translator) -> tuple[CategoryView, ...]:
        """Return the category buttons."""
        return category_views(self._catalogue, t, self.category_id)

    def tile(self, article_id: str, t: Translator) -> TileView | None:
        """Return one tile; None when the article is gone."""
        article = self._catalogue.article(article_id)
        return None if article is None else tile(self._catalogue, article, t)
