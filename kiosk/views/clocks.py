"""A post's clock against the hub's: from when on that is worth a sign, and how far apart in words.

Owns the words for such spans of time. Nothing is put right here: a person sets the clock.
"""

from collections.abc import Callable
from typing import Final

from common.i18n import Translator

OFF_MS: Final = 60_000

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS
_YEAR_MS: Final = 365 * _DAY_MS


def clock_is_off(clock_diff_ms: int) -> bool:
    """Return whether the post's clock is so far from the hub's that somebody should set it."""
    return abs(clock_diff_ms) >= OFF_MS


def clock_text(clock_diff_ms: int, t: Translator) -> str:
    """Return how far this post's clock is from the hub's; `clock_diff_ms`: hub minus post."""
    span = span_text(abs(clock_diff_ms), t)
    if clock_diff_ms < 0:
        return t("This post's clock is {span} ahead of the office's.", span=span)
    return t("This post's clock is {span} behind the office's.", span=span)


def span_text(ms: int, t: Translator) -> str:
    """Return a span of time in its two largest units: "3 minutes", "1 hour and 35 minutes"."""
    units = _UNITS[:-1] if ms >= _DAY_MS else _UNITS[2:]
    ms = _rounded(ms, units[-1][0])
    said = []
    for unit_ms, words in units:
        count, ms = divmod(ms, unit_ms)
        if count:
            said.append(words(t, count))
        if said and (len(said) == 2 or not count):
            break
    if len(said) == 1:
        return said[0]
    return t("{longer} and {shorter}", longer=said[0], shorter=said[1])


def _rounded(ms: int, unit_ms: int) -> int:
    return max(unit_ms, (ms + unit_ms // 2) // unit_ms * unit_ms)


def _years(t: Translator, count: int) -> str:
    return t.n("{count} year", "{count} years", count)


def _days(t: Translator, count: int) -> str:
    return t.n("{count} day", "{count} days", count)


def _hours(t: Translator, count: int) -> str:
    return t.n("{count} hour", "{count} hours", count)


def _minutes(t: Translator, count: int) -> str:
    return t.n("{count} minute", "{count} minutes", count)


_UNITS: Final[tuple[tuple[int, Callable[[Translator, int], str]], ...]] = (
    (_YEAR_MS, _years),
    (_DAY_MS, _days),
    (_HOUR_MS, _hours),
    (_MINUTE_MS, _minutes),
)
