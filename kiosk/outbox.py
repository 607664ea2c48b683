"""The outbox: operations on disk before anything else happens to them.

Owns the numbers of operations and tickets, both without holes, and what became of each operation.
An append is one fsynced transaction; replied operations stay, for a hub that is restored from a
backup. One connection behind a lock: the screens' thread appends, the link's thread notes replies.
What an operation means, and when it is sent, never enters here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from common import messages as m
from common import wire
from common.errors import Refusal
from common.outgoing import Queued
from kiosk.database import FAULTS, Connection, refusal
from kiosk.outbox_file import (
    Draft,
    Maker,
    insert,
    open_file,
    replace_file,
    waiting_drafts,
)

_ENDED: Final[Mapping[m.Status, int]] = MappingProxyType(
    {m.Status.ACCEPTED: 1, m.Status.REFUSED: 2, m.Status.QUARANTINED: 3}
)
_ENTRY: Final = "n, schema, hash, body"


@dataclass(frozen=True, slots=True)
class Kept:
    """An operation as it lies here, with the hub's reply where there is one."""

    n: int
    kind: str
    body: bytes
    reply: m.Reply | None


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


class Outbox:
    """An open outbox. `id`, `series` and every n change together, by `renew` alone."""

    def __init__(self, path: Path, maker: Maker) -> None:
        self._path = path
        self._maker = maker
        self._lock = Lock()
        self._open()

    def _open(self) -> None:
        self._database = open_file(self._path, self._maker)
        try:
            connection = self._database.connection
            self.id: str
            self.series: str
            self.clock_diff_ms: int
            self.id, self.series, self._next_ticket, self.clock_diff_ms = connection.execute(
                "SELECT outbox, series, next_ticket, clock_diff_ms FROM meta"
            ).fetchone()
            self._last: int
            (self._last,) = connection.execute("SELECT coalesce(max(n), 0) FROM command").fetchone()
            self._fresh: list[Queued] = []
        except BaseException:
            self._database.close()
            raise

    # The screens' side.

    def append(self, draft: Draft) -> Queued:
        """Queue an operation; it is on disk on return. Raises Refusal, and keeps nothing then."""
        return self._append(lambda _series, _number: draft, numbers=0)

    def append_ticket(self, make: Callable[[str, int], Draft]) -> Queued:
        """Queue what `make(series, number)` returns; the number goes with it or not at all."""
        return self._append(make, numbers=1)

    def _append(self, make: Callable[[str, int], Draft], numbers: int) -> Queued:
        with self._lock:
            draft = make(self.series, self._next_ticket)
            size = len(draft.body)
            if size > wire.COMMAND_BYTES:
                raise Refusal("operation_too_large", size=size, limit=wire.COMMAND_BYTES)
            following = self._next_ticket + numbers
            with self._writing() as connection:
                entry = insert(connection, self._last + 1, draft)
                if numbers:
                    connection.execute("UPDATE meta SET next_ticket = ?", (following,))
            self._last, self._next_ticket = entry.n, following
            self._fresh.append(entry)
        return entry

    def counts(self) -> Counts:
        """Return how many operations wait and how many are quarantined."""
        sql = "SELECT status, count(*) FROM command WHERE status IN (0, 3) GROUP BY status"
        found = dict(self._read(sql))
        return Counts(found.get(0, 0), found.get(_ENDED[m.Status.QUARANTINED], 0))

    def kept(self, after_n: int) -> list[Kept]:
        """Return what waits, and what was replied to above `after_n`, in order."""
        sql = "SELECT n, kind, body, reply FROM command WHERE n > ? OR status = 0 ORDER BY n"
        rows = self._read(sql, after_n)
        return [Kept(n, kind, body, self._reply(n, reply)) for n, kind, body, reply in rows]

    # The link's side.

    def take_fresh(self) -> list[Queued]:
        """Return what was appended since the last call of this or of `waiting`."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def waiting(self) -> Waiting:
        """Return everything that waits; `take_fresh` goes on from there."""
        with self._lock:
            rows = self._database.connection.execute(
                f"SELECT {_ENTRY} FROM command WHERE status = 0 ORDER BY n"
            ).fetchall()
            self._fresh = []
            acked = rows[0][0] - 1 if rows else self._last
            return Waiting(self.id, acked, self._last, [Queued(*row) for row in rows])

    def note_replies(self, replies: Sequence[m.Reply]) -> None:
        """Mark operations with their replies, durably; another outbox's are passed over."""
        with self._lock:
            rows = [
                (_ENDED[reply.status], wire.encode_reply_body(reply), reply.n)
                for reply in replies
                if reply.outbox == self.id
            ]
            if not rows:
                return
            with self._writing() as connection:
                connection.executemany("UPDATE command SET status = ?, reply = ? WHERE n = ?", rows)

    def wait_again(self, first_n: int) -> list[Queued]:
        """Return the operations from `first_n` on, all waiting again: the hub has lost them."""
        with self._lock:
            with self._writing() as connection:
                connection.execute(
                    "UPDATE command SET status = 0, reply = NULL WHERE n >= ?", (first_n,)
                )
            rows = self._database.connection.execute(
                f"SELECT {_ENTRY} FROM command WHERE n >= ? ORDER BY n", (first_n,)
            ).fetchall()
        return [Queued(*row) for row in rows]

    def note_clock(self, clock_diff_ms: int) -> None:
        """Keep hub time minus this post's, for tickets made before the hub is met again."""
        with self._lock, self._writing() as connection:
            connection.execute("UPDATE meta SET clock_diff_ms = ?", (clock_diff_ms,))
        self.clock_diff_ms = clock_diff_ms

    def renew(self) -> Path:
        """Go on under a new id and series with what waits; return where the old file is kept.

        For an outbox that turns out to be an older copy: its numbers were used before.
        """
        with self._lock:
            drafts = list(waiting_drafts(self._database.connection))
            self._database.close()
            try:
                aside = replace_file(
                    self._path, self._maker, drafts, mark=self.id[:8], unlike=self.series
                )
            except FAULTS as fault:
                raise refusal(fault, self._path) from fault
            finally:
                self._open()
        return aside

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    # Inside.

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._database.transaction() as connection:
                yield connection
        except FAULTS as fault:
            raise refusal(fault, self._path) from fault

    def _read(self, sql: str, *parameters: Any) -> list[Any]:
        try:
            with self._lock:
                return list(self._database.connection.execute(sql, parameters).fetchall())
        except FAULTS as fault:
            raise refusal(fault, self._path) from fault

    def _reply(self, n: int, body: bytes | None) -> m.Reply | None:
        if body is None:
            return None
        reply = wire.decode(wire.encode_reply(self.id, n, body))
        return reply if isinstance(reply, m.Reply) else None
