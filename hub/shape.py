"""The schema of a hub's database, held against that of a new one.

A bit that flips in its text renames a column or ends a trigger, and SQLite takes it for what it is.
Owns what a database of this release has to look like; whoever opens or checks one says so.
"""

from contextlib import closing
from functools import cache
from typing import Any, Final, Protocol

from peewee import SqliteDatabase

from hub import tables

_ENTRIES: Final = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


class Connection(Protocol):
    """What is asked: the driver's own."""

    def execute(self, sql: str, /) -> Any:
        """Run one statement and return its cursor."""


def misshapen(db: Connection) -> list[str]:
    """Return what of a database is not as this release makes it, "table device" for one.

    Raises the driver's error where the schema cannot be read.
    """
    return [f"{kind} {name}" for kind, name, _ in sorted(_made_new() ^ set(db.execute(_ENTRIES)))]


def garbled(db: Connection) -> list[str]:
    """Return which tables, indexes and triggers have another text than this release's.

    No trigger that is gone: bits that flip take none away, and what it guards is verified.
    """
    found = set(db.execute(_ENTRIES))
    names = {name for _, name, _ in found}
    lacking = sorted(_made_new() - found)
    return [f"{kind} {name}" for kind, name, _ in lacking if kind != "trigger" or name in names]


@cache
def _made_new() -> frozenset[tuple[str, str, str]]:
    memory = SqliteDatabase(":memory:")
    tables.create(memory)
    db: Connection = memory.connection()  # type: ignore[no-untyped-call]
    with closing(memory):
        return frozenset(db.execute(_ENTRIES))
