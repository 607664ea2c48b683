"""Which closing is due, by the hub's clock and what was closed so far. Pure.

A day of the hub runs from the set time to the set time; what falls due is found from what the
journal holds, so that a hub that was off at that time makes up for it at its next start. Where
several days were missed, one closing covers them: nothing came meanwhile, so nothing tells which of
them a record belongs to but its own business date, and that each closing sums up apart. A day with
records is never closed together with days of the month or year after it.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from common.journal.kinds import EntryType, Period
from common.journal.standing import Standing
from common.journal.sums import Sums
from common.rules import business_date
from hub.config import ClosingSettings

DAY_MIN: Final = 1440
_NEWS: Final = (EntryType.TAKEN, EntryType.UNSIGNED, EntryType.INVALID)


@dataclass(frozen=True, slots=True)
class Due:
    """A closing that is to be made; `to`: the last day that it closes, YYYY-MM-DD."""

    period: Period
    to: str


def day_of(at_ms: int, utc_offset_min: int, settings: ClosingSettings) -> str:
    """Return the hub's day of a moment: the one that the next closing time ends.

    A closing time before noon ends the day before.
    """
    hour, minute = settings.at.split(":")
    starts_min = int(hour) * 60 + int(minute)
    if starts_min >= DAY_MIN // 2:
        starts_min -= DAY_MIN
    return business_date(at_ms, utc_offset_min, starts_min)


def has_news(day: Sums) -> bool:
    """Return whether anything came from a till since the last daily closing."""
    return any(day.lines.get(kind.value) for kind in _NEWS)


def due_by_clock(
    standing: Standing, now_ms: int, utc_offset_min: int, settings: ClosingSettings
) -> Due | None:
    """Return the closing that is due first, None for none; ask again once it is made."""
    longer = _longer(standing, settings)
    if longer is not None:
        return longer
    today = day_of(now_ms, utc_offset_min, settings)
    yesterday = _moved(today, -1)
    last, news = standing.last(Period.DAY), has_news(standing.day)
    if not last.to and not news:
        return None  # Nothing was ever recorded: the shop has not opened yet.
    began = last.to or day_of(standing.began_ms, utc_offset_min, settings)
    if began > today:
        # The clock was ahead when that was written: what came since is closed under true dates.
        return Due(Period.DAY, yesterday)
    begins = _moved(last.to, 1) if last.to else began
    if begins <= yesterday:
        return Due(Period.DAY, _before_the_next(standing, begins, yesterday, settings))
    early = day_of(last.at_ms, utc_offset_min, settings) <= yesterday
    if last.to == yesterday and early and news:
        # It was closed by hand, and then something was sold.
        return Due(Period.DAY, yesterday)
    return None


def _longer(standing: Standing, settings: ClosingSettings) -> Due | None:
    """Return the month or the year that ends with the last day that was closed."""
    to = standing.last(Period.DAY).to
    if not to or to != _month_end(to):
        return None
    if standing.month.days:
        return Due(Period.MONTH, to)
    if standing.year.days and int(to[5:7]) == settings.year_ends_month:
        return Due(Period.YEAR, to)
    return None


def _before_the_next(
    standing: Standing, begins: str, yesterday: str, settings: ClosingSettings
) -> str:
    """Return the last day that goes with `begins`: what is open is of this month and year."""
    to = yesterday
    news = has_news(standing.day)
    if news or standing.month.days:
        to = min(to, _month_end(begins))
    if news or standing.year.days:
        to = min(to, _year_end(begins, settings))
    return to


def _moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _month_end(day: str) -> str:
    when = date.fromisoformat(day)
    return when.replace(day=monthrange(when.year, when.month)[1]).isoformat()


def _year_end(day: str, settings: ClosingSettings) -> str:
    when, month = date.fromisoformat(day), settings.year_ends_month
    year = when.year + (when.month > month)
    return date(year, month, monthrange(year, month)[1]).isoformat()
