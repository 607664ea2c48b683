"""The hub's core: what to do with each message, and what to send, without a socket.

Owns the way of a message to its desk: commands wait for the next group, the rest is answered at
once. A shell (`server.py`, or a simulation) moves frames in and out and calls `turn` and `tick`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from common import messages as m
from common import wire
from common.errors import Refusal
from common.topics import KIOSK_PROFILES, TOPICS, TOPICS_OF, Profile
from hub import limits, queries
from hub.admission import Admission
from hub.asks import Asks, refused
from hub.budgets import Budgets, Verdict
from hub.changes import ChangeLogBook
from hub.closings import Closings
from hub.collecting import Collecting
from hub.doors import Doors
from hub.fair_queue import FairQueue, Put, Room
from hub.journal_check import JournalCheck
from hub.logins import LoginDesk
from hub.pairing import PairingDesk
from hub.pins import PinDone
from hub.pipeline import GROUP, Pipeline, Received
from hub.records.devices import Device
from hub.space import Space
from hub.store import FAULTS
from hub.sync import Answers, SyncDesk
from hub.upkeep import Upkeep
from hub.watch import Watch
from hub.witnesses import Witnesses

_log = logging.getLogger(__name__)
_COMMANDS_ROOM: Final = Room(
    limits.QUEUE_LIMIT, limits.QUEUE_BYTES, limits.SHARE_COMMANDS, limits.SHARE_BYTES
)
_SUBSCRIBED: Final = frozenset(
    [wire.HEARTBEAT_TOPIC, *(topic.encode() + b"\0" for topic in TOPICS)]
)
"""What may be subscribed to: libzmq would keep whatever else somebody thinks of."""
_HEAD_BYTES: Final = 512
"""About what a waiting message costs beside its body."""


@dataclass(slots=True)
class Sent:
    """What a turn lets out: (peer, frame) answers, (profile, frame) broadcasts."""

    answers: Answers = field(default_factory=list)
    broadcasts: list[tuple[Profile, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Counters:
    """What happened since the start, for `status` and for tests."""

    commands: int = 0
    commits: int = 0
    broadcasts: int = 0
    malformed: int = 0
    refused_knocks: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return all counts by name."""
        return asdict(self)


@dataclass(slots=True)
class Desks:
    """The hub's parts, made and joined in `service.py`."""

    log: ChangeLogBook
    pipeline: Pipeline
    sync: SyncDesk
    pairing: PairingDesk
    doors: Doors
    queries: queries.Desk
    upkeep: Upkeep
    card: Callable[[], m.Card]
    watch: Watch
    space: Space
    admission: Admission
    collecting: Collecting
    journal: JournalCheck
    closings: Closings
    witnesses: Witnesses
    logins: LoginDesk
    budgets: Budgets
    clock: Callable[[], float]


