"""The two clocks of a post, and how far its wall clock is from the hub's.

Owns the estimate: of the last round trips, the quickest says when the hub read its clock. It is
kept against the monotonic clock, so that a wall clock that jumps changes the difference at once.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_ROUND_TRIPS: Final = 8


@dataclass(frozen=True, slots=True)
class Clocks:
    """`monotonic` gives seconds, `wall_ms` milliseconds since 1970 UTC, `offset_min` the zone's
    minutes ahead of UTC at such a moment."""

    monotonic: Callable[[], float]
    wall_ms: Callable[[], int]
    offset_min: Callable[[int], int]


def system_clocks() -> Clocks:
    """Return this machine's clocks and zone."""
    return Clocks(time.monotonic, lambda: time.time_ns() // 1_000_000, _offset_min)


def _offset_min(at_ms: int) -> int:
    return time.localtime(at_ms // 1000).tm_gmtoff // 60


class ClockDifference:
    """Hub time minus this post's. `before_ms`: what was last known, until the hub is met."""

    def __init__(self, clocks: Clocks, before_ms: int = 0) -> None:
        self._clocks = clocks
        self._before_ms = before_ms
        self._trips: deque[tuple[float, float]] = deque(maxlen=_ROUND_TRIPS)
        self._hub_ahead_ms = 0.0
        self._apart = False

    @property
    def known(self) -> bool:
        """Return whether the hub's clock was ever seen."""
        return bool(self._trips)

    def add(self, sent_s: float, hub_ms: int) -> None:
        """Take a round trip that ends now: sent at monotonic `sent_s`, answered at `hub_ms`."""
        if self._apart:
            # The machine may have slept, and its monotonic clock with it.
            self._trips.clear()
            self._apart = False
        now_s = self._clocks.monotonic()
        round_trip_s = now_s - sent_s
        hub_ahead_ms = hub_ms - (now_s - round_trip_s / 2) * 1000
        self._trips.append((round_trip_s, hub_ahead_ms))
        _, self._hub_ahead_ms = min(self._trips)

    def parted(self) -> None:
        """The connection is gone: the next round trip counts alone."""
        self._apart = True

    def now_ms(self) -> int:
        """Return hub time minus this post's wall clock, as of now."""
        if not self._trips:
            return self._before_ms
        hub_ms = self._hub_ahead_ms + self._clocks.monotonic() * 1000
        return round(hub_ms - self._clocks.wall_ms())
