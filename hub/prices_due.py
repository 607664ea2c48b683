"""Scheduled prices whose moment has come: they become their articles', in a commit of their own.

Posts heed them by themselves at that moment; here the catalogue follows, after a stop of the hub as
well. Each takes effect once: the row goes in the same commit.
"""

import logging
from collections.abc import Callable
from typing import Final

from common import messages as m
from hub.changes import OWN, ChangeLogBook
from hub.records import catalogue, prices
from hub.store import FAULTS, Store

_log = logging.getLogger(__name__)
AT_ONCE: Final = 500
"""The most in one commit; the rest a second later."""


class PricesDue:
    """Looks at one store; `turn` is called about once a second."""

    def __init__(self, store: Store, log: ChangeLogBook, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._log = log
        self._now_ms = now_ms

    def turn(self) -> list[m.Changes]:
        """Let those that are due hold; return what to broadcast. A full disk only puts it off."""
        try:
            return self._turn()
        except FAULTS as error:
            _log.warning("scheduled prices put off: %s", error)
            return []

    def _turn(self) -> list[m.Changes]:
        due = prices.due(self._store.db, self._now_ms(), AT_ONCE)
        if not due:
            return []
        draft, gseq = self._log.draft(), self._log.gseq + 1
        with self._store.group() as db:
            for row in due:
                article = catalogue.set_price(db, row.article_id, row.price_cents)
                if article is not None:
                    draft.put("articles", article, OWN)
                prices.drop(db, row.id)
                draft.drop("prices", row.id, OWN)
            draft.write(gseq)
        return self._log.committed(draft, gseq)
