"""What a till notices by itself: that its clock was set, that the hub is away for long.

Pure machines over the clocks that are handed in; what they notice is written by `events.py`.
"""

from dataclasses import dataclass, field
from typing import Final

from kiosk.clocks import Clocks

CLOCK_SET_MS: Final = 10_000
"""A wall clock that differs so much from the time that passed was set, or the machine slept."""
OFFLINE_AFTER_S: Final = 5.0
"""A hub that is away for less is a restart, a cable that is plugged over, nothing to write down."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with the one that cannot be set."""

    clocks: Clocks
    _ahead_ms: int = field(init=False)

    def __post_init__(self) -> None:
        self._ahead_ms = self._now()[1]

    def look(self) -> tuple[int, int] | None:
        """Return (what the clock would show, what it shows) where it was set, once."""
        wall_ms, ahead_ms = self._now()
        jumped_ms = ahead_ms - self._ahead_ms
        if abs(jumped_ms) < CLOCK_SET_MS:
            return None
        self._ahead_ms = ahead_ms
        return wall_ms - jumped_ms, wall_ms

    def _now(self) -> tuple[int, int]:
        wall_ms = self.clocks.wall_ms()
        return wall_ms, wall_ms - round(self.clocks.monotonic() * 1000)


@dataclass(slots=True)
class OfflineWatch:
    """How long the hub is away. Begins as a till does: without it."""

    clocks: Clocks
    _since_s: float | None = field(init=False)
    _since_ms: int = field(init=False)
    _told: bool = False

    def __post_init__(self) -> None:
        self._since_s, self._since_ms = self.clocks.monotonic(), self.clocks.wall_ms()

    def link(self, offline: bool) -> tuple[int, int] | None:
        """The link stands so; return (since when, for how many seconds) where a long cut ends."""
        if offline:
            if self._since_s is None:
                self._since_s, self._since_ms = self.clocks.monotonic(), self.clocks.wall_ms()
            return None
        if self._since_s is None:
            return None
        lasted_s = round(self.clocks.monotonic() - self._since_s)
        told, self._told, self._since_s = self._told, False, None
        return (self._since_ms, lasted_s) if told else None

    def look(self) -> int | None:
        """Return since when the hub is away, once, where that is long by now."""
        if self._since_s is None or self._told:
            return None
        if self.clocks.monotonic() - self._since_s < OFFLINE_AFTER_S:
            return None
        self._told = True
        return self._since_ms

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `look` says something, None for never."""
        if self._since_s is None or self._told:
            return None
        return max(0.0, self._since_s + OFFLINE_AFTER_S - self.clocks.monotonic())
