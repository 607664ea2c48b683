"""What one would build otherwise: WebSockets over TLS, JSON messages, asyncio, the hub's own SQL.

Reads each command, executes the statements that the hub executes for that very command, encodes the
changed rows once, broadcasts them to all followers and replies to the sender; commits after each
command, or whatever has queued up. Checks nothing and keeps no digest. Compression and keep-alive
pings are off and JSON is orjson's, so that it is at its best. Followers connect to `/follow`,
senders to `/send`.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from websockets.asyncio.server import ServerConnection, broadcast, serve

from common import wire
from hub.pipeline import GROUP
from tests.bench.replay import Replay
from tests.bench.trace import Step, load_trace
from tests.bench.workers.channel import STDIN, Channel
from tests.bench.workers.sockets import HOST

SUBSCRIBED: Final = b'{"subscribed":true}'


@dataclass(frozen=True, slots=True)
class Command:
    """What the server knows to do for a command: statements, and rows by topic for followers."""

    step: Step
    rows: Mapping[str, Sequence[tuple[str, Any]]]


class WebSocketServer:
    """One event loop. `group`: the most commands in one commit."""

    def __init__(self, replay: Replay, commands: Mapping[str, Command], group: int) -> None:
        self._replay = replay
        self._commands = commands
        self._group = group
        self._gseq = 0
        self._followers: set[ServerConnection] = set()
        self._waiting: asyncio.Queue[tuple[ServerConnection, Command]] = asyncio.Queue()

    async def handle(self, connection: ServerConnection) -> None:
        """Serve one connection until it closes."""
        request = connection.request
        if request is not None and request.path == "/follow":
            self._followers.add(connection)
            try:
                await connection.send(SUBSCRIBED)
                await connection.wait_closed()
            finally:
                self._followers.discard(connection)
            return
        async for message in connection:
            command_id = orjson.loads(message)["id"]
            self._waiting.put_nowait((connection, self._commands[command_id]))

    async def write(self) -> None:
        """Commit, broadcast, reply, for ever."""
        while True:
            taken = [await self._waiting.get()]
            while len(taken) < self._group and not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
            commands = [command for _, command in taken]
            self._replay.commit([command.step for command in commands])
            self._gseq += 1
            for message in self._broadcasts(commands):
                broadcast(self._followers, message)
            for peer, command in taken:
                reply = {"id": command.step.command_id, "status": "accepted", "gseq": self._gseq}
                await peer.send(orjson.dumps(reply))

    def _broadcasts(self, commands: Sequence[Command]) -> list[bytes]:
        """Return one message for each topic that a commit changed."""
        changes: dict[str, list[dict[str, Any]]] = {}
        for command in commands:
            number = command.step.number
            for topic, rows in command.rows.items():
                changes.setdefault(topic, []).extend(
                    {"key": key, "row": row, "n": number} for key, row in rows
                )
        return [
            orjson.dumps({"topic": topic, "gseq": self._gseq, "changes": found})
            for topic, found in changes.items()
        ]


def commands_of(steps: Sequence[Step]) -> dict[str, Command]:
    """Return every command of a trace by its id."""
    return {step.command_id: Command(step, _rows(step)) for step in steps}


def _rows(step: Step) -> dict[str, list[tuple[str, Any]]]:
    return {
        topic: [
            (change.key, orjson.loads(change.row or b"null"))
            for change in wire.decode_changes(frame).changes
        ]
        for topic, frame in step.frames
    }


async def run(channel: Channel, config: dict[str, Any], replay: Replay) -> None:
    """Serve until the benchmark ends this process."""
    commands = commands_of(load_trace(Path(config["trace"])))
    server = WebSocketServer(replay, commands, GROUP if config["group"] else 1)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(config["certificate"])
    # Nothing is told any more, but the benchmark's end is seen there.
    asyncio.get_running_loop().add_reader(STDIN, lambda: list(channel.take()))
    async with serve(
        server.handle,
        HOST,
        config["commands_port"],
        ssl=tls,
        compression=None,
        ping_interval=None,
        backlog=1024,
    ):
        channel.say("ready")
        await server.write()


def main() -> None:
    """Serve as the benchmark configures."""
    channel = Channel()
    config = channel.config
    asyncio.run(run(channel, config, Replay(Path(config["database"]))))


if __name__ == "__main__":
    main()
