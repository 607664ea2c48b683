"""The network between kiosks and hub, gone wrong: a TCP relay on loopback that a test can spoil.

Owns one thread and every relayed connection. Each kiosk has a loopback address of its own, on which
the relay listens at the hub's own port numbers, so that a kiosk is pointed at it by the host alone.
Weather is set for one kiosk's one way at a time; counts say what it really did. The streams are
encrypted, so bytes are late or their connection is cut; none is dropped within a stream.
"""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any, Final

_CHUNK: Final = 16_384
_QUEUE_BYTES: Final = 131_072
"""What waits in a direction beyond that is left with its sender."""
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER that makes `close` a reset."""
_IN: Final = selectors.EVENT_READ
_OUT: Final = selectors.EVENT_WRITE


class Way(Enum):
    """A kind of connection between a kiosk and its hub."""

    COMMANDS = "commands"
    BROADCASTS = "broadcasts"
    CARD = "card"


WAY_OF_PORT: Final[Mapping[str, Way]] = {
    "commands_port": Way.COMMANDS,
    "till_port": Way.BROADCASTS,
    "depot_port": Way.BROADCASTS,
    "office_port": Way.BROADCASTS,
    "card_port": Way.CARD,
    "enrolment_port": Way.CARD,
}


@dataclass(frozen=True, slots=True)
class Weather:
    """`up`, `down`: whether anything passes to the hub, to the kiosk. `refuses`: new connections
    are reset. `delay_s`: every byte is late by so much. `bytes_per_s`: and no faster than that."""

    up: bool = True
    down: bool = True
    refuses: bool = False
    delay_s: float = 0.0
    bytes_per_s: float = inf

    @property
    def slows(self) -> bool:
        """Return whether bytes that pass are late."""
        return self.delay_s > 0 or self.bytes_per_s < inf


FAIR: Final = Weather()
Street = tuple[str, Way]
"""A kiosk's address, and one of its ways."""


@dataclass(slots=True)
class _Stream:
    """One direction of a connection: what was read of `source` and is still due to `sink`."""

    source: socket.socket
    sink: socket.socket
    queue: deque[tuple[float, bytes]]
    queued: int = 0
    last_due_s: float = 0.0
    ended: bool = False
    blocked: bool = False

    def read(self, weather: Weather) -> bool:
        """Take what has arrived, and return whether something has; raises OSError."""
        try:
            part = self.source.recv(_CHUNK)
        except BlockingIOError:
            return False
        self.ended = not part
        begins_s = max(self.last_due_s, time.monotonic() + weather.delay_s)
        self.last_due_s = begins_s + len(part) / weather.bytes_per_s
        self.queue.append((self.last_due_s, part))
        self.queued += len(part)
        return True

    def write(self, weather: Weather) -> None:
        """Pass on what is due; raises OSError."""
        self.blocked = False
        while self.queue and self.due_in_s(weather) <= 0:
            _, part = self.queue[0]
            if not part:
                self.queue.popleft()
                self.sink.shutdown(socket.SHUT_WR)
                continue
            try:
                sent = self.sink.send(part)
            except BlockingIOError:
                self.blocked = True
                return
            self.queued -= sent
            due_s, part = self.queue.popleft()
            if sent < len(part):
                self.queue.appendleft((due_s, part[sent:]))

    def due_in_s(self, weather: Weather) -> float:
        """Return after how many seconds something is to be passed on."""
        if not self.queue or self.blocked:
            return inf
        return self.queue[0][0] - time.monotonic() if weather.slows else 0.0


@dataclass(eq=False, slots=True)
class _Pair:
    """A kiosk's connection and the one to the hub that stands for it."""

    street: Street
    up: _Stream
    down: _Stream

    @property
    def over(self) -> bool:
        """Return whether both directions have ended and nothing is left to pass on."""
        return all(s.ended and not s.queue for s in (self.up, self.down))


