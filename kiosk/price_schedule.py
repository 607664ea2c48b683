"""Scheduled prices as the screens' thread holds them, and which of them hold by now.

Owns that the later moment wins, and when the next one comes. What time it is at the hub is said by
whoever asks.
"""

from collections.abc import Iterable
from dataclasses import replace

from common.models import Article, ScheduledPrice
from kiosk.folds import Rows


class PriceSchedule:
    """Rows of topic `prices`, and the prices in force. One thread."""

    def __init__(self) -> None:
        self._rows = Rows(ScheduledPrice)
        self._in_force: dict[str, int] = {}
        self._looked_ms = 0
        self._next_ms: int | None = None
        self._changed = False

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        self._rows.replace(rows)
        self._changed = True

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._rows.put(key, row)
        self._changed = True

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._rows.drop(key)
        self._changed = True

    @property
    def next_ms(self) -> int | None:
        """Return when the next one comes to hold, by the hub's clock; None for never."""
        return self._next_ms

    def advance(self, hub_ms: int) -> frozenset[str]:
        """It is so late at the hub; return the articles whose price that changed."""
        still = self._looked_ms <= hub_ms and (self._next_ms is None or hub_ms < self._next_ms)
        self._looked_ms = hub_ms
        if still and not self._changed:
            return frozenset()
        self._changed = False
        before, self._in_force, self._next_ms = self._in_force, {}, None
        for row in sorted(self._rows.values(), key=lambda row: row.from_ms):
            if row.from_ms > hub_ms:
                self._next_ms = row.from_ms
                break
            self._in_force[row.article_id] = row.price_cents
        ids = before.keys() | self._in_force.keys()
        return frozenset(each for each in ids if before.get(each) != self._in_force.get(each))

    def priced(self, article: Article | None) -> Article | None:
        """Return an article at the price that holds."""
        if article is None:
            return None
        cents = self._in_force.get(article.id)
        if cents is None or cents == article.price_cents:
            return article
        return replace(article, price_cents=cents)
