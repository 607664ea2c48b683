"""The change log: what was published, in which order, and where each topic stands.

Owns gseq, tseq, digests, live rows and the log. A `Draft` gathers the changes of one commit and
is written in one go; the heads in memory move only once that commit stands. Never sends anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from common import messages as m
from common import wire
from common.models import Row, encode_row
from common.topics import TOPICS
from hub.store import Connection, Store

PAGE_BYTES: Final = 256 * 1024
"""About the most that one answer to `Since` holds: what one command changed stays together."""
PAGES: Final = 32
"""The most of them that are kept for others who ask the same."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a topic stands: last tseq, the log's low-water mark, digest of its live rows."""

    tseq: int = 0
    low: int = 0
    digest: int = 0


class Cause(NamedTuple):
    """The command that made a change."""

    outbox: str
    n: int


EPOCH_NAMES: Final = ("epoch", "epoch_again")
"""The epoch stands twice in `meta`: a bit of it that changed would turn every post away."""
OWN: Final = Cause("0" * 32, 0)
"""The cause of what the hub itself publishes."""


class Draft:
    """The changes of one commit being made, over the heads of the last one."""

    def __init__(self, db: Connection, heads: Mapping[str, Head]) -> None:
        self._db = db
        self._before = heads
        self._rows: dict[tuple[str, str], bytes | None] = {}
        self._undo: list[tuple[tuple[str, str], bool, bytes | None, int]] = []
        self._forgotten: list[tuple[str, str]] = []
        self._forgotten_before = 0
        self._standing: tuple[str, ...] = ()
        self.changes: dict[str, list[m.Change]] = {}
        self.digests: dict[str, int] = {}

    def put(self, topic: str, row: Row, cause: Cause) -> None:
        """Publish a row's new state; nothing where it equals what stands."""
        self._set(topic, row.id, encode_row(row), cause)

    def drop(self, topic: str, key: str, cause: Cause) -> None:
        """Publish that a row is gone."""
        self._set(topic, key, None, cause)

    def forget(self, topic: str, key: str, cause: Cause) -> None:
        """Publish that a row is gone, and tell nobody any more what it ever was."""
        self.drop(topic, key, cause)
        self._forgotten.append((topic, key))

    def _set(self, topic: str, key: str, row: bytes | None, cause: Cause) -> None:
        place = (topic, key)
        known = place in self._rows
        old = self._rows[place] if known else self._committed(place)
        if old == row:
            return
        digest = self.digests.get(topic, self._before[topic].digest)
        self._undo.append((place, known, old, digest))
        if old is not None:
            digest -= wire.row_digest(key, old)
        if row is not None:
            digest += wire.row_digest(key, row)
        self.digests[topic] = digest & wire.DIGEST_MASK
        self._rows[place] = row
        self.changes.setdefault(topic, []).append(m.Change(key, row, cause.outbox, cause.n))

    def _committed(self, place: tuple[str, str]) -> bytes | None:
        found = self._db.execute(
            "SELECT row FROM live_row WHERE topic = ? AND key = ?", place
        ).fetchone()
        return None if found is None else found[0]

    def begin(self) -> None:
        """A command begins: remember what it changes, should it be refused."""
        self._undo.clear()
        self._standing = ()
        self._forgotten_before = len(self._forgotten)

    def reached(self) -> dict[str, int]:
        """Return {topic: tseq} of the last change that the command at hand made there.

        Of what it found there already: how far the topic is.
        """
        topics = (*(entry[0][0] for entry in self._undo), *self._standing)
        return {topic: self.tseq(topic) for topic in topics}

    def found(self, *topics: str) -> None:
        """The effect of the command at hand stands in these topics already."""
        self._standing = topics

    def undo(self) -> None:
        """Forget what was published since `begin`."""
        for place, known, row, digest in reversed(self._undo):
            topic = place[0]
            if known:
                self._rows[place] = row
            else:
                del self._rows[place]
            self.digests[topic] = digest
            self.changes[topic].pop()
            if not self.changes[topic]:
                del self.changes[topic], self.digests[topic]
        self._undo.clear()
        del self._forgotten[self._forgotten_before :]

    def tseq(self, topic: str) -> int:
        """Return the tseq that the topic's last change so far will have."""
        return self._before[topic].tseq + len(self.changes.get(topic, ()))

    def heads(self) -> dict[str, Head]:
        """Return the heads as they stand once this draft is committed."""
        moved = {
            topic: Head(self.tseq(topic), self._before[topic].low, self.digests[topic])
            for topic in self.changes
        }
        return {**self._before, **moved}

    def write(self, gseq: int) -> None:
        """Write log, live rows and heads into the open transaction."""
        db = self._db
        self._forget()
        for topic, changes in self.changes.items():
            first = self._before[topic].tseq + 1
            db.executemany(
                "INSERT INTO change (topic, tseq, gseq, key, row, outbox_id, n)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (topic, first + index, gseq, key, row, outbox, n)
                    for index, (key, row, outbox, n) in enumerate(changes)
                ],
            )
        put = [(topic, key, row) for (topic, key), row in self._rows.items() if row is not None]
        gone = [place for place, row in self._rows.items() if row is None]
        db.executemany(
            "INSERT INTO live_row (topic, key, row) VALUES (?, ?, ?)"
            " ON CONFLICT (topic, key) DO UPDATE SET row = excluded.row",
            put,
        )
        if gone:
            db.executemany("DELETE FROM live_row WHERE topic = ? AND key = ?", gone)
        heads = self.heads()
        db.executemany(
            "UPDATE topic_head SET tseq = ?, digest = ? WHERE topic = ?",
            [
                (heads[topic].tseq, wire.digest_hex(heads[topic].digest), topic)
                for topic in self.changes
            ],
        )
        db.execute("UPDATE meta SET value = ? WHERE name = 'gseq'", (str(gseq),))

    def _forget(self) -> None:
        """Let the log say of each earlier state of a forgotten row that it is gone, too.

        Whoever fetches them meets the row nowhere; where all is fetched, the digest is the same.
        """
        for topic, key in self._forgotten:
            if topic in self.changes:
                self.changes[topic] = [
                    change._replace(row=None) if change.key == key else change
                    for change in self.changes[topic]
                ]
            self._db.execute(
                "UPDATE change SET row = NULL WHERE topic = ? AND key = ? AND row IS NOT NULL",
                (topic, key),
            )


