"""Strangers on the shop's network, who hold no key: what they can do to a hub that sells."""

import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from random import Random

import pytest

from tests.attacks.conftest import MIB, Place
from tests.attacks.posts import Post

pytestmark = [
    pytest.mark.attack,
    pytest.mark.net,
    pytest.mark.xdist_group("strangers"),
]
HALF_OPEN = 500
GROWTH = 48 * MIB
"""Far more than 500 connections cost, far less than what was sent, kept or waited for would."""
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE" + bytes(15) + b"\x00" + bytes(31)


@contextlib.contextmanager
def connected(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Yield connections to a port; all end with it."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 20))
            for _ in range(count)
        ]


def push(each: socket.socket, what: bytes) -> None:
    """Send, whatever the other side thinks of it."""
    each.settimeout(2)
    with contextlib.suppress(OSError):
        each.sendall(what)


def junk(rng: Random) -> list[bytes]:
    """Return what is sent: noise, other protocols, and greetings that go on as noise."""
    return [
        rng.randbytes(200_000),
        b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n" * 1000,
        b"\x16\x03\x01" + rng.randbytes(5000),
        GREETING + rng.randbytes(100_000),
        GREETING + b"\x06" + struct.pack(">Q", 2**62) + rng.randbytes(1000),
        b"\x00" * 100_000,
    ]


def test_junk_on_every_port(place: Place, post: Callable[..., Post]) -> None:
    """Raw junk on every port of the hub: each connection ends, and its memory stays flat."""
    till = post()
    till.hello()
    assert till.sell().status == "accepted"
    rng = Random(5)
    ports = place.ports()
    before = place.memory
    for _ in range(3):
        for port in ports.values():
            for what in junk(rng):
                with connected(port, 1) as (each,):
                    push(each, what)
        assert till.sell().status == "accepted"
    assert place.memory - before < GROWTH


def test_half_open_connections(place: Place, post: Callable[..., Post]) -> None:
    """500 connections that say nothing, on each port: a till sells on, memory stays flat."""
    till = post()
    till.hello()
    assert till.sell().status == "accepted"
    before = place.memory
    for port in place.ports().values():
        with connected(port, HALF_OPEN):
            assert till.sell().status == "accepted"
            assert place.memory - before < GROWTH


def test_slow_loris(place: Place, post: Callable[..., Post]) -> None:
    """Handshakes that come byte by byte: each ends within its 4 s, and others get in meanwhile."""
    with connected(place.shop.port("commands_port"), 50) as slow:
        ended: set[int] = set()
        sent = 0
        while len(ended) < len(slow) and sent < len(GREETING):
            for number, each in enumerate(slow):
                each.settimeout(0.004)
                with contextlib.suppress(TimeoutError):
                    try:
                        each.sendall(GREETING[sent : sent + 1])
                        # The hub's own greeting comes at once; then nothing, until the end.
                        if each.recv(4096) == b"":
                            ended.add(number)
                    except ConnectionError:
                        ended.add(number)
            sent += 1
            if sent == 5:
                newcomer = post()
                newcomer.hello()
                assert newcomer.sell().status == "accepted"
        for number, each in enumerate(slow):
            each.settimeout(20)
            with contextlib.suppress(ConnectionError):
                while number not in ended and each.recv(4096):
                    pass
    assert post().hello().last_n == 0


def test_a_crowd_at_the_card_socket(place: Place, post: Callable[..., Post]) -> None:
    """1,000 connections that ask for the card and stay: no more than 128 are kept."""
    port = place.shop.port("card_port")
    with connected(port, 1000) as crowd:
        ended = 0
        for each in crowd[:800]:
            each.settimeout(20)
            # A greeting, then the end: whoever was there before the last 128 is let go.
            with contextlib.suppress(ConnectionError):
                while each.recv(4096):
                    pass
            ended += 1
        assert ended == 800
        assert post().hello().last_n == 0
