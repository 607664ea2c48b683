"""The hub's traced SQL, executed again: all that the limit and the WebSocket servers do on disk.

One commit takes any number of steps: each step's own statements, then the shared ones of all of
them merged as the hub merges them: rows that overwrite each other are written once. Statements
stay prepared in the driver's cache. Same file, same pragmas as the hub's. Decodes nothing, checks
nothing, keeps no digest.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hub.store import Store
from tests.bench.trace import Statement, Step

_CONFLICT: Final = re.compile(r"^INSERT INTO \w+ \(([^)]*)\).* ON CONFLICT \(([^)]*)\) DO UPDATE")
_WHERE: Final = re.compile(r"^(?:UPDATE|DELETE FROM) .*?\bWHERE (.*)$")
_COLUMN: Final = re.compile(r"(\w+) (=|<=) \?")


class Replay:
    """Executes steps on a copy of the database that they were traced on."""

    def __init__(self, database: Path) -> None:
        self._store = Store.open(database)
        self._keys: dict[str, tuple[int, ...] | None] = {}

    def commit(self, steps: Sequence[Step]) -> None:
        """Execute steps in one durable transaction."""
        db = self._store.db
        with self._store.group():
            for step in steps:
                for statement in step.own:
                    if statement.many:
                        db.executemany(statement.sql, statement.rows)
                        continue
                    cursor = db.execute(statement.sql, statement.rows[0])
                    if statement.reads:
                        cursor.fetchone()
            for sql, rows in self._merge(steps):
                db.executemany(sql, rows)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _merge(self, steps: Sequence[Step]) -> list[tuple[str, Sequence[tuple[Any, ...]]]]:
        if len(steps) == 1:
            return [(statement.sql, statement.rows) for statement in steps[0].shared]
        rows: dict[str, dict[Any, tuple[Any, ...]]] = {}
        for step in steps:
            for statement in step.shared:
                merged = rows.setdefault(statement.sql, {})
                key = self._key(statement)
                for row in statement.rows:
                    merged[len(merged) if key is None else tuple(row[i] for i in key)] = row
        return [(sql, list(merged.values())) for sql, merged in rows.items()]

    def _key(self, statement: Statement) -> tuple[int, ...] | None:
        if statement.sql not in self._keys:
            self._keys[statement.sql] = overwritten_by(statement.sql)
        return self._keys[statement.sql]


def overwritten_by(sql: str) -> tuple[int, ...] | None:
    """Return which parameters name what a statement overwrites; None where it only adds.

    Two rows of parameters that agree there: the later one alone leaves the same table.
    """
    if found := _CONFLICT.match(sql):
        columns = [column.strip() for column in found[1].split(",")]
        return tuple(columns.index(column.strip()) for column in found[2].split(","))
    if found := _WHERE.match(sql):
        before = sql[: found.start(1)].count("?")
        compared = _COLUMN.findall(found[1])
        return tuple(before + i for i, (_, sign) in enumerate(compared) if sign == "=")
    return None
