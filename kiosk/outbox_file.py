"""The outbox's file: its tables, making one, reading what a damaged one still says.

Owns the schema and the identity of an outbox (its id, and the ticket series that follows from it).
Numbers, replies and threads are `outbox.py`'s.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from peewee import BigIntegerField, BlobField, IntegerField, Model, TextField

from common import wire
from common.journal.opened import FIRST, OpenedData
from common.outgoing import Queued
from kiosk import book, outbox_chain, outbox_counts, outbox_memos
from kiosk.book import Book
from kiosk.database import (
    FAULTS,
    Connection,
    Database,
    delete,
    is_damage,
    is_misshapen,
    set_aside,
)
from kiosk.schema import mend_schema, require_shape
from kiosk.sealed import Box
from kiosk.unsealed import Sealing, bring_over_outbox, require_key

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PRAGMAS: Final = (("journal_mode", "wal"), ("synchronous", "full"), ("busy_timeout", 5000))

KIND: Final = "CAST(kind AS BLOB)"
"""The column as bytes: a driver raises for a text of which bits have flipped."""


class Meta(Model):
    """One row: whose numbers these are, and the next one of a ticket."""

    outbox = TextField()
    series = TextField()
    next_ticket = BigIntegerField()
    clock_diff_ms = BigIntegerField()

    class Meta:
        table_name = "meta"
        strict_tables = True


class Operation(Model):
    """One queued command. `status` 0 waits; `reply` is the hub's, as `wire` stores it.

    `body`, with its hash, and `reply` are sealed, each for its n.
    """

    n = BigIntegerField(primary_key=True)
    schema = IntegerField()
    kind = TextField()
    body = BlobField()
    made_ms = BigIntegerField()
    status = IntegerField(index=True)
    reply = BlobField(null=True)

    class Meta:
        table_name = "command"
        strict_tables = True


TABLES: Final = (
    Meta,
    Operation,
    outbox_chain.ChainRow,
    outbox_counts.TallyRow,
    outbox_counts.CopyRow,
    outbox_memos.MemoRow,
    Sealing,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation before it has a number: kind, schema version, JSON body, when it was made.

    `book`: where the till's book stands with the records in it; None where there are none.
    `copied`: the id of the ticket of which it is a copy, or "". `memos`: what is kept with it.
    """

    kind: str
    schema: int
    body: bytes
    made_ms: int
    book: Book | None = None
    copied: str = ""
    memos: outbox_memos.Memos = field(default_factory=dict)


def free_bytes(folder: Path) -> int:
    """Return how many bytes a folder's disk has free for this user, "many" where it cannot tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 2**62


@dataclass(frozen=True, slots=True)
class Maker:
    """What a new outbox is made of: the device's number, a source of random bytes, what seals it,
    and whoever knows how many bytes the disk of a folder has free."""

    device_number: int
    random_bytes: Callable[[int], bytes]
    box: Box
    free_bytes: Callable[[Path], int] = free_bytes


def series_of(device_number: int, outbox: str) -> str:
    """Return the ticket series of an outbox: device number, and 20 bits of the outbox's id."""
    bits = int(outbox[:5], 16)
    mark = "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))
    return f"{device_number:02d}-{mark}"


def open_file(path: Path, maker: Maker) -> Database:
    """Open or make the file, with its id in it; raises one of `FAULTS`, OtherKey."""
    try:
        return _open_file(path, maker)
    except FAULTS as fault:
        if not ((is_damage(fault) or is_misshapen(fault)) and mend_schema(path, TABLES)):
            raise
    return _open_file(path, maker)


def _open_file(path: Path, maker: Maker) -> Database:
    database = Database(path, _PRAGMAS, TABLES)
    try:
        require_shape(database.connection, TABLES)
        bring_over_outbox(database, maker.box)
        require_key(database, maker.box)
        if database.connection.execute("SELECT 1 FROM meta").fetchone() is None:
            _begin(database, maker, unlike="", opened=OpenedData(FIRST))
    except BaseException:
        database.close()
        raise
    return database


