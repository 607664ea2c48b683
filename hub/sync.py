"""The hub's side of following: HELLO, SINCE, and snapshots under credit. No socket, no thread.

Answers come out as (peer, frame). Snapshots are read elsewhere (`request`) and shared for some
seconds in a storm of reconnects; what changed meanwhile reaches the kiosk by SINCE.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from common import VERSION, wire
from common import messages as m
from common.errors import Refusal
from common.journal.record import SignedRecord
from common.topics import TOPICS_OF, Profile
from hub.changes import ChangeLogBook
from hub.limits import CONNECTIONS, CREDIT_LIMIT, IDLE_S, PUMP_CHUNKS, SNAPSHOTS_AT_ONCE
from hub.reader import EncodedSnapshot, ReadFailed
from hub.records.devices import Device

SHARED_S: Final = 3.0
Answers = list[tuple[bytes, bytes]]


class Outboxes(Protocol):
    """Who knows how far an outbox was taken."""

    def last_n(self, outbox: str, device_id: str) -> int:
        """Return it; raises Refusal for another device's outbox."""


class Covers(Protocol):
    """Who knows what verified backups hold."""

    def covered(self, outbox: str, /) -> int:
        """Return up to which n two verified backups hold an outbox's operations; 0: none."""


class _NoCovers:
    """Without backups nothing is covered."""

    def covered(self, _: str, /) -> int:
        return 0


NO_COVERS: Final[Covers] = _NoCovers()


class Published(Protocol):
    """Who knows where the journal stands."""

    def news(self, seq: int | None, /) -> SignedRecord | None:
        """Return the journal's newest seal for a post that has seen it up to `seq`, where that is
        news to it; None: it keeps none."""


class _NothingPublished:
    """Without a journal nothing is published."""

    def news(self, _: int | None, /) -> SignedRecord | None:
        """Return nothing."""
        return None


NOTHING_PUBLISHED: Final[Published] = _NothingPublished()


@dataclass(slots=True)
class _Serving:
    """One snapshot on its way to one peer."""

    device_id: str
    snapshot: EncodedSnapshot
    request: int
    credit: int
    touched_s: float
    next_chunk: int = 0


@dataclass(frozen=True, slots=True)
class _Waiter:
    peer: bytes
    device_id: str
    outbox: str
    request: m.SnapshotRequest


