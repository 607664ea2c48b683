"""Posts that send without end, one after the other: each until the hub ends its connection.

What they send takes turns: commands ahead of their numbers, questions, and frames as large as may
be. Says how many the hub has cut off when it is asked.
"""

import time
from itertools import cycle
from typing import Any, Final

import zmq

from common import messages as m
from common import wire
from tests.bench.workers.channel import Channel
from tests.bench.workers.sockets import address, client_socket, new_context

_RUN: Final = 200
_KNOCK_S: Final = 5.0
OUTBOX: Final = "f1" * 16


def _floods() -> list[bytes]:
    small, large = b"{}", bytes(200_000)
    return [
        wire.encode_command(m.Command(OUTBOX, 10**9, 0, 1, wire.body_hash(small), small)),
        wire.encode(m.Query(1, "tickets", {"before_ms": 2**46, "limit": 200})),
        wire.encode_command(m.Command(OUTBOX, 10**9, 0, 1, wire.body_hash(large), large)),
    ]


def _flood(context: Any, config: dict[str, Any], post: Any, frame: bytes, channel: Channel) -> bool:
    """Send until the connection ends; return whether it was ever open. Ends early where told."""
    socket = client_socket(context, zmq.DEALER, config["hub_key"], post)
    monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
    socket.connect(address(config["commands_port"]))
    try:
        if not monitor.poll(int(_KNOCK_S * 1000)):
            return False
        told = monitor.recv_multipart()
        while not monitor.poll(0):
            for message in channel.take():
                if message["do"] == "stop":
                    raise KeyboardInterrupt
            try:
                for _ in range(_RUN):
                    socket.send(frame, zmq.NOBLOCK, copy=False)
            except zmq.Again:
                socket.poll(5, zmq.POLLOUT)
            while socket.poll(0):
                socket.recv()
        return int.from_bytes(told[0][:2], "little") == zmq.EVENT_HANDSHAKE_SUCCEEDED
    finally:
        socket.disable_monitor()
        monitor.close(linger=0)
        socket.close(linger=0)


def main() -> None:
    """Flood as the benchmark configures, until it says stop."""
    channel = Channel()
    config = channel.config
    context = new_context()
    channel.say("ready")
    cut, begun_s = 0, time.monotonic()
    try:
        for post, frame in zip(cycle(config["posts"]), cycle(_floods()), strict=False):
            cut += _flood(context, config, post, frame, channel)
    except KeyboardInterrupt:
        pass
    channel.say("stopped", cut=cut, seconds=time.monotonic() - begun_s)


if __name__ == "__main__":
    main()
