"""What the hub does by itself while it runs: scheduled prices that are due, windows of topics, the
tails of the change log and the audit trail, sessions of long ago.

A little each second, so that no sale waits for it. A row that leaves a window is a change like any
other: numbered, broadcast, and gone from every replica alike.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from common import messages as m
from common.topics import TOPICS, WINDOWED
from hub.changes import OWN, ChangeLogBook
from hub.config import KeepSettings, PeopleSettings
from hub.prices_due import PricesDue
from hub.records import sessions, trail
from hub.store import FAULTS, Store

_log = logging.getLogger(__name__)
DAY_MS: Final = 86_400_000
SLICE: Final = 500
TIDY_MS: Final = 3_600_000
SESSION_DAYS: Final = 60
"""For so long an ended session is known: what a post recorded in it may still be on its way."""


def _oldest_id(moment_ms: int) -> str:
    """Return what every UUIDv7 of that moment or later sorts after or at."""
    return f"{moment_ms:012x}"


def _oldest_date(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date().isoformat()


_OLDEST_KEY: Final[Mapping[str, Callable[[int], str]]] = {
    "sales": _oldest_id,
    "receipts": _oldest_id,
    "alerts": _oldest_id,
    "takings": _oldest_date,
    "parked": _oldest_id,
}
if _OLDEST_KEY.keys() != WINDOWED:
    raise ImportError(f"windowed topics without a rule: {_OLDEST_KEY.keys() ^ WINDOWED}")


class Upkeep:
    """Keeps a store within its settings; `turn` is called about once a second."""

    def __init__(
        self,
        store: Store,
        log: ChangeLogBook,
        keep: KeepSettings,
        now_ms: Callable[[], int],
        people: PeopleSettings,
    ) -> None:
        self._store = store
        self._log = log
        self._keep = keep
        self._now_ms = now_ms
        self._people = people
        self._prices = PricesDue(store, log, now_ms)
        self._tidied_ms = 0

    def turn(self) -> list[m.Changes]:
        """Do a slice of what is due; return what to broadcast. A full disk only puts it off."""
        made = self._prices.turn()
        try:
            self._cut_log()
            self._cut_trail()
            self._drop_sessions()
            return [*made, *self._close_windows()]
        except FAULTS as error:
            _log.warning("upkeep put off: %s", error)
            return made

    def _cut_log(self) -> None:
        long = [
            topic
            for topic in TOPICS
            if self._log.heads[topic].tseq - self._log.heads[topic].low > self._keep.log_changes
        ]
        if not long:
            return
        with self._store.group():
            lows = {topic: self._log.prune(topic, self._keep.log_changes) for topic in long}
        self._log.cut({topic: low for topic, low in lows.items() if low is not None})

    def _cut_trail(self) -> None:
        """Cut a slice of the oldest entries: seldom, since each cut is an entry, too."""
        first, oldest_ms, last = trail.bounds(self._store.db)
        now_ms, keep = self._now_ms(), self._people
        before_ms = now_ms - keep.audit_days * DAY_MS
        beyond = last - first + 1 - keep.audit_rows
        if not last or (oldest_ms >= before_ms - DAY_MS and beyond <= keep.audit_rows // 100):
            return
        old = trail.newest_before(self._store.db, before_ms, first, SLICE)
        up_to = min(max(old, first + beyond - 1), first + SLICE - 1, last)
        with self._store.group() as db:
            trail.cut(db, up_to)
            trail.add(db, trail.Entry(now_ms, "audit.cut", subject=str(up_to)))

    def _drop_sessions(self) -> None:
        now_ms = self._now_ms()
        if abs(now_ms - self._tidied_ms) < TIDY_MS:
            return
        with self._store.group() as db:
            sessions.drop_old(db, now_ms - SESSION_DAYS * DAY_MS, SLICE)
        self._tidied_ms = now_ms

    def _close_windows(self) -> list[m.Changes]:
        oldest_ms = max(0, self._now_ms() - self._keep.window_days * DAY_MS)
        draft = self._log.draft()
        for topic, oldest_key in _OLDEST_KEY.items():
            for key in self._log.keys_before(topic, oldest_key(oldest_ms), SLICE):
                draft.drop(topic, key, OWN)
        if not draft.changes:
            return []
        gseq = self._log.gseq + 1
        with self._store.group():
            draft.write(gseq)
        return self._log.committed(draft, gseq)
