"""A replica in plain dictionaries: what a follower costs by itself, without a disk.

Keeps rows, tseq and digest as the kiosk's own replica does, and calls `on_applied` once a run of
changes is folded in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from common import messages as m
from common.wire import DIGEST_MASK, digest_hex, row_digest


@dataclass(slots=True)
class _Topic:
    rows: dict[str, bytes] = field(default_factory=dict)
    tseq: int = 0
    digest: int = 0
    staged: dict[str, bytes] = field(default_factory=dict)
    staged_digest: int = 0


class MemoryReplica:
    """Implements `common.follower.Replica`."""

    def __init__(self, on_applied: Callable[[str, Sequence[m.Change]], None]) -> None:
        self._on_applied = on_applied
        self._epoch = ""
        self._topics: dict[str, _Topic] = {}

    def epoch(self) -> str:
        """Return the epoch of the rows."""
        return self._epoch

    def tseq(self, topic: str) -> int:
        """Return the tseq of a topic's rows."""
        return self._topic(topic).tseq

    def digest(self, topic: str) -> int:
        """Return the digest of a topic's rows."""
        return self._topic(topic).digest

    def apply(self, topic: str, first_tseq: int, changes: Sequence[m.Change]) -> None:
        """Fold changes."""
        held = self._topic(topic)
        if first_tseq != held.tseq + 1:
            raise ValueError(f"{topic}: change {first_tseq} after {held.tseq}")
        rows, digest = held.rows, held.digest
        for key, row, _, _ in changes:
            old = rows.get(key)
            if old is not None:
                digest -= row_digest(key, old)
            if row is not None:
                digest += row_digest(key, row)
                rows[key] = row
            elif old is not None:
                del rows[key]
        held.digest = digest & DIGEST_MASK
        held.tseq += len(changes)
        self._on_applied(topic, changes)

    def cover(self, topic: str, last_n: int) -> None:
        """No pending effect is kept here."""

    def leave_epoch(self, epoch: str) -> None:
        """Take a newer epoch: every position ends."""
        self._epoch = epoch
        for held in self._topics.values():
            held.tseq, held.digest = 0, 0

    def begin_snapshot(self, topic: str) -> None:
        """Prepare an empty place."""
        held = self._topic(topic)
        held.staged, held.staged_digest = {}, 0

    def add_rows(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Put rows into it."""
        held = self._topic(topic)
        held.staged.update(rows)
        held.staged_digest += sum(row_digest(key, row) for key, row in rows)

    def swap_snapshot(self, topic: str, epoch: str, tseq: int, last_n: int, digest: str) -> bool:
        """Make them the rows, where their digest is the hub's."""
        held = self._topic(topic)
        staged = held.staged_digest & DIGEST_MASK
        if digest_hex(staged) != digest:
            return False
        if epoch != self._epoch:
            self.leave_epoch(epoch)
        held.rows, held.tseq, held.digest, held.staged = held.staged, tseq, staged, {}
        return True

    def drop_snapshot(self, topic: str) -> None:
        """Forget rows that never became the topic's."""
        self._topic(topic).staged = {}

    def _topic(self, topic: str) -> _Topic:
        held = self._topics.get(topic)
        if held is None:
            held = self._topics[topic] = _Topic()
        return held
