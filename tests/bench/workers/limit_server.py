"""The limit: what no hub over libzmq and SQLite can beat.

A CURVE ROUTER in and a CURVE PUB out; between them the hub's traced SQL in one fsync'd group
commit, and no more: nothing is decoded, checked or digested, replies and broadcasts are sent as
they were recorded.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zmq

from common import wire
from hub.pipeline import GROUP
from tests.bench.frames import merged_frames
from tests.bench.replay import Replay
from tests.bench.trace import Step, load_trace
from tests.bench.workers.channel import STDIN, Channel
from tests.bench.workers.sockets import new_context, server_socket

HEARTBEAT = wire.HEARTBEAT_TOPIC + b"\x01"


class LimitServer:
    """One loop, one thread, as the hub has."""

    def __init__(self, config: dict[str, Any], replay: Replay, steps: Sequence[Step]) -> None:
        context = new_context()
        secret = bytes.fromhex(config["secret"])
        self._router = server_socket(context, zmq.ROUTER, secret, config["commands_port"])
        self._publisher = server_socket(context, zmq.PUB, secret, config["till_port"])
        self._replay = replay
        self._steps = steps
        self._done = 0

    def serve(self, channel: Channel) -> None:
        """Serve until the benchmark ends this process."""
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(STDIN, zmq.POLLIN)
        beat_at = 0.0
        while True:
            now = time.monotonic()
            if now >= beat_at:
                beat_at = now + 1.0
                self._publisher.send(HEARTBEAT)
            ready = dict(poller.poll(int((beat_at - now) * 1000) + 1))
            if STDIN in ready:
                # Nothing is told any more, but the benchmark's end is seen there.
                list(channel.take())
            if self._router in ready:
                self._turn()

    def _turn(self) -> None:
        peers = []
        for _ in range(GROUP):
            try:
                peers.append(self._router.recv_multipart(zmq.NOBLOCK)[0])
            except zmq.Again:
                break
        if not peers:
            return
        steps = self._steps[self._done : self._done + len(peers)]
        self._done += len(peers)
        self._replay.commit(steps)
        for _, frame in merged_frames(steps):
            self._publisher.send(frame)
        for peer, step in zip(peers, steps, strict=True):
            self._router.send_multipart((peer, step.reply), zmq.NOBLOCK)


def main() -> None:
    """Serve as the benchmark configures."""
    channel = Channel()
    config = channel.config
    replay = Replay(Path(config["database"]))
    server = LimitServer(config, replay, load_trace(Path(config["trace"])))
    channel.say("ready")
    server.serve(channel)


if __name__ == "__main__":
    main()
