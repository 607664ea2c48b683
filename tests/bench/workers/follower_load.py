"""Many posts in one process: the shipped follower core over replicas in memory.

Each has its own keys, its own CURVE connections, and speaks to a real hub as a kiosk does: SUB
first, HELLO, snapshots, then live. Notes when which command's change was applied by each.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import zmq

from common import VERSION, wire
from common import messages as m
from common.follower import Event, Follower
from tests.bench.memory_replica import MemoryReplica
from tests.bench.stamps import Stamps
from tests.bench.workers.channel import STDIN, Channel, leave_to_rest
from tests.bench.workers.ready import ReadyLoop
from tests.bench.workers.sockets import address, client_socket, new_context

QUIET: Final = frozenset({Event.LIVE, Event.SNAPSHOT, Event.NEW_EPOCH})


class Post:
    """One follower and its two sockets."""

    def __init__(
        self,
        number: int,
        sockets: tuple[Any, Any],
        ports: tuple[int, int],
        topics: Sequence[str],
        stamps: Stamps,
        loop: ReadyLoop,
    ) -> None:
        self._sub, self._dealer = sockets
        self._number = number
        self._stamps = stamps
        self._loop = loop
        self._outbox = f"{number:032x}"
        self._subscribed = False
        self._hello_at_s = 0.0
        self.troubles: list[str] = []
        self.replica = MemoryReplica(self._applied)
        self.follower = Follower(self.replica, topics, self._outbox, time.monotonic, self._on_event)
        loop.add(self._sub, self._broadcast)
        loop.add(self._dealer, self._answer)
        # Before connecting: the handshake must not be over before somebody looks.
        events = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED
        loop.add(self._dealer.get_monitor_socket(events), self._connection)
        for socket, port in zip(sockets, ports, strict=True):
            socket.connect(address(port))

    @property
    def live(self) -> bool:
        """Return whether it follows, and hears broadcasts."""
        return self._subscribed and self.follower.live

    def tick(self) -> None:
        """Ask again for what was not answered in time."""
        self._send(self.follower.tick())

    def _connection(self, frame: bytes) -> None:
        # A monitor message has two frames: number and value, then the address.
        if len(frame) != 6:
            return
        event = int.from_bytes(frame[:2], "little")
        if event == zmq.EVENT_DISCONNECTED:
            self.follower.disconnected()
            self._subscribed = False
        elif event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self._hello()

    def _hello(self) -> None:
        vector, epoch = self.follower.vector(), self.replica.epoch()
        self._send([m.Hello(m.PROTOCOL, VERSION, self._outbox, epoch, vector, 0)])

    def _broadcast(self, frame: bytes) -> None:
        message = wire.decode_broadcast(frame)
        if isinstance(message, m.Changes):
            self._send(self.follower.changes(message))
        elif isinstance(message, m.Heartbeat):
            self._subscribed = True
            self._send(self.follower.heartbeat(message))
        else:
            self._send(self.follower.announce(message))

    def _answer(self, frame: bytes) -> None:
        message = wire.decode(frame)
        follower = self.follower
        if isinstance(message, m.SnapshotChunk):
            self._send(follower.snapshot_chunk(message, len(frame)))
        elif isinstance(message, m.Refused):
            self.troubles.append(message.code)
        else:
            self._send(_TAKE[type(message)](follower, message))

    def _send(self, messages: list[Any]) -> None:
        if not messages:
            return
        for message in messages:
            self._dealer.send(wire.encode(message), zmq.NOBLOCK)
        self._loop.sent(self._dealer)

    def _applied(self, topic: str, changes: Sequence[m.Change]) -> None:
        self._stamps.add(self._number, topic, changes)

    def _on_event(self, event: Event, topic: str) -> None:
        if event not in QUIET:
            self.troubles.append(f"{event.value} {topic}")


_TAKE: Final[dict[type[Any], Any]] = {
    m.Welcome: Follower.welcome,
    m.SnapshotBegin: Follower.snapshot_begin,
    m.SnapshotEnd: Follower.snapshot_end,
    m.SnapshotRequired: Follower.snapshot_required,
    m.Delta: Follower.delta,
}


class Load:
    """All posts of this process, and the talk with the benchmark."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        config = channel.config
        self._loop = ReadyLoop()
        self._loop.watch(STDIN, self._told)
        self._stamps = Stamps(config["topic"])
        self._wanted: str = ""
        self._goal: dict[str, Any] = {}
        context = new_context()
        self._posts = [
            self._post(context, number, post, config) for number, post in enumerate(config["posts"])
        ]

    def _post(
        self, context: Any, number: int, post: dict[str, Any], config: dict[str, Any]
    ) -> Post:
        sub = client_socket(context, zmq.SUB, config["hub_key"], post)
        for prefix in (*(topic.encode() + b"\0" for topic in config["topics"]), b"hb\0"):
            sub.subscribe(prefix)
        dealer = client_socket(context, zmq.DEALER, config["hub_key"], post)
        ports = (config["till_port"], config["commands_port"])
        return Post(number, (sub, dealer), ports, config["topics"], self._stamps, self._loop)

    def run(self) -> None:
        """Serve until the benchmark closes our standard input."""
        self._told()
        tick_at = 0.0
        while True:
            self._loop.turn(0.25)
            now = time.monotonic()
            if now >= tick_at:
                tick_at = now + 1.0
                for post in self._posts:
                    post.tick()
            self._look()

    def _told(self) -> None:
        for message in self._channel.take():
            if message["do"] == "save":
                self._stamps.save(Path(message["path"]))
                troubles = [trouble for post in self._posts for trouble in post.troubles]
                self._channel.say("saved", troubles=troubles)
            else:
                self._wanted, self._goal = message["do"], message

    def _look(self) -> None:
        """Answer what was asked for, as soon as it is so of every post."""
        if self._wanted and all(self._reached(post) for post in self._posts):
            at_ns = time.monotonic_ns()
            leave_to_rest()
            self._channel.say(self._wanted, at_ns=at_ns)
            self._wanted = ""

    def _reached(self, post: Post) -> bool:
        if self._wanted == "dead":
            return not post.follower.live
        if self._wanted == "reach":
            return post.replica.tseq(self._goal["topic"]) >= int(self._goal["tseq"])
        if self._wanted == "equal":
            topic = self._goal["topic"]
            tseq, digest = post.replica.tseq(topic), wire.digest_hex(post.replica.digest(topic))
            return bool(tseq == self._goal["tseq"] and digest == self._goal["digest"])
        return post.live


def main() -> None:
    """Follow as the benchmark configures."""
    Load(Channel()).run()


if __name__ == "__main__":
    main()
