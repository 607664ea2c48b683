"""Which articles are to be ordered again, kept as the stock moves.

Owns the set, so that nobody looks through 100,000 articles for a number on a button.
"""

from collections.abc import Iterable

from kiosk.catalogue import Catalogue
from kiosk.state import Update
from kiosk.views import touched_articles


class LowStock:
    """The articles on sale whose stock is below its minimum, or gone."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._ids: set[str] = set()
        self._look(catalogue.search_ids())

    def __len__(self) -> int:
        return len(self._ids)

    def follow(self, update: Update) -> None:
        """Take note of what an update changed."""
        if update.replaced:
            self._ids.clear()
            self._look(self._catalogue.search_ids())
        else:
            self._look(touched_articles(update))

    def among(self, article_ids: Iterable[str]) -> list[str]:
        """Return those of these articles that are low, in their order."""
        return [article_id for article_id in article_ids if article_id in self._ids]

    def _look(self, article_ids: Iterable[str]) -> None:
        for article_id in article_ids:
            stock = self._catalogue.stock(article_id)
            # The article's own row is decoded for the few that are low only.
            if stock is not None and stock.low and self._on_sale(article_id):
                self._ids.add(article_id)
            else:
                self._ids.discard(article_id)

    def _on_sale(self, article_id: str) -> bool:
        article = self._catalogue.article(article_id)
        return article is not None and article.active
