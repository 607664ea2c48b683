"""What one would build otherwise: WebSockets over TLS, on asyncio, with the hub's own SQL.

Executes the same traced statements and broadcasts the same bytes as the limit does; commits after
each command, or whatever has queued up. Reads each command's JSON and writes each reply's, as any
server must, but checks nothing. Compression and keep-alive pings are off, so that it is at its best.
Followers connect to `/follow`, senders to `/send`.
"""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from websockets.asyncio.server import ServerConnection, broadcast, serve

from common import wire
from hub.pipeline import GROUP
from tests.bench.frames import merged_frames
from tests.bench.replay import Replay
from tests.bench.trace import Step, load_trace
from tests.bench.workers.channel import STDIN, Channel
from tests.bench.workers.sockets import HOST

HEARTBEAT: Final = wire.HEARTBEAT_TOPIC + b"\x01"


class WebSocketServer:
    """One event loop. `group`: the most commands in one commit."""

    def __init__(self, replay: Replay, group: int) -> None:
        self._replay = replay
        self._group = group
        self._followers: set[ServerConnection] = set()
        self._waiting: asyncio.Queue[tuple[ServerConnection, str]] = asyncio.Queue()

    async def handle(self, connection: ServerConnection) -> None:
        """Serve one connection until it closes."""
        request = connection.request
        if request is not None and request.path == "/follow":
            self._followers.add(connection)
            try:
                await connection.send(HEARTBEAT)
                await connection.wait_closed()
            finally:
                self._followers.discard(connection)
            return
        async for message in connection:
            self._waiting.put_nowait((connection, orjson.loads(message)["id"]))

    async def write(self) -> None:
        """Commit, broadcast, reply, for ever."""
        while True:
            commands = [await self._waiting.get()]
            while len(commands) < self._group and not self._waiting.empty():
                commands.append(self._waiting.get_nowait())
            first = self._replay.done
            steps: Sequence[Step] = self._replay.commit(len(commands))
            for _, frame in merged_frames(first, steps):
                broadcast(self._followers, frame)
            for n, (peer, command_id) in enumerate(commands, first + 1):
                reply = {"id": command_id, "n": n, "status": "accepted", "topics": {"articles": n}}
                await peer.send(orjson.dumps(reply))


async def run(channel: Channel, config: dict[str, Any], replay: Replay) -> None:
    """Serve until told to stop."""
    server = WebSocketServer(replay, GROUP if config["group"] else 1)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(config["certificate"])
    stopped = asyncio.Event()

    def told() -> None:
        if any("stop" in message for message in channel.take()):
            stopped.set()

    asyncio.get_running_loop().add_reader(STDIN, told)
    async with serve(
        server.handle,
        HOST,
        config["commands_port"],
        ssl=tls,
        compression=None,
        ping_interval=None,
        backlog=1024,
    ):
        writer = asyncio.create_task(server.write())
        channel.say("ready")
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait((writer, waiting), return_when=asyncio.FIRST_COMPLETED)
        if writer.done():
            writer.result()
        writer.cancel()


def main() -> None:
    """Serve as the benchmark configures."""
    channel = Channel()
    config = channel.config
    replay = Replay(Path(config["database"]), load_trace(Path(config["trace"])))
    asyncio.run(run(channel, config, replay))
    replay.close()


if __name__ == "__main__":
    main()
