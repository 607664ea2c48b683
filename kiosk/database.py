"""SQLite as a kiosk opens it: one file, one connection, its pragmas, its transactions.

Owns which SQLite will do, what a fault of the disk means in words, and setting a damaged file
aside. peewee picks the driver (pysqlite3 where there is one) and makes the tables from their
models; hot statements go straight to the connection. Knows no table's meaning.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import peewee
from peewee import DatabaseError, Model, PeeweeException, SchemaManager, SqliteDatabase

from common.errors import Refusal
from common.pages import SOUND, NotRead, first_finding

sqlite3 = peewee.sqlite3  # type: ignore[attr-defined] # its stubs leave it out

SAFE_SQLITE: Final = (3, 51, 3)
"""Older ones (from 3.7.0) can corrupt a WAL database that has two connections."""
FAULTS: Final = (sqlite3.Error, DatabaseError, PeeweeException, UnicodeDecodeError)
"""What the driver raises when a disk or a file fails; never a refusal.

SQLite quotes a schema that is no text any more, and the driver cannot read what it says of it.
"""
_COMPANIONS: Final = ("", "-wal", "-shm")
_PAGE_BYTES: Final = 4096
_HEAD: Final = b"SQLite format 3\0" + b"\x10\x00\x02\x02\x00\x40\x20\x20"
"""Of every file of a post: 4096 bytes a page, a write-ahead log, and what SQLite always writes."""
_MENDED: Final = 2
"""With more bytes wrong it is no file whose bits have flipped, but something else."""
_DAMAGE_WORDS: Final = ("malformed", "not a database", "Could not decode to UTF-8", "codec can't")
_DAMAGE: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Connection(Protocol):
    """What hot statements need: the driver's own, without peewee's cost per statement."""

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    def execute(self, sql: str, parameters: Sequence[Any] = ...) -> Any:
        """Run one statement and return its cursor."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Any:
        """Run one statement once for each row of parameters."""


class Database:
    """An open file. Whoever owns it sees to it that one thread at a time uses it."""

    def __init__(
        self,
        path: Path,
        pragmas: Sequence[tuple[str, str | int]],
        models: Iterable[type[Model]] = (),
    ) -> None:
        require_sound_sqlite(sqlite3.sqlite_version_info)
        self.path = path
        self._peewee = SqliteDatabase(
            str(path), pragmas=list(pragmas), thread_safe=False, check_same_thread=False
        )
        try:
            self._peewee.connect()
            self.connection: Connection = self._peewee.connection()  # type: ignore[no-untyped-call]
            self._make(models)
        except BaseException:
            self._peewee.close()
            raise

    def _make(self, models: Iterable[type[Model]]) -> None:
        """Make the tables that lack: all or, where the disk fails, none."""
        self.connection.execute("BEGIN")
        for model in models:
            for statement in _making(model):
                self.connection.execute(statement)
        self.connection.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit what the block does, or nothing of it."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some faults, a full disk for one.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Let every statement of the block see the same moment."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")

    def fold_log(self) -> None:
        """Have all of it in the file itself, on disk, before the file is renamed.

        `close` does the same, and says nothing where the disk fails.
        """
        busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise FAULTS[0]("the write-ahead log is in use")

    def close(self) -> None:
        """Close; the last connection also folds the write-ahead log into the file."""
        self._peewee.close()


@cache
def _making(model: type[Model]) -> tuple[str, ...]:
    """Return the statements by which peewee makes a table and its indexes where they lack.

    It puts them together anew each time, and a post makes sure of its tables at every start.
    """
    said: list[str] = []
    database = SqliteDatabase(":memory:")
    try:
        database.connection().set_trace_callback(said.append)  # type: ignore[no-untyped-call]
        SchemaManager(model, database).create_all()
    finally:
        database.close()
    return tuple(said)


def require_pages(connection: Connection, check: Literal["quick_check", "integrity_check"]) -> None:
    """Raise one of `FAULTS`, as damage, where a file's pages are not in order.

    One that is no damage where the disk fails to read them.
    """
    try:
        found = first_finding(connection, check)
    except NotRead as unread:
        raise FAULTS[0](f"disk I/O error: {unread.strerror}") from unread
    if found != SOUND:
        raise FAULTS[0](f"malformed: {found}")


def require_sound_sqlite(version: tuple[int, int, int]) -> None:
    """Raise Refusal `sqlite_too_old` for a SQLite that could damage a kiosk's files."""
    if version < SAFE_SQLITE:
        raise Refusal("sqlite_too_old", found=_dotted(version), needed=_dotted(SAFE_SQLITE))


def refusal(fault: BaseException, path: Path) -> Refusal:
    """Return what a fault of `FAULTS` means for the person at the till."""
    if is_full(fault):
        return Refusal("disk_full", folder=str(path.parent))
    return Refusal("disk_failed", file=str(path), reason=str(fault))


def is_full(fault: BaseException) -> bool:
    """Return whether a fault says that there was no room; nothing of the write is there then."""
    return "disk is full" in str(fault)


def is_damage(fault: BaseException) -> bool:
    """Return whether a fault says that the file's contents are broken, not the disk or a lock."""
    text = str(fault)
    return _error_name(fault).startswith(_DAMAGE) or any(words in text for words in _DAMAGE_WORDS)


def require_disk(fault: BaseException) -> None:
    """Raise a fault again that says that the disk did not read: another time it may."""
    if _error_name(fault).startswith("SQLITE_IOERR"):
        raise fault


def mend_head(path: Path) -> None:
    """Put right a bit or two of what never changes in a file's head; raises OSError.

    SQLite would take the file for none of its own, or for one of a later format, and nothing of
    what waits in it could be read.
    """
    if not path.exists() or path.stat().st_size < _PAGE_BYTES:
        return
    with path.open("rb+") as file:
        head = file.read(len(_HEAD))
        others = sum(byte != known for byte, known in zip(head, _HEAD, strict=True))
        if 0 < others <= _MENDED:
            file.seek(0)
            file.write(_HEAD)
            file.flush()
            os.fsync(file.fileno())


def is_misshapen(fault: BaseException) -> bool:
    """Return whether a fault at opening says that the file's tables are not those it was made with.

    Bits that flip in a schema leave a database that is sound, and another one.
    """
    return _error_name(fault) == "SQLITE_ERROR"


def _error_name(fault: BaseException) -> str:
    """Return SQLite's own name of a fault, also where peewee wrapped it; "" for none."""
    cause = fault if isinstance(fault, sqlite3.Error) else fault.__cause__ or fault.__context__
    return getattr(cause, "sqlite_errorname", None) or ""


def set_aside(path: Path, mark: str) -> Path:
    """Rename a closed database and its companions; return the new path, replacing an older one."""
    target = path.with_name(f"{path.stem}.{mark}{path.suffix}")
    for companion in _COMPANIONS:
        source = path.with_name(path.name + companion)
        goal = target.with_name(target.name + companion)
        if source.exists():
            os.replace(source, goal)
        else:
            goal.unlink(missing_ok=True)
    return target


def delete(path: Path) -> None:
    """Remove a closed database and its companions, where they are."""
    for companion in _COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(str(part) for part in version)
