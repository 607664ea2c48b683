"""The hub's SQL for a list of commands, taken from its own pipeline while the benchmark runs.

Every command goes through the real pipeline on a copy of the shop, in a commit of its own; what
the pipeline asks of its connection is kept, statement by statement with its parameters, and held
against SQLite's own trace, so that nothing is missed and nothing invented. Also keeps the reply
and broadcast frames that the hub would send, so that limit and peers send as many bytes.
"""

import pickle
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from common import messages as m
from common import seal, wire
from common.ids import IdMint
from common.topics import TOPICS_OF, Profile
from hub.changes import ChangeLogBook
from hub.folder import Folder
from hub.journal import JournalBook
from hub.journal_keys import sealing_of
from hub.pipeline import Pipeline, Received
from hub.records import devices
from hub.service import now_ms
from hub.store import Store
from tests.bench.shop import Shop
from tests.bench.workers.channel import leave_to_rest
from tests.bench.workload import Workload, outbox_id

BEGIN: Final = "BEGIN IMMEDIATE"
COMMIT: Final = "COMMIT"
SAVEPOINT: Final = "SAVEPOINT command"
RELEASE: Final = "RELEASE command"


@dataclass(frozen=True, slots=True)
class Statement:
    """One call of the driver: `rows` are the parameters, one row unless `many`."""

    sql: str
    rows: tuple[tuple[Any, ...], ...]
    many: bool

    @property
    def reads(self) -> bool:
        """Return whether it gives rows back."""
        return self.sql.startswith("SELECT") or " RETURNING " in self.sql


@dataclass(frozen=True, slots=True)
class Step:
    """What one command cost the database, alone in its commit, and what left the hub after it.

    `own`: its savepoint and everything inside. `shared`: what a group writes once for all of its
    commands. `frames`: (topic, frame) broadcasts to the tills. `number`: its place in the workload.
    """

    number: int
    command_id: str
    own: tuple[Statement, ...]
    shared: tuple[Statement, ...]
    reply: bytes
    frames: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class _Recorder:
    """A connection that passes everything on and keeps it."""

    db: Any
    statements: list[Statement] = field(default_factory=list)

    @property
    def in_transaction(self) -> bool:
        return bool(self.db.in_transaction)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        self.statements.append(Statement(sql, (tuple(parameters),), many=False))
        return self.db.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Any:
        rows = tuple(tuple(row) for row in parameters)
        self.statements.append(Statement(sql, rows, many=True))
        return self.db.executemany(sql, rows)


def take_trace(shop: Shop, root: Path, workload: Workload) -> tuple[Step, ...]:
    """Run a workload through the pipeline on a copy of the shop in `root`; return its steps."""
    copy = shop.copy(root)
    store = Store.open(copy.database)
    try:
        # Only how long COMMIT takes changes by this, and that is not what is recorded.
        store.db.execute("PRAGMA synchronous = off")
        recorder = _Recorder(store.db)
        store.db = recorder
        mint = IdMint(lambda: time.time_ns() // 1_000_000, seal.random_bytes)
        journal = JournalBook(store, sealing_of(Folder(copy.root)), now_ms)
        pipeline = Pipeline(store, ChangeLogBook(store), journal, now_ms, mint)
        device = next(d for d in devices.devices(recorder.db) if d.profile is workload.profile)
        recorder.statements.clear()
        outbox = outbox_id()
        seen: list[str] = []
        recorder.db.set_trace_callback(seen.append)
        steps = []
        for n, body in enumerate(workload.bodies, 1):
            command = m.Command(outbox, n, n - 1, workload.schema, wire.body_hash(body), body)
            released = pipeline.run([Received(device, command, b"")])
            reply = released.answers[0][1]
            _require_accepted(reply)
            own, shared = split(recorder.statements)
            check_against_sqlite(recorder.statements, seen)
            frames = tuple(
                (changes.topic, wire.encode_changes(changes))
                for changes in released.changes
                if changes.topic in TOPICS_OF[Profile.TILL]
            )
            command_id = orjson.loads(body)["id"]
            steps.append(Step(n - 1, command_id, own, shared, reply, frames))
            recorder.statements.clear()
            seen.clear()
        recorder.db.set_trace_callback(None)
        return tuple(steps)
    finally:
        store.close()


def save_trace(steps: tuple[Step, ...], path: Path) -> Path:
    """Write a trace for the servers; returns the path."""
    path.write_bytes(pickle.dumps(steps))
    return path


def load_trace(path: Path) -> tuple[Step, ...]:
    """Read a trace that `save_trace` of this very run wrote.

    It is taken out of the collector's sight: no server would pause for a heap that only the
    benchmark gives it.
    """
    steps: tuple[Step, ...] = pickle.loads(path.read_bytes())
    leave_to_rest()
    return steps


def split(
    statements: Sequence[Statement],
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Return (own, shared) statements of one commit that held one command."""
    texts = [statement.sql for statement in statements]
    if texts[0] != BEGIN or texts[-1] != COMMIT:
        raise ValueError(f"not one commit: {texts[0]} … {texts[-1]}")
    if SAVEPOINT in texts:
        end = texts.index(RELEASE) + 1
    else:
        # Without a savepoint a command's own statements end where the log is written.
        end = next(i for i, text in enumerate(texts) if text.startswith("INSERT INTO change"))
    return tuple(statements[1:end]), tuple(statements[end:-1])


def check_against_sqlite(statements: Sequence[Statement], seen: Sequence[str]) -> None:
    """Raise ValueError where SQLite's own trace shows anything else than the statements.

    SQLite shows each row of parameters apart, with the values written in.
    """
    expected = [statement.sql for statement in statements for _ in statement.rows]
    texts = [" ".join(text.split()) for text in seen if not text.startswith("--")]
    # Where a trigger guards a table, SQLite shows the statement once more for the trigger.
    again = {i for i in range(1, len(texts)) if texts[i] == texts[i - 1]}
    guarded = {i for i in again if texts[i].startswith("INSERT INTO journal")}
    texts = [text for i, text in enumerate(texts) if i not in guarded]
    if len(texts) != len(expected) or not all(
        _pattern(sql).match(text) for sql, text in zip(expected, texts, strict=False)
    ):
        raise ValueError(f"traced {texts}, recorded {expected}")


def _pattern(sql: str) -> re.Pattern[str]:
    parts = " ".join(sql.split()).split("?")
    return re.compile(".+?".join(re.escape(part) for part in parts), re.DOTALL)


def _require_accepted(reply: bytes) -> None:
    message = wire.decode(reply)
    if message.status is not m.Status.ACCEPTED or message.flags:
        raise RuntimeError(f"a command of the workload was not simply accepted: {message}")
