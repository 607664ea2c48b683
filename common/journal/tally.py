"""What a walk over the journal adds up, line by line, and closings held against that.

Owns which faults leave a walk without knowing what a period comes to, and how it goes on after a
closing that states something else: so that the one wrong closing is named, and no other.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from common.journal import closing
from common.journal.chain import Fault
from common.journal.entry import Entry, Head
from common.journal.kinds import RECORDS, Counts, EntryType, Period
from common.journal.record import Record, ticket_of
from common.journal.resume import resumed
from common.journal.standing import Standing
from common.journal.sums import Part, count
from common.models import Ticket

_UNCOUNTED: Final = frozenset({Fault.UNREADABLE, Fault.RECORD, Fault.DIGEST, Fault.SEQUENCE})
"""Faults after which nobody knows what a period comes to: no closing is blamed for it."""


class _Counted(NamedTuple):
    """The ticket of the last line that held one, and where it was added."""

    seq: int
    part: Part
    ticket: Ticket


class Tally:
    """Adds to a standing what its walk meets."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._counted: _Counted | None = None
        self._since: set[Fault] = set()

    def begin(self) -> set[Fault]:
        """Return where the faults of the next line belong: to the period that it ends, at most."""
        return self._since

    def line(self, kind: EntryType) -> None:
        """Count a line; a closing counts itself in no period."""
        if kind is not EntryType.CLOSING:
            count(self._standing.day.lines, kind.value)

    def taken(self, seq: int, record: Record, late: bool) -> None:
        """Count a record that was taken in. `late`: after later ones of its chain."""
        count(self._standing.day.records, record.type.value)
        if late:
            count(self._standing.day.filled, record.chain)
        self.record(seq, record)

    def record(self, seq: int, record: Record) -> None:
        """Add what a record holds, sound or not: what was sold was sold."""
        if RECORDS[record.type].counts is Counts.TICKET:
            self._add(seq, ticket_of(record), record.device, record.chain, record.seq)

    def unsigned(self, seq: int, ticket: Ticket, device: str) -> None:
        """Add a ticket of a till that signs nothing."""
        self._add(seq, ticket, device)

    def repeated(self, data: dict[str, Any]) -> Iterator[Fault]:
        """Take out the ticket of the line before, which came in another record."""
        counted, self._counted = self._counted, None
        if counted is None or (counted.seq, counted.ticket.id) != (data["entry"], data["ticket"]):
            yield Fault.REPEATED
        else:
            counted.part.totals.add(counted.ticket, -1)

    def closing(self, entry: Entry) -> Iterable[Fault]:
        """Go on after a closing, which the standing stands at; return what it states wrongly.

        By what the walk has found where nothing else is wrong, else by what the closing states: so
        that later ones are not blamed for what is gone before it.
        """
        standing, data, since = self._standing, entry.data, self._since
        head = standing.head
        # A closing speaks of the line before it.
        standing.head = Head(head.chain, head.seq - 1, entry.previous)
        try:
            faults = list(closing.check(standing, data))
        finally:
            standing.head = head
        is_day = data["period"] == Period.DAY
        if faults and is_day and (since or Fault.CLOSING_NUMBER in faults):
            standing.go_on_by(resumed(head, data, entry.at_ms, None))
        else:
            closing.passed(standing, data, head.seq, entry.at_ms)
        if is_day:
            self._counted, self._since = None, set()
        return () if since & _UNCOUNTED else faults

    def _add(self, seq: int, ticket: Ticket, device: str, chain: str = "", number: int = 0) -> None:
        part = self._standing.day.add_ticket(ticket, device, chain, number)
        self._counted = _Counted(seq, part, ticket)
