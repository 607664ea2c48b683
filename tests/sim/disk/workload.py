"""Random transactions on a small database, and what may be left of them after a death.

Owns the model: the table's contents after every commit. What was lost is the tests' to judge.
"""

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import peewee

from tests.sim.disk.disk import Machine

sqlite3 = peewee.sqlite3  # type: ignore[attr-defined] # its stubs leave it out

WAL_FULL: Final = {"journal_mode": "wal", "synchronous": "full"}
State = dict[int, bytes]


def connect(path: Path, pragmas: Mapping[str, str | int] = WAL_FULL) -> Any:
    """Return a connection whose transactions are its user's own."""
    db = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        for name, value in pragmas.items():
            db.execute(f"PRAGMA {name} = {value}").fetchall()
    except BaseException:
        db.close()
        raise
    return db


def contents(db: Any) -> State:
    """Return what the table holds."""
    return dict(db.execute("SELECT k, v FROM t"))


@dataclass(slots=True)
class Workload:
    """Always the same transactions for a seed, on pages and caches so small that much goes wrong.

    `states[i]` is the table after i commits; `returned` of them returned, `tried` were asked for.
    """

    path: Path
    seed: int
    pragmas: Mapping[str, str | int]
    transactions: int = 8
    states: list[State] = field(default_factory=lambda: [{}])
    returned: int = 0
    tried: int = 0
    errors: list[str] = field(default_factory=list)
    doubtful: list[State] = field(default_factory=list)

    def make(self) -> None:
        """Make the file with its empty table."""
        db = connect(self.path, {"page_size": 1024, **self.pragmas})
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
        db.execute("CREATE INDEX by_v ON t (v)")
        db.close()

    def run(self) -> None:
        """Do them until they are done or SQLite fails."""
        with suppress(sqlite3.OperationalError):
            self.go(self.transactions)

    def go(self, transactions: int, *, goes_on: bool = False) -> None:
        """Do some; raises what SQLite raises, or `goes_on`: rolls back and does the next."""
        rng = random.Random(self.seed)
        db = connect(self.path, {**self.pragmas, "wal_autocheckpoint": 12, "cache_size": 6})
        try:
            for _ in range(transactions):
                try:
                    self._transaction(db, rng)
                except sqlite3.OperationalError as error:
                    if not goes_on:
                        raise
                    self._undo(db, error)
        finally:
            db.close()

    def _transaction(self, db: Any, rng: random.Random) -> None:
        after = dict(self.states[self.tried])
        db.execute("BEGIN IMMEDIATE")
        for _ in range(rng.randint(1, 6)):
            self._change(db, rng, after)
        if rng.random() < 0.15:
            db.execute("ROLLBACK")
            return
        self.states.append(after)
        self.tried += 1
        db.execute("COMMIT")
        self.returned = self.tried
        self.doubtful.clear()
        if rng.random() < 0.1:
            mode = rng.choice(("PASSIVE", "RESTART", "TRUNCATE"))
            db.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def _undo(self, db: Any, error: Any) -> None:
        """A commit that failed was none, while the process lives. After its death it may be one:
        its frames may lie whole in the WAL, until the next commit overwrites them.
        """
        self.errors.append(error.sqlite_errorname)
        if db.in_transaction:
            db.execute("ROLLBACK")
        assert contents(db) == self.states[self.returned]
        if self.tried > self.returned:
            self.doubtful.append(self.states[self.tried])
        self.tried = self.returned
        del self.states[self.returned + 1 :]

    def _change(self, db: Any, rng: random.Random, after: State) -> None:
        key = rng.randrange(30)
        if after and rng.random() < 0.25:
            key = rng.choice(sorted(after))
            db.execute("DELETE FROM t WHERE k = ?", (key,))
            del after[key]
            return
        after[key] = rng.randbytes(rng.choice((5, 300, 3000)))
        db.execute("INSERT OR REPLACE INTO t VALUES (?, ?)", (key, after[key]))

    def found(self) -> State | None:
        """Open again and return what the table holds; None: damaged."""
        with suppress(sqlite3.DatabaseError):
            db = connect(self.path, {})
            try:
                if db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]:
                    return contents(db)
            finally:
                db.close()
        return None

    def left(self) -> int | None:
        """Open again; return after how many commits the table was as it is, None: never so."""
        found = self.found()
        return max((at for at, state in enumerate(self.states) if state == found), default=None)

    def kept_all(self) -> bool:
        """Tell whether every commit that returned is there, and none but the one in flight."""
        return self.found() in (*self.states[self.returned : self.tried + 1], *self.doubtful)


def die(machine: Machine, work: Workload, op: int, *, power: bool, before: bool) -> Workload:
    """Do a workload that dies at its op-th operation, and start the machine again."""
    work.make()
    machine.die_at("any", op, before=before, power=power, seed=op if op % 4 else None)
    work.run()
    assert machine.frozen
    machine.thaw()
    return work


def length(machine: Machine, work: Workload) -> int:
    """Return how many operations a workload does when nothing happens to it."""
    work.make()
    before = machine.counts().ops
    work.run()
    assert work.returned == work.tried > 0
    return machine.counts().ops - before
