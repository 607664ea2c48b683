"""What has come into the journal since a closing: the sums that the next one of its kind states.

Kept while the journal is walked, so that a closing costs the same after ten tickets as after ten
thousand. Tickets are summed apart by business date and till's chain: which of them are late is
known when the period is closed. Owns adding up by period; `closing.py` says what stands in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.journal.totals import Totals, merged
from common.models import Ticket


@dataclass(slots=True)
class Part:
    """The tickets of one business date in one till's chain, "" where the till signs nothing.

    `first`, `last`: numbers of their records there, else 0; `from_ms`, `to_ms`: when the first and
    the last of them were made, by the till's clock.
    """

    device: str
    chain: str
    first: int
    last: int
    from_ms: int
    to_ms: int
    totals: Totals = field(default_factory=Totals)

    def add(self, ticket: Ticket, seq: int) -> None:
        """Add a ticket, and the number of its record."""
        self.first, self.last = min(self.first, seq), max(self.last, seq)
        self.from_ms = min(self.from_ms, ticket.at_ms)
        self.to_ms = max(self.to_ms, ticket.at_ms)
        self.totals.add(ticket)


@dataclass(slots=True)
class Sums:
    """What a period holds so far.

    `after`: the line of the last closing of its kind; `heads`: at which number each till's chain
    stood then; `begins`: its first day, "" while none of its days is closed; `days`: how many daily
    closings it holds. `lines`, `records`: how many, by type; `filled`: how many records of a chain
    came after later ones of it. `late`: what came late, by business date. `parts`: of a day, by
    business date and chain, or device.
    """

    after: int = 0
    begins: str = ""
    days: int = 0
    heads: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    late: dict[str, Totals] = field(default_factory=dict)
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)

    def add_ticket(self, ticket: Ticket, device: str, chain: str = "", seq: int = 0) -> Part:
        """Add a ticket whose record has this number in a till's chain; return where it was added.

        Without a chain: of a till that signs nothing.
        """
        tills = self.parts.setdefault(ticket.business_date, {})
        part = tills.get(chain or device)
        if part is None:
            part = Part(device, chain, seq, seq, ticket.at_ms, ticket.at_ms)
            tills[chain or device] = part
        part.add(ticket, seq)
        return part

    def by_date(self) -> dict[str, Totals]:
        """Return what the parts come to, by business date."""
        return {
            date: merged(part.totals for part in tills.values())
            for date, tills in sorted(self.parts.items())
        }

    def whole(self) -> Totals:
        """Return what the parts come to."""
        return merged(part.totals for tills in self.parts.values() for part in tills.values())

    def take_day(self, day: "Sums", begins: str) -> None:
        """Add a day that is closed now: its `parts` are summed, those before `begins` as late."""
        self.begins = self.begins or begins
        self.days += 1
        for mine, its in (
            (self.lines, day.lines),
            (self.records, day.records),
            (self.filled, day.filled),
        ):
            for name, number in its.items():
                count(mine, name, number)
        for date, totals in day.by_date().items():
            self.totals.merge(totals)
            if date < begins:
                self.late.setdefault(date, Totals()).merge(totals)

    def plain(self) -> Mapping[str, Any]:
        """Return the sums of a month or a year as plain JSON data."""
        return {
            "after": self.after,
            "begins": self.begins,
            "days": self.days,
            "heads": dict(self.heads),
            "lines": dict(self.lines),
            "records": dict(self.records),
            "filled": dict(self.filled),
            "totals": self.totals.plain(),
            "late": {date: totals.plain() for date, totals in self.late.items()},
        }


def count(counts: dict[str, int], name: str, number: int = 1) -> None:
    """Count so many in `lines`, `records` or `filled`."""
    counts[name] = counts.get(name, 0) + number
