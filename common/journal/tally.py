"""What a walk over the journal adds up, line by line, and closings held against that.

Owns which faults leave a walk without knowing what a period comes to, and how it goes on after a
closing that states something else: so that the one wrong closing is named, and no other.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from common.journal import closing
from common.journal.chain import Fault
from common.journal.contents import content_of
from common.journal.entry import Entry, Head
from common.journal.kinds import EntryType, Period, RecordType, is_ticket
from common.journal.record import Record
from common.journal.resume import resumed
from common.journal.standing import Standing
from common.journal.sums import Part, count
from common.journal.till_sums import TillSums
from common.journal.till_walk import Found, count_sums
from common.models import Ticket

_UNCOUNTED: Final = frozenset({Fault.UNREADABLE, Fault.RECORD, Fault.DIGEST, Fault.SEQUENCE})
"""Faults after which nobody knows what a period comes to: no closing is blamed for it."""

_ANOTHER_PAST: Final = frozenset({Fault.LINK, Fault.SEQUENCE, Fault.TYPE_SEQUENCE})
"""Faults of a record that does not follow the one which is here before it."""


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

    def taken(self, seq: int, record: Record, late: bool) -> Iterator[Found]:
        """Count a record that was taken in; yield what it states of sums, and is not so.

        `late`: after later ones of its chain.
        """
        count(self._standing.day.records, record.type.value)
        if late:
            count(self._standing.day.filled, record.chain)
        content = self._record(seq, record)
        yield from count_sums(self._standing, seq, record, content, late)

    def invalid(self, seq: int, record: Record, said: Mapping[str, Any]) -> Iterator[Found]:
        """Add what a record holds that is not sound: what was sold was sold.

        `said`: by the hub, of its fault, and whether its till went on from it. Where that was not
        the record that is here before it, its till counts others than those that are here.
        """
        try:
            content = self._record(seq, record)
        except ValueError:
            if is_ticket(record.type):
                raise
            self.lost(record.chain, record.seq)
            return
        if said["advances"] and said["code"] in _ANOTHER_PAST:
            self.lost(record.chain, record.seq)
        if said["advances"]:
            yield from count_sums(self._standing, seq, record, content, late=False)

    def lost(self, chain: str, seq: int) -> None:
        """A till's record is not what it was: no statement of its till is held against it."""
        self._standing.sums.setdefault(chain, TillSums()).lost(seq)

    def _record(self, seq: int, record: Record) -> tuple[RecordType, Any]:
        kind, data = content = content_of(record)
        if is_ticket(record.type):
            self._add(seq, data.ticket, record.device, record.chain, record.seq)
        elif is_ticket(kind):
            self._standing.exercises.add(data.ticket)
        return content

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
