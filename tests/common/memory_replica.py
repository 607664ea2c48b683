"""A replica in memory that keeps `common.follower.Replica`'s contract, and complains when it is
not kept by whoever calls it: the twin of a kiosk's file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from common import messages as m
from common.wire import DIGEST_MASK, digest_hex, row_digest


@dataclass(slots=True)
class _Topic:
    """One topic. `stale`: rows of an older epoch, still to be seen, counting for nothing."""

    rows: dict[str, bytes] = field(default_factory=dict)
    tseq: int = 0
    digest: int = 0
    last_n: int = 0
    stale: bool = False
    staged: dict[str, bytes] | None = None


class MemoryReplica:
    """Rows by topic. `swaps` and `applied` count what happened to it."""

    def __init__(self, outbox: str = "") -> None:
        self._outbox = outbox
        self._epoch = ""
        self._topics: dict[str, _Topic] = {}
        self.swaps = 0
        self.applied = 0

    def epoch(self) -> str:
        """Return the epoch of the rows."""
        return self._epoch

    def tseq(self, topic: str) -> int:
        """Return the tseq up to which a topic's rows stand."""
        return self._topic(topic).tseq

    def digest(self, topic: str) -> int:
        """Return the digest of a topic's rows."""
        return self._topic(topic).digest

    def last_n(self, topic: str) -> int:
        """Return up to which n a topic's rows hold this outbox's effects."""
        return self._topic(topic).last_n

    def is_stale(self, topic: str) -> bool:
        """Return whether a topic's rows, and what they cover, are of an older epoch."""
        return self._topic(topic).stale

    def rows(self, topic: str) -> dict[str, bytes]:
        """Return a copy of a topic's rows."""
        return dict(self._topic(topic).rows)

    def apply(self, topic: str, first_tseq: int, changes: Sequence[m.Change]) -> None:
        """Fold changes; raises ValueError out of order."""
        state = self._fresh(topic)
        if first_tseq != state.tseq + 1:
            raise ValueError(f"{topic}: change {first_tseq} after {state.tseq}")
        for change in changes:
            self._set(state, change.key, change.row)
            state.tseq += 1
            if change.outbox == self._outbox:
                state.last_n = max(state.last_n, change.n)
        self.applied += len(changes)

    def cover(self, topic: str, last_n: int) -> None:
        """Note that a topic's rows hold every effect up to `last_n`."""
        state = self._fresh(topic)
        state.last_n = max(state.last_n, last_n)

    def leave_epoch(self, epoch: str) -> None:
        """Take a newer epoch: rows stay to be seen, positions end."""
        self._epoch = epoch
        for state in self._topics.values():
            state.tseq, state.digest, state.stale = 0, 0, True

    def begin_snapshot(self, topic: str) -> None:
        """Prepare an empty place."""
        self._topic(topic).staged = {}

    def add_rows(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Put rows into it."""
        staged = self._topic(topic).staged
        assert staged is not None, f"{topic}: rows without a beginning"
        staged.update(rows)

    def swap_snapshot(self, topic: str, epoch: str, tseq: int, last_n: int, digest: str) -> bool:
        """Make them the topic's rows where their digest is right."""
        state = self._topic(topic)
        staged, state.staged = state.staged, None
        assert staged is not None, f"{topic}: an end without a beginning"
        total = sum(row_digest(key, row) for key, row in staged.items()) & DIGEST_MASK
        if digest_hex(total) != digest:
            return False
        if epoch != self._epoch:
            self.leave_epoch(epoch)
        self._topics[topic] = _Topic(staged, tseq, total, last_n)
        self.swaps += 1
        return True

    def drop_snapshot(self, topic: str) -> None:
        """Forget rows that never became the topic's."""
        self._topic(topic).staged = None

    def spoil(self, topic: str) -> None:
        """Change a row behind everybody's back, as a bad disk or a mistake would."""
        state = self._fresh(topic)
        self._set(state, "spoilt", b"spoilt" + state.rows.get("spoilt", b""))

    def _set(self, state: _Topic, key: str, row: bytes | None) -> None:
        old = state.rows.pop(key, None)
        if old is not None:
            state.digest -= row_digest(key, old)
        if row is not None:
            state.rows[key] = row
            state.digest += row_digest(key, row)
        state.digest &= DIGEST_MASK

    def _topic(self, topic: str) -> _Topic:
        return self._topics.setdefault(topic, _Topic())

    def _fresh(self, topic: str) -> _Topic:
        if self._topic(topic).stale:
            self._topics[topic] = _Topic(staged=self._topics[topic].staged)
        return self._topics[topic]