class ChangeLogBook:
    """The log of one epoch: heads in memory, pages for those who were away."""

    def __init__(self, store: Store) -> None:
        self._db = store.db
        self.epoch = store.meta("epoch")
        self.gseq = int(store.meta("gseq", "0"))
        self.heads: dict[str, Head] = {topic: Head() for topic in TOPICS}
        known = set()
        for topic, tseq, low, digest in self._db.execute(
            "SELECT topic, tseq, low, digest FROM topic_head"
        ):
            self.heads[topic] = Head(tseq, low, int(digest, 16))
            known.add(topic)
        if self.epoch and known != set(TOPICS):
            with store.group():
                _begin_topics(store, [topic for topic in TOPICS if topic not in known])
        self._pages: dict[tuple[str, int], tuple[int, bytes]] = {}

    @staticmethod
    def found(store: Store, epoch: str) -> None:
        """Begin the log of a new database, in the transaction that is open."""
        for name in EPOCH_NAMES:
            store.set_meta(name, epoch)
        store.set_meta("gseq", "0")
        _begin_topics(store, TOPICS)

    def draft(self) -> Draft:
        """Return an empty draft over the present heads."""
        return Draft(self._db, self.heads)

    def committed(self, draft: Draft, gseq: int) -> list[m.Changes]:
        """Move on to a draft that is committed; return what to broadcast."""
        before, self.heads, self.gseq = self.heads, draft.heads(), gseq
        self._pages.clear()
        return [
            m.Changes(topic, self.epoch, gseq, before[topic].tseq + 1, changes)
            for topic, changes in draft.changes.items()
        ]

    def page(self, topic: str, tseq: int) -> tuple[int, bytes] | None:
        """Return (last tseq, frame of changes) after `tseq`; None below the low-water mark.

        Kept until the next commit: after a cut many ask the same.
        """
        head = self.heads[topic]
        if not head.low <= tseq <= head.tseq:
            return None
        page = self._pages.get((topic, tseq))
        if page is None:
            if len(self._pages) >= PAGES:
                del self._pages[next(iter(self._pages))]
            page = self._pages[topic, tseq] = self._read_page(topic, tseq)
        return page

    def _read_page(self, topic: str, tseq: int) -> tuple[int, bytes]:
        changes: list[m.Change] = []
        size = 0
        gseq = self.gseq
        for at, key, row, outbox, n in self._db.execute(
            "SELECT gseq, key, row, outbox_id, n FROM change"
            " WHERE topic = ? AND tseq > ? ORDER BY tseq",
            (topic, tseq),
        ):
            change = m.Change(key, row, outbox, n)
            if size >= PAGE_BYTES and wire.ends_here(changes[-1], change):
                break
            gseq = at
            changes.append(change)
            size += len(key) + len(row or b"") + 64
        page = m.Changes(topic, self.epoch, gseq, tseq + 1, changes)
        return page.last_tseq, wire.encode_changes(page)

    def keys_before(self, topic: str, key: str, limit: int) -> list[str]:
        """Return at most `limit` keys of live rows that sort before `key`."""
        rows = self._db.execute(
            "SELECT key FROM live_row WHERE topic = ? AND key < ? ORDER BY key LIMIT ?",
            (topic, key, limit),
        )
        return [row[0] for row in rows]

    def prune(self, topic: str, keep: int, slice_rows: int = 2000) -> int | None:
        """Cut the log's oldest changes down to `keep`, at most a slice, in the open transaction.

        Returns the new low-water mark for `cut` once that is committed; None: nothing to cut.
        """
        head = self.heads[topic]
        low = min(head.tseq - keep, head.low + slice_rows)
        if low <= head.low:
            return None
        self._db.execute("DELETE FROM change WHERE topic = ? AND tseq <= ?", (topic, low))
        self._db.execute("UPDATE topic_head SET low = ? WHERE topic = ?", (low, topic))
        return low

    def cut(self, lows: Mapping[str, int]) -> None:
        """Move on to low-water marks that are committed."""
        for topic, low in lows.items():
            self.heads[topic] = replace(self.heads[topic], low=low)


def _begin_topics(store: Store, topics: Iterable[str]) -> None:
    """Let topics stand at nothing: a new database's, or those that a release has added."""
    store.db.executemany(
        "INSERT INTO topic_head (topic, tseq, low, digest) VALUES (?, 0, 0, ?)",
        [(topic, wire.digest_hex(0)) for topic in topics],
    )
