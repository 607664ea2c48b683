"""The chain of a till's signed records, as its outbox keeps it: where it stands, and why it began.

One row beside the operations, so that record, head and ticket number are one transaction. A chain
bears the id of its outbox: where that is renewed, another chain begins, and says after which one.
Owns the statements on that row; what a record says is `journal.py`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgspec
import orjson
from peewee import BigIntegerField, BlobField, Model, TextField

from common.journal.record import ChainHead, OpenedData
from common.models import convert
from kiosk.database import FAULTS, Connection

FIRST: Final = "first"
SET_BACK: Final = "set_back"
DAMAGED: Final = "damaged"
LOST: Final = "lost"
_ROW: Final = "SELECT chain, seq, digest, counts, opened, hash FROM chain"


class ChainRow(Model):
    """One row. `counts`, `opened`: JSON; `hash`: of the others, for bits that a disk flips."""

    chain = TextField()
    seq = BigIntegerField()
    digest = TextField()
    counts = TextField()
    opened = TextField()
    hash = BlobField()

    class Meta:
        table_name = "chain"
        strict_tables = True


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that goes on here. `opened`: what its first record says, or has said."""

    head: ChainHead
    opened: OpenedData


def begin(db: Connection, outbox: str, opened: OpenedData) -> Chain:
    """Let a chain begin, in the transaction that is open; there is no other then."""
    chain = Chain(ChainHead(outbox), opened)
    db.execute("DELETE FROM chain")
    _write(db, chain)
    return chain


def read(db: Connection, outbox: str) -> Chain | None:
    """Return the chain of this outbox, None where it has none; raises one of `FAULTS` as damage."""
    row = db.execute(_ROW).fetchone()
    if row is None:
        return None
    chain = _sound(row)
    if chain is None or chain.head.chain != outbox:
        raise FAULTS[0]("malformed: the chain of records is not as it was written")
    return chain


def note(db: Connection, chain: Chain, head: ChainHead) -> Chain:
    """Let the chain stand at a head, in the transaction that is open."""
    moved = Chain(head, chain.opened)
    row = _values(moved)
    db.execute("UPDATE chain SET seq = ?, digest = ?, counts = ?, hash = ?", (*row[1:4], row[5]))
    return moved


def after(db: Connection, why: str) -> OpenedData:
    """Return what a chain says that begins after this file's, as far as this can be read."""
    try:
        rows = db.execute(_ROW).fetchall()
    except FAULTS:
        return OpenedData(why)
    return opened_after(why, rows)


def opened_after(why: str, rows: Iterable[Any]) -> OpenedData:
    """Return the same from rows that were read."""
    for row in rows:
        chain = _sound(row)
        if chain is not None:
            head = chain.head
            return OpenedData(why, head.chain, head.seq, head.digest)
    return OpenedData(why)


def _write(db: Connection, chain: Chain) -> None:
    db.execute(
        "INSERT INTO chain (chain, seq, digest, counts, opened, hash) VALUES (?, ?, ?, ?, ?, ?)",
        _values(chain),
    )


def _values(chain: Chain) -> tuple[Any, ...]:
    head = chain.head
    values = (head.chain, head.seq, head.digest, _json(head.counts), _json(chain.opened))
    return *values, _hash(values)


def _sound(row: Any) -> Chain | None:
    """Return what a row says, None where it is not as it was written."""
    chain, seq, digest, counts, opened, written = row
    if _hash((chain, seq, digest, counts, opened)) != written:
        return None
    head = ChainHead(chain, seq, digest, orjson.loads(counts))
    return Chain(head, convert(orjson.loads(opened), OpenedData))


def _hash(values: tuple[Any, ...]) -> bytes:
    return blake2b(repr(values).encode(), digest_size=16).digest()


def _json(value: Any) -> str:
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS).decode()
