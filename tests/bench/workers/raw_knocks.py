"""The limit of coming back: bare CURVE sockets, two a post as a kiosk has, that only connect again.

Nothing is said and nothing followed: it counts handshakes since the server was last gone.
"""

import time
from typing import Any

import zmq

from common.wire import HEARTBEAT_TOPIC
from tests.bench.workers.channel import STDIN, Channel, leave_to_rest
from tests.bench.workers.ready import ReadyLoop
from tests.bench.workers.sockets import address, client_socket, new_context

_EVENTS = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED
_EVENT_BYTES = 6


class Load:
    """All sockets of this process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._loop = ReadyLoop()
        self._loop.watch(STDIN, self._told)
        self._wanted = ""
        self._shaken: set[Any] = set()
        self._last_ns = 0
        config, context = channel.config, new_context()
        self._sockets = [
            self._connected(context, kind, config, post, port)
            for post in config["posts"]
            for kind, port in ((zmq.SUB, "till_port"), (zmq.DEALER, "commands_port"))
        ]

    def _connected(
        self, context: Any, kind: int, config: dict[str, Any], post: dict[str, Any], port: str
    ) -> Any:
        socket = client_socket(context, kind, config["hub_key"], post)
        if kind == zmq.SUB:
            socket.subscribe(HEARTBEAT_TOPIC)

        def on_event(frame: bytes) -> None:
            # A monitor message has two frames: number and value, then the address.
            if len(frame) != _EVENT_BYTES:
                return
            if int.from_bytes(frame[:2], "little") == zmq.EVENT_DISCONNECTED:
                self._shaken.discard(socket)
            else:
                self._shaken.add(socket)
                self._last_ns = time.monotonic_ns()

        self._loop.add(socket.get_monitor_socket(_EVENTS), on_event)
        socket.connect(address(config[port]))
        return socket

    def run(self) -> None:
        """Serve until the benchmark closes our standard input."""
        self._told()
        while True:
            self._loop.turn(0.25)
            wanted = {"live": len(self._sockets), "dead": 0}.get(self._wanted)
            if len(self._shaken) == wanted:
                self._channel.say(self._wanted, at_ns=self._last_ns)
                self._wanted = ""
                leave_to_rest()

    def _told(self) -> None:
        for message in self._channel.take():
            self._wanted = message["do"]


def main() -> None:
    """Connect as the benchmark configures."""
    Load(Channel()).run()


if __name__ == "__main__":
    main()