def end_replacing(path: Path) -> None:
    """Put a new file in its place where power went between the two renames of `replace_file`."""
    beside = _beside(path)
    if beside.exists() and not path.exists():
        delete(path)  # A log of the old file would be read over the new one.
        os.replace(beside, path)


def replace_file(
    path: Path,
    maker: Maker,
    drafts: Iterable[Draft],
    mark: str,
    opened: OpenedData,
    unlike: str = "",
) -> Path:
    """Put a new outbox in the place of a closed one; `drafts` wait in it, numbered from 1.

    Its series is another than `unlike`, its chain of records says what is `opened`. Returns where
    the old file is kept. Without the disk for it nothing has changed.
    """
    beside = _beside(path)
    delete(beside)
    database = Database(beside, _PRAGMAS, TABLES)
    try:
        bring_over_outbox(database, maker.box)
        _begin(database, maker, unlike, opened)
        with database.transaction() as connection:
            for n, draft in enumerate(drafts, start=1):
                insert(connection, n, draft, maker.box)
        database.fold_log()
    finally:
        database.close()
    aside = set_aside(path, mark)
    os.replace(beside, path)
    return aside


def insert(connection: Connection, n: int, draft: Draft, box: Box) -> Queued:
    """Write an operation under its number and return it as `Outgoing` wants it."""
    entry = Queued(n, draft.schema, wire.body_hash(draft.body), draft.body)
    connection.execute(
        "INSERT INTO command (n, schema, kind, body, made_ms, status) VALUES (?, ?, ?, ?, ?, 0)",
        (
            n,
            draft.schema,
            draft.kind,
            box.operation(n, entry.body_hash, draft.body),
            draft.made_ms,
        ),
    )
    return entry


@dataclass(frozen=True, slots=True)
class Glance:
    """What a passer-by may know of an outbox."""

    series: str
    tickets: int
    waiting: int
    quarantined: int


def glance(path: Path) -> Glance | None:
    """Return how an outbox stands, also while a kiosk works with it; None where there is none."""
    if not path.exists():
        return None
    database = Database(path, (("query_only", 1), ("busy_timeout", 5000)))
    try:
        with database.reading() as connection:
            found = connection.execute("SELECT series, next_ticket FROM meta").fetchone()
            counts = "SELECT status, count(*) FROM command WHERE status IN (0, 3) GROUP BY status"
            by_status = dict(connection.execute(counts).fetchall())
    finally:
        database.close()
    if found is None:
        return None
    return Glance(found[0], found[1] - 1, by_status.get(0, 0), by_status.get(3, 0))


def waiting_drafts(connection: Connection, box: Box) -> Iterator[Draft]:
    """Yield what waits, in order; raises one of `FAULTS`, as damage, where one does not open."""
    sql = f"SELECT n, {KIND}, schema, body, made_ms FROM command WHERE status = 0 ORDER BY n"
    for n, kind, schema, sealed, made_ms in connection.execute(sql):
        yield Draft(kind_of(kind), schema, opened(box, n, sealed)[1], made_ms)


def opened(box: Box, n: int, sealed: bytes) -> tuple[bytes, bytes]:
    """Return an operation's hash and body; raises one of `FAULTS`, as damage."""
    found = box.open_operation(n, sealed)
    if found is None or wire.body_hash(found[1]) != found[0]:
        raise FAULTS[0](f"malformed: operation {n} is not as it was written")
    return found


def kind_of(raw: object) -> str:
    """Return a kind as it was read by `KIND`: where bits have flipped, one that nobody knows.

    Nothing is sent or taken by it: what an operation is, its body says.
    """
    return raw.decode(errors="replace") if isinstance(raw, bytes) else ""


def _begin(database: Database, maker: Maker, unlike: str, opened: OpenedData) -> None:
    outbox, series = "", unlike
    while series == unlike:
        outbox = maker.random_bytes(16).hex()
        series = series_of(maker.device_number, outbox)
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO meta (outbox, series, next_ticket, clock_diff_ms) VALUES (?, ?, 1, 0)",
            (outbox, series),
        )
        book.new_chain(connection, maker.box, outbox, opened)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.new{path.suffix}")
