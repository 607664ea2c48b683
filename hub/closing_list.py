"""The closings of a database file, read beside a hub that may run, and the days' totals in them.

What a day comes to is the sum of what every daily closing states of its business date: the closing
of that day, and those that what came late is in. Whether the journal holds is `journal verify`'s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from common.journal.entry import read_entry
from common.journal.kinds import EntryType, Period
from common.journal.totals import Totals
from common.models import convert
from hub.reading import reading
from hub.records import journal as rows
from hub.store import Connection

ReadT = TypeVar("ReadT")


class Made(NamedTuple):
    """A closing: its line of the journal, the hub's time, and what it states."""

    seq: int
    at_ms: int
    digest: str
    data: dict[str, Any]


@dataclass(slots=True)
class DayTotals:
    """A business date. `late`: what of it came after it was closed; `closings`: numbers of the
    daily closings that hold a part of it."""

    date: str
    totals: Totals = field(default_factory=Totals)
    late: Totals = field(default_factory=Totals)
    closings: list[int] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "date": self.date,
            **self.totals.plain(),
            "late": self.late.plain(),
            "closings": self.closings,
        }


@dataclass(frozen=True, slots=True)
class Days:
    """Business dates in order. `closed`: the last day that is closed, "" for none; `open_records`:
    how many of tills' records are in no closing yet."""

    days: list[DayTotals]
    closed: str
    open_records: int


def closings_of(path: Path) -> list[Made]:
    """Return every closing in order; raises StoreError where the file cannot be read."""
    return _read(path, lambda db: list(_closings(db)))


def days_of(path: Path, first: str, last: str) -> Days:
    """Return the business dates from one to another, both included; raises as `closings_of`."""
    return _read(path, lambda db: _days(db, first, last))


def _read(path: Path, read: Callable[[Connection], ReadT]) -> ReadT:
    with reading(path, ValueError, KeyError, TypeError) as db:
        return read(db)


def _closings(db: Connection) -> Iterator[Made]:
    for line in rows.of_type(db, EntryType.CLOSING):
        entry = read_entry(line.body)
        yield Made(line.seq, entry.at_ms, line.digest, entry.data)


def _days(db: Connection, first: str, last: str) -> Days:
    days: dict[str, DayTotals] = {}
    closed, seq = "", 0
    for made in _closings(db):
        if made.data["period"] != Period.DAY:
            continue
        closed, seq = made.data["to"], made.seq
        for date, plain in made.data["by_date"].items():
            if not first <= date <= last:
                continue
            day = days.setdefault(date, DayTotals(date))
            totals = convert(plain, Totals)
            day.totals.merge(totals)
            if date in made.data["late"]:
                day.late.merge(totals)
            day.closings.append(made.data["number"])
    return Days([days[date] for date in sorted(days)], closed, rows.records_after(db, seq))
