"""Ends connections of a hub's sockets, which libzmq has no call for, and watches them come and go.

libzmq says on a monitor which file each connection is, and on each message over which file it came.
Shutting that file down ends the one connection and no other; libzmq then frees all that it held for
it. A file may be another connection's by the time that it is shut: that one connects again within a
tenth of a second, and nothing is lost.
"""

import contextlib
import logging
import socket
import struct
import sys
from typing import Any, Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from hub.limits import LOOK_S
from hub.peers import Connection, Peers

_log = logging.getLogger(__name__)
_WATCHED: Final = int(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED)
_TCP_INFO: Final = 11
_TCP_INFO_BYTES: Final = 192
_RECEIVED_AT: Final = 128
"""Where `struct tcp_info` of Linux has tcpi_bytes_received, 8 bytes, since 4.1."""


class Switchboard:
    """Knows which connection is whose, and hangs up. Used by the thread that owns the sockets."""

    def __init__(self, peers: Peers, poller: zmq.Poller) -> None:
        self._peers = peers
        self._poller = poller
        self._monitors: dict[Any, tuple[str, Any]] = {}
        self._routes: dict[bytes, Connection] = {}
        self._route_of: dict[int, bytes] = {}
        self._look_at_s = 0.0
        self.ended = 0

    # Sockets.

    def watch(self, made: Any, domain: str) -> None:
        """Watch a socket's connections; before it is bound."""
        monitor = made.get_monitor_socket(_WATCHED)
        self._monitors[monitor] = (domain, made)
        self._poller.register(monitor, zmq.POLLIN)

    def unwatch(self, made: Any) -> None:
        """Watch a socket no more; before it is closed."""
        for monitor, (domain, watched) in list(self._monitors.items()):
            if watched is made:
                self._poller.unregister(monitor)
                del self._monitors[monitor]
                made.disable_monitor()
                self._peers.closed_domain(domain)

    def take_events(self, ready: dict[Any, int]) -> None:
        """Take what monitors have to say."""
        for monitor, (domain, _) in self._monitors.items():
            if monitor in ready:
                with contextlib.suppress(zmq.Again):
                    while True:
                        told = parse_monitor_message(monitor.recv_multipart(zmq.NOBLOCK))
                        self._take(domain, told["event"], told["value"])

    def _take(self, domain: str, event: int, file: int) -> None:
        self._forget(file)
        if event == zmq.EVENT_ACCEPTED:
            self._end(self._peers.accepted(domain, file), "too many at %s", domain)
        else:
            self._peers.closed(file)

    def _forget(self, file: int) -> None:
        route = self._route_of.pop(file, None)
        if route is not None:
            self._routes.pop(route, None)

    # Messages.

    def heard(self, route: bytes, frame: Any, user: str) -> None:
        """Note a message of the command socket, and over which connection it came."""
        connection = self._routes.get(route)
        if connection is None:
            connection = self._met(frame, user)
            if connection is None:
                return
            self._routes[route] = connection
            self._route_of[connection.file] = route
        connection.messages += 1

    def subscribed(self, frame: Any, user: str) -> None:
        """Note a message of a broadcast socket."""
        connection = self._met(frame, user)
        if connection is not None:
            connection.messages += 1

    def _met(self, frame: Any, user: str) -> Connection | None:
        try:
            file = frame.get(zmq.SRCFD)
        except zmq.ZMQError:
            return None
        connection, over = self._peers.heard(file, user)
        self._end(over, "too many of %s", user)
        return connection

    # Ending.

    def hang_up(self, user: str) -> None:
        """End every connection of a post."""
        self._end(self._peers.of(user), "%s is cut off", user)

    def hang_up_on(self, frame: Any) -> None:
        """End the connection over which a frame came."""
        with contextlib.suppress(zmq.ZMQError):
            self._end([frame.get(zmq.SRCFD)], "it is no post's, %s", "or does not keep to its part")

    def does_not_read(self, route: bytes) -> None:
        """End a connection whose answers wait beyond all measure."""
        connection = self._routes.get(route)
        if connection is not None:
            self._end([connection.file], "%s does not read", connection.user)

    def look(self, now_s: float) -> int:
        """End what stays for nothing; return in how many ms the next look is due."""
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_S
            self._end_overdue()
        return int((self._look_at_s - now_s) * 1000) + 1

    def _end_overdue(self) -> None:
        self._end(list(self._peers.overdue(bytes_received)), "%s", "it stays for nothing")

    def _end(self, files: list[int], why: str, *words: str) -> None:
        for file in files:
            try:
                # A copy of the file: libzmq closes its own when it sees the end.
                with socket.fromfd(file, socket.AF_INET, socket.SOCK_STREAM) as copy:
                    copy.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # It is gone, or no connection any more.
            self.ended += 1
            _log.info(f"a connection was ended: {why}", *words)


def bytes_received(file: int) -> int | None:
    """Return how many bytes came in over a TCP connection; None where the system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    # The file itself, not a copy: this is done for every connection, four times a second.
    try:
        borrowed = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, file)
    except OSError:
        return None  # It is gone.
    try:
        told = borrowed.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _TCP_INFO_BYTES)
    except OSError:
        return None
    finally:
        borrowed.detach()
    if len(told) < _RECEIVED_AT + 8:
        return None
    return int(struct.unpack_from("=Q", told, _RECEIVED_AT)[0])
