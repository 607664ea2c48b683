"""The parked tickets as a till sees them: the replica's rows and, over them, what is on its way.

Owns their fold. Who may recall which is `parking.py`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.commands import Unparked
from common.models import Parked, ParkedTicket
from kiosk.folds import Rows


@dataclass(frozen=True, slots=True)
class ParkedEntry:
    """A basket that waits, or that a till has in hand. `pending`: the hub does not have it yet, so
    that it is this till's; `taken`: this till took it up, which the hub does not know yet."""

    ticket: ParkedTicket
    row: Parked | None = None
    taken: bool = False

    @property
    def pending(self) -> bool:
        """Return whether it is on its way to the hub."""
        return self.row is None


class ParkedTickets:
    """Rows of topic `parked`, and what is pending over them. One thread."""

    def __init__(self) -> None:
        self._rows = Rows(Parked)
        self._parked: Mapping[str, ParkedTicket] = {}
        self._unparked: Mapping[str, Unparked] = {}

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        self._rows.replace(rows)

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._rows.put(key, row)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._rows.drop(key)

    def set_pending(
        self, parked: Sequence[ParkedTicket], unparked: Mapping[str, Unparked]
    ) -> set[str]:
        """Take what is on its way, all of it each time; return the keys whose view this changed."""
        by_id = {ticket.id: ticket for ticket in parked}
        changed = self._parked.keys() ^ by_id.keys()
        for key in self._unparked.keys() | unparked.keys():
            if self._unparked.get(key) is not unparked.get(key):
                changed.add(key)
        self._parked, self._unparked = by_id, dict(unparked)
        return changed

    def all(self) -> list[ParkedEntry]:
        """Return those that go on, newest first."""
        rows = {row.id: row for row in self._rows.values()}
        ids = rows.keys() | self._parked.keys()
        found = (self._entry(each, rows.get(each)) for each in ids)
        return sorted((each for each in found if each is not None), key=_newest)

    def get(self, parked_id: str) -> ParkedEntry | None:
        """Return one of them; None where it is over, or not known here."""
        return self._entry(parked_id, self._rows.get(parked_id))

    def _entry(self, parked_id: str, row: Parked | None) -> ParkedEntry | None:
        ticket = self._parked.get(parked_id) if row is None else row.ticket
        outcome = self._unparked.get(parked_id)
        if ticket is None or outcome not in (None, Unparked.TAKEN):
            return None
        return ParkedEntry(ticket, row, outcome is not None)


def _newest(entry: ParkedEntry) -> tuple[int, str]:
    """Return a sort key: newest first by the hub's clock."""
    return -(entry.ticket.at_ms + entry.ticket.clock_diff_ms), entry.ticket.id
