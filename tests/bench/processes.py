"""Processes that a benchmark starts, talks to, and ends by their own ids, whatever happens.

Owns pipes, deadlines and the order of ending: asked, then terminated, then killed. What a process
does is its module's; nothing here knows a socket.
"""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import orjson
import psutil

ROOT: Final = Path(__file__).resolve().parent.parent.parent
END_S: Final = 10.0


class WorkerFailed(Exception):
    """A process ended, failed or kept silent; the text holds the end of its error output."""


class Process:
    """A child whose standard output is read line by line under a deadline."""

    def __init__(self, name: str, arguments: list[str], errors: Path) -> None:
        self.name = name
        self._errors = errors
        self._lines: list[bytes] = []
        self._rest = b""
        environment = {**os.environ, "COMPTOIR_LANG": "en", "PYTHONUNBUFFERED": "1"}
        with errors.open("ab") as stderr:
            self._child = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=ROOT,
                env=environment,
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    def line(self, timeout_s: float) -> str:
        """Return the next line of output; raises WorkerFailed at its end or at the deadline."""
        stdout = self._child.stdout
        assert stdout is not None
        deadline = time.monotonic() + timeout_s
        while not self._lines:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([stdout], [], [], left_s)[0]:
                raise WorkerFailed(f"{self.name} said nothing for {timeout_s:g} s{self._why()}")
            read = os.read(stdout.fileno(), 1 << 16)
            if not read:
                raise WorkerFailed(f"{self.name} ended{self._why()}")
            *lines, self._rest = (self._rest + read).split(b"\n")
            self._lines += lines
        return self._lines.pop(0).decode()

    def write(self, line: bytes) -> None:
        """Write a line to its standard input."""
        stdin = self._child.stdin
        assert stdin is not None
        stdin.write(line + b"\n")
        stdin.flush()

    def rss_mb(self) -> float:
        """Return its resident memory, MB of 10⁶ bytes."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def cpu_s(self) -> float:
        """Return the processor time it has used so far, all threads."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def terminate(self) -> None:
        """Send SIGTERM and wait; kill what does not end."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        self.end()

    def end(self) -> None:
        """Close its input and wait; kill what does not end."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(END_S)

    def kill(self) -> None:
        """Kill it now."""
        self._child.kill()
        self.end()

    def _why(self) -> str:
        tail = self._errors.read_text(errors="replace")[-1500:].strip()
        return f":\n{tail}" if tail else ""


class Worker(Process):
    """One of `tests/bench/workers`, told and heard in JSON lines."""

    def __init__(self, module: str, config: dict[str, Any], errors: Path) -> None:
        super().__init__(module, ["-m", f"tests.bench.workers.{module}"], errors)
        self.tell(**config)

    def tell(self, **message: Any) -> None:
        """Tell it something."""
        self.write(orjson.dumps(message))

    def hear(self, event: str, timeout_s: float = 60.0) -> dict[str, Any]:
        """Return its next message, which must be this event."""
        message: dict[str, Any] = orjson.loads(self.line(timeout_s))
        if message["event"] != event:
            raise WorkerFailed(f"{self.name} said {message} where {event} was expected")
        return message
