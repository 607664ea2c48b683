"""A closing: what the hub states of everything that came into the journal since the last one.

A daily closing covers the lines of the hub's chain from the one before it to itself, whatever their
dates: nothing that comes later can belong to it, and it is never opened again. What comes late, for
a day that was closed, is in the next one, named and totalled apart. A monthly or annual closing
sums up daily ones. Owns what stands in one, and that it is what the walk has found; when one is
made is the hub's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from common.journal.chain import Fault
from common.journal.kinds import Period
from common.journal.resume import keys_of, reach_of
from common.journal.standing import Closed, Standing
from common.journal.sums import Sums
from common.models import Date, Id, convert
from common.rules import business_date

DEGRADED: Final = "degraded"
"""The mark of what was sold without the hub, and came after its day was closed."""
FAULTS_NAMED: Final = 20
"""So many faults a closing names; what is beyond has the same cause."""


class Made(StrEnum):
    """Who wanted a closing."""

    CLOCK = "clock"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Silent:
    """A till that is enrolled and sent nothing since the last closing, or is not connected.

    `records`: how many came from it since then; `presence`: how the hub saw it.
    """

    device: Id
    name: str
    records: int
    presence: str


@dataclass(frozen=True, slots=True)
class NamedFault:
    """What did not hold when the closing was made: the journal's line, a `Fault`, the record."""

    line: int
    fault: str
    record: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What the hub alone knows of a closing. `to`: the last day that it closes, by its clock."""

    period: Period
    to: Date
    made: Made
    utc_offset_min: int
    silent: tuple[Silent, ...] = ()
    faults: tuple[NamedFault, ...] = ()

    def __post_init__(self) -> None:
        date.fromisoformat(self.to)  # The hub counts days from it.


CHECKED: Final[Mapping[str, Fault]] = {
    "number": Fault.CLOSING_NUMBER,
    "before": Fault.CLOSING_NUMBER,
    "begins": Fault.CLOSING_REACH,
    "to": Fault.CLOSING_REACH,
    "first": Fault.CLOSING_REACH,
    "last": Fault.CLOSING_REACH,
    "days": Fault.CLOSING_REACH,
    "chains": Fault.CLOSING_REACH,
    "keys": Fault.CLOSING_REACH,
    "lines": Fault.CLOSING_REACH,
    "records": Fault.CLOSING_REACH,
    "totals": Fault.CLOSING_SUM,
    "by_date": Fault.CLOSING_SUM,
    "perpetual": Fault.CLOSING_SUM,
    "open": Fault.CLOSING_SUM,
    "exercises": Fault.CLOSING_SUM,
    "late": Fault.CLOSING_LATE,
    "degraded": Fault.CLOSING_LATE,
}
"""What of a closing the walk finds by itself, and what it means where the two differ."""


def closing_of(standing: Standing, stated: Stated) -> dict[str, Any]:
    """Return what the closing says that follows the line at which a walk stands.

    Raises ValueError for a month or a year of which no day is closed.
    """
    data = _day(standing, stated) if stated.period is Period.DAY else _longer(standing, stated)
    data |= {
        "period": stated.period.value,
        "number": standing.last(stated.period).number + 1,
        "before": {kind: closed._asdict() for kind, closed in standing.closed.items()},
        "made": stated.made.value,
        "utc_offset_min": stated.utc_offset_min,
        "silent": [asdict(one) for one in stated.silent],
        "faults": [asdict(one) for one in stated.faults],
    }
    return data


def check(standing: Standing, data: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what a closing states otherwise than the walk has found, each fault once.

    Raises ValueError, KeyError or TypeError for what is no closing.
    """
    expected = _as_far(closing_of(standing, _stated(data)), data)
    found = {fault for name, fault in CHECKED.items() if data.get(name) != expected.get(name)}
    yield from sorted(found, key=list(Fault).index)


