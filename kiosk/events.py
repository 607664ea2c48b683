"""What happens at a till beside what people enter, until it is signed and on disk.

Owns that nothing of it is too much: of each kind so many a minute are written one by one, what is
beyond is counted in the next one. A till that is cut off and comes back without end writes no more.
Waits in memory for a moment; never for anybody. Nothing of a post that is no till.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from common.journal.event import ClockData, EventData, Value, What
from common.journal.kinds import RecordType
from kiosk.clocks import Clocks

PER_MINUTE: Final = 6
WAITING_AT_MOST: Final = 60
"""While the disk takes nothing; what is older is given up, and counted."""
_MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Event:
    """A record to be: its type and what it holds."""

    type: RecordType
    data: EventData | ClockData


@dataclass(slots=True)
class _Kind:
    """One kind of event: how many were let through since when, and the last one that was not."""

    since_s: float
    count: int = 0
    held: EventData | None = None


class Events:
    """Of one till. `on_event` is called where there is something to write."""

    def __init__(self, clocks: Clocks, on_event: Callable[[], None] = lambda: None) -> None:
        self._clocks = clocks
        self._kinds: dict[What, _Kind] = {}
        self._waiting: deque[Event] = deque()
        self._on_event = on_event

    def note(self, what: What, **details: Value) -> None:
        """Something happened just now."""
        kind = self._kind(what)
        more = 0 if kind.held is None else kind.held.more + 1
        data = EventData(what, self._clocks.wall_ms(), dict(details), more)
        if kind.count >= PER_MINUTE:
            kind.held = data
            return
        kind.count, kind.held = kind.count + 1, None
        self._put(Event(RecordType.EVENT, data))

    def clock(self, before_ms: int, after_ms: int, restarted: bool = False) -> None:
        """The clock was set."""
        self._put(Event(RecordType.CLOCK, ClockData(before_ms, after_ms, restarted)))

    def due(self, most: int) -> Sequence[Event]:
        """Return what is to be written, oldest first; `done` says that it is."""
        now_s = self._clocks.monotonic()
        for kind in self._kinds.values():
            if kind.held is not None and now_s - kind.since_s >= _MINUTE_S:
                held, kind.held = kind.held, None
                kind.since_s, kind.count = now_s, 1
                self._put(Event(RecordType.EVENT, held))
        return [event for _, event in zip(range(most), self._waiting, strict=False)]

    def done(self, count: int) -> None:
        """So many of them are on disk."""
        for _ in range(count):
            self._waiting.popleft()

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds there is something to write, None for never."""
        if self._waiting:
            return 0.0
        now_s = self._clocks.monotonic()
        held = [kind.since_s for kind in self._kinds.values() if kind.held is not None]
        return max(0.0, min(held) + _MINUTE_S - now_s) if held else None

    def _kind(self, what: What) -> _Kind:
        now_s = self._clocks.monotonic()
        kind = self._kinds.setdefault(what, _Kind(now_s))
        if now_s - kind.since_s >= _MINUTE_S:
            kind.since_s, kind.count = now_s, 0
        return kind

    def _put(self, event: Event) -> None:
        if len(self._waiting) >= WAITING_AT_MOST:
            lost = self._waiting.popleft()
            first = self._waiting[0]
            gone = 1 + (lost.data.more if isinstance(lost.data, EventData) else 0)
            if isinstance(first.data, EventData):
                counted = replace(first.data, more=first.data.more + gone)
                self._waiting[0] = replace(first, data=counted)
        self._waiting.append(event)
        self._on_event()
