"""The text by which SQLite knows a file's tables: told when it is another, put right where bits of
it flipped.

A schema says nothing that the models do not say, so that nothing of a file is lost with it. Owns
what a table has to look like, and the one writing to `sqlite_master`. Rows are never touched here.
"""

import logging
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from peewee import Model

from kiosk.database import FAULTS, Connection, Database, require_disk, sqlite3

_log = logging.getLogger(__name__)
_ENTRIES: Final = (
    "SELECT rowid, CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB),"
    " CAST(sql AS BLOB) FROM sqlite_master ORDER BY rowid"
)
"""As bytes: a driver raises for a text of which bits have flipped."""
_PUT: Final = (
    "UPDATE sqlite_master SET type = CAST(? AS TEXT), name = CAST(? AS TEXT),"
    " tbl_name = CAST(? AS TEXT), sql = CAST(? AS TEXT) WHERE rowid = ?"
)
_COLUMNS: Final = (
    'SELECT lower(t.name), lower(c.name), upper(c.type), c."notnull", c.pk, t.wr, t.strict'
    " FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c"
    " WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
)
_INDEXES: Final = (
    "SELECT lower(m.tbl_name), lower(m.name), i.seqno, lower(i.name)"
    " FROM sqlite_master AS m JOIN pragma_index_info(m.name) AS i WHERE m.type = 'index'"
)
Entry = tuple[bytes | None, ...]
"""An entry of a schema: what it is of, its name, its table's, and its text."""


@dataclass(frozen=True, slots=True)
class _Schema:
    """What models make of an empty file."""

    entries: tuple[Entry, ...]
    shape: frozenset[tuple[Any, ...]]


def require_shape(connection: Connection, models: Sequence[type[Model]]) -> None:
    """Raise one of `FAULTS`, as damage, where a column or an index of the models is not there.

    Others may be: those of another release.
    """
    missing = _made_by(tuple(models)).shape - _shape(connection)
    if missing:
        table, name, *_ = min(missing, key=str)
        raise FAULTS[0](f"malformed: {name} of the table {table} is not as it was made")


def mend_schema(path: Path, models: Sequence[type[Model]]) -> bool:
    """Put right what flipped in a closed file's schema; return whether there was anything.

    Raises one of `FAULTS` where the disk does not read or write it.
    """
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            return _mend(db, path, _made_by(tuple(models)).entries)
    except FAULTS as fault:
        require_disk(fault)
        return False


def _mend(db: Connection, path: Path, made: Sequence[Entry]) -> bool:
    db.execute("PRAGMA writable_schema = ON")
    with suppress(*FAULTS):
        # Where the schema cannot be read this fails, once: from then on it stays what was read.
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    found = {rowid: tuple(entry) for rowid, *entry in db.execute(_ENTRIES).fetchall()}
    missing = [entry for entry in made if entry not in found.values()]
    mended = {}
    for rowid, entry in found.items():
        likely = min(missing, key=lambda other: _distance(entry, other), default=None)
        if entry not in made and likely is not None and _distance(entry, likely) < _length(likely):
            mended[rowid] = likely
            missing.remove(likely)
    if not mended:
        return False
    db.execute("BEGIN IMMEDIATE")
    db.executemany(_PUT, [(*entry, rowid) for rowid, entry in mended.items()])
    db.execute("COMMIT")
    _log.warning("bits had flipped in the schema of %s: %d entries put right", path, len(mended))
    return True


def _distance(entry: Entry, other: Entry) -> int:
    """Return twice how many bytes differ; the whole length where a length does, which bits of a
    text cannot change."""
    if [value and len(value) for value in entry] != [value and len(value) for value in other]:
        return _length(other)
    both = [(a, b) for a, b in zip(entry, other, strict=True) if a is not None and b is not None]
    return 2 * sum(x != y for a, b in both for x, y in zip(a, b, strict=True))


def _length(entry: Entry) -> int:
    return sum(len(value) for value in entry if value is not None)


@cache
def _made_by(models: tuple[type[Model], ...]) -> _Schema:
    database = Database(Path(":memory:"), (), models)
    try:
        connection = database.connection
        entries = tuple(tuple(entry) for _, *entry in connection.execute(_ENTRIES).fetchall())
        return _Schema(entries, _shape(connection))
    finally:
        database.close()


def _shape(connection: Connection) -> frozenset[tuple[Any, ...]]:
    columns = connection.execute(_COLUMNS).fetchall()
    return frozenset(columns) | frozenset(connection.execute(_INDEXES).fetchall())
