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
from common.journal.verify import Verifier
from hub.records import journal as rows
from hub.records import refunds
from hub.store import Connection

Place = tuple[str, str]
_REPEATED = EntryType.REPEATED
_ABOUT_TICKETS = (EntryType.TAKEN, EntryType.INVALID)


def chain(db: Connection) -> Iterator[Place]:
    """Check every line, its record and the seals, by the keys that the journal itself names."""
    if rows.line(db, 1) is None:
        return
    verifier = Verifier(None, signatures=False)
    for finding in verifier.walk(rows.lines(db), rows.seals(db)):
        yield f"journal {finding.seq} {finding.record}".rstrip(), SAYS[finding.fault]


def places(db: Connection) -> Iterator[Place]:
    """Check the columns of each line against what its bytes say, and its ticket against its row."""
    known: set[str] = set()
    before = 0
    again = ""
    for seq, kind, *place, body, record in db.execute(
        "SELECT seq, type, chain, record_seq, record_type, type_seq, entry, record"
        " FROM journal ORDER BY seq"
    ):
        entry = read_entry(body)
        if entry.type is EntryType.FOUNDED:
            before = entry.data["tickets_before"]
        written = None if record is None else orjson.loads(record)
        if kind != entry.type or place != _place(entry.type, entry.data, written):
            yield f"journal {seq}", mark("its columns are not what its bytes say")
        if again and entry.type is not EntryType.REPEATED:
            yield (
                f"journal {seq - 1} ticket {again}",
                mark("stands in two records, and counts twice"),
            )
        if entry.type is EntryType.REPEATED and again != entry.data["ticket"]:
            yield f"journal {seq}", mark("takes out a ticket that stands in no other record")
        again = ""
        ticket = _ticket(entry.type, written)
        if ticket is None:
            continue
        again = ticket["id"] if ticket["id"] in known else ""
        known.add(ticket["id"])
        kept = db.execute("SELECT body FROM ticket WHERE id = ?", (ticket["id"],)).fetchone()
        where = f"journal {seq} ticket {ticket['id']}"
        if kept is None or orjson.loads(kept[0]) != ticket:
            yield where, mark("is not the ticket that is kept")
        if _refunded(db, ticket["id"]) != _given_back(written):
            yield where, mark("gives back another ticket than is kept")
    yield from _twice(0, again, "")
    tickets = db.execute("SELECT count(*) FROM ticket").fetchone()[0]
    if rows.head(db)[0] and tickets != len(known) + before:
        yield f"{tickets} tickets", mark("are not those of the journal")


def _twice(seq: int, again: str, taken_out: str) -> Iterator[Place]:
    """Check that a ticket which the line before had again is taken out, and no other one is.

    `again`, `taken_out`: its id, or "".
    """
    if again and not taken_out:
        yield f"ticket {again}", mark("stands in two records, and counts twice")
    elif again != taken_out:
        yield f"journal {seq}", mark("takes out a ticket that stands in no other record")


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
