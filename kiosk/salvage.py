"""What a damaged outbox still says, read row by row around what cannot be read.

Owns telling a sound file from a damaged one, which operations of a damaged one go on, and what is
said of it.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from common import wire
from common.errors import Problem
from common.journal.opened import DAMAGED, OpenedData, unknown
from kiosk import book
from kiosk.carving import Carved, bytes_of, carve
from kiosk.database import FAULTS, Connection, Database, is_damage, require_disk, require_pages
from kiosk.one_bit import without_flip
from kiosk.outbox_file import (
    KIND,
    TABLES,
    Draft,
    Maker,
    kind_of,
    opened,
    replace_file,
    series_of,
)
from kiosk.schema import mend_schema
from kiosk.sealed import Box
from kiosk.unsealed import is_unsealed

_log = logging.getLogger(__name__)
_CHECKED_BYTES: Final = 64 * 1024 * 1024
"""A larger file is not read through at every start; its damage shows where it is used."""
_TRIED: Final = 1_000_000
"""So many numbers are tried one by one between the rows that can be walked to from both ends."""
_HOPELESS: Final = 16
"""Where so many are lost it was no single bit: trying for each would only take time."""
_BY_INDEX: Final = (
    "SELECT n, status FROM command INDEXED BY operation_status ORDER BY status {0}, n {0}"
)
_BY_TABLE: Final = "SELECT n, status FROM command NOT INDEXED ORDER BY n {0}"
_ROW: Final = (
    f"SELECT {KIND}, schema, body, made_ms, {{0}}, status FROM command NOT INDEXED WHERE n = ?"
)
_OUTBOX: Final = re.compile(r"[0-9a-f]{32}")
_WAL_MAGIC: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\0\0\0\0")
"""How a write-ahead log begins; zeros where power went before the first of it was on disk."""
_PAGE_BYTES: Final = 4096


@dataclass(slots=True)
class Salvaged:
    """The operations that go on; `lost`: how many others could not be read, or not as they were.

    `opened`: what the chain of records says that begins now.

    Only what waits goes on. What has its reply is kept for a hub that comes back from a backup, and
    asks for it by a number of the old outbox id: under the new one nobody would ask. It stays in
    the file that is set aside. So does what is in quarantine: the hub has its bytes.
    """

    drafts: list[Draft] = field(default_factory=list)
    lost: int = 0
    opened: OpenedData = field(
        default_factory=lambda: OpenedData(DAMAGED, carried=unknown(DAMAGED))
    )


def require_sound(database: Database, box: Box) -> None:
    """Raise one of `FAULTS`, as damage, where structure or what waits is not as it was written.

    One bit that flipped within what waits is put right.
    """
    connection = database.connection
    if database.path.stat().st_size <= _CHECKED_BYTES:
        require_pages(connection, "quick_check")
    for outbox, series in connection.execute("SELECT outbox, series FROM meta"):
        if not _OUTBOX.fullmatch(outbox) or not series.endswith(series_of(0, outbox)[-4:]):
            raise FAULTS[0](f"malformed: outbox {outbox} with series {series}")
        book.read(connection, box, outbox, series, 1)
    # A bit that flips within a body harms no page: SQLite does not see it.
    waiting = connection.execute("SELECT n, body FROM command WHERE status = 0").fetchall()
    for n, sealed in waiting:
        try:
            opened(box, n, sealed)
        except FAULTS:
            right = _put_right(box, n, sealed)
            if right is None:
                raise
            connection.execute("UPDATE command SET body = ? WHERE n = ?", (right, n))
            _log.warning("a bit had flipped in operation %d of %s: put right", n, database.path)


def look_beside(path: Path) -> None:
    """Look at the log beside a file before SQLite does, which passes damage over in silence.

    Raises one of `FAULTS` for a log that is none: what it held is gone. A file that lost all its
    bytes gets an empty page, for SQLite to read the log over it instead of deleting that, too.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or log.stat().st_size < _PAGE_BYTES:
        return
    with log.open("rb") as file:
        begins_well = file.read(4) in _WAL_MAGIC
    if not begins_well:
        raise FAULTS[0]("malformed: the write-ahead log is damaged")
    if not path.exists() or path.stat().st_size == 0:
        path.write_bytes(bytes(_PAGE_BYTES))


def replace_damaged(path: Path, maker: Maker, found: Salvaged | None = None) -> Problem:
    """Put a new outbox in the place of a closed one that is damaged, with what it still says.

    `found`: what was read of a file that is gone. Raises one of `FAULTS`.
    """
    if found is not None:
        replace_file(path, maker, found.drafts, mark="damaged", opened=found.opened)
        return Problem("outbox_missing", {"saved": len(found.drafts)})
    found = salvage_file(path, maker.box)
    aside = replace_file(path, maker, found.drafts, mark="damaged", opened=found.opened)
    told = {"saved": len(found.drafts), "lost": found.lost, "file": aside.name}
    return Problem("outbox_damaged", told)


