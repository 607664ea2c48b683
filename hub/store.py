"""The hub's database file: opening, pragmas, and the one writer's transactions.

Owns the connection and what a fault of it means. One writer thread; synchronous=FULL, so that what
was committed survives power loss. Knows no table's meaning but that of `meta`.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from peewee import (  # type: ignore[attr-defined] # its stubs leave sqlite3 out
    DatabaseError,
    PeeweeException,
    SqliteDatabase,
    sqlite3,
)

from common.errors import Refusal
from common.pages import SOUND, first_finding
from hub import tables
from hub.digests import disagreeing
from hub.migrations import OLDEST, migrate
from hub.shape import garbled

SAFE_SQLITE: Final = (3, 51, 3)
"""Older ones (from 3.7.0) can corrupt a WAL database that has two connections."""
WRITER_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "cache_size": -64_000,
    "temp_store": "memory",
    # What is erased is overwritten in the file, too: a customer who asked to be forgotten.
    "secure_delete": 1,
    "wal_autocheckpoint": 4000,
}
FAULTS: Final = (sqlite3.DatabaseError, DatabaseError, PeeweeException, UnicodeDecodeError)
"""What the driver raises when a disk or a database fails; never a refusal.

SQLite quotes a schema that is no text any more, and the driver cannot read what it says of it.
"""
_PROBLEM_OF: Final = {
    sqlite3.SQLITE_BUSY: "database_locked",
    sqlite3.SQLITE_LOCKED: "database_locked",
    sqlite3.SQLITE_PERM: "database_unusable",
    sqlite3.SQLITE_READONLY: "database_unusable",
    sqlite3.SQLITE_IOERR: "database_unusable",
    sqlite3.SQLITE_FULL: "database_unusable",
    sqlite3.SQLITE_CANTOPEN: "database_unusable",
}
"""What a fault in opening means; any other means damage, after which people restore a backup."""


class Connection(Protocol):
    """What records need of a connection: the driver's own, without peewee's cost per statement."""

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    def execute(self, sql: str, parameters: Sequence[Any] = ...) -> Any:
        """Run one statement and return its cursor."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Any:
        """Run one statement once for each row of parameters."""


def is_passing(error: BaseException) -> bool:
    """Return whether a fault lies with the disk or a lock, not with the statement."""
    return isinstance(error, sqlite3.OperationalError)


def is_full(error: BaseException) -> bool:
    """Return whether a fault is that of a full disk."""
    return _sqlite_code(error) == int(sqlite3.SQLITE_FULL)


class StoreError(Refusal):
    """The database cannot be used as it is."""


class HubRuns(StoreError):
    """Another process holds the folder."""


def check_sqlite() -> None:
    """Refuse a SQLite with the WAL-reset bug; raises StoreError."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        need = ".".join(str(part) for part in SAFE_SQLITE)
        raise StoreError("sqlite_too_old", found=sqlite3.sqlite_version, needed=need)


class Savepoint:
    """What `Store.command` gives. A class: thousands are made a second, and a generator would cost
    half as much again as the statements.
    """

    __slots__ = ("_db",)

    def __init__(self, db: Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("SAVEPOINT command")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._db.execute("RELEASE command")
        elif self._db.in_transaction:
            self._db.execute("ROLLBACK TO command")
            self._db.execute("RELEASE command")


class Store:
    """An open hub database."""

    def __init__(self, path: Path, database: SqliteDatabase) -> None:
        self.path = path
        self.database = database
        self.db: Connection = database.connection()  # type: ignore[no-untyped-call]

    @classmethod
    def create(cls, path: Path) -> "Store":
        """Make a new database with all tables; raises StoreError where the file exists.

        Made under another name and renamed whole: no half-made database is ever found.
        """
        check_sqlite()
        if path.exists():
            raise StoreError("database_exists", file=path)
        part = path.with_name(path.name + ".part")
        try:
            remove_database(part)
            store = cls._connect(part)
            try:
                with store.group():
                    tables.create(store.database)
                    store.set_meta("schema", str(tables.SCHEMA_VERSION))
            finally:
                store.close()
            part.rename(path)
            sync_folder(path.parent)
            return cls._connect(path)
        except (*FAULTS, OSError) as error:
            with suppress(OSError):
                remove_database(part)
            raise fault(path, error) from error

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open an existing database, brought to this schema where it is of an older one.

        Raises StoreError: absent, damaged, locked, too new; the file is then as it was.
        """
        check_sqlite()
        if not path.exists():
            raise StoreError("database_missing", file=path)
        try:
            _require_versions(path)
            _end_journal(path)
            # Kept open beside the writer: a log that a process left is read through once, not
            # once more by whoever opens the file next.
            with closing(open_to_read(path)) as db:
                version = _look(path, db)
                store = cls._connect(path)
            try:
                migrate(store.db, version)
            except BaseException:
                store.close()
                raise
        except (*FAULTS, OSError, ValueError) as error:
            raise fault(path, error) from error
        return store

    @classmethod
    def _connect(cls, path: Path) -> "Store":
        database = SqliteDatabase(str(path), pragmas=WRITER_PRAGMAS)
        try:
            database.connect()
            tables.database.initialize(database)
            return cls(path, database)
        except BaseException:
            database.close()
            raise

    @contextmanager
    def group(self) -> Iterator[Connection]:
        """One durable transaction: COMMIT at the end, all undone on any exception.

        Written out rather than left to peewee: after SQLITE_FULL SQLite has rolled back by itself,
        and a second ROLLBACK would hide the fault.
        """
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def command(self) -> "Savepoint":
        """One command inside a group: undone alone where it raises."""
        return Savepoint(self.db)

    def meta(self, name: str, default: str = "") -> str:
        """Return a single value."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Keep a single value, in the transaction that is open."""
        self.db.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def close(self) -> None:
        """Close; the WAL is folded into the file."""
        self.database.close()


