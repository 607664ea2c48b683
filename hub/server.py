"""The hub's sockets and the one loop that owns them all.

ROUTER for commands and sync, a PUB a profile, the plain card socket, the enrolment socket while a
code is out, and the ZAP handler that decides at every door. Frames go to the core and come back;
nothing here knows what they mean. One thread: whoever else wants the loop's attention calls `wake`.
"""

import contextlib
import errno
import logging
import socket
import time
from typing import Any, Final

import zmq
from zmq.utils import z85

from common import seal, wire
from common.errors import Refusal
from common.topics import KIOSK_PROFILES, Profile
from hub import doors, limits
from hub.config import NetworkSettings
from hub.doors import Knock
from hub.hangup import Switchboard
from hub.hub import Hub
from hub.limits import DRAIN, STRANGERS_DRAIN
from hub.parts import Parts, broadcast_ports
from hub.peers import Peers
from hub.pins import PinWorker
from hub.reader import SnapshotReader

_log = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.0
REKEY_AFTER_S: Final = 0.25
"""So long after its new card is sent the hub hangs up: a post drops what it has not read by then,
and would have to ask for the card."""
BIND_AGAIN_S: Final = 0.002
"""So soon a socket that is made anew tries again for its port."""
# As plain integers, and frame by frame: on the command socket pyzmq's enums and its multipart calls
# would cost several microseconds a message.
_NOBLOCK: Final = int(zmq.NOBLOCK)
_NOBLOCK_MORE: Final = int(zmq.NOBLOCK | zmq.SNDMORE)

REFUSED: Final = (b"400", b"not enrolled", b"")
LATER: Final = (b"300", b"cut off for a while", b"")
"""libzmq ends the connection without a word, and the peer may try again."""
_CODE_OF: Final = {
    errno.EACCES: "port_forbidden",
    errno.EADDRNOTAVAIL: "host_unusable",
    errno.EINVAL: "host_unusable",
    errno.ENODEV: "host_unusable",
}
"""What a fault in binding means; any other means that the port is taken."""


def check_libzmq() -> None:
    """Refuse a libzmq without CURVE."""
    if not zmq.has("curve"):
        raise Refusal("no_libzmq_curve")


