"""Receivers of the limit: as many CURVE subscriptions in one process, which note the time only."""

import pickle
import time
from pathlib import Path
from typing import Any

import zmq

from common import wire
from tests.bench.frames import commands_of
from tests.bench.workers.channel import STDIN, Channel, leave_to_rest
from tests.bench.workers.ready import ReadyLoop
from tests.bench.workers.sockets import address, client_socket, new_context


class Load:
    """All receivers of this process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        config = channel.config
        self._topic = config["topic"].encode() + b"\0"
        self._loop = ReadyLoop()
        self._loop.watch(STDIN, self._told)
        self._seen: list[tuple[int, int, bytes]] = []
        self._heard: set[int] = set()
        self._count = len(config["posts"])
        self._wanted = ""
        context = new_context()
        for number, post in enumerate(config["posts"]):
            socket = client_socket(context, zmq.SUB, config["hub_key"], post)
            for topic in config["topics"]:
                socket.subscribe(topic.encode() + b"\0")
            socket.subscribe(wire.HEARTBEAT_TOPIC)
            self._loop.add(socket, self._receiver(number))
            socket.connect(address(config["till_port"]))

    def _receiver(self, number: int) -> Any:
        seen, clock, heartbeat = self._seen, time.monotonic_ns, wire.HEARTBEAT_TOPIC

        def on_frame(frame: bytes) -> None:
            seen.append((clock(), number, frame))
            if frame.startswith(heartbeat):
                seen.pop()
                self._heard.add(number)

        return on_frame

    def run(self) -> None:
        """Serve until the benchmark closes our standard input."""
        self._told()
        while True:
            self._loop.turn(0.25)
            if self._wanted == "live" and len(self._heard) == self._count:
                at_ns = time.monotonic_ns()
                leave_to_rest()
                self._channel.say(self._wanted, at_ns=at_ns)
                self._wanted = ""

    def _told(self) -> None:
        for message in self._channel.take():
            if message["do"] == "save":
                self._save(Path(message["path"]))
            else:
                self._wanted = message["do"]

    def _save(self, path: Path) -> None:
        stamped = [
            (command, follower, at_ns)
            for at_ns, follower, frame in self._seen
            if frame.startswith(self._topic)
            for command in commands_of(frame)
        ]
        path.write_bytes(pickle.dumps(stamped))
        self._channel.say("saved", troubles=[])


def main() -> None:
    """Receive as the benchmark configures."""
    Load(Channel()).run()


if __name__ == "__main__":
    main()
