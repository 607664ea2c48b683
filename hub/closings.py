"""Closings as the hub makes them: by the clock, after each business day, and by hand.

A closing states what the walk behind the commits (`journal_check.py`) has found by then, so it
costs no sale anything: what is left to verify is verified first, a slice a second at most, and the
closing is one line of the journal, in a commit of its own. What does not hold is stated in it, is
an alert, and stops nothing. Owns when one is made and what the hub alone knows of it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from common import messages as m
from common.errors import Refusal
from common.journal.closing import (
    Made,
    NamedFault,
    Silent,
    Stated,
    closing_of,
    name_of,
)
from common.journal.kinds import EntryType, Period
from common.topics import Profile
from hub.alerts import AlertBook, Notice
from hub.closing_due import Due, day_of, due_by_clock, has_news
from hub.config import ClosingSettings
from hub.journal import JournalBook
from hub.journal_check import JournalCheck
from hub.records import devices, trail
from hub.records.devices import ACTIVE
from hub.store import FAULTS, Connection, Store
from hub.watch import Watch
from hub.watched import Presence

_log = logging.getLogger(__name__)
SLICE: Final = 256
"""Lines a second that are verified while a closing waits for it: what is heard then waits some
hundredths of a second for its turn."""
AT_ONCE: Final = 6
"""Closings a second: a day, its month and its year, twice."""
_DAMAGE: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What the sums of a damaged journal may lead to: nothing of it stops a sale."""
HURRY_MS: Final = 5_000
"""So long after somebody asked for a closing it is hurried on."""


class Closings:
    """Closes one store's journal; `tick` is called about once a second.

    `offset_min`: the minutes that local time is ahead of UTC at a moment, ms.
    """

    def __init__(
        self,
        store: Store,
        book: JournalBook,
        check: JournalCheck,
        alerts: AlertBook,
        watch: Watch,
        settings: ClosingSettings,
        clock: tuple[Callable[[], int], Callable[[int], int]],
    ) -> None:
        self._store = store
        self._book = book
        self._check = check
        self._alerts = alerts
        self._watch = watch
        self._settings = settings
        self._now_ms, self._offset_min = clock
        self._asked_ms: int | None = None
        self._made: list[m.Changes] = []

    def tick(self) -> list[m.Changes]:
        """Make what is due; return what to broadcast. Whatever fails only puts it off."""
        try:
            if self._settings.automatic:
                self._by_clock()
            if self._is_asked():
                self._verify_on()
        except (Refusal, *_DAMAGE, *FAULTS) as error:
            _log.warning("a closing was put off: %s", error)
        made, self._made = self._made, []
        return made

    def close(self, period: Period) -> list[dict[str, Any]]:
        """Close by hand what is open of a day, a month or a year; return the closings' data.

        A month is closed with its last day, a year with its last month. Raises Refusal
        `journal_behind` where the journal is not verified so far: ask again, it is hurried on. And
        what the driver raises.
        """
        try:
            return self._by_hand(period)
        except _DAMAGE as error:
            raise Refusal("not_available", reason=f"closing: {error}") from error

    def _by_hand(self, period: Period) -> list[dict[str, Any]]:
        self._require_verified()
        standing = self._check.standing
        sums = standing.year if period is Period.YEAR else standing.month
        wanted = [period]
        if period is not Period.DAY and (has_news(standing.day) or not sums.days):
            wanted.insert(0, Period.DAY)
        if period is Period.YEAR and (wanted[0] is Period.DAY or standing.month.days):
            wanted.insert(-1, Period.MONTH)
        return [self._close(one, Made.HAND) for one in wanted]

    def verify_on(self) -> int:
        """Verify a slice further, where no hub runs beside; return how many lines are left."""
        self._verify_on()
        return self._check.behind

    def _is_asked(self) -> bool:
        asked_ms = self._asked_ms
        return asked_ms is not None and 0 <= self._now_ms() - asked_ms < HURRY_MS

    def _by_clock(self) -> None:
        for _ in range(AT_ONCE):
            due = self._due()
            # What is due is known for certain only once the journal is known up to its head.
            if due is None or not self._verify_on() or (due := self._due()) is None:
                return
            self._close(due.period, Made.CLOCK, due.to)

    def _due(self) -> Due | None:
        now_ms = self._now_ms()
        offset_min = self._offset_min(now_ms)
        return due_by_clock(self._check.standing, now_ms, offset_min, self._settings)

    def _verify_on(self) -> bool:
        """Verify a slice further; return whether that is all there is."""
        self._made += self._check.advance(SLICE)
        return self._check.behind == 0

    def _require_verified(self) -> None:
        if not self._verify_on():
            self._asked_ms = self._now_ms()
            raise Refusal("journal_behind", lines=self._check.behind)

    def _close(self, period: Period, made: Made, to: str = "") -> dict[str, Any]:
        """Append a closing, in a commit of its own; return its data."""
        self._require_verified()
        now_ms = self._now_ms()
        stated = self._stated(period, made, to, now_ms)
        data = closing_of(self._check.standing, stated)
        draft = self._book.draft()

        name = name_of(data)

        def write(db: Connection) -> None:
            draft.say(EntryType.CLOSING, data, now_ms)
            draft.write(self._store.meta("epoch"), now_ms)
            if made is Made.HAND:
                trail.add(db, trail.Entry(now_ms, "journal.close", subject=name))

        notices = [Notice("closing_unsound", name)] if stated.faults else []
        self._made += self._alerts.commit(notices, write)
        self._book.committed(draft)
        _log.info("closed %s, up to %s", name, data["to"])
        self._verify_on()
        return data

    def _stated(self, period: Period, made: Made, to: str, now_ms: int) -> Stated:
        offset_min = self._offset_min(now_ms)
        if period is not Period.DAY:
            to = self._check.standing.last(Period.DAY).to
            return Stated(period, to, made, offset_min)
        faults = tuple(
            NamedFault(found.seq, found.fault.value, found.record) for found in self._check.found
        )
        to = to or day_of(now_ms, offset_min, self._settings)
        return Stated(period, to, made, offset_min, tuple(self._silent()), faults)

    def _silent(self) -> list[Silent]:
        """Return the tills that sent nothing since the last closing, or are not connected."""
        records = self._records()
        found = []
        for device in devices.devices(self._store.db):
            if device.profile is Profile.TILL and device.state == ACTIVE:
                presence = self._watch.view(device).presence
                came = records.get(device.id, 0)
                if not came or presence is not Presence.HERE:
                    found.append(Silent(device.id, device.name, came, presence.value))
        return found

    def _records(self) -> Mapping[str, int]:
        """Return how much came from each device since the last daily closing."""
        standing = self._check.standing
        records: dict[str, int] = {}
        for name, chain in standing.chains.items():
            before = standing.day.heads.get(name, 0)
            gone = sum(seq > before for seq in chain.gaps)
            new = chain.head.seq - before - gone + standing.day.filled.get(name, 0)
            records[chain.device] = records.get(chain.device, 0) + new
        for tills in standing.day.parts.values():
            for part in tills.values():
                if not part.chain:
                    had = records.get(part.device, 0)
                    records[part.device] = had + part.totals.tickets
        return records
