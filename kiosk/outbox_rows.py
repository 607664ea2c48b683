"""What lies in an outbox: one operation, what waits, how many there are of which.

Owns the statements on operations that are there, and what their status means. Whose numbers they
bear, and when they change, is `outbox.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from common import messages as m
from common import wire
from common.outgoing import Queued
from kiosk.database import Connection
from kiosk.outbox_file import KIND, kind_of, opened
from kiosk.sealed import Box

_ENDED: Final[Mapping[m.Status, int]] = MappingProxyType(
    {m.Status.ACCEPTED: 1, m.Status.REFUSED: 2, m.Status.QUARANTINED: 3}
)
"""The `status` of an operation with a reply; 0 waits for one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An operation as it lies here, with the hub's reply where there is one."""

    n: int
    kind: str
    body: bytes
    reply: m.Reply | None
    made_ms: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in an outbox, all of one moment. Everything up to `acked` has its reply."""

    outbox: str
    acked: int
    last: int
    queued: list[Queued]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many operations wait for a reply, and how many the hub could not take as they stood."""

    waiting: int
    quarantined: int


def counts(db: Connection) -> Counts:
    """Return how many operations wait and how many are quarantined."""
    sql = "SELECT status, count(*) FROM command WHERE status IN (0, 3) GROUP BY status"
    found = dict(db.execute(sql))
    return Counts(found.get(0, 0), found.get(_ENDED[m.Status.QUARANTINED], 0))


def kept(db: Connection, box: Box, outbox: str, after_n: int) -> list[Kept]:
    """Return what waits, and what was replied to above `after_n`, in order."""
    sql = f"SELECT n, {KIND}, body, reply FROM command WHERE n > ? OR status = 0 ORDER BY n"
    rows = db.execute(sql, (after_n,)).fetchall()
    return [
        Kept(n, kind_of(kind), _body(box, n, sealed), read_reply(box, outbox, n, reply))
        for n, kind, sealed, reply in rows
    ]


def undelivered(db: Connection, box: Box, outbox: str, limit: int) -> list[Kept]:
    """Return what the hub has not taken: quarantined ones first, then what waits, by n."""
    sql = f"SELECT n, {KIND}, body, reply, made_ms FROM command WHERE status = ? ORDER BY n LIMIT ?"
    found: list[Any] = []
    for status in (_ENDED[m.Status.QUARANTINED], 0):
        found += db.execute(sql, (status, limit - len(found))).fetchall()
    return [
        Kept(n, kind_of(kind), _body(box, n, sealed), read_reply(box, outbox, n, reply), made_ms)
        for n, kind, sealed, reply, made_ms in found
    ]


def queued(db: Connection, box: Box, where: str, parameters: Sequence[Any] = ()) -> list[Queued]:
    """Return operations as they are sent, those for which the SQL condition holds, in order.

    Raises one of `FAULTS`, as damage, where one of them is not as it was written.
    """
    sql = f"SELECT n, schema, body FROM command WHERE {where} ORDER BY n"
    found = db.execute(sql, parameters).fetchall()
    return [Queued(n, schema, *opened(box, n, sealed)) for n, schema, sealed in found]


def quarantined(db: Connection) -> list[int]:
    """Return the numbers of the operations that the hub keeps apart, in order."""
    sql = "SELECT n FROM command WHERE status = ? ORDER BY n"
    return [n for (n,) in db.execute(sql, (_ENDED[m.Status.QUARANTINED],)).fetchall()]


def note_replies(db: Connection, box: Box, replies: Sequence[m.Reply]) -> None:
    """Mark this outbox's operations with their replies."""
    ended = [(_ENDED[r.status], box.reply(r.n, wire.encode_reply_body(r)), r.n) for r in replies]
    db.executemany("UPDATE command SET status = ?, reply = ? WHERE n = ?", ended)


def wait_again(db: Connection, first_n: int) -> None:
    """Let the operations from `first_n` on wait, replied to or not."""
    db.execute("UPDATE command SET status = 0, reply = NULL WHERE n >= ?", (first_n,))


def read_reply(box: Box, outbox: str, n: int, sealed: bytes | None) -> m.Reply | None:
    """Return the hub's reply as it lies here; None where there is none, or bits of it flipped."""
    body = None if sealed is None else box.open_reply(n, sealed)
    if body is None:
        return None  # That there is one, an operation's status says.
    try:
        reply = wire.decode(wire.encode_reply(outbox, n, body))
    except wire.WireError:
        return None
    return reply if isinstance(reply, m.Reply) else None


def _body(box: Box, n: int, sealed: bytes) -> bytes:
    """Return an operation's body; b"" where bits of it flipped: nothing is shown of it."""
    found = box.open_operation(n, sealed)
    return b"" if found is None else found[1]
