"""Simulated time: what happens when, and the clocks that each machine shows of it.

Owns the order of events. Two events of the same moment happen in the order they were put down, so
that one seed is one story.
"""

from collections.abc import Callable
from heapq import heappop, heappush

from kiosk.clocks import Clocks

START_MS = 1_772_524_800_000
"""3 March 2026, 08:00 UTC: the shop opens."""
ZONE_MIN = 60


class Agenda:
    """Events to come. `now_s`: simulated seconds since the story began."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.happened = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._put_down = 0

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Put an event down, `delay_s` from now."""
        self._put_down += 1
        heappush(self._events, (self.now_s + delay_s, self._put_down, action))

    def run_until(self, end_s: float) -> None:
        """Let time pass until `end_s`."""
        events = self._events
        while events and events[0][0] <= end_s:
            self.now_s, _, action = heappop(events)
            self.happened += 1
            action()
        self.now_s = max(self.now_s, end_s)


class MachineClock:
    """The clocks of one machine. They run alike; the wall clock may be set."""

    def __init__(self, agenda: Agenda, wrong_ms: int = 0) -> None:
        self._agenda = agenda
        self._start_ms = START_MS
        self.wrong_ms = wrong_ms
        self.clocks = Clocks(self.monotonic, self.wall_ms, lambda _at_ms: ZONE_MIN)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return 1000.0 + self._agenda.now_s

    def wall_ms(self) -> int:
        """Return what this machine takes for the time, ms since 1970 UTC."""
        return self._start_ms + self.wrong_ms + int(self._agenda.now_s * 1000)
