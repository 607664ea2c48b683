"""Which closing is due when: pure, by what was closed and by the hub's clock."""

from datetime import datetime

import pytest

from common.journal.entry import Head
from common.journal.kinds import Period
from common.journal.standing import Closed, Standing
from hub.closing_due import Due, day_of, due_by_clock
from hub.config import ClosingSettings

AT_3 = ClosingSettings()
AT_23_30 = ClosingSettings(at="23:30")
JUNE = ClosingSettings(year_ends_month=6)
FOUNDED = "2026-01-05 09:00"


def ms(moment: str) -> int:
    """Return a moment of UTC."""
    return round(datetime.fromisoformat(f"{moment}+00:00").timestamp() * 1000)


def standing(
    last: str = "", at: str = "", news: bool = True, month: int = 0, year: int = 0
) -> Standing:
    """Return where a walk stands: the last day closed, when, whether something came since, and how
    many days are open in month and year."""
    where = Standing(Head("a" * 32, 9), began_ms=ms(FOUNDED))
    if last:
        where.closed["day"] = Closed(7, last, ms(at or f"{last} 23:59"), 5)
    if news:
        where.day.lines["taken"] = 3
    where.month.days, where.year.days = month, year
    return where


def due(where: Standing, now: str, settings: ClosingSettings = AT_3) -> tuple[str, str] | None:
    found = due_by_clock(where, ms(now), 0, settings)
    return None if found is None else (found.period.value, found.to)


@pytest.mark.parametrize(
    ("moment", "settings", "day"),
    [
        ("2026-03-04 02:59", AT_3, "2026-03-03"),
        ("2026-03-04 03:00", AT_3, "2026-03-04"),
        ("2026-03-04 23:29", AT_23_30, "2026-03-04"),
        ("2026-03-04 23:30", AT_23_30, "2026-03-05"),
        ("2026-03-04 00:00", ClosingSettings(at="00:00"), "2026-03-04"),
        ("2026-03-04 11:59", ClosingSettings(at="12:00"), "2026-03-04"),
    ],
)
def test_a_day_of_the_hub_ends_at_the_closing_time(
    moment: str, settings: ClosingSettings, day: str
) -> None:
    assert day_of(ms(moment), 0, settings) == day


def test_nothing_is_closed_before_anything_was_sold() -> None:
    assert due(standing(news=False), "2026-04-01 12:00") is None


def test_the_first_day_is_closed_after_it() -> None:
    assert due(standing(), "2026-01-06 02:59") is None
    assert due(standing(), "2026-01-06 03:00") == ("day", "2026-01-05")


@pytest.mark.parametrize("news", [True, False])
def test_every_day_is_closed_once_whether_anything_was_sold_or_not(news: bool) -> None:
    where = standing("2026-03-03", "2026-03-04 03:00", news)
    assert due(where, "2026-03-04 03:01") is None
    assert due(where, "2026-03-05 02:59") is None
    assert due(where, "2026-03-05 03:00") == ("day", "2026-03-04")


def test_a_day_that_was_closed_by_hand_is_closed_again_where_something_was_sold_after() -> None:
    early = "2026-03-03 18:00"
    assert due(standing("2026-03-03", early), "2026-03-04 02:00") is None
    assert due(standing("2026-03-03", early), "2026-03-04 03:00") == ("day", "2026-03-03")
    assert due(standing("2026-03-03", early, news=False), "2026-03-04 03:00") is None


def test_missed_days_are_closed_together_but_not_over_the_end_of_a_month_or_year() -> None:
    open_month = standing("2026-01-29", month=3, year=9)
    assert due(open_month, "2026-01-31 09:00") == ("day", "2026-01-30")
    assert due(open_month, "2026-02-03 09:00") == ("day", "2026-01-31")
    # Nothing is open of these months: no records, no day; a year of empty closings says nothing.
    nothing_open = standing("2026-01-31", news=False, year=20)
    assert due(nothing_open, "2026-05-17 09:00") == ("day", "2026-05-16")
    assert due(nothing_open, "2028-05-17 09:00") == ("day", "2026-12-31")
    assert due(standing("2026-12-31", news=False), "2028-05-17 09:00") == ("day", "2028-05-16")


def test_a_month_and_a_year_end_with_their_last_day() -> None:
    at = "2026-01-31 03:00"
    assert due(standing("2026-01-30", at, month=9, year=9), "2026-01-31 12:00") is None
    assert due(standing("2026-01-31", month=9, year=9), "2026-02-01 04:00") == (
        "month",
        "2026-01-31",
    )
    year = standing("2026-12-31", "2027-01-01 03:00", month=9, year=300)
    assert due(year, "2027-01-01 04:00") == ("month", "2026-12-31")
    year.month.days = 0
    assert due(year, "2027-01-01 04:00") == ("year", "2026-12-31")
    year.year.days = 0
    assert due(year, "2027-01-01 04:00") is None


def test_a_year_ends_where_the_settings_say() -> None:
    june = standing("2026-06-30", "2026-07-01 03:00", month=0, year=180)
    assert due(june, "2026-07-01 04:00") is None
    assert due(june, "2026-07-01 04:00", JUNE) == ("year", "2026-06-30")
    assert due(standing("2026-05-31", year=150), "2026-09-02 12:00", JUNE) == ("day", "2026-06-30")


def test_a_clock_that_was_ahead_once_does_not_keep_days_from_being_closed() -> None:
    ahead = standing("2099-03-03")
    assert due(ahead, "2026-03-04 12:00") == ("day", "2026-03-03")
    ahead.closed["day"] = Closed(8, "2026-03-03", ms("2026-03-04 12:00"), 6)
    assert due(ahead, "2026-03-04 12:01") is None
    assert due(ahead, "2026-03-05 03:00") == ("day", "2026-03-04")
    born = standing()
    born.began_ms = ms("2099-01-01 00:00")
    assert due(born, "2026-03-04 12:00") == ("day", "2026-03-03")


def test_what_is_due_is_made_until_nothing_is() -> None:
    """Whatever was missed comes to an end, in few closings."""
    where = standing("2025-11-28", month=20, year=300)
    made = []
    while (found := due_by_clock(where, ms("2027-05-17 12:00"), 0, AT_3)) is not None:
        made.append((found.period.value, found.to))
        _follow(where, found)
    assert made == [
        ("day", "2025-11-30"),
        ("month", "2025-11-30"),
        ("day", "2025-12-31"),
        ("month", "2025-12-31"),
        ("year", "2025-12-31"),
        ("day", "2027-05-16"),
    ]


def _follow(where: Standing, made: Due) -> None:
    where.closed[made.period.value] = Closed(9, made.to, ms("2027-05-17 12:00"), 7)
    match made.period:
        case Period.DAY:
            where.day.lines.clear()
            where.month.days += 1
            where.year.days += 1
        case Period.MONTH:
            where.month.days = 0
        case Period.YEAR:
            where.year.days = 0