def salvage_file(path: Path, box: Box) -> Salvaged:
    """Return what a closed file still says; nothing where it is no database any more.

    Raises one of `FAULTS` where the disk, not the file, is at fault: another time it may be read.
    """
    mend_schema(path, TABLES)
    try:
        database = Database(path, ())
    except FAULTS as fault:
        if not is_damage(fault):
            raise
        return Salvaged()
    try:
        return salvage(database.connection, box, raw=lambda: bytes_of(path))
    finally:
        database.close()


def salvage(
    connection: Connection, box: Box, why: str = DAMAGED, raw: Callable[[], bytes] = bytes
) -> Salvaged:
    """Return what still waits in an open outbox, in order; `why`: what became of its file.

    `raw` reads the file's bytes, for what no page leads to any more. Raises one of `FAULTS` where
    the disk fails to read: what it holds is not lost.
    """
    found = Salvaged(opened=book.after(connection, box, why))
    row = _ROW.format("hash" if _is_unsealed(connection) else "NULL")
    by_index = _walked(connection, _BY_INDEX)[0]
    by_table, between = _walked(connection, _BY_TABLE)
    waiting = {n for n, status in (by_index | by_table).items() if status == 0}
    waiting |= {n for n, status in by_index.items() if status == 0}
    unknown = {n for n in between if n not in by_index}
    missed: list[int] = []
    drafts: dict[int, Draft] = {}
    for n in sorted(waiting | unknown):
        try:
            draft = _read(connection.execute, row, box, n, n in waiting, len(missed) < _HOPELESS)
        except FAULTS as fault:
            require_disk(fault)
            missed.append(n)
            continue
        if draft is not None:
            drafts[n] = draft
    # Of the others nobody knows whether they wait: what is found may be of a time when they did.
    carved = _carved(box, [n for n in missed if n in waiting], raw)
    drafts |= {
        n: Draft(kind_of(row.kind), row.schema, body, row.made_ms) for n, row, body in carved
    }
    found.drafts = [drafts[n] for n in sorted(drafts)]
    # One whose number a bit has changed was missed by that as well, which no index knows.
    strangers = [n for n in missed if n not in drafts and n not in by_index]
    found.lost = sum(n not in drafts for n in missed) - min(len(strangers), len(carved))
    return found


def _read(
    execute: Callable[..., Any], sql: str, box: Box, n: int, waits: bool, hopeful: bool
) -> Draft | None:
    """Return an operation, None where there is none or it does not wait; raises one of `FAULTS`."""
    row = execute(sql, (n,)).fetchone()
    if row is None:
        if waits:
            raise FAULTS[0](f"malformed: operation {n} is gone")
        return None
    kind, schema, body, made_ms, written, status = row
    if status != 0 and not waits:
        return None
    if written is None and isinstance(body, bytes):
        whole = box.open_operation(n, body)
        if whole is None and hopeful:
            whole = _opened_right(box, n, body)
        written, body = whole or (None, None)
    if not isinstance(body, bytes) or wire.body_hash(body) != written:
        raise FAULTS[0](f"malformed: operation {n} is not as it was written")
    return Draft(kind_of(kind), schema, body, made_ms)


def _carved(
    box: Box, missed: list[int], raw: Callable[[], bytes]
) -> list[tuple[int, Carved, bytes]]:
    """Return those operations that are found in the bytes of the file: number, row, body."""
    found = []
    content = raw() if missed else b""
    for n in missed if content else ():
        opens = partial(_opens, box, n)
        row = carve(content, n, opens, flipped=len(missed) <= _HOPELESS)
        if row is not None:
            _, body = box.open_operation(n, row.body) or (b"", b"")
            found.append((n, row, body))
            _log.warning("operation %d was found in the bytes of its file", n)
    return found


def _opens(box: Box, n: int, sealed: bytes) -> bool:
    return box.open_operation(n, sealed) is not None


def _put_right(box: Box, n: int, sealed: bytes) -> bytes | None:
    return without_flip(sealed, partial(_opens, box, n))


def _opened_right(box: Box, n: int, sealed: bytes) -> tuple[bytes, bytes] | None:
    right = _put_right(box, n, sealed)
    return None if right is None else box.open_operation(n, right)


def _is_unsealed(connection: Connection) -> bool:
    try:
        return is_unsealed(connection)
    except FAULTS as fault:
        require_disk(fault)
        return False


def _walked(connection: Connection, sql: str) -> tuple[dict[int, int], Iterable[int]]:
    """Return n → status as far as it can be walked from both ends, and the numbers in between."""
    upward = dict(_until_fault(connection, sql.format("ASC")))
    downward = dict(_until_fault(connection, sql.format("DESC")))
    low, high = max(upward, default=0), min(downward, default=0)
    return upward | downward, range(max(low + 1, high - _TRIED), high)


def _until_fault(connection: Connection, sql: str) -> Iterator[Any]:
    try:
        yield from connection.execute(sql)
    except FAULTS as fault:
        require_disk(fault)
