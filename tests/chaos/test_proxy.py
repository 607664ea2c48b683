"""What the relay does to connections, on plain sockets: each weather is felt, and passes."""

import socket
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from shop_processes import free_ports

from tests.chaos.proxy import FAIR, Proxy, Way, Weather

pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]
HUB, KIOSK, OTHER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
STREET = (KIOSK, Way.COMMANDS)
PATIENCE_S = 10.0
BYTES = 300_000


class Echo:
    """A hub that gives back what it gets."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server((HUB, port))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    @staticmethod
    def _serve(peer: socket.socket) -> None:
        with peer:
            try:
                while part := peer.recv(65_536):
                    peer.sendall(part)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Line:
    """A relay between two kiosks' addresses and an echo."""

    def __init__(self) -> None:
        self.port = free_ports(1, (HUB, KIOSK, OTHER))
        self.echo = Echo(self.port)
        self.proxy = Proxy(HUB, {"commands_port": self.port}, (KIOSK, OTHER))

    def dial(self, host: str = KIOSK) -> socket.socket:
        return socket.create_connection((host, self.port), PATIENCE_S)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.proxy.close()
    line.echo.close()


def said_back(peer: socket.socket, words: bytes) -> bytes:
    """Say something and return as much as comes back."""
    threading.Thread(target=peer.sendall, args=(words,), daemon=True).start()
    return received(peer, len(words))


def received(peer: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = peer.recv(65_536)
        if not part:
            break
        found += part
    return found


def test_bytes_pass_whole_and_an_end_does_too(line: Line) -> None:
    words = bytes(range(256)) * (BYTES // 256)
    with line.dial() as peer:
        assert said_back(peer, words) == words
        peer.sendall(b"last")
        peer.shutdown(socket.SHUT_WR)
        assert received(peer, 5) == b"last"


def test_a_cut_resets_the_connections_of_one_street(line: Line) -> None:
    with line.dial() as peer, line.dial(OTHER) as other:
        assert said_back(peer, b"a") + said_back(other, b"b") == b"ab"
        line.proxy.cut(STREET)
        with pytest.raises(ConnectionResetError):
            peer.recv(1)
        assert said_back(other, b"c") == b"c"
    with line.dial() as again:
        assert said_back(again, b"d") == b"d"
    assert line.proxy.counts["cut"] == 1


def test_new_connections_are_refused_while_it_says_so(line: Line) -> None:
    line.proxy.set(STREET, Weather(refuses=True))
    with pytest.raises(ConnectionResetError), line.dial() as peer:
        peer.recv(1)
    line.proxy.set(STREET, FAIR)
    with line.dial() as peer:
        assert said_back(peer, b"a") == b"a"
    assert line.proxy.counts["refused"] == 1


@pytest.mark.parametrize("weather", [Weather(up=False), Weather(down=False)])
def test_what_is_held_in_one_direction_comes_later(line: Line, weather: Weather) -> None:
    with line.dial() as peer:
        assert said_back(peer, b"a") == b"a"
        line.proxy.set(STREET, weather)
        peer.sendall(b"late")
        peer.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.recv(1)
        line.proxy.set(STREET, FAIR)
        peer.settimeout(PATIENCE_S)
        assert received(peer, 4) == b"late"
    assert line.proxy.counts["held back"] == 1


@pytest.mark.parametrize(
    ("weather", "least_s"),
    [(Weather(delay_s=0.15), 0.3), (Weather(bytes_per_s=1_000_000.0), 0.3)],
)
def test_what_is_slowed_comes_late_and_whole(line: Line, weather: Weather, least_s: float) -> None:
    words = bytes(range(256)) * (BYTES // 256)
    line.proxy.set(STREET, weather)
    with line.dial() as peer:
        begun_s = time.monotonic()
        assert said_back(peer, words) == words
        assert time.monotonic() - begun_s >= least_s * 0.95
    assert line.proxy.counts["slowed"] > 0


def test_without_a_hub_a_connection_is_reset(line: Line) -> None:
    line.echo.close()
    line.echo = Echo(free_ports(1, (HUB,)))
    with pytest.raises(ConnectionResetError), line.dial() as peer:
        peer.recv(1)
