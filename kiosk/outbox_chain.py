"""The chains of a till's signed records, as its outbox keeps them: where each stands, why it began.

A row beside the operations, so that record, head and ticket number are one transaction; another row
once somebody trains here. A chain bears the id of its outbox: where that is renewed, another chain
begins, and says after which one. Owns the statements on those rows; what a record says is
`journal.py`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgspec
import orjson
from peewee import BigIntegerField, BlobField, Model, TextField

from common.journal.opened import TRAINING, OpenedData
from common.journal.record import ChainHead
from common.models import convert
from kiosk.database import FAULTS, Connection, require_disk

_ROW: Final = "SELECT chain, seq, digest, counts, opened, hash FROM chain"


class ChainRow(Model):
    """A chain. `counts`, `opened`: JSON; `hash`: of the others, for bits that a disk flips."""

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

    @property
    def training(self) -> bool:
        """Return whether its records are exercises."""
        return self.opened.why == TRAINING


def training_id(outbox: str) -> str:
    """Return by which id the exercises of an outbox are chained."""
    return blake2b(f"{outbox} training".encode(), digest_size=16).hexdigest()


def begin(db: Connection, chain: str, opened: OpenedData) -> Chain:
    """Let a chain begin, in the transaction that is open, instead of what it was."""
    begun = Chain(ChainHead(chain), opened)
    db.execute("DELETE FROM chain WHERE chain = ?", (chain,))
    note(db, begun)
    return begun


def read(db: Connection, outbox: str) -> tuple[Chain | None, Chain | None]:
    """Return the chain of this outbox and that of its exercises, None where there is none.

    Raises one of `FAULTS` as damage.
    """
    own: Chain | None = None
    training: Chain | None = None
    for row in db.execute(_ROW).fetchall():
        chain = _sound(row)
        if chain is not None and chain.head.chain == outbox:
            own = chain
        elif chain is not None and chain.head.chain == training_id(outbox):
            training = chain
        else:
            raise FAULTS[0]("malformed: the chain of records is not as it was written")
    if training is not None and own is None:
        raise FAULTS[0]("malformed: the chain of records is gone")
    return own, training


def note(db: Connection, chain: Chain) -> None:
    """Let a chain stand as it does, in the transaction that is open."""
    row = _values(chain)
    moved = db.execute(
        "UPDATE chain SET seq = ?, digest = ?, counts = ?, opened = ?, hash = ? WHERE chain = ?",
        (*row[1:], row[0]),
    )
    if not moved.rowcount:
        db.execute(
            "INSERT INTO chain (chain, seq, digest, counts, opened, hash)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            row,
        )


def ended(db: Connection) -> Chain | None:
    """Return the chain of a file that is given up, as far as it can be read.

    Raises one of `FAULTS` where the disk fails to read it.
    """
    try:
        rows = db.execute(_ROW).fetchall()
    except FAULTS as fault:
        require_disk(fault)
        return None
    return _first(rows)


def _first(rows: Iterable[Any]) -> Chain | None:
    for row in rows:
        chain = _sound(row)
        if chain is not None and not chain.training:
            return chain
    return None


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
