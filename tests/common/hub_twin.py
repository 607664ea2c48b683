"""A hub's log as a model, and two channels to a follower: broadcasts that are lost, doubled and
reordered, answers that come in order until the connection breaks.

Owns what a hub would answer and the invariants that a follower's replica must keep at every moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from common import messages as m
from common.follower import Follower
from common.topics import Profile
from common.wire import DIGEST_MASK, digest_hex, ends_here, row_digest
from tests.common.memory_replica import MemoryReplica

OUTBOX = "0a" * 16
OTHER = "0f" * 16
TOPICS = ("stock", "sales")
PAGE = 2
KEYS = ("a", "b", "c")


@dataclass(slots=True)
class ModelTopic:
    """Every change since the beginning, and how far back the hub still has them."""

    log: list[m.Change] = field(default_factory=list)
    low: int = 0

    def rows(self, tseq: int | None = None) -> dict[str, bytes]:
        """Return the rows as they stood at `tseq`."""
        rows: dict[str, bytes | None] = {c.key: c.row for c in self.log[:tseq]}
        return {key: row for key, row in rows.items() if row is not None}

    def digest(self, tseq: int | None = None) -> str:
        """Return their digest."""
        rows = self.rows(tseq).items()
        return digest_hex(sum(row_digest(key, row) for key, row in rows) & DIGEST_MASK)


class HubTwin:
    """A follower, its replica, and the hub it follows."""

    def __init__(self) -> None:
        self.epoch_number = 1
        self.topics = {name: ModelTopic() for name in TOPICS}
        self.last_n = 0
        self.gseq = 0
        self.now_s = 1000.0
        self.replica = MemoryReplica(OUTBOX)
        self.events: list[tuple[Any, str]] = []
        self.follower = Follower(
            self.replica,
            TOPICS,
            OUTBOX,
            lambda: self.now_s,
            lambda event, topic: self.events.append((event, topic)),
        )
        self.asked: list[Any] = []
        self.answers: list[Any] = []
        self.broadcasts: list[Any] = []
        self._stale_reads: dict[str, int] = {}

    @property
    def epoch(self) -> str:
        """Return the hub's epoch."""
        return f"{self.epoch_number:032x}"

    # What happens at the hub.

    def publish(self, topic: int, key: int, own: bool, kind: int) -> None:
        """A commit of one to three changes; kind 0 drops the row, 3 is too large to broadcast."""
        name = TOPICS[topic]
        model = self.topics[name]
        self.gseq += 1
        outbox, n = (OUTBOX, self.last_n + 1) if own else (OTHER, self.gseq)
        if own:
            self.last_n += 1
        first = len(model.log) + 1
        rows = [None if kind == 0 else b"%d" % (self.gseq * 10 + i) for i in range(kind or 1)]
        changes = [m.Change(KEYS[(key + i) % 3], row, outbox, n) for i, row in enumerate(rows)]
        model.log += changes
        if kind == 3:
            self.broadcasts.append(m.Announce(name, self.epoch, self.gseq, len(model.log)))
        else:
            self.broadcasts.append(m.Changes(name, self.epoch, self.gseq, first, changes))

    def rush(self, topic: int, kinds: list[int], own: bool) -> None:
        """Some commits, one after the other."""
        for place, kind in enumerate(kinds):
            self.publish(topic, place, own, kind)

    def beat(self) -> None:
        """A heartbeat is broadcast."""
        pulses = {n: m.Pulse(len(t.log), t.digest()) for n, t in self.topics.items()}
        self.broadcasts.append(m.Heartbeat(self.epoch, self.gseq, 0, pulses))

    def prune(self, topic: int, keep: int) -> None:
        """The log's tail is cut; snapshots that were read before stay shared."""
        model = self.topics[TOPICS[topic]]
        model.low = max(model.low, len(model.log) - keep)

    def read_for_others(self, topic: int) -> None:
        """A snapshot is read for another kiosk: this one will be given the same, a bit later."""
        self._stale_reads[TOPICS[topic]] = len(self.topics[TOPICS[topic]].log)

    def restore(self, lost: int) -> None:
        """The hub comes back from a backup, with a newer epoch; old broadcasts may still come."""
        self.epoch_number += 1
        self._stale_reads.clear()
        for model in self.topics.values():
            del model.log[max(model.low, len(model.log) - lost) :]
        known = [c.n for t in self.topics.values() for c in t.log if c.outbox == OUTBOX]
        self.last_n = max(known, default=0)
        self.connect()

    def answer(self) -> None:
        """The hub answers the oldest question."""
        if self.asked:
            ask = self.asked.pop(0)
            if isinstance(ask, m.Since):
                self.answers.append(self._delta(ask))
            elif isinstance(ask, m.SnapshotRequest):
                self.answers += self._snapshot(ask)

    def _delta(self, ask: m.Since) -> m.Delta | m.SnapshotRequired:
        model = self.topics[ask.topic]
        if not model.low <= ask.tseq <= len(model.log):
            return m.SnapshotRequired(ask.topic, ask.request)
        page = model.log[ask.tseq : ask.tseq + PAGE]
        for change in model.log[ask.tseq + PAGE :]:
            if ends_here(page[-1], change):
                break
            page.append(change)
        more = ask.tseq + len(page) < len(model.log)
        changes = m.Changes(ask.topic, self.epoch, self.gseq, ask.tseq + 1, page)
        return m.Delta(ask.request, self.last_n, more, changes)

    def _snapshot(self, ask: m.SnapshotRequest) -> list[Any]:
        model = self.topics[ask.topic]
        tseq = self._stale_reads.pop(ask.topic, len(model.log))
        rows = list(model.rows(tseq).items())
        own = [
            c.n
            for t in self.topics.values()
            for c in t.log[tseq if t is model else len(t.log) :]
            if c.outbox == OUTBOX
        ]
        last_n = min(own, default=self.last_n + 1) - 1
        begin = m.SnapshotBegin(
            ask.topic, ask.request, self.epoch, self.gseq, tseq, len(model.log), len(rows), last_n
        )
        chunks = [m.SnapshotChunk(ask.topic, ask.request, [row]) for row in rows]
        digest = model.digest(tseq)
        return [begin, *chunks, m.SnapshotEnd(ask.topic, ask.request, len(rows), digest)]

    # What happens on the way.

    def connect(self) -> None:
        """The command connection is made anew and welcomed; what was asked is forgotten."""
        self.asked.clear()
        self.answers.clear()
        self.follower.disconnected()
        self.greet()

    def greet(self) -> None:
        """A hello on the connection that there is; answers to old questions are still coming."""
        marks = {n: m.TopicMark(len(t.log), t.low) for n, t in self.topics.items()}
        welcome = m.Welcome(
            protocol=m.PROTOCOL,
            software="twin",
            epoch=self.epoch,
            gseq=self.gseq,
            last_n=self.last_n,
            profile=Profile.TILL,
            topics=marks,
            device_id="d" * 32,
            device_number=1,
            device_name="C1",
            broadcast_port=1,
            hub_ms=0,
            sent_ms=0,
        )
        self.asked += self.follower.welcome(welcome)

    def hear_broadcast(self, place: int, again: bool) -> None:
        """A broadcast arrives, perhaps out of order; `again`: it will come once more."""
        if self.broadcasts:
            place %= len(self.broadcasts)
            frame = self.broadcasts[place] if again else self.broadcasts.pop(place)
            handlers: dict[type[Any], Callable[[Any], list[Any]]] = {
                m.Changes: self.follower.changes,
                m.Announce: self.follower.announce,
                m.Heartbeat: self.follower.heartbeat,
            }
            self.asked += handlers[type(frame)](frame)

    def hear_broadcasts(self, count: int) -> None:
        """Some broadcasts arrive in order."""
        for _ in range(count):
            self.hear_broadcast(0, again=False)

    def lose_broadcasts(self, count: int) -> None:
        """The oldest broadcasts on their way are lost."""
        del self.broadcasts[:count]

    def exchange(self, count: int) -> None:
        """Some questions are answered, and the answers heard."""
        for _ in range(count):
            self.answer()
            self.hear_answer()

    def hear_answer(self) -> None:
        """The follower gets the next answer."""
        if not self.answers:
            return
        answer, follower = self.answers.pop(0), self.follower
        if isinstance(answer, m.SnapshotChunk):
            self.asked += follower.snapshot_chunk(answer, 300_000)
            return
        handlers: dict[type[Any], Callable[[Any], list[Any]]] = {
            m.Delta: follower.delta,
            m.SnapshotRequired: follower.snapshot_required,
            m.SnapshotBegin: follower.snapshot_begin,
            m.SnapshotEnd: follower.snapshot_end,
        }
        self.asked += handlers[type(answer)](answer)

    def lose_answer(self) -> None:
        """An answer is lost with the messages behind it: the hub's queue to this post was full."""
        self.answers.clear()

    def spoil(self, topic: int) -> None:
        """A row of the replica rots."""
        self.replica.spoil(TOPICS[topic])

    def wait(self, seconds: float) -> None:
        """Time passes, and the shell ticks."""
        self.now_s += seconds
        self.asked += self.follower.tick()

    def settle(self) -> None:
        """Nothing is lost any more: let everything through, with a heartbeat each second."""
        for _ in range(120):
            self.beat()
            for _ in range(20):
                self.answer()
                self.hear_answer()
                self.hear_broadcast(0, again=False)
            self.wait(1.0)
