"""Whether the journal agrees: with itself, with its columns, and with the tickets it is about.

Against a failing disk, not against people: the keys by which seals are checked are those that the
database names. Whether they are the shop's, and what tills signed, `journal verify` asks.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson

from common.i18n import mark
from common.journal.chain import SAYS
from common.journal.entry import read_entry
from common.journal.kinds import EntryType, RecordType, is_ticket
from common.models import Ticket, convert, decode_row
from hub.journal_walk import Walk
from hub.records import journal as rows
from hub.records import refunds
from hub.store import Connection

Place = tuple[str, str]
_ABOUT_TICKETS = (EntryType.TAKEN, EntryType.INVALID)


def chain(db: Connection) -> Iterator[Place]:
    """Check every line, its record and the seals, by the keys that the journal itself names."""
    if rows.line(db, 1) is None:
        return
    for finding in Walk(db, None, signatures=False).to_the_end():
        yield f"journal {finding.seq} {finding.record}".rstrip(), SAYS[finding.fault]


def places(db: Connection) -> Iterator[Place]:
    """Check the columns of each line against what its bytes say, and its ticket against its row."""
    before = _uncounted(db)
    tickets = _Tickets(db, before > 0)
    for seq, kind, *place, body, record in db.execute(
        "SELECT seq, type, chain, record_seq, record_type, type_seq, entry, record"
        " FROM journal ORDER BY seq"
    ):
        entry = read_entry(body)
        written = None if record is None else orjson.loads(record)
        if kind != entry.type or place != _place(entry.type, entry.data, written):
            yield f"journal {seq}", mark("its columns are not what its bytes say")
        taken_out = entry.data["ticket"] if entry.type is EntryType.REPEATED else ""
        yield from tickets.taken_out(seq, taken_out)
        ticket = _ticket(entry.type, written)
        if ticket is not None:
            yield from tickets.compare(seq, ticket, _given_back(written))
    yield from tickets.taken_out(0, "")
    kept = db.execute("SELECT count(*) FROM ticket").fetchone()[0]
    if rows.head(db)[0] and kept != tickets.known + before:
        yield f"{kept} tickets", mark("are not those of the journal")


class _Tickets:
    """The tickets that the journal had so far, against their rows: a bit for each row, so that
    years of them need little memory. `known`: how many different ones that are first in a line
    here; `older`: there are others, from before the journal or purged from it.
    """

    def __init__(self, db: Connection, older: bool) -> None:
        self._db = db
        self._older = older
        self._had = bytearray()
        self._again = self._first = ""
        self._line = 0
        self.known = 0

    def compare(
        self, seq: int, ticket: dict[str, Any], given_back: dict[str, Any] | None
    ) -> Iterator[Place]:
        """Check a ticket of a line against its row, and whether it gives back another one."""
        found = self._db.execute(
            "SELECT rowid, body FROM ticket WHERE id = ?", (ticket["id"],)
        ).fetchone()
        where = f"journal {seq} ticket {ticket['id']}"
        if found is None or not _same(found[1], ticket):
            yield where, mark("is not the ticket that is kept")
        if _refunded(self._db, ticket["id"]) != given_back:
            yield where, mark("gives back another ticket than is kept")
        if found is None or not self._is_again(found[0]):
            self.known += 1
            self._first = ticket["id"]
        else:
            self._again = ticket["id"]

    def taken_out(self, seq: int, ticket_id: str) -> Iterator[Place]:
        """Check that a ticket which the line before had again is taken out by a line, and no other
        one is. `ticket_id`: which one the line takes out, or ""."""
        again, first, before = self._again, self._first, self._line
        self._again, self._first, self._line = "", "", seq
        if seq and seq != before + 1:
            return  # What stood before it is in an archive, or is missing, which the walk says.
        if again and not ticket_id:
            yield f"ticket {again}", mark("stands in two records, and counts twice")
        elif self._older and first and first == ticket_id:
            self.known -= 1  # Its other record is in an archive; or there was none, long ago.
        elif again != ticket_id:
            yield f"journal {seq}", mark("takes out a ticket that stands in no other record")

    def _is_again(self, row: int) -> bool:
        place, bit = row // 8, 1 << row % 8
        if place >= len(self._had):
            self._had.extend(bytes(place + 4096 - len(self._had)))
        had = self._had[place] & bit
        self._had[place] |= bit
        return bool(had)


def tickets_up_to(db: Connection, last: int) -> int:
    """Return how many tickets are first in a line up to a seq, where `places` finds nothing.

    Without those that are in none, or in none any more.
    """
    later = _Tickets(db, older=True)
    for line in rows.lines(db, last):
        entry = read_entry(line.body)
        twice = entry.data["ticket"] if entry.type is EntryType.REPEATED else ""
        written = None if line.record is None else orjson.loads(line.record)
        ticket = _ticket(entry.type, written)
        for _ in later.taken_out(line.seq, twice):
            pass
        if ticket is not None:
            for _ in later.compare(line.seq, ticket, _given_back(written)):
                pass
    tickets = int(db.execute("SELECT count(*) FROM ticket").fetchone()[0])
    return tickets - _uncounted(db) - later.known


def _uncounted(db: Connection) -> int:
    """Return how many tickets no line is about: from before the journal, or purged since."""
    founded = rows.line(db, 1)
    before = 0 if founded is None else read_entry(founded.body).data["tickets_before"]
    purges = (read_entry(line.body).data for line in rows.of_type(db, EntryType.PURGE))
    return int(before + sum(data["tickets"] for data in purges))


def _same(body: bytes, ticket: dict[str, Any]) -> bool:
    """Return whether a kept ticket is a record's, which another release may have written."""
    if orjson.loads(body) == ticket:
        return True
    try:
        return decode_row(body, Ticket) == convert(ticket, Ticket)
    except ValueError:
        return False


def _given_back(record: Any) -> dict[str, Any] | None:
    """Return which ticket a record gives back, and why; None where it is no refund."""
    data = record.get("data", {})
    return {**data["original"], "reason": data["reason"]} if "original" in data else None


def _refunded(db: Connection, ticket_id: str) -> dict[str, Any] | None:
    found = refunds.note(db, ticket_id)
    return None if found is None else {**asdict(found[0]), "reason": found[1]}


def _place(kind: EntryType, data: dict[str, Any], record: Any) -> list[Any]:
    """Return what stands in the columns of a line that stands in a till's chain."""
    if kind is EntryType.TAKEN or (kind is EntryType.INVALID and data["advances"]):
        return [record["chain"], record["seq"], record["type"], record["type_seq"]]
    return [None] * 4


def _ticket(kind: EntryType, record: Any) -> Any:
    if kind is EntryType.UNSIGNED:
        return record
    if kind in _ABOUT_TICKETS and record is not None and is_ticket(RecordType(record["type"])):
        return record["data"]["ticket"]
    return None