def _as_far(expected: dict[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is expected without what a closing of the first release did not state."""
    if "exercises" in data or data["period"] != Period.DAY:
        return expected
    del expected["exercises"]
    for reach in expected["chains"].values():
        del reach["sums"]
    return expected


def name_of(data: Mapping[str, Any]) -> str:
    """Return how a closing is called where something is said of it: `day-12`."""
    return f"{data['period']}-{data['number']}"


def passed(standing: Standing, data: Mapping[str, Any], seq: int, at_ms: int) -> None:
    """Move a standing past a closing, which is the journal's line `seq`.

    By what the walk has found, and not by what the closing states, but for its number and days.
    """
    stated = _stated(data)
    if stated.period is Period.DAY:
        begins = begins_of(standing, stated)
        for longer in (standing.month, standing.year):
            longer.take_day(standing.day, begins)
        standing.perpetual = standing.totals()
        standing.day = Sums(after=seq, heads=standing.heads())
    else:
        fresh = Sums(after=standing.last(Period.DAY).seq, heads=dict(standing.day.heads))
        if stated.period is Period.MONTH:
            standing.month = fresh
        else:
            standing.year = fresh
    standing.closed[stated.period.value] = Closed(data["number"], stated.to, at_ms, seq)


def begins_of(standing: Standing, stated: Stated) -> str:
    """Return the first day that a daily closing closes: the one after the last that was closed.

    Where that lies beyond its last day (it was closed before, or the clock was wrong then), that
    one alone. Whatever bears an earlier date is late; nothing is where no day was ever closed.
    """
    last = standing.last(Period.DAY).to
    if last:
        begins = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
        return min(begins, stated.to)
    began = business_date(standing.began_ms, stated.utc_offset_min)
    return min(began, stated.to, *standing.day.parts)


def _stated(data: Mapping[str, Any]) -> Stated:
    return convert({field.name: data[field.name] for field in fields(Stated)}, Stated)


def _day(standing: Standing, stated: Stated) -> dict[str, Any]:
    day, begins = standing.day, begins_of(standing, stated)
    by_date = {when: totals.plain() for when, totals in day.by_date().items()}
    return {
        "begins": begins,
        "to": stated.to,
        "first": day.after + 1,
        "last": standing.head.seq,
        "lines": dict(day.lines),
        "records": dict(day.records),
        "totals": day.whole().plain(),
        "by_date": by_date,
        "late": {when: sums for when, sums in by_date.items() if when < begins},
        "degraded": list(_degraded(day, begins)),
        "perpetual": standing.totals().plain(),
        "exercises": standing.exercises.plain(),
        "chains": {name: reach_of(standing, name) for name in standing.chains},
        "keys": keys_of(standing),
        "open": {
            "month": _with_day(standing.month, day, begins),
            "year": _with_day(standing.year, day, begins),
        },
    }


def _longer(standing: Standing, stated: Stated) -> dict[str, Any]:
    sums = standing.month if stated.period is Period.MONTH else standing.year
    last = standing.last(Period.DAY)
    if not sums.days:
        raise ValueError(f"no day of this {stated.period} is closed")
    return {
        "begins": sums.begins,
        "to": last.to,
        "first": sums.after + 1,
        "last": last.seq,
        "days": {"first": last.number - sums.days + 1, "last": last.number},
        "lines": dict(sums.lines),
        "records": dict(sums.records),
        "totals": sums.totals.plain(),
        "late": {when: totals.plain() for when, totals in sums.late.items()},
        "perpetual": standing.perpetual.plain(),
        "chains": {
            name: {
                "device": standing.chains[name].device,
                "first": sums.heads.get(name, 0) + 1,
                "last": seq,
                "filled": sums.filled.get(name, 0),
            }
            for name, seq in standing.day.heads.items()
        },
    }


def _degraded(day: Sums, begins: str) -> Iterator[dict[str, Any]]:
    """Yield what came late: of which chain, which records, and when they were made."""
    for when, tills in sorted(day.parts.items()):
        for _, part in sorted(tills.items()):
            if when < begins and part.totals.tickets:
                yield {
                    "date": when,
                    "device": part.device,
                    "chain": part.chain,
                    "first": part.first,
                    "last": part.last,
                    "from_ms": part.from_ms,
                    "to_ms": part.to_ms,
                    "tickets": part.totals.tickets,
                    "mode": DEGRADED,
                }


def _with_day(sums: Sums, day: Sums, begins: str) -> Mapping[str, Any]:
    """Return what a month or year comes to with this day."""
    with_day = convert(sums.plain(), Sums)
    with_day.take_day(day, begins)
    return with_day.plain()