class Hub:
    """One shop's hub. One owner thread; `now_ms` is its wall clock."""

    def __init__(self, desks: Desks, counters: Counters, now_ms: Callable[[], int]) -> None:
        self._desks = desks
        self._now_ms = now_ms
        self.counters = counters
        self._waiting: FairQueue[Received] = FairQueue(_COMMANDS_ROOM)
        self._asks = Asks(desks.sync, desks.queries)
        self._signed_s = 0.0
        self._signed = b""
        self._news: list[tuple[Profile, bytes]] = []
        self._handlers: Mapping[type[Any], Callable[[bytes, Device, Any], Answers]] = {
            m.Command: self._command,
            m.Since: self._ask,
            m.SnapshotRequest: desks.sync.snapshot,
            m.Credit: desks.sync.credit,
            m.Ping: self._ping,
            m.Goodbye: self._goodbye,
            m.Heads: desks.witnesses.heads,
            m.Login: desks.logins.login,
            m.Override: desks.logins.override,
            m.SetPin: desks.logins.set_pin,
            m.Logout: desks.logins.logout,
            m.Query: self._ask,
            m.NewKey: desks.admission.offer,
        }
        desks.admission.on_dismissed = self._dismissed
        desks.admission.on_new_hub_key = self._forget_card
        desks.collecting.on_changes = self._publish
        desks.witnesses.on_changes = self._publish

    @property
    def busy(self) -> bool:
        """Return whether a turn has work without any new message."""
        if self._desks.admission.busy:
            return True
        return bool(self._waiting or self._news) or self._asks.busy or self._desks.sync.busy

    def message(self, peer: bytes, user_id: str, frame: bytes) -> Answers:
        """Take one frame of the command socket; the device is who CURVE says it is."""
        device = self._desks.doors.device(user_id)
        if device is None:
            return []
        verdict = self._desks.budgets.charge(device, frame)
        if verdict is not Verdict.TAKE:
            return _too_fast(peer, verdict)
        self._desks.watch.heard(device)
        message: Any = None
        try:
            message = wire.decode(frame)
            if isinstance(message, m.Hello):
                return self._hello(peer, user_id, device, message)
            handler = self._handlers.get(type(message))
            if handler is None:
                raise wire.WireError(type(message).__name__)
            return handler(peer, device, message)
        except wire.WireError as error:
            self.malformed(device)
            return [_refused(peer, Refusal("malformed", reason=str(error)))]
        except Refusal as refusal:
            return [_refused(peer, refusal)]
        except FAULTS as error:
            _log.warning("a %s was not answered: %s", type(message).__name__, error)
            return [_refused(peer, Refusal("hub_busy", reason=str(error)))]

    def turn(self) -> Sent:
        """Commit a group of what waits, and let out what it made and what snapshots may send."""
        sent = Sent(broadcasts=self._take_news())
        sent.answers += self._desks.admission.take_answers()
        if self._waiting:
            batch = self._waiting.take(GROUP, limits.GROUP_BYTES)
            released = self._desks.pipeline.run(batch)
            self.counters.commands += released.taken
            self.counters.commits += 1
            sent.answers += released.answers
            for changes in released.changes:
                sent.broadcasts += self._broadcast(changes)
        sent.answers += self._asks.turn()
        sent.answers += self._desks.sync.pump()
        return sent

    def heartbeats(self) -> list[tuple[Profile, bytes]]:
        """Return this second's heartbeat of each profile."""
        log = self._desks.log
        now_ms = self._now_ms()
        frames = []
        for profile in KIOSK_PROFILES:
            pulses = {
                topic: m.Pulse(log.heads[topic].tseq, wire.digest_hex(log.heads[topic].digest))
                for topic in TOPICS_OF[profile]
            }
            heartbeat = m.Heartbeat(log.epoch, log.gseq, now_ms, pulses)
            frames.append((profile, wire.encode_broadcast(wire.HEARTBEAT_TOPIC, heartbeat)))
        return frames

    def tick(self) -> list[tuple[Profile, bytes]]:
        """Once a second: let go of what is stale; return what that made to broadcast."""
        desks = self._desks
        desks.sync.tick()
        made = [
            *desks.space.tick(),
            *desks.watch.tick(),
            *desks.budgets.tick(),
            *desks.upkeep.turn(),
            *desks.journal.tick(),
            *desks.closings.tick(),
        ]
        frames = [frame for changes in made for frame in self._broadcast(changes)]
        return self._take_news() + frames

    # Who may come in.

    def revoke(self, device_id: str, by: str = "") -> None:
        """Let a post in no more; what it sent and is not committed yet stays in its outbox.

        Raises Refusal `unknown_device`, and what the driver raises; then nothing has changed.
        """
        self._desks.admission.revoke(device_id, by)

    def reinstate(self, device_id: str) -> None:
        """Let a revoked post in again by its keys; raises as `revoke` does."""
        self._desks.admission.reinstate(device_id)

    def rekey(self, device_id: str, curve_key: bytes) -> None:
        """Let a post in by a new key and not by its old one; raises as `revoke` does.

        What came in by the old key and is not committed yet is dropped, as with `revoke`.
        """
        self._desks.admission.rekey(device_id, curve_key)

    def _dismissed(self, device_id: str) -> None:
        """Forget what came from a post by now, and what was to be sent to it."""
        self._desks.sync.dismissed(device_id)
        self._waiting.drop(device_id)
        self._asks.forget(device_id)
        self._desks.budgets.forgive(device_id)

    # Who is cut off.

    def malformed(self, device: Device) -> None:
        """Note a message of a post that is none."""
        self.counters.malformed += 1
        self._desks.budgets.garbage(device)

    def subscription(self, user_id: str, told: bytes) -> bool:
        """Return whether a post may go on that subscribes, or ends it: a byte, then the prefix."""
        device = self._desks.doors.device(user_id)
        known = told[1:] in _SUBSCRIBED
        if device is None or not known:
            self.counters.malformed += 1
            return False
        return self._desks.budgets.charge(device, told[:1]) is Verdict.TAKE

    def is_cut_off(self, user_id: str) -> bool:
        """Return whether a post is kept out for a while: it asked for too much."""
        device = self._desks.doors.device(user_id)
        return device is not None and self._desks.budgets.is_cut_off(device)

    def take_newly_cut(self) -> list[str]:
        """Return the ids of the posts whose connections are to be ended now."""
        return self._desks.budgets.take_newly_cut()

    # People.

    def pin_checked(self, done: PinDone) -> Answers:
        """Take what the PIN checker found out."""
        made = self._desks.logins.settle(done)
        self._news += [frame for changes in made.changes for frame in self._broadcast(changes)]
        return made.answers

    # The other sockets.

    def card(self, frame: bytes) -> bytes | None:
        """Answer the card socket: the card, or a post's notice that it is out; else nothing."""
        try:
            asked = wire.decode(frame)
            if isinstance(asked, m.RevocationRequest):
                notice = self._desks.admission.notice_for(bytes.fromhex(asked.curve_key))
                return None if notice is None else wire.encode(notice)
        except (wire.WireError, Refusal, *FAULTS):
            return None
        if not isinstance(asked, m.CardRequest):
            return None
        now_s = self._desks.clock()
        if not self._signed or now_s - self._signed_s >= limits.CARD_S:
            self._signed, self._signed_s = wire.encode(self._desks.card()), now_s
        return self._signed

    def _forget_card(self) -> None:
        self._signed = b""

    def enrolment(self, peer: bytes, curve_key: bytes, frame: bytes) -> bytes:
        """Answer the enrolment socket."""
        desk = self._desks.pairing
        try:
            message = wire.decode(frame)
            if isinstance(message, m.EnrolHello):
                return wire.encode(desk.hello(peer, curve_key, message))
            if isinstance(message, m.EnrolProof):
                enrolled, device = desk.proof(peer, message)
                self._desks.doors.admit(device)
                _log.info("enrolled %s (%s)", device.name, device.profile)
                return wire.encode(enrolled)
            raise Refusal("malformed", reason=type(message).__name__)
        except wire.WireError as error:
            return _refused(peer, Refusal("malformed", reason=str(error)))[1]
        except Refusal as refusal:
            return _refused(peer, refusal)[1]
        except FAULTS as error:
            _log.warning("nobody was enrolled: %s", error)
            return _refused(peer, Refusal("hub_busy", reason=str(error)))[1]

    def _hello(self, peer: bytes, user_id: str, device: Device, hello: m.Hello) -> Answers:
        """Welcome a post, after noting what this hub, restored, can no longer get from it."""
        device, about_keys = self._desks.admission.greet(peer, user_id, device)
        # A post that has seen a newer epoch is not in a gap: this hub is an older copy by mistake.
        of_this_past = hello.epoch <= self._desks.log.epoch
        if hello.oldest_n > 1 and hello.protocol == m.PROTOCOL and of_this_past:
            skipped = self._desks.pipeline.skip(hello.outbox, device, hello.oldest_n)
            self._publish(skipped)
        news, asks = self._desks.witnesses.greet(peer, device, hello.witness)
        return self._desks.sync.hello(peer, device, hello, news) + about_keys + asks

    def _publish(self, committed: Sequence[m.Changes]) -> None:
        self._news += [frame for changes in committed for frame in self._broadcast(changes)]

    def _take_news(self) -> list[tuple[Profile, bytes]]:
        news, self._news = self._news, []
        return news

    def _command(self, peer: bytes, device: Device, command: m.Command) -> Answers:
        problem = self._desks.space.refusal()
        if problem is not None and device.profile in KIOSK_PROFILES:
            return [(peer, wire.encode(m.Refused(problem.code, problem.params)))]
        put = self._waiting.put(
            device.id, Received(device, command, peer), _HEAD_BYTES + len(command.body)
        )
        return self._put(put, peer, device)

    def _ask(self, peer: bytes, device: Device, message: m.Since | m.Query) -> Answers:
        answered = self._asks.ask(peer, device, message)
        return self._put(answered, peer, device) if isinstance(answered, Put) else answered

    def _put(self, put: Put, peer: bytes, device: Device) -> Answers:
        if put is not Put.OVER_SHARE:
            return []
        return _too_fast(peer, self._desks.budgets.too_much(device))

    def _ping(self, peer: bytes, device: Device, ping: m.Ping) -> Answers:
        self._desks.watch.clock_of(device, ping.clock_diff_ms)
        return self._desks.sync.ping(peer, device, ping)

    def _goodbye(self, _: bytes, device: Device, __: m.Goodbye) -> Answers:
        self._desks.watch.goodbye(device)
        return []

    def _broadcast(self, changes: m.Changes) -> list[tuple[Profile, bytes]]:
        """Return a commit's changes of one topic as frames for every profile that follows it."""
        size = sum(len(change.row or b"") + len(change.key) for change in changes.changes)
        if size > wire.ANNOUNCE_BYTES:
            topic = changes.topic.encode() + b"\0"
            announce = m.Announce(changes.topic, changes.epoch, changes.gseq, changes.last_tseq)
            frames = [wire.encode_broadcast(topic, announce)]
        else:
            frames = [wire.encode_changes(run) for run in wire.split_changes(changes)]
        self.counters.broadcasts += len(frames)
        return [
            (profile, frame)
            for profile in KIOSK_PROFILES
            if changes.topic in TOPICS_OF[profile]
            for frame in frames
        ]


def _refused(peer: bytes, refusal: Refusal) -> tuple[bytes, bytes]:
    return peer, refused(refusal)


def _too_fast(peer: bytes, verdict: Verdict) -> Answers:
    if verdict is not Verdict.TELL:
        return []
    return [_refused(peer, Refusal("too_fast", seconds=int(limits.CUT_OFF_S)))]
