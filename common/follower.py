"""The replica protocol: how a kiosk follows the hub's topics, without a socket or a clock.

Messages go in, messages to send come out; the replica that is handed in holds rows, tseq and
digest. A topic is BEHIND (needs the hub), SYNCING (asked, buffering broadcasts) or LIVE. Gaps are
seen by tseq, lost tails and silent divergence by the heartbeat, other histories by the epoch.
Never decides what a row means.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, Protocol

from common import messages as m
from common.topic_progress import TopicProgress, TopicState
from common.wire import digest_hex

CREDIT_BYTES: Final = 1024 * 1024
ANSWER_TIMEOUT_S: Final = 10.0
MISMATCH_PAUSE_S: Final = 30.0


class Replica(Protocol):
    """Where a follower keeps rows. Each call is durable with its tseq and digest, or not at all."""

    def epoch(self) -> str:
        """Return the epoch that the rows belong to, "" for none."""

    def tseq(self, topic: str) -> int:
        """Return the tseq up to which a topic's rows stand; 0 for an empty one."""

    def digest(self, topic: str) -> int:
        """Return the digest of a topic's rows."""

    def apply(self, topic: str, first_tseq: int, changes: Sequence[m.Change]) -> None:
        """Fold changes numbered from `first_tseq`, which is tseq(topic) + 1."""

    def cover(self, topic: str, last_n: int) -> None:
        """Note that a topic's rows hold every effect of this outbox up to `last_n`."""

    def leave_epoch(self, epoch: str) -> None:
        """Take a newer epoch: rows stay to be seen, with what they hold; positions are 0."""

    def begin_snapshot(self, topic: str) -> None:
        """Prepare an empty place beside the topic's rows."""

    def add_rows(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Put snapshot rows into that place."""

    def swap_snapshot(self, topic: str, epoch: str, tseq: int, last_n: int, digest: str) -> bool:
        """Make them the topic's rows; False, and no change, where their digest is another."""

    def drop_snapshot(self, topic: str) -> None:
        """Leave nothing of rows that never became the topic's."""


class Event(Enum):
    """What a shell may want to know: count it, log it, show it."""

    LIVE = "live"
    GAP = "gap"
    LOST_TAIL = "lost_tail"
    SNAPSHOT = "snapshot"
    DIGEST_MISMATCH = "digest_mismatch"
    BUFFER_OVERFLOW = "buffer_overflow"
    NEW_EPOCH = "new_epoch"
    OLD_EPOCH = "old_epoch"
    ASKED_AGAIN = "asked_again"


class Follower:
    """Follows `topics` for one outbox. One owner thread; `clock` gives monotonic seconds."""

    def __init__(
        self,
        replica: Replica,
        topics: Iterable[str],
        outbox: str,
        clock: Callable[[], float],
        on_event: Callable[[Event, str], None] = lambda _event, _topic: None,
    ) -> None:
        self._replica = replica
        self._topics = {topic: TopicProgress() for topic in topics}
        self._outbox = outbox
        self._clock = clock
        self._on_event = on_event
        self._requests = 0
        self._welcomed = False
        self._offered: frozenset[str] = frozenset()
        self._behind: set[str] = set()

    # What the shell asks.

    def state(self, topic: str) -> TopicState:
        """Return where a topic stands."""
        return self._topics[topic].state

    @property
    def live(self) -> bool:
        """Return whether every topic equals the hub as far as this side can know."""
        return self._welcomed and bool(self._offered) and not self._behind

    def vector(self) -> dict[str, int]:
        """Return tseq by topic, as `Hello` wants it."""
        return {topic: self._replica.tseq(topic) for topic in self._topics}

    # Connection.

    def disconnected(self) -> None:
        """Forget what was asked; rows stay."""
        self._welcomed = False
        for topic in self._topics.values():
            topic.reset(TopicState.BEHIND)

    def welcome(self, welcome: m.Welcome) -> list[Any]:
        """Take the hub's vector; return what to ask for. An older epoch is never followed."""
        self.disconnected()
        epoch = self._replica.epoch()
        if epoch and welcome.epoch < epoch:
            self._on_event(Event.OLD_EPOCH, "")
            return []
        self._welcomed = True
        # A hub of an older release does not have all of them: the others are followed.
        self._offered = frozenset(self._topics.keys() & welcome.topics.keys())
        self._behind = set(self._offered)
        if welcome.epoch != epoch:
            self._on_event(Event.NEW_EPOCH, "")
            # At once: what the hub says from now on is counted in its new numbers.
            self._replica.leave_epoch(welcome.epoch)
            return [self._ask_snapshot(topic) for topic in self._topics if topic in self._offered]
        return [
            message
            for topic in self._topics
            if (mark := welcome.topics.get(topic)) is not None
            for message in self._compare(topic, mark, welcome.last_n)
        ]

    def _compare(self, topic: str, mark: m.TopicMark, last_n: int) -> list[Any]:
        tseq = self._replica.tseq(topic)
        if tseq == mark.tseq:
            self._replica.cover(topic, last_n)
            self._go_live(topic)
            return []
        if mark.low <= tseq < mark.tseq:
            return [self._ask_since(topic)]
        return [self._ask_snapshot(topic)]

    # Broadcasts.

    def changes(self, changes: m.Changes) -> list[Any]:
        """Fold a broadcast, or buffer it, or ask for what is missing before it."""
        topic = self._topics.get(changes.topic)
        if topic is None or not self._welcomed:
            return []
        if topic.state is not TopicState.LIVE:
            self._buffer(changes.topic, topic, changes)
            return []
        if changes.epoch != self._replica.epoch():
            return []  # A newer epoch shows itself by its welcome: the connection is made anew.
        if self._fold(changes):
            return []
        self._on_event(Event.GAP, changes.topic)
        message = self._ask_since(changes.topic)
        self._buffer(changes.topic, topic, changes)
        return [message]

    def announce(self, announce: m.Announce) -> list[Any]:
        """Fetch a commit that was too large to broadcast."""
        topic = self._topics.get(announce.topic)
        if topic is None or topic.state is not TopicState.LIVE:
            return []
        if announce.epoch != self._replica.epoch():
            return []
        if announce.tseq <= self._replica.tseq(announce.topic):
            return []
        return [self._ask_since(announce.topic)]

    def heartbeat(self, heartbeat: m.Heartbeat) -> list[Any]:
        """Compare positions and digests; return what to ask for."""
        if not self._welcomed or heartbeat.epoch != self._replica.epoch():
            return []
        asks: list[Any] = []
        for name, pulse in heartbeat.topics.items():
            topic = self._topics.get(name)
            if topic is None or topic.state is not TopicState.LIVE:
                continue
            tseq = self._replica.tseq(name)
            if tseq < pulse.tseq:
                self._on_event(Event.LOST_TAIL, name)
                asks.append(self._ask_since(name))
            elif tseq == pulse.tseq and self._differs(name, pulse) and self._may_doubt(topic):
                self._on_event(Event.DIGEST_MISMATCH, name)
                asks.append(self._ask_snapshot(name))
        return asks

    # Answers.

    def delta(self, delta: m.Delta) -> list[Any]:
        """Fold an answer to `Since`; go live when it was the last."""
        changes = delta.changes
        topic = self._awaiting(changes.topic, delta.request)
        if topic is None or topic.by_snapshot or changes.epoch != self._replica.epoch():
            return []
        if not self._fold(changes):
            return [self._ask_since(changes.topic)]
        if delta.more:
            return [self._ask_since(changes.topic)]
        self._replica.cover(changes.topic, delta.last_n)
        return self._catch_up(changes.topic, topic)

    def snapshot_required(self, required: m.SnapshotRequired) -> list[Any]:
        """The log was cut: take the whole topic."""
        if self._awaiting(required.topic, required.request) is None:
            return []
        return [self._ask_snapshot(required.topic)]

    def snapshot_begin(self, begin: m.SnapshotBegin) -> list[Any]:
        """Prepare for rows."""
        topic = self._awaiting(begin.topic, begin.request)
        if topic is None or not topic.by_snapshot or begin.epoch < self._replica.epoch():
            return []
        topic.begun, topic.received_rows, topic.owed_bytes = begin, 0, 0
        self._replica.begin_snapshot(begin.topic)
        return []

    def snapshot_chunk(self, chunk: m.SnapshotChunk, size_bytes: int) -> list[Any]:
        """Take some rows; give the hub credit for as many bytes again."""
        topic = self._awaiting(chunk.topic, chunk.request)
        if topic is None or topic.begun is None:
            return []
        self._replica.add_rows(chunk.topic, chunk.rows)
        topic.asked_at_s = self._clock()
        topic.received_rows += len(chunk.rows)
        topic.owed_bytes += size_bytes
        if topic.owed_bytes < CREDIT_BYTES // 4:
            return []
        credit = m.Credit(chunk.topic, chunk.request, topic.owed_bytes)
        topic.owed_bytes = 0
        return [credit]

    def snapshot_end(self, end: m.SnapshotEnd) -> list[Any]:
        """Swap the rows in, or ask again where they are not what the hub has."""
        topic = self._awaiting(end.topic, end.request)
        if topic is None or topic.begun is None:
            return []
        begun = topic.begun
        whole = topic.received_rows == begun.rows == end.rows
        if not whole or not self._replica.swap_snapshot(
            end.topic, begun.epoch, begun.tseq, begun.last_n, end.digest
        ):
            self._on_event(Event.DIGEST_MISMATCH, end.topic)
            topic.begun = None
            # Where it is never right, `tick` asks again in its time.
            return [self._ask_snapshot(end.topic)] if self._may_doubt(topic) else []
        self._on_event(Event.SNAPSHOT, end.topic)
        return self._catch_up(end.topic, topic, begun.head)

    def tick(self) -> list[Any]:
        """Ask again for what was not answered in time."""
        now = self._clock()
        asks: list[Any] = []
        for name, topic in self._topics.items():
            late = now - topic.asked_at_s >= ANSWER_TIMEOUT_S
            if self._welcomed and topic.state is TopicState.SYNCING and late:
                self._on_event(Event.ASKED_AGAIN, name)
                asks.append(
                    self._ask_snapshot(name) if topic.by_snapshot else self._ask_since(name)
                )
        return asks

    # Inside.

    def _awaiting(self, name: str, request: int) -> TopicProgress | None:
        topic = self._topics.get(name)
        if topic is None or topic.state is not TopicState.SYNCING or topic.request != request:
            return None
        return topic

    def _ask(self, name: str, by_snapshot: bool) -> int:
        topic = self._topics[name]
        self._requests += 1
        topic.state = TopicState.SYNCING
        topic.request = self._requests
        topic.asked_at_s = self._clock()
        topic.by_snapshot = by_snapshot
        topic.begun = None
        self._behind.add(name)
        return self._requests

    def _ask_since(self, name: str) -> m.Since:
        return m.Since(name, self._ask(name, by_snapshot=False), self._replica.tseq(name))

    def _ask_snapshot(self, name: str) -> m.SnapshotRequest:
        request = self._ask(name, by_snapshot=True)
        return m.SnapshotRequest(name, request, CREDIT_BYTES, self._replica.tseq(name))

    def _differs(self, name: str, pulse: m.Pulse) -> bool:
        return digest_hex(self._replica.digest(name)) != pulse.digest

    def _may_doubt(self, topic: TopicProgress) -> bool:
        """Return whether a wrong digest is answered by a snapshot now: not again and again."""
        now = self._clock()
        if now - topic.doubted_at_s < MISMATCH_PAUSE_S:
            return False
        topic.doubted_at_s = now
        return True

    def _fold(self, changes: m.Changes) -> bool:
        """Fold what is new of a run of changes; False where something is missing before it."""
        tseq = self._replica.tseq(changes.topic)
        first = changes.first_tseq
        if first == tseq + 1:
            self._replica.apply(changes.topic, first, changes.changes)
        elif first > tseq + 1:
            return False
        elif changes.last_tseq > tseq:
            self._replica.apply(changes.topic, tseq + 1, changes.changes[tseq + 1 - first :])
        return True

    def _buffer(self, name: str, topic: TopicProgress, changes: m.Changes) -> None:
        if topic.state is TopicState.SYNCING and not topic.buffer(changes):
            # What is dropped here is a gap like any other, and is fetched by `Since`.
            self._on_event(Event.BUFFER_OVERFLOW, name)

    def _catch_up(self, name: str, topic: TopicProgress, head: int = 0) -> list[Any]:
        """Fold what was broadcast meanwhile; live unless something is missing, up to `head`."""
        waiting = topic.take_buffer()
        epoch = self._replica.epoch()
        for index, changes in enumerate(waiting):
            if changes.epoch == epoch and not self._fold(changes):
                self._on_event(Event.GAP, name)
                for run in waiting[index:]:
                    topic.buffer(run)
                return [self._ask_since(name)]
        if self._replica.tseq(name) < head:
            return [self._ask_since(name)]
        self._go_live(name)
        return []

    def _go_live(self, name: str) -> None:
        self._topics[name].reset(TopicState.LIVE)
        self._behind.discard(name)
        # Of one that was broken off: it holds what the hub may have let go of meanwhile.
        self._replica.drop_snapshot(name)
        self._on_event(Event.LIVE, name)
