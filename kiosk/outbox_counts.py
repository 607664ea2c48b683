"""What a till has counted, as its outbox keeps it: sums of each chain, copies of each ticket.

Written in the transaction of the record that was counted: a Z adds nothing up, and nothing is
counted twice or not at all, whenever power goes. Sums are sealed, since they say what a shop takes.
Owns the statements; what is counted is `common/journal/till_tally.py`'s.
"""

from typing import NamedTuple

import msgspec
import orjson
from peewee import BigIntegerField, BlobField, Model, TextField

from common.journal.till_tally import TillTally
from common.models import convert
from kiosk.database import FAULTS, Connection
from kiosk.sealed import Box


class TallyRow(Model):
    """Where the sums of a chain stand after its record `seq`; `next_ticket`: of its own series."""

    chain = TextField(primary_key=True)
    seq = BigIntegerField()
    next_ticket = BigIntegerField()
    body = BlobField()

    class Meta:
        table_name = "tally"
        strict_tables = True


class CopyRow(Model):
    """How often a ticket was printed once more here."""

    ticket = TextField(primary_key=True)
    n = BigIntegerField()

    class Meta:
        table_name = "copy"
        strict_tables = True


class Counted(NamedTuple):
    """A chain's sums after its record `seq`, and its next ticket's number."""

    seq: int
    next_ticket: int
    tally: TillTally


def read(db: Connection, box: Box, chain: str) -> Counted | None:
    """Return the sums of a chain, None where none were kept; raises one of `FAULTS` as damage."""
    row = db.execute(
        "SELECT seq, next_ticket, body FROM tally WHERE chain = ?", (chain,)
    ).fetchone()
    if row is None:
        return None
    seq, next_ticket, sealed = row
    body = box.open_tally(chain, seq, next_ticket, sealed)
    if body is None:
        raise FAULTS[0]("malformed: the sums of the till are not as they were written")
    return Counted(seq, next_ticket, convert(orjson.loads(body), TillTally))


def note(db: Connection, box: Box, chain: str, counted: Counted) -> None:
    """Keep the sums of a chain, in the transaction that is open."""
    seq, next_ticket, tally = counted
    sealed = box.tally(chain, seq, next_ticket, orjson.dumps(msgspec.to_builtins(tally)))
    db.execute(
        "INSERT INTO tally (chain, seq, next_ticket, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq,"
        " next_ticket = excluded.next_ticket, body = excluded.body",
        (chain, seq, next_ticket, sealed),
    )


def copies(db: Connection, ticket: str) -> int:
    """Return how often a ticket was printed once more here."""
    row = db.execute("SELECT n FROM copy WHERE ticket = ?", (ticket,)).fetchone()
    return 0 if row is None else int(row[0])


def note_copy(db: Connection, ticket: str) -> None:
    """Count another copy, in the transaction that is open."""
    db.execute(
        "INSERT INTO copy (ticket, n) VALUES (?, 1) ON CONFLICT (ticket) DO UPDATE SET n = n + 1",
        (ticket,),
    )
