"""A worker's end of the talk with the benchmark: JSON lines in on stdin, JSON lines out on stdout.

A worker whose stdin closes has lost its benchmark and ends at once. Ctrl+C reaches the whole
terminal, so workers leave it to the benchmark, which ends them one by one.
"""

import gc
import os
import select
import signal
from collections.abc import Iterator
from typing import Any, Final

import orjson

STDIN: Final = 0


class Channel:
    """Reads what the benchmark tells, without ever blocking a loop that has other work."""

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._rest = b""
        self._lines: list[bytes] = []
        self.config: dict[str, Any] = self.wait()

    def wait(self) -> dict[str, Any]:
        """Block until the benchmark says something."""
        while not self._lines:
            select.select([STDIN], [], [])
            self._read()
        message: dict[str, Any] = orjson.loads(self._lines.pop(0))
        return message

    def take(self) -> Iterator[dict[str, Any]]:
        """Yield what was told since; call once before waiting for stdin, which may be read."""
        if select.select([STDIN], [], [], 0)[0]:
            self._read()
        while self._lines:
            yield orjson.loads(self._lines.pop(0))

    def _read(self) -> None:
        read = os.read(STDIN, 1 << 16)
        if not read:
            os._exit(0)
        *lines, self._rest = (self._rest + read).split(b"\n")
        self._lines += lines

    @staticmethod
    def say(event: str, **fields: object) -> None:
        """Tell the benchmark."""
        print(orjson.dumps({"event": event, **fields}).decode(), flush=True)


def leave_to_rest() -> None:
    """Take what exists out of the collector's sight: one process stands for many here, and would
    pause for all of their heaps at once.
    """
    gc.collect()
    gc.freeze()
