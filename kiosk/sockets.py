"""A post's sockets, each with its watchman: what libzmq does not tell on the socket itself.

Owns socket options and the reading of monitor events. Frames go through as they are; what they say,
and where a hub is, is not known here.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from common import seal, wire

_HWM_FRAMES: Final = 100_000
_OPTIONS: Final = (
    (zmq.LINGER, 0),
    (zmq.RECONNECT_IVL, 100),
    (zmq.RECONNECT_IVL_MAX, 5000),
    (zmq.HANDSHAKE_IVL, 4000),
    (zmq.HEARTBEAT_IVL, 2000),
    (zmq.HEARTBEAT_TIMEOUT, 6000),
    (zmq.TCP_KEEPALIVE, 1),
    (zmq.RCVHWM, _HWM_FRAMES),
    (zmq.MAXMSGSIZE, wire.BROADCAST_BYTES),
)
_WATCHED: Final = (
    zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_DISCONNECTED
)


class DoorEvent(Enum):
    """What happened at a door. After REFUSED libzmq never tries again by itself."""

    OPENED = "opened"
    CLOSED = "closed"
    REFUSED = "refused"


_EVENTS: Final[Mapping[int, DoorEvent]] = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: DoorEvent.OPENED,
    zmq.EVENT_DISCONNECTED: DoorEvent.CLOSED,
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: DoorEvent.REFUSED,
}


class NoCurve(RuntimeError):
    """This libzmq cannot encrypt."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What CURVE needs of a client: its own pair, and the public key of whom it wants to meet."""

    own: seal.CurveKeys
    server_key: bytes


class Door:
    """One connecting socket and its monitor. Used by one thread.

    A `patient` one holds what is sent until it is connected, and what has arrived even when the
    other side hangs up right after its last word; else libzmq drops both with the connection.
    """

    def __init__(
        self,
        context: zmq.Context[Any],
        kind: int,
        credentials: Credentials | None,
        topics: tuple[bytes, ...] = (),
        patient: bool = False,
    ) -> None:
        self.socket: zmq.Socket[bytes] = context.socket(kind)
        for option, value in _OPTIONS:
            self.socket.set(option, value)
        self.socket.set(zmq.IMMEDIATE, int(not patient))
        if credentials is not None:
            self.socket.set(zmq.CURVE_SERVERKEY, credentials.server_key)
            self.socket.set(zmq.CURVE_PUBLICKEY, credentials.own.public)
            self.socket.set(zmq.CURVE_SECRETKEY, credentials.own.secret)
        for topic in topics:
            self.socket.set(zmq.SUBSCRIBE, topic)
        self.monitor: Any = self.socket.get_monitor_socket(_WATCHED)
        self.monitor.set(zmq.LINGER, 0)
        self._endpoint = ""

    def connect(self, host: str, port: int) -> None:
        """Connect, now and again whenever the connection is lost. Raises ValueError on nonsense."""
        self._endpoint = endpoint(host, port)
        try:
            self.socket.connect(self._endpoint)
        except zmq.ZMQError as error:
            raise ValueError(f"{self._endpoint}: {error.strerror}") from error

    def knock_again(self) -> None:
        """Connect anew after a refusal."""
        self.socket.disconnect(self._endpoint)
        self.socket.connect(self._endpoint)

    def events(self) -> Iterator[DoorEvent]:
        """Yield what happened since the last call."""
        while True:
            try:
                parts = self.monitor.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            event = _EVENTS.get(parse_monitor_message(parts)["event"])
            if event is not None:
                yield event

    def forget_events(self) -> None:
        """Pass over what happened: unread, it would end every wait at once."""
        for _ in self.events():
            pass

    def receive(self, limit: int) -> Iterator[bytes]:
        """Yield at most `limit` frames that have arrived; one of several parts counts as empty."""
        receive = self.socket.recv_multipart
        for _ in range(limit):
            try:
                parts = receive(zmq.NOBLOCK)
            except zmq.Again:
                return
            yield parts[0] if len(parts) == 1 else b""

    def send(self, frame: bytes) -> bool:
        """Send a frame; False where nobody takes it now."""
        try:
            self.socket.send(frame, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def close(self, linger_ms: int = 0) -> None:
        """Close both sockets; what was sent may still leave within `linger_ms`."""
        self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close(linger_ms)


class Hall:
    """Every door of a post, waited on together, and a bell for other threads.

    Made by the thread that rings; used, but for `ring` and `close`, by one other thread.
    """

    def __init__(self) -> None:
        if not zmq.has("curve"):
            raise NoCurve("this libzmq has no CURVE encryption; install pyzmq from PyPI")
        self._context: zmq.Context[Any] = zmq.Context()
        self._bell = self._context.socket(zmq.PAIR)
        self._bell.bind("inproc://bell")
        self._ear = self._context.socket(zmq.PAIR)
        self._ear.connect("inproc://bell")
        self._poller = zmq.Poller()
        self._poller.register(self._ear, zmq.POLLIN)
        self._ready: dict[Any, int] = {}

    # Whoever made it.

    def ring(self) -> None:
        """Make `wait` return."""
        with suppress(zmq.Again):  # Rung a thousand times and not awake yet: it will hear.
            self._bell.send(b"", zmq.NOBLOCK)

    def close(self) -> None:
        """Close for good, once the other thread has ended and shut its doors."""
        self._bell.close(0)
        self._ear.close(0)
        self._context.term()

    # Whoever waits.

    def open_commands(self, credentials: Credentials) -> Door:
        """Return a new door for commands and their answers, not connected yet."""
        return self._admit(Door(self._context, zmq.DEALER, credentials))

    def open_broadcasts(self, credentials: Credentials, topics: Iterable[bytes]) -> Door:
        """Return a new door for what the hub broadcasts under these prefixes."""
        return self._admit(Door(self._context, zmq.SUB, credentials, tuple(topics)))

    def open_questions(self, credentials: Credentials | None) -> Door:
        """Return a new patient door for questions and answers; None: without CURVE."""
        return self._admit(Door(self._context, zmq.DEALER, credentials, patient=True))

    def shut(self, door: Door, linger_ms: int = 0) -> None:
        """Close a door; what was sent through it may still leave within `linger_ms`."""
        self._poller.unregister(door.socket)
        self._poller.unregister(door.monitor)
        door.close(linger_ms)

    def wait(self, timeout_ms: int) -> None:
        """Return when something arrives, or after `timeout_ms`."""
        self._ready = dict(self._poller.poll(timeout_ms))
        if self._ear in self._ready:
            with suppress(zmq.Again):
                while True:
                    self._ear.recv(zmq.NOBLOCK)

    def has_frames(self, door: Door) -> bool:
        """Return whether the last wait saw frames at a door."""
        return door.socket in self._ready

    def has_events(self, door: Door) -> bool:
        """Return whether the last wait saw something happen at a door."""
        return door.monitor in self._ready

    def _admit(self, door: Door) -> Door:
        self._poller.register(door.socket, zmq.POLLIN)
        self._poller.register(door.monitor, zmq.POLLIN)
        return door


def endpoint(host: str, port: int) -> str:
    """Return where libzmq connects to; an IPv6 address gets its brackets."""
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