class SyncDesk:
    """Serves followers of one log. `ports`: the broadcast port by profile."""

    def __init__(
        self,
        log: ChangeLogBook,
        outboxes: Outboxes,
        request_snapshot: Callable[[str], None],
        ports: dict[Profile, int],
        now_ms: Callable[[], int],
        clock: Callable[[], float],
        covers: Covers = NO_COVERS,
        journal: Published = NOTHING_PUBLISHED,
    ) -> None:
        self._log = log
        self._outboxes = outboxes
        self._request_snapshot = request_snapshot
        self._ports = ports
        self._now_ms = now_ms
        self._clock = clock
        self._covers = covers
        self._journal = journal
        self._outbox_of: dict[bytes, str] = {}
        self._shared: dict[str, tuple[float, EncodedSnapshot]] = {}
        self._waiting: dict[str, dict[bytes, _Waiter]] = {}
        self._serving: dict[tuple[bytes, str], _Serving] = {}
        self._places: dict[str, dict[tuple[bytes, str], None]] = {}

    @property
    def busy(self) -> bool:
        """Return whether `pump` has something to send."""
        return any(_can_send(serving) for serving in self._serving.values())

    def hello(
        self,
        peer: bytes,
        device: Device,
        hello: m.Hello,
        journal: m.JournalNews | None = None,
    ) -> Answers:
        """Welcome a kiosk with the vector of its topics, or refuse its protocol by name."""
        if hello.protocol != m.PROTOCOL:
            raise Refusal("protocol_version", theirs=hello.protocol, ours=m.PROTOCOL)
        last_n = self._outboxes.last_n(hello.outbox, device.id)
        self._remember(peer, hello.outbox)
        self.gone(peer)
        heads = self._log.heads
        welcome = m.Welcome(
            protocol=m.PROTOCOL,
            software=VERSION,
            epoch=self._log.epoch,
            gseq=self._log.gseq,
            last_n=last_n,
            profile=device.profile,
            topics={
                topic: m.TopicMark(heads[topic].tseq, heads[topic].low)
                for topic in TOPICS_OF[device.profile]
            },
            device_id=device.id,
            device_number=device.number,
            device_name=device.name,
            broadcast_port=self._ports.get(device.profile, 0),
            hub_ms=self._now_ms(),
            sent_ms=hello.sent_ms,
            covered_n=self._covers.covered(hello.outbox),
            admission=device.admission,
            journal=journal,
        )
        return [(peer, wire.encode(welcome))]

    def ping(self, peer: bytes, _: Device, ping: m.Ping) -> Answers:
        """Answer a ping with the hub's time, how far backups hold the peer's outbox, and where the
        journal stands."""
        outbox = self._outbox_of.get(peer)
        covered_n = 0
        if outbox is not None:
            self._remember(peer, outbox)
            covered_n = self._covers.covered(outbox)
        head = self._journal.news(ping.head_seq)
        return [(peer, wire.encode(m.Pong(ping.sent_ms, self._now_ms(), covered_n, head)))]

    def since(self, peer: bytes, device: Device, since: m.Since) -> Answers:
        """Answer with a page of changes, or that a snapshot is required."""
        _may_follow(device, since.topic)
        page = self._log.page(since.topic, since.tseq)
        if page is None:
            return [(peer, wire.encode(m.SnapshotRequired(since.topic, since.request)))]
        last_tseq, frame = page
        more = last_tseq < self._log.heads[since.topic].tseq
        last_n = self._last_n(peer, device)
        return [(peer, wire.encode_delta(since.request, last_n, more, frame))]

    def snapshot(self, peer: bytes, device: Device, request: m.SnapshotRequest) -> Answers:
        """Begin a snapshot, from a shared one where that is fresh."""
        _may_follow(device, request.topic)
        waiter = _Waiter(peer, device.id, self._outbox_of.get(peer, ""), request)
        shared = self._shared.get(request.topic)
        # Nobody stands further than the log: whoever says so does not get one of its own for it.
        wanted = min(request.tseq, self._log.heads[request.topic].tseq)
        if shared is not None and self._is_good(shared) and shared[1].tseq >= wanted:
            return self._begin(waiter, shared[1])
        waiting = self._waiting.setdefault(request.topic, {})
        if not waiting:
            self._request_snapshot(request.topic)
        waiting[peer] = waiter
        return []

    def _is_good(self, shared: tuple[float, EncodedSnapshot]) -> bool:
        """Return whether a snapshot is fresh, and the log still has what came after it."""
        read_at_s, snapshot = shared
        fresh = self._clock() - read_at_s < SHARED_S
        return fresh and snapshot.tseq >= self._log.heads[snapshot.topic].low

    def snapshot_read(self, read: EncodedSnapshot | ReadFailed) -> Answers:
        """Begin serving everybody who waits for what was read."""
        waiting = self._waiting.pop(read.topic, {}).values()
        if isinstance(read, ReadFailed):
            refused = wire.encode(m.Refused("not_available", {"reason": read.reason}))
            return [(waiter.peer, refused) for waiter in waiting]
        self._shared[read.topic] = (self._clock(), read)
        return [answer for waiter in waiting for answer in self._begin(waiter, read)]

    def credit(self, peer: bytes, _: Device, credit: m.Credit) -> Answers:
        """Let a snapshot run on."""
        serving = self._serving.get((peer, credit.topic))
        if serving is not None and serving.request == credit.request:
            serving.credit = min(serving.credit + credit.credit, CREDIT_LIMIT)
            serving.touched_s = self._clock()
        return []

    def pump(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield what credit allows, a bounded turn of it, fair to all."""
        for _ in range(PUMP_CHUNKS):
            ready = [place for place, serving in self._serving.items() if _can_send(serving)]
            if not ready:
                return
            for place in ready[:PUMP_CHUNKS]:
                yield place[0], self._next_frame(place)

    def tick(self) -> None:
        """Forget shared snapshots that are stale, and peers that went silent."""
        now = self._clock()
        self._shared = {
            topic: shared for topic, shared in self._shared.items() if now - shared[0] < SHARED_S
        }
        for place, serving in list(self._serving.items()):
            if now - serving.touched_s > IDLE_S:
                self._end(place)

    def gone(self, peer: bytes) -> None:
        """Stop serving a peer."""
        for place in [place for place in self._serving if place[0] == peer]:
            self._end(place)
        for waiting in self._waiting.values():
            waiting.pop(peer, None)

    def dismissed(self, device_id: str) -> None:
        """Stop serving a device, on every connection."""
        for place in [p for p, serving in self._serving.items() if serving.device_id == device_id]:
            self._end(place)
        for waiting in self._waiting.values():
            for peer in [peer for peer, one in waiting.items() if one.device_id == device_id]:
                del waiting[peer]

    def _last_n(self, peer: bytes, device: Device) -> int:
        outbox = self._outbox_of.get(peer)
        if not outbox:
            return 0
        self._remember(peer, outbox)
        return self._outboxes.last_n(outbox, device.id)

    def _remember(self, peer: bytes, outbox: str) -> None:
        """Put a connection last in the order in which they are forgotten."""
        self._outbox_of.pop(peer, None)
        self._outbox_of[peer] = outbox
        if len(self._outbox_of) > CONNECTIONS:
            del self._outbox_of[next(iter(self._outbox_of))]

    def _begin(self, waiter: _Waiter, snapshot: EncodedSnapshot) -> Answers:
        request = waiter.request
        credit = min(request.credit, CREDIT_LIMIT)
        place = (waiter.peer, request.topic)
        self._end(place)
        places = self._places.setdefault(waiter.device_id, {})
        if len(places) >= SNAPSHOTS_AT_ONCE:
            self._end(next(iter(places)))
        places = self._places.setdefault(waiter.device_id, places)
        places[place] = None
        self._serving[place] = _Serving(
            waiter.device_id, snapshot, request.request, credit, self._clock()
        )
        begin = m.SnapshotBegin(
            topic=request.topic,
            request=request.request,
            epoch=snapshot.epoch,
            gseq=snapshot.gseq,
            tseq=snapshot.tseq,
            head=self._log.heads[request.topic].tseq,
            rows=snapshot.rows,
            last_n=snapshot.last_n.get(waiter.outbox, 0),
        )
        return [(waiter.peer, wire.encode(begin))]

    def _end(self, place: tuple[bytes, str]) -> None:
        serving = self._serving.pop(place, None)
        if serving is not None:
            places = self._places[serving.device_id]
            del places[place]
            if not places:
                del self._places[serving.device_id]

    def _next_frame(self, place: tuple[bytes, str]) -> bytes:
        # Taken out and put back, it stands last: whoever waited longest is next.
        serving = self._serving[place] = self._serving.pop(place)
        snapshot = serving.snapshot
        if serving.next_chunk < len(snapshot.chunks):
            count, packed = snapshot.chunks[serving.next_chunk]
            serving.next_chunk += 1
            serving.credit -= len(packed)
            return wire.encode_chunk(snapshot.topic, serving.request, count, packed)
        self._end(place)
        return wire.encode(
            m.SnapshotEnd(snapshot.topic, serving.request, snapshot.rows, snapshot.digest)
        )


def _can_send(serving: _Serving) -> bool:
    return serving.credit > 0 or serving.next_chunk >= len(serving.snapshot.chunks)


def _may_follow(device: Device, topic: str) -> None:
    if topic not in TOPICS_OF[device.profile]:
        raise Refusal("unknown_topic", topic=topic, profile=device.profile)
