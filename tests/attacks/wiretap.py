"""A wiretap between a post and its hub: relays TCP on loopback, and keeps every byte of both ways.

Owns its listeners and threads, and how a secret could stand in bytes: in every encoding that
anything here could put it into. What is a secret is the test's business.
"""

import base64
import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

HOST: Final = "127.77.0.1"
"""Where a post finds the tap instead of the hub; all of 127/8 is this machine."""


class Wiretap:
    """Listens at `HOST` on a hub's own port numbers, until `close`."""

    def __init__(self, hub_host: str, ports: Iterable[int]) -> None:
        self._hub_host = hub_host
        self._lock = threading.Lock()
        self._kept: list[bytearray] = []
        self._open: list[socket.socket] = []
        for port in ports:
            listener = socket.create_server((HOST, port))
            self._open.append(listener)
            self._start(self._listen, listener, port)

    def heard(self) -> list[bytes]:
        """Return the bytes of each way of each connection so far."""
        with self._lock:
            return [bytes(way) for way in self._kept]

    def close(self) -> None:
        """End every connection, and the threads with them."""
        with self._lock:
            for each in self._open:
                # Whoever waits in it wakes up; closing alone would leave it there.
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    def _start(self, what: object, *args: object) -> None:
        threading.Thread(target=what, args=args, daemon=True).start()  # type: ignore[arg-type]

    def _listen(self, listener: socket.socket, port: int) -> None:
        while True:
            try:
                post, _ = listener.accept()
            except OSError:
                return
            try:
                hub = socket.create_connection((self._hub_host, port))
            except OSError:
                post.close()
                continue
            with self._lock:
                self._open += [post, hub]
            self._start(self._relay, post, hub)
            self._start(self._relay, hub, post)

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        kept = bytearray()
        with self._lock:
            self._kept.append(kept)
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with self._lock:
                    kept += data
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def found_in(secrets: Mapping[str, str | int], ways: Iterable[bytes]) -> set[str]:
    """Return the names of the secrets that stand in some bytes, however written."""
    streams = list(ways)
    return {
        name
        for name, secret in secrets.items()
        if any(shape in stream for shape in shapes(secret) for stream in streams)
    }


def shapes(secret: str | int) -> Iterator[bytes]:
    """Yield how a text or a number could stand in bytes."""
    if isinstance(secret, int):
        for size in (4, 8):
            yield secret.to_bytes(size, "big")
            yield secret.to_bytes(size, "little")
        secret = str(secret)
    plain = [secret.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")]
    plain += [secret.encode("cp1252", "replace"), secret.encode("ascii", "backslashreplace")]
    for raw in plain:
        yield from (raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode())
        # Base64 writes three bytes as four signs: what stands there depends on what is before it.
        for before in range(3):
            whole = base64.b64encode(bytes(before) + raw)
            yield whole[4 if before else 0 : len(whole) - 4]
