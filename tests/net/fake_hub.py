"""A hub of a few lines on real sockets, for what a real one does not do: refuse a key for a while,
move, lie about itself, talk nonsense.

Owns four sockets and a ZAP handler in one thread; what it answers a test decides.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from time import sleep
from typing import Any

import zmq

from common import enrolment, seal, wire
from common import messages as m
from common.card import sign_card
from common.topics import TOPICS_OF, Profile

EPOCH = "5" * 32
Answers = list[Any]


class FakeHub:
    """Listens on ports of its own. Change attributes before or while it runs."""

    def __init__(self) -> None:
        self.identity = seal.new_signing_keys()
        self.curve = seal.new_curve_keys()
        self.curve_since_ms = 0
        self.card_identity = self.identity
        self.admits = True
        self.admission = 0
        self.code = "K" * 15
        self.salt = bytes(range(16))
        self.on_enrol: Callable[[Any], Any] = self._enrol
        self.said: list[Any] = []
        self.heard_enrolling: list[Any] = []
        self.shown_card: m.Card | None = None
        self.said_profile = Profile.TILL
        self.answers_commands = True
        self._route = b""
        self.on_card: Callable[[Any], Answers] = self._give_card
        self._context = zmq.Context()
        self._poller = zmq.Poller()
        self._stopping = Event()
        self._hangs_up = Event()
        self._zap = self._context.socket(zmq.ROUTER)
        self._zap.bind("inproc://zeromq.zap.01")
        self._card = self._context.socket(zmq.ROUTER)
        self.card_port = self._card.bind_to_random_port("tcp://127.0.0.1")
        self.commands, self.commands_port = self._curve(zmq.ROUTER)
        self._enrolment, self.enrolment_port = self._curve(zmq.ROUTER)
        self.publisher, self.broadcast_port = self._curve(zmq.PUB)
        for socket in (self._zap, self._card, self.commands, self._enrolment):
            self._poller.register(socket, zmq.POLLIN)
        self._challenges: dict[bytes, Any] = {}
        self._to_broadcast: deque[bytes] = deque()
        self._calls: deque[Callable[[], Any]] = deque()
        self._called = Event()
        self._thread = Thread(target=self._run, name="fake hub", daemon=True)
        self._thread.start()

    def _curve(self, kind: int, port: int = 0) -> tuple[Any, int]:
        socket = self._context.socket(kind)
        socket.set(zmq.CURVE_SERVER, 1)
        socket.set(zmq.CURVE_PUBLICKEY, self.curve.public)
        socket.set(zmq.CURVE_SECRETKEY, self.curve.secret)
        socket.set(zmq.ZAP_DOMAIN, b"any")
        socket.set(zmq.LINGER, 0)
        if not port:
            return socket, socket.bind_to_random_port("tcp://127.0.0.1")
        for _ in range(2000):
            with suppress(zmq.ZMQError):  # The old one lets go of it in its own time.
                socket.bind(f"tcp://127.0.0.1:{port}")
                return socket, port
            sleep(0.001)
        raise OSError(f"port {port} stays taken")

    def listen_for_enrolment(self, port: int) -> None:
        """Pair at this port as well, before anybody asks."""
        self._calls.append(lambda: self._enrolment.bind(f"tcp://127.0.0.1:{port}"))
        self._wait_for_calls()

    def answer_at(self, host: str, card_port: int) -> None:
        """Show its card at another address as well, before anybody asks."""
        self._calls.append(lambda: self._card.bind(f"tcp://{host}:{card_port}"))
        self._wait_for_calls()

    def _wait_for_calls(self) -> None:
        self._called.clear()
        assert self._called.wait(10)

    def broadcast(self, frame: bytes) -> None:
        """Publish a frame at the next turn."""
        self._to_broadcast.append(frame)

    def tell(self, *messages: Any) -> None:
        """Say something unasked on the command socket, to whoever said hello last."""

        def send() -> None:
            for message in messages:
                self.commands.send_multipart([self._route, _frame(message)])

        self._calls.append(send)
        self._wait_for_calls()

    def drop_connections(self) -> None:
        """Hang up on everybody, at the next turn."""
        self._hangs_up.set()

    def close(self) -> None:
        """End, with every connection."""
        self._stopping.set()
        self._thread.join(10)
        self._context.destroy(linger=0)

    # The thread.

    def _run(self) -> None:
        beats = 0
        while not self._stopping.is_set():
            if self._hangs_up.is_set():
                self._hangs_up.clear()
                self._hang_up()
            ready = dict(self._poller.poll(20))
            if self._zap in ready:
                self._decide()
            for socket, answer in (
                (self._card, self._answer_card),
                (self._enrolment, self._answer_enrolment),
                (self.commands, self._answer_command),
            ):
                if socket in ready:
                    route, *frames = socket.recv_multipart()
                    for reply in answer(route, frames[0]):
                        socket.send_multipart([route, _frame(reply)])
            while self._calls:
                self._calls.popleft()()
            self._called.set()
            while self._to_broadcast:
                self.publisher.send(self._to_broadcast.popleft())
            beats += 1
            if beats % 10 == 0:
                self.publisher.send(wire.encode_broadcast(wire.HEARTBEAT_TOPIC, self._heartbeat()))

    def _hang_up(self) -> None:
        self._poller.unregister(self.commands)
        for socket in (self.commands, self.publisher):
            socket.close(linger=0)
        self.commands, _ = self._curve(zmq.ROUTER, self.commands_port)
        self.publisher, _ = self._curve(zmq.PUB, self.broadcast_port)
        self._poller.register(self.commands, zmq.POLLIN)

    def _decide(self) -> None:
        route, empty, version, request, *_ = self._zap.recv_multipart()
        verdict = (b"200", b"OK", b"user") if self.admits else (b"400", b"no", b"")
        self._zap.send_multipart([route, empty, version, request, *verdict, b""])

    # What it says.

    def card(self) -> m.Card:
        """Return its card, signed by `card_identity`, or the one that it is to show."""
        if self.shown_card is not None:
            return self.shown_card
        body = m.CardBody(
            self.card_identity.public.hex(),
            self.curve.public.hex(),
            "Fake",
            EPOCH,
            self.commands_port,
            self.enrolment_port,
            0,
            self.curve_since_ms,
        )
        return sign_card(self.card_identity, body)

    def _answer_card(self, _: bytes, frame: bytes) -> Answers:
        self.said.append(wire.decode(frame))
        return self.on_card(self.said[-1])

    def _give_card(self, asked: Any) -> Answers:
        return [self.card()] if isinstance(asked, m.CardRequest) else []

    def _answer_enrolment(self, route: bytes, frame: bytes) -> Answers:
        message = wire.decode(frame)
        self.heard_enrolling.append(message)
        if isinstance(message, m.EnrolHello):
            nonce = seal.random_bytes(32).hex()
            challenge = m.EnrolChallenge(
                nonce, self.salt.hex(), self.identity.public.hex(), self.curve.public.hex()
            )
            self._challenges[route] = enrolment.transcript(message, challenge)
            return [self.on_enrol(challenge)]
        key = seal.code_key(self.code, self.salt)
        said = self._challenges[route]
        return [
            self.on_enrol(enrolment.hub_proof(key, said, "d" * 32, 5, "Caisse 5", Profile.TILL))
        ]

    @staticmethod
    def _enrol(answer: Any) -> Any:
        return answer

    def _answer_command(self, route: bytes, frame: bytes) -> Answers:
        message = wire.decode(frame)
        self.said.append(message)
        if not self.answers_commands:
            return []
        if isinstance(message, m.Hello):
            self._route = route
            return [self._welcome(message)]
        if isinstance(message, m.Ping):
            return [m.Pong(message.sent_ms, message.sent_ms)]
        if isinstance(message, m.SnapshotRequest):
            topic, request = message.topic, message.request
            begin = m.SnapshotBegin(topic, request, EPOCH, 1, 0, 0, 0, 0)
            return [begin, m.SnapshotEnd(topic, request, 0, "0" * 64)]
        if isinstance(message, m.Command):
            return [m.Reply(message.outbox, message.n, m.Status.ACCEPTED, 1, {})]
        return []

    def _welcome(self, hello: m.Hello) -> m.Welcome:
        return m.Welcome(
            protocol=m.PROTOCOL,
            software="fake",
            epoch=EPOCH,
            gseq=1,
            last_n=0,
            profile=self.said_profile,
            topics={topic: m.TopicMark(0, 0) for topic in TOPICS_OF[Profile.TILL]},
            device_id="d" * 32,
            device_number=5,
            device_name="Caisse 5",
            broadcast_port=self.broadcast_port,
            hub_ms=hello.sent_ms,
            sent_ms=hello.sent_ms,
            admission=self.admission,
        )

    def _heartbeat(self) -> m.Heartbeat:
        pulses = {topic: m.Pulse(0, "0" * 64) for topic in TOPICS_OF[Profile.TILL]}
        return m.Heartbeat(EPOCH, 1, 0, pulses)


def _frame(message: Any) -> bytes:
    if isinstance(message, bytes):
        return message
    if isinstance(message, m.Reply):
        return wire.encode_reply(message.outbox, message.n, wire.encode_reply_body(message))
    return wire.encode(message)