class Proxy:
    """Relays until closed. Its methods are called by any other thread."""

    def __init__(self, hub_host: str, ports: Mapping[str, int], hosts: Iterable[str]) -> None:
        self.counts: Counter[str] = Counter()
        self._hub_host = hub_host
        self._selector = selectors.DefaultSelector()
        self._wanted: dict[socket.socket, int] = {}
        self._pairs: list[_Pair] = []
        self._weather: dict[Street, Weather] = {}
        self._asked: deque[Callable[[], None]] = deque()
        self._open = True
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._selector.register(self._ear, _IN)
        self._listeners: dict[socket.socket, tuple[Street, int]] = {}
        for host in hosts:
            for field, port in ports.items():
                self._listen((host, WAY_OF_PORT[field]), port)
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    # Whoever spoils it.

    def set(self, street: Street, weather: Weather) -> None:
        """Let this weather reign on a street from now on."""
        self._ask(lambda: self._change(street, weather))

    def cut(self, street: Street) -> None:
        """Reset every connection of a street; new ones may be made."""
        self._ask(lambda: self._cut(street))

    def close(self) -> None:
        """Reset everything and end the thread."""
        self._open = False
        self._ask(lambda: None)
        self._thread.join()
        for pair in list(self._pairs):
            self._drop(pair)
        for each in (*self._listeners, self._ear, self._bell):
            each.close()
        self._selector.close()

    def _ask(self, what: Callable[[], None]) -> None:
        self._asked.append(what)
        self._bell.send(b"!")

    # The thread.

    def _run(self) -> None:
        while self._open:
            ready = self._selector.select(self._timeout_s())
            # First what was asked: a connection that came after it already meets the new weather.
            while self._asked:
                self._asked.popleft()()
            for key, _ in ready:
                if key.fileobj is self._ear:
                    self._ear.recv(4096)
                elif (listener := key.fileobj) in self._listeners:
                    self._accept(listener)
            for pair in list(self._pairs):
                self._move(pair)

    def _timeout_s(self) -> float | None:
        due_s = min(
            (
                stream.due_in_s(self._now(pair.street))
                for pair in self._pairs
                for stream, passes in self._streams(pair)
                if passes
            ),
            default=inf,
        )
        return None if due_s == inf else max(0.0, due_s)

    def _now(self, street: Street) -> Weather:
        return self._weather.get(street, FAIR)

    def _streams(self, pair: _Pair) -> tuple[tuple[_Stream, bool], tuple[_Stream, bool]]:
        weather = self._now(pair.street)
        return (pair.up, weather.up), (pair.down, weather.down)

    def _change(self, street: Street, weather: Weather) -> None:
        before, self._weather[street] = self._now(street), weather
        for pair in self._pairs:
            if pair.street == street:
                held = ((pair.up, before.up, weather.up), (pair.down, before.down, weather.down))
                freed = [stream for stream, was, now in held if now and not was]
                self.counts["held back"] += sum(map(_has_waited, freed))

    def _cut(self, street: Street) -> None:
        for pair in [pair for pair in self._pairs if pair.street == street]:
            self.counts["cut"] += 1
            self._drop(pair)

    def _listen(self, street: Street, port: int) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((street[0], port))
        listener.listen(64)
        listener.setblocking(False)
        self._listeners[listener] = street, port
        self._selector.register(listener, _IN)

    def _accept(self, listener: socket.socket) -> None:
        street, port = self._listeners[listener]
        try:
            kiosk, _ = listener.accept()
        except OSError:
            return
        if self._now(street).refuses:
            self.counts["refused"] += 1
            _reset(kiosk)
            return
        hub = socket.socket()
        try:
            # On loopback this is answered at once, also by a hub that is stopped.
            hub.connect((self._hub_host, port))
        except OSError:
            self.counts["no hub"] += 1
            hub.close()
            _reset(kiosk)
            return
        for each in (kiosk, hub):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.counts["relayed"] += 1
        self._pairs.append(
            _Pair(street, _Stream(kiosk, hub, deque()), _Stream(hub, kiosk, deque()))
        )

    def _move(self, pair: _Pair) -> None:
        """Read and pass on what may pass; where a side has failed, both are reset."""
        weather = self._now(pair.street)
        try:
            for stream, passes in self._streams(pair):
                if not passes:
                    continue
                if not stream.ended and stream.queued < _QUEUE_BYTES:
                    self.counts["slowed"] += stream.read(weather) and weather.slows
                stream.write(weather)
        except OSError:
            self._drop(pair)
            return
        if pair.over:
            self._drop(pair, socket.socket.close)
        else:
            self._watch(pair)

    def _watch(self, pair: _Pair) -> None:
        """Ask the selector for what can move now, and for nothing else."""
        wanted = {pair.up.source: 0, pair.down.source: 0}
        for stream, passes in self._streams(pair):
            if passes and not stream.ended and stream.queued < _QUEUE_BYTES:
                wanted[stream.source] |= _IN
            if passes and stream.blocked:
                wanted[stream.sink] |= _OUT
        for each, events in wanted.items():
            before = self._wanted.get(each, 0)
            if events == before:
                continue
            self._wanted[each] = events
            if not events:
                self._selector.unregister(each)
            elif not before:
                self._selector.register(each, events)
            else:
                self._selector.modify(each, events)

    def _drop(self, pair: _Pair, close: Callable[[socket.socket], None] | None = None) -> None:
        self._pairs.remove(pair)
        for each in (pair.up.source, pair.down.source):
            if self._wanted.pop(each, 0):
                self._selector.unregister(each)
            (close or _reset)(each)


def _reset(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    each.close()


def _has_waited(stream: Any) -> bool:
    """Return whether bytes, or an end, could not pass."""
    if stream.queue:
        return True
    try:
        stream.source.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
