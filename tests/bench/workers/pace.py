"""A steady pace: when each command is due, whatever the one before took."""

import time


class Pace:
    """Commands at `rate` a second from the first call on."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._begun_s: float | None = None

    def wait_s(self, number: int) -> float:
        """Return how long it is until command `number` (from 0) is due; 0 where it is late."""
        now = time.monotonic()
        if self._begun_s is None:
            self._begun_s = now - number / self._rate
        return max(0.0, self._begun_s + number / self._rate - now)
