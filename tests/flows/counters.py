"""Three counters of a shop against the hub's real store, pipeline and sync desk, by frames.

Owns the moving of frames between the shipped cores: what is lost, when it is cut, who takes a turn.
No socket, no thread, no file of a kiosk.
"""

from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Any

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import VERSION, wire
from common import messages as m
from common.commands import SaleRecord
from common.follower import Follower
from common.models import Article, Ticket
from common.outgoing import Outgoing, Queued
from common.topics import KIOSK_PROFILES, TOPICS_OF, Profile
from hub.pipeline import Received
from hub.reader import read_snapshot
from hub.sync import SyncDesk
from tests.common.memory_replica import MemoryReplica
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import Post, Shop

PORTS = {profile: 47803 + place for place, profile in enumerate(KIOSK_PROFILES)}


class Counter:
    """A post with its outbox and its replica in memory."""

    def __init__(self, shop: Shop, post: Post) -> None:
        self.post = post
        self.topics = TOPICS_OF[post.device.profile]
        self.replica = MemoryReplica(post.outbox)
        clock = shop.clock.seconds
        self.outgoing = Outgoing(post.outbox, (), 0, clock)
        self.follower = Follower(self.replica, self.topics, post.outbox, clock)
        self.tickets: list[Ticket] = []
        self.online = False
        self.asks: list[bytes] = []
        self.heard: list[bytes] = []

    def sell(self, *sold: tuple[Article, int]) -> None:
        """Sell something: the ticket is in the outbox."""
        made = ticket(self.post, len(self.tickets) + 1, lines_of(*sold))
        self.tickets.append(made)
        body = self.post.body("sale.record", SaleRecord(made))
        entry = Queued(len(self.tickets), 1, wire.body_hash(body), body)
        self.outgoing.add(entry)

    def cut(self) -> None:
        """The network is gone, and what was on its way with it."""
        self.online = False
        self.asks.clear()
        self.heard.clear()
        self.outgoing.disconnected()
        self.follower.disconnected()

    def connect(self) -> None:
        """Say hello."""
        self.cut()
        self.online = True
        hello = m.Hello(
            m.PROTOCOL, VERSION, self.post.outbox, self.replica.epoch(), self.follower.vector(), 0
        )
        self.asks.append(wire.encode(hello))

    def hear(self, frame: bytes, broadcast: bool) -> None:
        """Take a frame; what it makes the follower ask is on its way."""
        message = wire.decode_broadcast(frame) if broadcast else wire.decode(frame)
        follower = self.follower
        if isinstance(message, m.Welcome):
            assert self.outgoing.welcome(message.last_n) is None
        if isinstance(message, m.Reply):
            assert message.status is m.Status.ACCEPTED
            self.outgoing.reply(message)
            return
        if isinstance(message, m.Expect):
            self.outgoing.expect(message)
            return
        if isinstance(message, m.SnapshotChunk):
            self.asks += map(wire.encode, follower.snapshot_chunk(message, len(frame)))
            return
        handlers: dict[type[Any], Callable[[Any], list[Any]]] = {
            m.Welcome: follower.welcome,
            m.Changes: follower.changes,
            m.Announce: follower.announce,
            m.Heartbeat: follower.heartbeat,
            m.Delta: follower.delta,
            m.SnapshotRequired: follower.snapshot_required,
            m.SnapshotBegin: follower.snapshot_begin,
            m.SnapshotEnd: follower.snapshot_end,
        }
        self.asks += map(wire.encode, handlers[type(message)](message))


class Counters:
    """The hub and its counters; `step` lets everybody take a turn."""

    def __init__(self, shop: Shop, posts: list[Post], seed: int) -> None:
        self.shop = shop
        self.rng = Random(seed)
        self.counters = [Counter(shop, post) for post in posts]
        self._wanted: list[str] = []
        clock = shop.clock
        self.sync = SyncDesk(
            shop.log, shop.pipeline, self._wanted.append, PORTS, clock.now_ms, clock.seconds
        )

    def step(self, loss: float = 0.0) -> None:
        """Take what the counters send in one group, and hand out what it made."""
        by_peer = {counter.post.peer: counter for counter in self.counters if counter.online}
        answers = [answer for counter in by_peer.values() for answer in self._asked(counter)]
        batch = [
            Received(counter.post.device, wire.decode(wire.encode_command(command)), peer)
            for peer, counter in by_peer.items()
            for command in counter.outgoing.take()
        ]
        released = self.shop.run(*batch)
        answers += [*self._snapshots(), *released.answers, *self.sync.pump()]
        for changes in released.changes:
            for run in wire.split_changes(changes, 2000):
                self._broadcast(wire.encode_changes(run), changes.topic, loss)
        for peer, frame in answers:
            if peer in by_peer:
                by_peer[peer].heard.append(frame)
        for counter in by_peer.values():
            while counter.heard:
                counter.hear(counter.heard.pop(0), broadcast=False)

    def wait(self, seconds: int, loss: float = 0.0) -> None:
        """Let time pass, with a heartbeat each second."""
        for _ in range(seconds):
            for _ in range(5):
                self.step(loss)
            self.shop.clock.pass_s(1)
            self.sync.tick()
            for counter in self.counters:
                counter.asks += map(wire.encode, counter.follower.tick())
                self._beat(counter, loss)

    def _asked(self, counter: Counter) -> list[tuple[bytes, bytes]]:
        desk, peer, device = self.sync, counter.post.peer, counter.post.device
        handlers: dict[type[Any], Callable[[bytes, Any, Any], list[tuple[bytes, bytes]]]] = {
            m.Hello: desk.hello,
            m.Since: desk.since,
            m.SnapshotRequest: desk.snapshot,
            m.Credit: desk.credit,
        }
        asks, counter.asks = counter.asks, []
        messages = [wire.decode(frame) for frame in asks]
        return [a for message in messages for a in handlers[type(message)](peer, device, message)]

    def _snapshots(self) -> list[tuple[bytes, bytes]]:
        wanted, self._wanted[:] = list(self._wanted), []
        if not wanted:
            return []
        with closing(sqlite3.connect(self.shop.path, isolation_level=None)) as db:
            snapshots = [read_snapshot(db, topic) for topic in wanted]
        return [answer for read in snapshots for answer in self.sync.snapshot_read(read)]

    def _beat(self, counter: Counter, loss: float) -> None:
        log = self.shop.log
        pulses = {
            topic: m.Pulse(log.heads[topic].tseq, wire.digest_hex(log.heads[topic].digest))
            for topic in counter.topics
        }
        beat = m.Heartbeat(log.epoch, log.gseq, self.shop.clock.now_ms(), pulses)
        if counter.online and self.rng.random() >= loss:
            counter.hear(wire.encode_broadcast(wire.HEARTBEAT_TOPIC, beat), broadcast=True)

    def _broadcast(self, frame: bytes, topic: str, loss: float) -> None:
        for counter in self.counters:
            if counter.online and topic in counter.topics and self.rng.random() >= loss:
                counter.hear(frame, broadcast=True)


def three_tills_and_an_office(shop: Shop, seed: int) -> Counters:
    """Return the counters of a shop, nobody connected."""
    posts = [shop.post(Profile.TILL, number) for number in (1, 2, 3)]
    return Counters(shop, [*posts, shop.post(Profile.OFFICE, 4)], seed)
