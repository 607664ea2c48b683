"""WebSocket clients in one process that note when a broadcast came, and nothing else."""

import asyncio
import pickle
import ssl
import time
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import connect

from tests.bench.workers.channel import STDIN, Channel, leave_to_rest
from tests.bench.workers.sockets import HOST
from tests.bench.workers.websocket_server import SUBSCRIBED


class Load:
    """All clients of this process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._config = channel.config
        self._seen: list[tuple[int, int, bytes]] = []
        self._heard = 0
        self._live = asyncio.Event()

    async def run(self) -> None:
        """Receive until the benchmark closes our standard input."""
        asyncio.get_running_loop().add_reader(STDIN, self._told)
        self._told()
        tls = client_tls(self._config)
        count = len(self._config["posts"])
        await asyncio.gather(*(self._follow(tls, number, count) for number in range(count)))

    async def _follow(self, tls: ssl.SSLContext, number: int, count: int) -> None:
        async with connect(
            f"wss://{HOST}:{self._config['commands_port']}/follow",
            ssl=tls,
            compression=None,
            ping_interval=None,
            open_timeout=60,
        ) as connection:
            seen, clock = self._seen, time.monotonic_ns
            async for frame in connection:
                assert isinstance(frame, bytes)
                if frame == SUBSCRIBED:
                    self._heard += 1
                    if self._heard == count:
                        self._live.set()
                else:
                    seen.append((clock(), number, frame))

    def _told(self) -> None:
        for message in self._channel.take():
            if message["do"] == "save":
                self._save(Path(message["path"]))
            else:
                self._task = asyncio.create_task(self._say_live())

    async def _say_live(self) -> None:
        await self._live.wait()
        at_ns = time.monotonic_ns()
        leave_to_rest()
        self._channel.say("live", at_ns=at_ns)

    def _save(self, path: Path) -> None:
        stamped = [
            (change["n"], follower, at_ns)
            for at_ns, follower, frame in self._seen
            if (message := orjson.loads(frame))["topic"] == self._config["topic"]
            for change in message["changes"]
        ]
        path.write_bytes(pickle.dumps(stamped))
        self._channel.say("saved", troubles=[])


def client_tls(config: dict[str, Any]) -> ssl.SSLContext:
    """Return a context that trusts the run's own authority."""
    return ssl.create_default_context(cafile=config["authority"])


def main() -> None:
    """Receive as the benchmark configures."""
    asyncio.run(Load(Channel()).run())


if __name__ == "__main__":
    main()