class Server:
    """Owns every socket; `serve` runs until `stop`, both on the thread that made it."""

    def __init__(self, network: NetworkSettings, curve: seal.CurveKeys) -> None:
        self._network = network
        self._public = z85.encode(curve.public)
        self._secret = z85.encode(curve.secret)
        self._context = zmq.Context()
        self._context.set(zmq.MAX_SOCKETS, 8192)
        # A socket pair and not a pipe: Windows polls sockets only.
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._stopping = False
        self._poller = zmq.Poller()
        self._board = Switchboard(Peers(time.monotonic), self._poller)
        self._enrolment: zmq.Socket[bytes] | None = None
        self._publishers: dict[Profile, zmq.Socket[bytes]] = {}
        self._next_curve: seal.CurveKeys | None = None
        self._rekey_at_s = 0.0
        self._unbound: dict[str, tuple[zmq.Socket[bytes], int]] = {}

    def bind(self) -> None:
        """Bind every socket but the enrolment's; raises Refusal, naming the setting to blame."""
        self._poller.register(self._wake_read, zmq.POLLIN)
        self._zap = self._context.socket(zmq.ROUTER)
        self._zap.bind("inproc://zeromq.zap.01")
        self._poller.register(self._zap, zmq.POLLIN)
        network = self._network
        self._commands = self._make_commands()
        self._bind(self._commands, network.commands_port, "commands_port")
        self._card = self._plain_socket()
        self._bind(self._card, network.card_port, "card_port")
        self._poller.register(self._card, zmq.POLLIN)
        for profile in KIOSK_PROFILES:
            publisher = self._publishers[profile] = self._make_publisher(profile)
            self._bind(publisher, self.port(profile), f"{profile.value}_port")

    def port(self, profile: Profile) -> int:
        """Return a profile's broadcast port."""
        return broadcast_ports(self._network)[profile]

    def wake(self) -> None:
        """Make the loop turn; from any thread, or a signal handler."""
        with contextlib.suppress(BlockingIOError):
            self._wake_write.send(b"w")

    def stop(self) -> None:
        """Make `serve` return; from any thread, or a signal handler."""
        self._stopping = True
        self.wake()

    def serve(self, parts: Parts, reader: SnapshotReader, pins: PinWorker) -> None:
        """Move frames until stopped."""
        beat_at = time.monotonic()
        while not self._stopping:
            now = time.monotonic()
            if now >= beat_at:
                beat_at = now + HEARTBEAT_S
                self._beat(parts)
            timeout_ms = 0 if parts.hub.busy else max(0, int((beat_at - now) * 1000))
            if self._next_curve is not None:
                timeout_ms = min(timeout_ms, max(0, int((self._rekey_at_s - now) * 1000) + 1))
            if self._unbound:
                timeout_ms = min(timeout_ms, int(BIND_AGAIN_S * 1000))
            timeout_ms = min(timeout_ms, self._board.look(now))
            ready = dict(self._poller.poll(timeout_ms))
            if self._wake_read.fileno() in ready:
                self._take_done(parts, reader, pins)
            self._board.take_events(ready)
            if self._zap in ready:
                self._decide(parts)
            if self._commands in ready:
                self._take_commands(parts)
            self._take_subscriptions(parts.hub, ready)
            if self._card in ready:
                self._take_card(parts.hub)
            if self._enrolment is not None and self._enrolment in ready:
                self._take_enrolment(parts)
            sent = parts.hub.turn()
            for profile, frame in sent.broadcasts:
                self._publishers[profile].send(frame)
            self._answer(sent.answers)
            self._hold_enrolment(parts)
            for user in parts.hub.take_newly_cut():
                self._board.hang_up(user)
            self._heed_admission(parts)

    def close(self) -> None:
        """Close every socket at once; what is committed is in the database, not in them."""
        self._context.destroy(linger=200)
        self._wake_read.close()
        self._wake_write.close()

    # Doors.

    def _decide(self, parts: Parts) -> None:
        for _ in range(DRAIN):
            try:
                frames = self._zap.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            route, empty, version, request, domain, _address, _identity, mechanism, *rest = frames
            knock = Knock(domain.decode("latin-1"), mechanism, tuple(rest))
            parts.doors.enrolment_open = parts.pairing.open
            user = parts.doors.decide(knock)
            verdict = REFUSED if user is None else (b"200", b"", user.encode())
            if user is None or parts.hub.is_cut_off(user):
                parts.hub.counters.refused_knocks += 1
                _log.info("refused a peer at %s", knock.domain)
                verdict = REFUSED if user is None else LATER
            self._zap.send_multipart([route, empty, version, request, *verdict, b""])

    # Traffic.

    def _take_commands(self, parts: Parts) -> None:
        hub = parts.hub
        receive = self._commands.recv
        left = limits.DRAIN_BYTES
        for _ in range(DRAIN):
            if left <= 0:
                return
            try:
                route = receive(_NOBLOCK)
            except zmq.Again:
                return
            # All frames of a message arrive together; after its route there is always one.
            frame = receive(_NOBLOCK, copy=False)
            if frame.more:
                # Nobody sends such: whoever does is made to begin again.
                hub.counters.malformed += 1
                self._board.hang_up_on(frame)
                while frame.more:
                    frame = receive(_NOBLOCK, copy=False)
                continue
            left -= len(frame)
            user = str(frame.get("User-Id"))
            self._board.heard(route, frame, user)
            answers = hub.message(route, user, frame.bytes)
            if answers:
                # A code that was just given out has its socket before anybody hears of it.
                self._hold_enrolment(parts)
                self._answer(answers)

    def _answer(self, answers: list[tuple[bytes, bytes]]) -> None:
        send = self._commands.send
        for peer, frame in answers:
            try:
                send(peer, _NOBLOCK_MORE)
                send(frame, _NOBLOCK)
            except zmq.ZMQError as error:
                # A peer that left, or does not read: it asks again from where it stands.
                if error.errno == errno.EAGAIN:
                    self._board.does_not_read(peer)
                elif error.errno != errno.EHOSTUNREACH:
                    raise

    def _take_done(self, parts: Parts, reader: SnapshotReader, pins: PinWorker) -> None:
        """Take what other threads have done, and answer whoever waits for it."""
        with contextlib.suppress(BlockingIOError):
            self._wake_read.recv(4096)
        for read in reader.take():
            self._answer(parts.sync.snapshot_read(read))
        for done in pins.take():
            self._answer(parts.hub.pin_checked(done))

    def _take_subscriptions(self, hub: Hub, ready: dict[Any, int]) -> None:
        for publisher in self._publishers.values():
            for _ in range(DRAIN if publisher in ready else 0):
                try:
                    frame = publisher.recv(_NOBLOCK, copy=False)
                except zmq.Again:
                    break
                try:
                    user = str(frame.get("User-Id"))
                except zmq.ZMQError:
                    continue  # It is libzmq that says what a peer that left no longer follows.
                self._board.subscribed(frame, user)
                if not hub.subscription(user, frame.bytes):
                    self._board.hang_up_on(frame)

    def _take_card(self, hub: Hub) -> None:
        for _ in range(STRANGERS_DRAIN):
            try:
                route, *frames = self._card.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            answer = hub.card(frames[0]) if len(frames) == 1 else None
            if answer is not None:
                with contextlib.suppress(zmq.ZMQError):
                    self._card.send_multipart([route, answer], zmq.NOBLOCK)

    def _take_enrolment(self, parts: Parts) -> None:
        assert self._enrolment is not None
        for _ in range(STRANGERS_DRAIN):
            try:
                frames = self._enrolment.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            if len(frames) != 2:
                continue
            route = frames[0].bytes
            key = bytes.fromhex(str(frames[1].get("User-Id")))
            answer = parts.hub.enrolment(route, key, frames[1].bytes)
            with contextlib.suppress(zmq.ZMQError):
                self._enrolment.send_multipart([route, answer], zmq.NOBLOCK)

    def _beat(self, parts: Parts) -> None:
        for profile, frame in (*parts.hub.tick(), *parts.hub.heartbeats()):
            self._publishers[profile].send(frame)

    def _hold_enrolment(self, parts: Parts) -> None:
        """The enrolment socket is open while a code is out, and a moment for its last word."""
        if parts.pairing.open and self._enrolment is None:
            enrolment = self._curve_socket(zmq.ROUTER, doors.ENROLMENT)
            try:
                self._bind(enrolment, self._network.enrolment_port, "enrolment_port")
            except Refusal as refusal:
                # Nobody can be paired now, but the posts that are go on selling.
                _log.error("the pairing code is void: %s", refusal)
                self._board.unwatch(enrolment)
                enrolment.close(linger=0)
                parts.pairing.withdraw(refusal.problem)
                return
            self._enrolment = enrolment
            self._poller.register(enrolment, zmq.POLLIN)
        elif not parts.pairing.open and self._enrolment is not None:
            self._poller.unregister(self._enrolment)
            self._board.unwatch(self._enrolment)
            self._enrolment.close(linger=2000)
            self._enrolment = None

    # Sockets made anew while the hub runs.

    def _heed_admission(self, parts: Parts) -> None:
        """Cut connections that may be no more, by making their socket anew on its port."""
        cut = parts.admission.take_cut()
        if (curve := parts.ring.take_change()) is not None:
            self._next_curve, self._rekey_at_s = curve, time.monotonic() + REKEY_AFTER_S
        if self._next_curve is not None and time.monotonic() >= self._rekey_at_s:
            curve, self._next_curve = self._next_curve, None
            self._public, self._secret = z85.encode(curve.public), z85.encode(curve.secret)
            self._drop(self._commands, linger=200)
            self._commands = self._make_commands()
            self._unbound["commands_port"] = self._commands, self._network.commands_port
            cut = set(KIOSK_PROFILES)
        for profile in cut:
            self._drop(self._publishers[profile], linger=0)
            publisher = self._publishers[profile] = self._make_publisher(profile)
            self._unbound[f"{profile.value}_port"] = publisher, self.port(profile)
        for setting, (made, port) in list(self._unbound.items()):
            # The old socket lets go of its port in its own time, some milliseconds later.
            with contextlib.suppress(zmq.ZMQError):
                made.bind(f"tcp://{self._network.host}:{port}")
                del self._unbound[setting]

    def _drop(self, made: Any, linger: int) -> None:
        self._poller.unregister(made)
        self._board.unwatch(made)
        made.close(linger=linger)

    def _make_commands(self) -> Any:
        made = self._curve_socket(zmq.ROUTER, doors.COMMANDS)
        made.set(zmq.ROUTER_MANDATORY, 1)
        made.set(zmq.SNDHWM, limits.UNSENT)
        made.set(zmq.RCVHWM, limits.UNTAKEN)
        self._poller.register(made, zmq.POLLIN)
        return made

    def _make_publisher(self, profile: Profile) -> Any:
        # XPUB, which is a PUB that shows what is subscribed to.
        made = self._curve_socket(zmq.XPUB, profile.value)
        made.set(zmq.XPUB_VERBOSE, 1)
        made.set(zmq.MAXMSGSIZE, limits.TOPIC_BYTES)
        made.set(zmq.RCVHWM, limits.UNTAKEN)
        made.set(zmq.SNDHWM, 4000)
        self._poller.register(made, zmq.POLLIN)
        return made

    # Making sockets.

    def _curve_socket(self, kind: int, domain: str) -> Any:
        made = self._context.socket(kind)
        made.set(zmq.CURVE_SERVER, 1)
        made.set(zmq.CURVE_PUBLICKEY, self._public)
        made.set(zmq.CURVE_SECRETKEY, self._secret)
        self._guard(made, domain)
        return made

    def _plain_socket(self) -> Any:
        made = self._context.socket(zmq.ROUTER)
        self._guard(made, doors.CARD)
        made.set(zmq.MAXMSGSIZE, limits.TOPIC_BYTES)
        return made

    def _guard(self, made: Any, domain: str) -> None:
        """Without a handler and an enforced domain libzmq admits any key."""
        made.set(zmq.ZAP_DOMAIN, domain.encode())
        made.set(zmq.ZAP_ENFORCE_DOMAIN, 1)
        made.set(zmq.HANDSHAKE_IVL, 4000)
        made.set(zmq.HEARTBEAT_IVL, 2000)
        made.set(zmq.HEARTBEAT_TIMEOUT, 6000)
        made.set(zmq.BACKLOG, 1024)
        made.set(zmq.LINGER, 200)
        made.set(zmq.MAXMSGSIZE, wire.MESSAGE_BYTES)
        self._board.watch(made, domain)

    def _bind(self, made: Any, port: int, setting: str) -> None:
        """Bind, trying again a little: a hub that just stopped may still hold the port."""
        address = f"tcp://{self._network.host}:{port}"
        for attempt in range(20):
            try:
                made.bind(address)
                return
            except zmq.ZMQError as error:
                if error.errno == errno.EADDRINUSE and attempt < 19:
                    time.sleep(0.05)
                    continue
                raise Refusal(
                    _CODE_OF.get(error.errno or 0, "port_in_use"),
                    address=address,
                    reason=zmq.strerror(error.errno or 0),
                    host=self._network.host,
                    port=port,
                    name=setting,
                ) from error
