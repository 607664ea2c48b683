"""The replica's file: its tables, and reading whole topics out of it.

Owns the schema. Rows lie in numbered slots and a topic points at its slot, so that a snapshot is
gathered beside the rows it replaces and takes their place by one small write. What may be written
when is `replica.py`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, Model, TextField

from common.wire import DIGEST_MASK, row_digest
from kiosk.database import Database
from kiosk.sealed import Box
from kiosk.unsealed import Sealing

PRAGMAS: Final = (
    ("page_size", 4096),
    ("journal_mode", "wal"),
    ("synchronous", "normal"),
    ("busy_timeout", 5000),
    ("cache_size", -32_000),
    ("wal_autocheckpoint", 16_000),
)
"""NORMAL: power loss may take the last changes, never half of one; the hub gives them again. The
write-ahead log is folded into the file while nothing else is to be done (`Replica.tidy`), and in
the midst of work only where it has grown to 64 MB: that takes tens of milliseconds."""


class Meta(Model):
    """One row: the history that the rows belong to, whose operations `last_n` counts, and when
    all of it was last known to equal the hub."""

    epoch = TextField()
    outbox = TextField()
    synced_ms = BigIntegerField(null=True)

    class Meta:
        table_name = "meta"
        strict_tables = True


class Position(Model):
    """Where a topic stands. `staging`: the slot of a snapshot that is not whole yet.

    `stale`: the rows, if any, are none of this epoch's: good for reading until the hub's come.
    `mark`: of all the rest, by which flipped bits are seen; none of a release that wrote none.
    """

    topic = TextField(primary_key=True)
    slot = IntegerField()
    tseq = BigIntegerField()
    digest = TextField()
    last_n = BigIntegerField()
    stale = IntegerField()
    staging = IntegerField(null=True)
    mark = BigIntegerField(null=True)

    class Meta:
        table_name = "position"
        strict_tables = True
        without_rowid = True


class Row(Model):
    """One row of the topic that points at `slot`: the canonical bytes as the hub sent them, sealed
    where the topic is."""

    slot = IntegerField()
    key = TextField()
    row = BlobField()

    class Meta:
        table_name = "row"
        primary_key = CompositeKey("slot", "key")
        strict_tables = True
        without_rowid = True


TABLES: Final = (Meta, Position, Row, Sealing)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it stood at one moment. `whole`: every row opened. `sound`: its rows are those of
    `digest`."""

    tseq: int
    last_n: int
    stale: bool
    digest: int
    rows: Sequence[tuple[str, bytes]]
    whole: bool = True

    @property
    def sound(self) -> bool:
        """Return whether the rows are those that the digest was made of; reads them all."""
        if not self.whole:
            return False
        return self.stale or digest_of(self.rows) == self.digest


class Reader:
    """Reads topics on its own connection, while the link writes on another. One thread."""

    def __init__(self, path: Path, box: Box) -> None:
        self._database = Database(path, (*PRAGMAS, ("query_only", 1)))
        self._box = box

    def epoch(self) -> str:
        """Return the epoch of the rows, "" for none."""
        found = self._database.connection.execute("SELECT epoch FROM meta").fetchone()
        return str(found[0]) if found else ""

    def count(self, topic: str) -> int:
        """Return how many rows a topic has."""
        sql = "SELECT count(*) FROM row WHERE slot = (SELECT slot FROM position WHERE topic = ?)"
        return int(self._database.connection.execute(sql, (topic,)).fetchone()[0])

    def stand(self, topic: str) -> Topic:
        """Return a topic's position without its rows."""
        return self._read(topic, with_rows=False)

    def read(self, topic: str) -> Topic:
        """Return a topic's rows with the position that they belong to; empty where unknown."""
        return self._read(topic, with_rows=True)

    def _read(self, topic: str, with_rows: bool) -> Topic:
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT slot, tseq, digest, last_n, stale FROM position WHERE topic = ?", (topic,)
            ).fetchone()
            if found is None:
                return Topic(0, 0, True, 0, ())
            slot, tseq, digest, last_n, stale = found
            rows: Sequence[tuple[str, bytes]] = ()
            if with_rows:
                rows = connection.execute(
                    "SELECT key, row FROM row WHERE slot = ? ORDER BY key", (slot,)
                ).fetchall()
        rows, whole = self._box.open_rows(topic, rows)
        known = self._box.open_digest(topic, digest)
        return Topic(tseq, last_n, bool(stale), known, rows, whole)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()


def synced_ms(path: Path) -> int | None:
    """Return when a file's rows were last known to equal the hub's, ms since 1970 UTC."""
    database = Database(path, (("query_only", 1), ("busy_timeout", 5000)))
    try:
        found = database.connection.execute("SELECT synced_ms FROM meta").fetchone()
    finally:
        database.close()
    return found[0] if found else None


def digest_of(rows: Iterable[tuple[str, bytes]]) -> int:
    """Return the digest of whole rows, an integer mod 2²⁵⁶."""
    return sum(row_digest(key, row) for key, row in rows) & DIGEST_MASK
