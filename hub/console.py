"""The hub's own command line as a client: questions and commands to the running hub.

Owns one DEALER under the console's key, which lies in the hub's folder: whoever can read that
folder owns the hub anyway. The same way in as any kiosk's, with the same exactly-once commands.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson
import zmq
from zmq.utils import z85

from common import VERSION, seal, wire
from common import messages as m
from common.errors import Problem, Refusal
from common.ids import IdMint
from common.outgoing import Outcome, Outgoing, Queued
from hub.config import NetworkSettings
from hub.key_files import Keys

TIMEOUT_S: Final = 5.0
PIN_TIMEOUT_S: Final = 30.0
"""Making a PIN is dear on purpose, and others may stand before it."""


class NoHub(Refusal):
    """No hub answers, or no longer."""


class ConsoleRefused(Exception):
    """The hub said no; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.text())


class Console:
    """A connection of the command line. Use `open_console`."""

    def __init__(self, socket: "zmq.Socket[bytes]", address: str) -> None:
        self._socket = socket
        self._address = address
        self._requests = 0

    def ask(self, kind: str, args: dict[str, Any] | None = None) -> Any:
        """Return the hub's answer; raises NoHub, ConsoleRefused."""
        self._requests += 1
        self._send(wire.encode(m.Query(self._requests, kind, args or {})))
        for message in self._messages(TIMEOUT_S):
            if isinstance(message, m.Answer) and message.request == self._requests:
                if message.code:
                    raise ConsoleRefused(Problem(message.code, message.params))
                return message.result
        raise NoHub("no_hub", address=self._address)

    def set_pin(self, person: str, pin: str) -> None:
        """Give a person a PIN; raises NoHub, ConsoleRefused."""
        self._requests += 1
        self._send(wire.encode(m.SetPin(self._requests, person, pin)))
        for message in self._messages(PIN_TIMEOUT_S):
            if isinstance(message, m.PinSet) and message.request == self._requests:
                return
            if isinstance(message, m.Denied | m.Refused):
                raise ConsoleRefused(Problem(message.code, message.params))
        raise NoHub("no_hub", address=self._address)

    def command_all(
        self,
        commands: Iterable[tuple[str, dict[str, Any]]],
        on_reply: Callable[[m.Reply], None],
    ) -> None:
        """Send commands in order, each taken once, and report each reply; raises NoHub."""
        outbox = seal.random_bytes(16).hex()
        outgoing = Outgoing(outbox, (), 0, time.monotonic)
        mint = IdMint(lambda: time.time_ns() // 1_000_000, seal.random_bytes)
        self._hello(outbox)
        outgoing.welcome(0)
        source = iter(commands)
        n = 0
        heard_s = time.monotonic()
        while True:
            while outgoing.waiting < WINDOW and (item := next(source, None)) is not None:
                n += 1
                outgoing.add(_queued(n, mint(), *item))
            if not outgoing.waiting:
                return
            for command in outgoing.take():
                self._send(wire.encode_command(command))
            if self._take_reply(outgoing, on_reply):
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > PATIENCE_S:
                raise NoHub("hub_silent", address=self._address)

    def _take_reply(self, outgoing: Outgoing, on_reply: Callable[[m.Reply], None]) -> bool:
        """Wait a second for something that moves the queue; return whether it came."""
        for message in self._messages(1.0):
            if isinstance(message, m.Reply) and outgoing.reply(message) is Outcome.ENDED:
                on_reply(message)
                return True
            if isinstance(message, m.Expect):
                outgoing.expect(message)
                return True
            if isinstance(message, m.Refused) and message.code != "hub_busy":
                raise ConsoleRefused(Problem(message.code, message.params))
        return False

    def _hello(self, outbox: str) -> None:
        hello = m.Hello(m.PROTOCOL, VERSION, outbox, "", {}, 0)
        self._send(wire.encode(hello))
        for message in self._messages(TIMEOUT_S):
            if isinstance(message, m.Welcome):
                return
            if isinstance(message, m.Refused):
                raise ConsoleRefused(Problem(message.code, message.params))
        raise NoHub("no_hub", address=self._address)

    def _send(self, frame: bytes) -> None:
        try:
            self._socket.send(frame)
        except zmq.Again:
            raise NoHub("no_hub", address=self._address) from None

    def _messages(self, patience_s: float) -> Iterator[Any]:
        """Yield what arrives until `patience_s` pass in silence."""
        while self._socket.poll(int(patience_s * 1000)):
            yield wire.decode(self._socket.recv())


WINDOW: Final = 16
PATIENCE_S: Final = 60.0


def _queued(n: int, command_id: str, kind: str, args: dict[str, Any]) -> Queued:
    # Late: whoever only asks a question does without every command's arguments.
    from common.commands import COMMANDS

    body = orjson.dumps({"id": command_id, "kind": kind, "args": args, "operator": "console"})
    return Queued(n, COMMANDS[kind].schema, wire.body_hash(body), body)


@contextmanager
def open_console(network: NetworkSettings, keys: Keys) -> Iterator[Console]:
    """Connect to the hub of this folder; raises NoHub at the first use where none runs."""
    host = "127.0.0.1" if network.host in ("*", "0.0.0.0") else network.host
    address = f"tcp://{host}:{network.commands_port}"
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.set(zmq.CURVE_SERVERKEY, z85.encode(keys.curve.public))
        socket.set(zmq.CURVE_PUBLICKEY, z85.encode(keys.console.public))
        socket.set(zmq.CURVE_SECRETKEY, z85.encode(keys.console.secret))
        socket.set(zmq.IMMEDIATE, 1)
        socket.set(zmq.SNDTIMEO, int(TIMEOUT_S * 1000))
        socket.set(zmq.LINGER, 0)
        socket.connect(address)
        yield Console(socket, f"{host}:{network.commands_port}")
