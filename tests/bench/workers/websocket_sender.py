"""Sends commands to a WebSocket server: at a steady pace, or as fast as a window allows."""

import asyncio
import pickle
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.bench.workers.channel import Channel
from tests.bench.workers.pace import Pace
from tests.bench.workers.sockets import HOST
from tests.bench.workers.websocket_load import client_tls


async def paced(connection: ClientConnection, frames: list[bytes], rate: float) -> dict[int, int]:
    """Send each frame at its time; return when each left, ns by number."""
    sent: dict[int, int] = {}
    reading = asyncio.create_task(_replies(connection, len(frames)))
    pace = Pace(rate)
    for number, frame in enumerate(frames):
        await asyncio.sleep(pace.wait_s(number))
        sent[number] = time.monotonic_ns()
        await connection.send(frame)
    await reading
    return sent


async def _replies(connection: ClientConnection, count: int) -> None:
    for _ in range(count):
        await connection.recv()


async def windowed(connection: ClientConnection, frames: list[bytes], window: int) -> None:
    """Send all frames, at most `window` without a reply."""
    answered = 0
    for number, frame in enumerate(frames):
        if number - answered >= window:
            await connection.recv()
            answered += 1
        await connection.send(frame)
    while answered < len(frames):
        await connection.recv()
        answered += 1


async def run(channel: Channel) -> None:
    """Send as the benchmark configures."""
    config: dict[str, Any] = channel.config
    frames = pickle.loads(Path(config["frames"]).read_bytes())
    tls = client_tls(config)
    uri = f"wss://{HOST}:{config['commands_port']}/send"
    connections = [
        await connect(uri, ssl=tls, compression=None, ping_interval=None) for _ in config["posts"]
    ]
    channel.say("ready")
    channel.wait()
    if config["rate"]:
        sent = await paced(connections[0], frames[0], config["rate"])
        Path(config["sent"]).write_bytes(pickle.dumps(sent))
        channel.say("done")
    else:
        begun = time.monotonic_ns()
        pairs = zip(connections, frames, strict=True)
        await asyncio.gather(*(windowed(c, f, config["window"]) for c, f in pairs))
        channel.say("done", elapsed_s=(time.monotonic_ns() - begun) / 1e9)
    for connection in connections:
        await connection.close()


def main() -> None:
    """Send as the benchmark configures."""
    asyncio.run(run(Channel()))


if __name__ == "__main__":
    main()