def _look(path: Path, db: Connection) -> int:
    """Return a database's schema version, which this hub can open; its pages and rows are sound.

    Before anything is written: the writer's pragmas write already.
    """
    version = schema_of(db)
    if not OLDEST <= version <= tables.SCHEMA_VERSION:
        raise StoreError("database_schema", file=path, theirs=version, ours=tables.SCHEMA_VERSION)
    damage = first_finding(db, "quick_check")
    if damage == SOUND and version == tables.SCHEMA_VERSION:
        damage = ", ".join(garbled(db)) or SOUND
    if damage == SOUND:
        damage = ", ".join(f"live_row {topic}" for topic in disagreeing(db)) or SOUND
    if damage != SOUND:
        raise StoreError("database_damaged", file=path, reason=damage)
    return version


def _end_journal(path: Path) -> None:
    """Let SQLite undo what a process that died had begun outside the write-ahead log.

    A restored copy becomes a log's at its first start. Whoever only reads cannot undo it.
    """
    if path.with_name(path.name + "-journal").exists():
        with closing(open_to_write(path)) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _require_versions(path: Path) -> None:
    """Raise StoreError where two bytes of the file's head are not what SQLite writes.

    It would take them for a later format, and say that the file cannot be written.
    """
    with path.open("rb") as file:
        versions = file.read(20)[18:]
    if not set(versions) <= {1, 2}:
        raise StoreError("database_damaged", file=path, reason=f"file format {versions.hex()}")


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads; raises the driver's faults."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)


def open_to_write(path: Path) -> sqlite3.Connection:
    """Return a plain connection, for a copy that is nobody's database yet."""
    return sqlite3.connect(path, isolation_level=None, timeout=5)


def schema_of(db: Connection) -> int:
    """Return the schema version of a hub's database, 0 where it says none.

    Raises the driver's faults where it is no hub's, ValueError where it is no number.
    """
    row = db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return 0 if row is None else int(row[0])


def sync_folder(folder: Path) -> None:
    """Have names that were made in a folder, or taken from it, survive power loss."""
    if os.name != "posix":
        return  # Windows opens no folder; its file system keeps names in order by itself.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_database(path: Path) -> None:
    """Remove an unfinished database of ours, with what lies beside it; raises OSError."""
    for side in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + side).unlink(missing_ok=True)


def fault(path: Path, error: BaseException) -> StoreError:
    """Return what a fault of the driver means for a database file, in words."""
    if isinstance(error, OSError):
        return StoreError("database_unusable", file=path, reason=error.strerror or str(error))
    code = _PROBLEM_OF.get(_sqlite_code(error), "database_damaged")
    return StoreError(code, file=path, reason=str(error))


def _sqlite_code(error: BaseException | None) -> int:
    """Return SQLite's primary code of a fault, also where peewee wrapped it; 0 for none."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None:
            return int(code) & 0xFF
        error = error.__cause__ or error.__context__
    return 0


def sqlite_version() -> str:
    """Return the version of the SQLite in use."""
    return str(sqlite3.sqlite_version)
