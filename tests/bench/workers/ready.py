"""Which of hundreds of zmq sockets have something to read, at a cost that does not grow with them.

`zmq_poll` asks every socket in turn; here the kernel says whose file descriptor woke. That
descriptor tells of any change, so a socket that woke is read until it is empty.
"""

import select
from collections.abc import Callable
from typing import Any, Final

import zmq

DRAIN: Final = 1000


class ReadyLoop:
    """Calls a handler for each frame. `watch` also takes plain descriptors."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._sockets: dict[int, tuple[Any, Callable[[bytes], None]]] = {}
        self._plain: dict[int, Callable[[], None]] = {}
        self._again: set[int] = set()

    def add(self, socket: Any, on_frame: Callable[[bytes], None]) -> None:
        """Read a socket whose messages are one frame."""
        fd = socket.getsockopt(zmq.FD)
        self._sockets[fd] = (socket, on_frame)
        self._epoll.register(fd, select.EPOLLIN)
        self._again.add(fd)

    def watch(self, fd: int, on_ready: Callable[[], None]) -> None:
        """Call `on_ready` whenever a descriptor can be read."""
        self._plain[fd] = on_ready
        self._epoll.register(fd, select.EPOLLIN)

    def sent(self, socket: Any) -> None:
        """Note that a socket was written to: that can swallow the sign that it has mail."""
        self._again.add(socket.getsockopt(zmq.FD))

    def turn(self, timeout_s: float) -> None:
        """Wait, then handle everything that came."""
        again, self._again = self._again, set()
        fds = {fd for fd, _ in self._epoll.poll(0 if again else timeout_s)}
        for fd in fds | again:
            if fd in self._plain:
                self._plain[fd]()
            else:
                self._drain(*self._sockets[fd])

    @staticmethod
    def _drain(socket: Any, on_frame: Callable[[bytes], None]) -> None:
        try:
            for _ in range(DRAIN):
                on_frame(socket.recv(zmq.NOBLOCK))
        except zmq.Again:
            pass
