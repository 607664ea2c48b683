"""Scheduled prices and their articles, read of a database file beside a hub that may run."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import Refusal
from common.models import Article
from hub.reading import reading
from hub.records import catalogue, prices


@dataclass(frozen=True, slots=True)
class PriceToCome:
    """What an article costs now and will cost, cents TTC. `from_ms`: by the hub's clock, UTC."""

    id: str
    code: str
    name: str
    now_cents: int
    price_cents: int
    from_ms: int


def prices_to_come(path: Path) -> list[PriceToCome]:
    """Return all of them, the next one first; raises StoreError."""
    with reading(path) as db:
        found = [(row, catalogue.article(db, row.article_id)) for row in prices.all_to_come(db)]
    return [
        PriceToCome(
            row.id,
            article.codes[0] if article.codes else "",
            article.name,
            article.price_cents,
            row.price_cents,
            row.from_ms,
        )
        for row, article in found
        if article is not None
    ]


def article_of(path: Path, code: str) -> Article:
    """Return the article that a code means; raises StoreError, Refusal `unknown_article`."""
    with reading(path) as db:
        article = catalogue.article_of_code(db, code)
    if article is None:
        raise Refusal("unknown_article", article=code)
    return article
