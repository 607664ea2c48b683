"""How far a follower is with one topic: its state, what was asked, what was broadcast meanwhile.

Owns the bounds of that buffer. What is asked for and when is the follower's.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from common import messages as m

BUFFER_CHANGES: Final = 20_000
BUFFER_BYTES: Final = 8 * 1024 * 1024


class TopicState(Enum):
    """Where a topic stands between this replica and the hub."""

    BEHIND = "behind"
    SYNCING = "syncing"
    LIVE = "live"


@dataclass(slots=True)
class TopicProgress:
    """One topic's progress. `request` numbers what was asked, so that stale answers are known."""

    state: TopicState = TopicState.BEHIND
    request: int = 0
    asked_at_s: float = 0.0
    by_snapshot: bool = False
    begun: m.SnapshotBegin | None = None
    received_rows: int = 0
    owed_bytes: int = 0
    doubted_at_s: float = -1e9
    _buffer: list[m.Changes] = field(default_factory=list)
    _buffered: int = 0
    _buffered_bytes: int = 0

    def reset(self, state: TopicState) -> None:
        """Begin a state; what was buffered goes."""
        self.state = state
        self.begun = None
        self.take_buffer()

    def buffer(self, changes: m.Changes) -> bool:
        """Keep a broadcast for later; False where it was too much, and all of it is dropped."""
        self._buffer.append(changes)
        self._buffered += len(changes.changes)
        self._buffered_bytes += sum(len(c.key) + len(c.row or b"") for c in changes.changes)
        if self._buffered <= BUFFER_CHANGES and self._buffered_bytes <= BUFFER_BYTES:
            return True
        self.take_buffer()
        return False

    def take_buffer(self) -> list[m.Changes]:
        """Return what was buffered, in order, and forget it."""
        buffer, self._buffer = self._buffer, []
        self._buffered = self._buffered_bytes = 0
        return buffer
