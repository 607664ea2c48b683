"""What lies in quarantine: commands by their bytes, and how each of them ended."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from common.messages import Command
from hub.store import Connection

ACCEPTED: Final = "accepted"
CLOSED: Final = "closed"
_KEPT: Final = (
    "q.outbox_id, q.n, q.body_hash, q.schema, q.body, q.code, q.received_ms, q.outcome,"
    " o.device_id, coalesce(d.name, ''), coalesce(d.profile, '')"
)
_FROM: Final = (
    "quarantine q JOIN outbox o ON o.id = q.outbox_id LEFT JOIN device d ON d.id = o.device_id"
)


class Kept(NamedTuple):
    """A command in quarantine. `code`: why; `outcome`: how it ended, None while it lies here."""

    outbox: str
    n: int
    body_hash: bytes
    schema: int
    body: bytes
    code: str
    received_ms: int
    outcome: str | None
    device_id: str
    device_name: str
    profile: str

    @property
    def command(self) -> Command:
        """Return the command as its frame brought it."""
        return Command(self.outbox, self.n, 0, self.schema, self.body_hash, self.body)


def keep(db: Connection, command: Command, code: str, received_ms: int) -> bool:
    """Keep the bytes of a command that cannot be accepted; False where they are there already."""
    added = db.execute(
        "INSERT INTO quarantine (outbox_id, n, body_hash, schema, body, code, received_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outbox_id, n, body_hash) DO NOTHING",
        (
            command.outbox,
            command.n,
            command.body_hash,
            command.schema,
            command.body,
            code,
            received_ms,
        ),
    ).rowcount
    return bool(added)


def kept(db: Connection, outbox: str, n: int, body_hash: bytes) -> Kept | None:
    """Return a command that lies in quarantine, or lay there."""
    row = db.execute(
        f"SELECT {_KEPT} FROM {_FROM} WHERE q.outbox_id = ? AND q.n = ? AND q.body_hash = ?",
        (outbox, n, body_hash),
    ).fetchone()
    return None if row is None else _kept(row)


def end(db: Connection, one: Kept | Command, outcome: str, ended_ms: int) -> None:
    """Note how a command in quarantine ended: ACCEPTED or CLOSED.

    Its bytes go where they are about a customer who was erased.
    """
    db.execute(
        "UPDATE quarantine SET outcome = ?, ended_ms = ?, body = CASE WHEN EXISTS"
        " (SELECT 1 FROM erased_customer e WHERE instr(body, CAST(e.id AS BLOB)) > 0)"
        " THEN X'' ELSE body END"
        " WHERE outbox_id = ? AND n = ? AND body_hash = ? AND outcome IS NULL",
        (outcome, ended_ms, one.outbox, one.n, one.body_hash),
    )


def open_ones(db: Connection, limit: int) -> list[Kept]:
    """Return what waits for somebody to end it, oldest first, at most `limit`."""
    rows: Iterable[Sequence[Any]] = db.execute(
        f"SELECT {_KEPT} FROM {_FROM} WHERE q.outcome IS NULL"
        " ORDER BY q.received_ms, q.outbox_id, q.n, q.body_hash LIMIT ?",
        (limit,),
    )
    return [_kept(row) for row in rows]


def numbered(db: Connection, outbox_start: str, n: int) -> list[Kept]:
    """Return what bears a number in the outboxes whose id begins so, ended or not."""
    rows: Iterable[Sequence[Any]] = db.execute(
        f"SELECT {_KEPT} FROM {_FROM} WHERE substr(q.outbox_id, 1, ?) = ? AND q.n = ?"
        " ORDER BY q.outbox_id, q.body_hash",
        (len(outbox_start), outbox_start, n),
    )
    return [_kept(row) for row in rows]


def mentioning(db: Connection, text: str) -> list[Kept]:
    """Return what has a text in its bytes, ended or not."""
    rows: Iterable[Sequence[Any]] = db.execute(
        f"SELECT {_KEPT} FROM {_FROM} WHERE instr(q.body, CAST(? AS BLOB)) > 0"
        " ORDER BY q.received_ms, q.outbox_id, q.n, q.body_hash",
        (text,),
    )
    return [_kept(row) for row in rows]


def empty_ended(db: Connection, text: str) -> None:
    """Let go of the bytes of what has ended and has a text in them; how it ended stays."""
    db.execute(
        "UPDATE quarantine SET body = X'' WHERE outcome IS NOT NULL"
        " AND instr(body, CAST(? AS BLOB)) > 0",
        (text,),
    )


def open_size(db: Connection, device_id: str) -> tuple[int, int]:
    """Return how many commands of a device lie in quarantine, and their bytes."""
    rows, size = db.execute(
        "SELECT count(*), coalesce(sum(length(q.body)), 0) FROM outbox o"
        " JOIN quarantine q ON q.outbox_id = o.id WHERE o.device_id = ? AND q.outcome IS NULL",
        (device_id,),
    ).fetchone()
    return int(rows), int(size)


def _kept(row: Sequence[Any]) -> Kept:
    return Kept(row[0], row[1], bytes(row[2]), row[3], bytes(row[4]), *row[5:])
