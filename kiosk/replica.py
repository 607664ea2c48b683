"""The replica: this post's copy of the topics it follows, on disk.

Implements `common.follower.Replica` over SQLite. Rows, tseq, digest and last n of a topic move in
one transaction; what changed is handed out as news, and only once it is committed. One owner
thread. When to fold and what to ask for is the follower's; what a row means never enters here.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final
from zlib import crc32

from common.messages import Change
from common.wire import DIGEST_MASK, digest_hex, row_digest
from kiosk import positions
from kiosk.database import FAULTS, Database, is_full, require_pages
from kiosk.news import Folded, Left, News, Swapped
from kiosk.positions import Stand
from kiosk.replica_file import PRAGMAS, TABLES, digest_of
from kiosk.sealed import Box
from kiosk.unsealed import bring_over_replica

_MANY: Final = 8
"""From so many changes on, one prepared statement for all of them is quicker."""
_OLD: Final = "SELECT row FROM row WHERE slot = ? AND key = ?"
_PUT: Final = (
    "INSERT INTO row (slot, key, row) VALUES (?, ?, ?)"
    " ON CONFLICT (slot, key) DO UPDATE SET row = excluded.row"
)
_OPEN: Final = nullcontext()
_DROP: Final = "DELETE FROM row WHERE slot = ? AND key = ?"


class Replica:
    """An open replica of one outbox's post. Raises one of `FAULTS` where disk or file fail, as
    damage where pages of the file are not in order."""

    def __init__(self, path: Path, outbox: str, box: Box) -> None:
        self.path = path
        self._box = box
        self._database = Database(path, PRAGMAS, TABLES)
        self._connection = self._database.connection
        self._stands: dict[str, Stand] = {}
        self._epoch = ""
        self._outbox = ""
        self.synced_ms: int | None = None
        self.met_another = False
        self._open = self._begun = False
        self._epoch_is_kept = False
        self._known = False
        self._news: list[News] = []
        self._dirty: set[str] = set()
        self._staged_digests: dict[str, int] = {}
        try:
            # What lies out of order is found by whoever scans and by none who looks for it, and
            # rows may be written over others. 200,000 are looked through in 40 ms.
            self.require_order()
            positions.bring_over(self._connection)
            bring_over_replica(self._database, box)
            self._know()
            # Then the outbox is not the one that this post had when it last worked.
            self.met_another = self._outbox not in ("", outbox)
            self._begin(outbox)
        except BaseException:
            self._database.close()
            raise

    # What the follower asks.

    def epoch(self) -> str:
        """Return the epoch of the rows, "" for none."""
        self._know()
        return self._epoch

    def tseq(self, topic: str) -> int:
        """Return the tseq up to which a topic's rows stand."""
        return self._stand(topic).tseq

    def digest(self, topic: str) -> int:
        """Return the digest of a topic's rows."""
        return self._stand(topic).digest

    def last_n(self, topic: str) -> int:
        """Return up to which n a topic's rows hold this outbox's effects."""
        return self._stand(topic).last_n

    def apply(self, topic: str, first_tseq: int, changes: Sequence[Change]) -> None:
        """Fold changes numbered from `first_tseq`, which is tseq(topic) + 1."""
        with self._writing():
            stand = self._fresh_stand(topic)
            if first_tseq != stand.tseq + 1:
                raise ValueError(f"{topic}: change {first_tseq} after {stand.tseq}")
            if len(changes) < _MANY:
                self._fold_one_by_one(topic, stand, changes)
            else:
                self._fold_together(topic, stand, changes)
            stand.tseq += len(changes)
            for change in changes:
                if change.outbox == self._outbox and change.n > stand.last_n:
                    stand.last_n = change.n
            self._dirty.add(topic)
            self._news.append(Folded(topic, stand.tseq, stand.last_n, changes))

    def cover(self, topic: str, last_n: int) -> None:
        """Note that a topic's rows hold every effect of this outbox up to `last_n`."""
        if last_n <= self._stand(topic).last_n and not self._stand(topic).stale:
            return
        with self._writing():
            stand = self._fresh_stand(topic)
            stand.last_n = last_n
            self._dirty.add(topic)
            self._news.append(Folded(topic, stand.tseq, last_n, ()))

    def leave_epoch(self, epoch: str) -> None:
        """Take a newer epoch: rows stay readable, with the effects that they hold."""
        with self._writing():
            self._leave_epoch(epoch)
            self._news += [Left(topic, stand.last_n) for topic, stand in self._stands.items()]

    def begin_snapshot(self, topic: str) -> None:
        """Prepare an empty slot beside the topic's rows."""
        with self._writing():
            stand = self._stand(topic)
            self._drop_staging(stand)
            stand.staging = self._free_slot()
            # Rows that lay there unseen would be the topic's with those to come.
            self._drop_slot(stand.staging)
            self._staged_digests[topic] = 0
            self._dirty.add(topic)

    def add_rows(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Put snapshot rows into that slot."""
        with self._writing():
            # The slot stands in the text: rows go to the driver as they came, without a copy each.
            slot = self._stand(topic).staging
            self._connection.executemany(
                f"INSERT OR REPLACE INTO row (slot, key, row) VALUES ({slot:d}, ?, ?)",
                self._box.rows(topic, rows),
            )
            self._staged_digests[topic] += digest_of(rows)

    def swap_snapshot(self, topic: str, epoch: str, tseq: int, last_n: int, digest: str) -> bool:
        """Make them the topic's rows; False, and no change, where their digest is another."""
        with self._writing():
            stand = self._stand(topic)
            staged = self._staged_digests.pop(topic) & DIGEST_MASK
            self._dirty.add(topic)
            if digest_hex(staged) != digest or stand.staging is None:
                self._drop_staging(stand)
                return False
            if epoch != self._epoch:
                self._leave_epoch(epoch)
            self._drop_slot(stand.slot)
            self._stands[topic] = Stand(stand.staging, tseq, staged, last_n, stale=False)
            self._news.append(Swapped(topic, tseq, last_n))
            return True

    def drop_snapshot(self, topic: str) -> None:
        """Leave nothing of snapshot rows that never became the topic's."""
        stand = self._stand(topic)
        if stand.staging is not None:
            with self._writing():
                self._drop_staging(stand)
                self._staged_digests.pop(topic, None)
                self._dirty.add(topic)

    # What the shell asks.

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one transaction: all of it on disk at the end, or none.

        It begins with the first write: a turn that writes nothing costs nothing.
        """
        self._open = True
        committed = len(self._news)
        connection = self._connection
        try:
            self._know()
            yield
            self._write_stands()
            if self._begun:
                connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some faults, a full disk for one.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            del self._news[committed:]
            self._dirty, self._staged_digests = set(), {}
            self._known = False
            raise
        finally:
            self._open = self._begun = False

    def take_news(self) -> list[News]:
        """Return what was committed since the last call, in order."""
        news, self._news = self._news, []
        return news

    def use_outbox(self, outbox: str) -> None:
        """Count another outbox's effects from now on; none of them is known to be here."""
        self._know()
        if outbox == self._outbox:
            return
        with self._writing():
            self._connection.execute("UPDATE meta SET outbox = ?", (outbox,))
            for topic, stand in self._stands.items():
                stand.last_n = 0
                self._dirty.add(topic)
                # Whoever lays operations over the rows counts from none again, too.
                left = Left(topic, 0) if stand.stale else Folded(topic, stand.tseq, 0, ())
                self._news.append(left)
        self._outbox = outbox

    def note_synced(self, at_ms: int) -> None:
        """Keep when all of it was known to equal the hub."""
        self._connection.execute("UPDATE meta SET synced_ms = ?", (at_ms,))
        self.synced_ms = at_ms

    def forget(self, topic: str) -> None:
        """Drop a topic's rows and position, so that the hub is asked for all of it."""
        with self._writing():
            stand = self._stand(topic)
            self._drop_slot(stand.slot)
            self._stands[topic] = Stand(stand.slot, staging=stand.staging)
            self._dirty.add(topic)
            self._news.append(Swapped(topic, 0, 0))

    @property
    def newest_n(self) -> int:
        """Return the newest n of this outbox whose effect is here."""
        return max((stand.last_n for stand in self._stands.values()), default=0)

    def require_order(self) -> None:
        """Raise one of `FAULTS`, as damage, where the file's pages are not in order."""
        require_pages(self._connection, "integrity_check")

    def keep_epoch(self) -> None:
        """Have the epoch survive power loss, before replies of it are on the outbox's disk.

        They name positions, which say nothing of the rows of an older one.
        """
        if self._epoch_is_kept:
            return
        self.make_durable()
        self._epoch_is_kept = True

    def make_durable(self) -> None:
        """Have all that is committed survive power loss; raises one of `FAULTS` where it may not.

        A checkpoint syncs the log first, unless a reader stands in its way: that, its answer says.
        """
        try:
            busy, logged, folded = self._checkpoint()
        except FAULTS as fault:
            if not is_full(fault):  # The log is synced by then; only folding it in found no room.
                raise
            return
        if not busy and folded == logged:
            return
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            # Writes a page even where nothing changes, and with its commit goes all before it.
            self._connection.execute(f"PRAGMA user_version = {_mark(self._epoch):d}")
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def tidy(self) -> None:
        """Fold the write-ahead log into the file; for a moment when nothing else is to be done."""
        self._checkpoint()

    def _checkpoint(self) -> tuple[int, int, int]:
        """Return whether it was held up, and how many pages are in the log and how many folded."""
        found: tuple[int, int, int]
        found = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return found

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # Inside: state.

    def _writing(self) -> AbstractContextManager[None]:
        """Write, in the transaction that is open or in one of its own."""
        if not self._open:
            return self._writing_alone()
        if not self._begun:
            self._connection.execute("BEGIN IMMEDIATE")
            self._begun = True
        return _OPEN

    @contextmanager
    def _writing_alone(self) -> Iterator[None]:
        with self.transaction(), self._writing():
            yield

    def _know(self) -> None:
        """Read where everything stands, unless that is known.

        Not at once after a fault: the disk that failed to write may fail to read as well.
        """
        if not self._known:
            self._load()
            self._known = True

    def _load(self) -> None:
        self._stands = positions.read(self._connection, self._box)
        found = self._connection.execute("SELECT epoch, outbox, synced_ms FROM meta").fetchone()
        self._epoch, self._outbox, self.synced_ms = found or ("", "", None)
        (mark,) = self._connection.execute("PRAGMA user_version").fetchone()
        if mark not in (0, _mark(self._epoch)):
            # Taken for a later epoch than the hub's, it would keep this post from following it.
            raise FAULTS[0](f"malformed: epoch {self._epoch}")

    def _begin(self, outbox: str) -> None:
        """Make the one row of meta; drop what a snapshot that was broken off had gathered."""
        with self._writing():
            if not self._connection.execute("SELECT 1 FROM meta").fetchone():
                self._connection.execute("INSERT INTO meta (epoch, outbox) VALUES ('', '')")
            for topic in self._stands:
                self.drop_snapshot(topic)
        self.use_outbox(outbox)

    def _stand(self, topic: str) -> Stand:
        self._know()
        stand = self._stands.get(topic)
        if stand is None:
            stand = self._stands[topic] = Stand(self._free_slot())
        return stand

    def _fresh_stand(self, topic: str) -> Stand:
        """Return a topic's stand for writing; rows of an older epoch go first."""
        stand = self._stand(topic)
        if stand.stale:
            any_row = "SELECT 1 FROM row WHERE slot = ? LIMIT 1"
            if self._connection.execute(any_row, (stand.slot,)).fetchone():
                self.forget(topic)
                stand = self._stand(topic)
            stand.last_n, stand.stale = 0, False
        return stand

    def _leave_epoch(self, epoch: str) -> None:
        """End every position; each topic's rows, and `last_n` of what they hold, stay."""
        self._connection.execute("UPDATE meta SET epoch = ?", (epoch,))
        self._connection.execute(f"PRAGMA user_version = {_mark(epoch):d}")
        self._epoch = epoch
        self._epoch_is_kept = False
        for topic, stand in self._stands.items():
            stand.tseq, stand.digest, stand.stale = 0, 0, True
            self._dirty.add(topic)

    def _free_slot(self) -> int:
        taken = {slot for s in self._stands.values() for slot in (s.slot, s.staging)}
        return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)

    def _drop_staging(self, stand: Stand) -> None:
        if stand.staging is not None:
            self._drop_slot(stand.staging)
            stand.staging = None

    def _drop_slot(self, slot: int) -> None:
        self._connection.execute("DELETE FROM row WHERE slot = ?", (slot,))

    def _write_stands(self) -> None:
        if not self._dirty:
            return
        stands = [(topic, self._stands[topic]) for topic in sorted(self._dirty)]
        positions.write(self._connection, self._box, stands)
        self._dirty.clear()

    # Inside: rows.

    def _fold_one_by_one(self, topic: str, stand: Stand, changes: Sequence[Change]) -> None:
        execute = self._connection.execute
        slot, digest = stand.slot, stand.digest
        for key, row, _, _ in changes:
            old = execute(_OLD, (slot, key)).fetchone()
            if old is not None:
                digest -= self._share(topic, key, old[0])
            if row is not None:
                digest += row_digest(key, row)
                execute(_PUT, (slot, key, self._box.row(topic, key, row)))
            elif old is not None:
                execute(_DROP, (slot, key))
        stand.digest = digest & DIGEST_MASK

    def _fold_together(self, topic: str, stand: Stand, changes: Sequence[Change]) -> None:
        execute = self._connection.execute
        slot, digest = stand.slot, stand.digest
        final: dict[str, bytes | None] = {change.key: change.row for change in changes}
        for key, row in final.items():
            old = execute(_OLD, (slot, key)).fetchone()
            if old is not None:
                digest -= self._share(topic, key, old[0])
            if row is not None:
                digest += row_digest(key, row)
        stand.digest = digest & DIGEST_MASK
        kept = self._box.rows(topic, [(key, row) for key, row in final.items() if row is not None])
        gone = [(slot, key) for key, row in final.items() if row is None]
        self._connection.executemany(_PUT, [(slot, key, row) for key, row in kept])
        self._connection.executemany(_DROP, gone)

    def _share(self, topic: str, key: str, lying: bytes) -> int:
        """Return a row's share of the digest; 0 where it does not open, and the digest tells."""
        row = self._box.open_row(topic, key, lying)
        return 0 if row is None else row_digest(key, row)


def _mark(epoch: str) -> int:
    """Return what is kept beside an epoch, so that bits of it that flip are seen; never 0."""
    return crc32(epoch.encode()) & 0x7FFFFFFF or 1
