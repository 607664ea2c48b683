"""Enrolled posts as an attacker who holds their keys would use them, and as a till that works does.

Owns their sockets, which say whatever bytes a test wants, and their numbers. All on loopback.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final, TypeVar

import orjson
import zmq

from common import VERSION, seal, wire
from common import messages as m
from common.ids import IdMint
from common.topics import Profile
from tests.bench.shop import Post as Keys
from tests.bench.shop import Shop
from tests.bench.workers.sockets import address, client_socket
from tests.bench.workload import tickets

PATIENCE_S: Final = 20.0
KindT = TypeVar("KindT")


class Post:
    """A connection to the command socket under a post's keys. `close` ends it."""

    def __init__(self, context: "zmq.Context[Any]", shop: Shop, keys: Keys) -> None:
        self.keys = keys
        self.outbox = seal.random_bytes(16).hex()
        self.n = 0
        self._shop = shop
        self._mint = IdMint(lambda: time.time_ns() // 1_000_000, seal.random_bytes)
        self.socket = client_socket(context, zmq.DEALER, shop.hub_key, asdict(keys))
        self.socket.set(zmq.SNDHWM, 100_000)
        self._monitor = self.socket.get_monitor_socket()
        self.socket.connect(address(shop.port("commands_port")))
        try:
            self.wait_event(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        except AssertionError:
            self.close()
            raise

    def hello(self) -> m.Welcome:
        """Introduce the outbox."""
        self.say(m.Hello(m.PROTOCOL, VERSION, self.outbox, "", {}, 0))
        return self.hear(m.Welcome)

    def say(self, message: Any) -> None:
        """Send a JSON-bodied message."""
        self.socket.send(wire.encode(message))

    def command(self, body: bytes, n: int = 0, outbox: str = "") -> bytes:
        """Return the frame of a command: the next one, or one of the number and outbox given."""
        if not n:
            self.n += 1
        return wire.encode_command(
            m.Command(outbox or self.outbox, n or self.n, 0, 1, wire.body_hash(body), body)
        )

    def sale(self) -> bytes:
        """Return the body of a sale of eight articles."""
        # The series is the outbox's own: numbers of two outboxes never meet.
        (body,) = tickets(self._shop.article_ids, 1, seed=self.n + int(self.outbox[:8], 16)).bodies
        read = orjson.loads(body)
        read["args"]["ticket"] |= {"number": self.n + 1, "series": self.outbox[:6]}
        return orjson.dumps(read)

    def sell(self) -> m.Reply:
        """Sell, and return the hub's reply; what else it says is passed over."""
        self.socket.send(self.command(self.sale()))
        while True:
            reply = self.hear(m.Reply)
            if reply.n == self.n:
                return reply

    def hear(self, kind: type[KindT], patience_s: float = PATIENCE_S) -> KindT:
        """Return the next message of a kind; raises AssertionError where none comes."""
        for message in self.messages(patience_s):
            if isinstance(message, kind):
                return message
        raise AssertionError(f"no {kind.__name__} within {patience_s} s")

    def messages(self, patience_s: float) -> Iterator[Any]:
        """Yield what arrives until the time is over."""
        end_s = time.monotonic() + patience_s
        while (left_s := end_s - time.monotonic()) > 0:
            if self.socket.poll(left_s * 1000):
                yield wire.decode(self.socket.recv())

    def wait_event(self, event: int, patience_s: float = PATIENCE_S) -> None:
        """Wait until libzmq tells something of the connection."""
        end_s = time.monotonic() + patience_s
        while (left_s := end_s - time.monotonic()) > 0:
            if self._monitor.poll(left_s * 1000):
                told, _ = self._monitor.recv_multipart()
                if int.from_bytes(told[:2], "little") == event:
                    return
        raise AssertionError(f"not told of {zmq.Event(event)!r}")

    def wait_ended(self) -> None:
        """Wait until the hub has ended the connection."""
        self.wait_event(zmq.EVENT_DISCONNECTED)

    def close(self) -> None:
        """Leave without a word."""
        self.socket.disable_monitor()
        self._monitor.close(linger=0)
        self.socket.close(linger=0)


def tills(shop: Shop) -> Sequence[Keys]:
    """Return the keys of a shop's tills."""
    return shop.of(Profile.TILL)
