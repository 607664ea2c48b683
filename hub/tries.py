"""How often a PIN may be tried: the delay that grows with each wrong one.

Pure. A person's tries are counted on each device, and over all devices on which that person's PIN
has not been right of late. So whoever guesses on many devices is slowed as one, while nobody who
stands at another device can keep a person from logging in where that person works.
"""

from typing import Final

from hub.records.attempts import Tally

FREE: Final = 3
"""Wrong ones in a row before there is any delay."""
DELAY_MOST_MS: Final = 15 * 60_000
ALERT_EACH: Final = 5
"""An alert at so many wrong ones in a row, and at each multiple."""
KNOWN_MS: Final = 30 * 86_400_000
"""For so long after a right PIN a person is known on a device."""


def delay_ms(failures: int) -> int:
    """Return how long after the last of so many wrong ones the next try is possible."""
    if failures < FREE:
        return 0
    return min(1000 << min(failures - FREE + 1, 20), DELAY_MOST_MS)


def wait_ms(tally: Tally, now_ms: int) -> int:
    """Return how long it is until the next try; a clock that was set back makes it no longer."""
    delay = delay_ms(tally.failures)
    return max(0, min(delay, tally.last_ms + delay - now_ms))


def is_known(here: Tally, now_ms: int) -> bool:
    """Return whether a person's PIN was right on this device of late."""
    return here.right_ms is not None and now_ms - here.right_ms <= KNOWN_MS


def wrong(tally: Tally, now_ms: int) -> Tally:
    """Return a tally after one more wrong PIN."""
    return Tally(tally.failures + 1, now_ms, tally.right_ms)
