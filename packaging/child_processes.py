"""A child process that speaks in lines: started, heard, spoken to, and killed by its pid alone.

Owns its pipes and the threads that read them. What its lines mean is its user's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

PATIENCE_S: Final = 30.0
ROOT: Final = Path(__file__).resolve().parent.parent


class ShopError(Exception):
    """A process did not do what was expected; the text says which, and what it said last."""


class Child(Protocol):
    """A child with its three pipes, whoever started it; as `subprocess.Popen` has them."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


Start = Callable[[Sequence[str], Path, Mapping[str, str]], Child]
"""Who starts `python -m` with arguments, in a folder and under an environment."""


def spawn(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Child:
    """Start `python -m` with arguments, in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
    )


@dataclass(frozen=True, slots=True)
class Launch:
    """How a program is started: from which tree, and by which module with arguments of its own.

    `under`: what stands between `-m` and the program, such as a disk that loses power.
    `start`: who starts it.
    """

    tree: Path = ROOT
    under: tuple[str, ...] = ()
    start: Start = spawn


class Process:
    """A child that speaks in lines. Killed by its pid, never by name."""

    def __init__(self, name: str, arguments: Iterable[str], launch: Launch | None = None) -> None:
        launch = launch or Launch()
        self.name = name
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COMPTOIR_LANG": "en"}
        self._child = launch.start([*launch.under, *arguments], launch.tree, environment)
        self._changed = threading.Condition()
        self._lines: list[bytes] = []
        self._errors: list[bytes] = []
        self._open = 2
        streams = ((self._child.stdout, self._lines), (self._child.stderr, self._errors))
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True) for pair in streams
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Return whether the child has not ended, stopped or not."""
        return self._child.poll() is None

    def _read(self, stream: Any, lines: list[bytes]) -> None:
        for line in stream:
            with self._changed:
                lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def say(self, line: bytes) -> None:
        """Write a line to the child."""
        assert self._child.stdin is not None
        self._child.stdin.write(line + b"\n")
        self._child.stdin.flush()

    def say_no_more(self) -> None:
        """Let the child find the end of what it is told."""
        assert self._child.stdin is not None
        self._child.stdin.close()

    def lines_from(self, at: int) -> list[bytes]:
        """Return the lines said so far, from number `at` on."""
        with self._changed:
            return self._lines[at:]

    def errors(self) -> list[bytes]:
        """Return the lines that it wrote to its error output so far."""
        with self._changed:
            return list(self._errors)

    def wait_line(
        self, wanted: Callable[[bytes], Any], at: int = 0, patience_s: float = PATIENCE_S
    ) -> tuple[int, Any]:
        """Wait for a line, from number `at` on, for which `wanted` returns something.

        Returns (number after it, that something); raises ShopError after `patience_s`.
        """
        deadline = time.monotonic() + patience_s
        with self._changed:
            while True:
                while at < len(self._lines):
                    at += 1
                    if (found := wanted(self._lines[at - 1])) is not None:
                        return at, found
                left = deadline - time.monotonic()
                if left <= 0 or not self._open:
                    raise ShopError(f"{self.name} did not say it in time. {self.last_words()}")
                self._changed.wait(left)

    def last_words(self) -> str:
        """Return the end of what the child said, for an error text."""
        tail = b"".join(self._lines[-5:] + self._errors[-25:])
        return f"It said last:\n{tail.decode(errors='replace')}"

    def send(self, number: int) -> None:
        """Send a signal; nothing where the child has ended."""
        if self._child.poll() is None:
            self._child.send_signal(number)

    def kill(self) -> None:
        """End the child by SIGKILL, stopped or not; whatever it said by then can be read."""
        self.send(signal.SIGKILL)
        self._child.wait()
        self._close()

    def end(self, number: int = signal.SIGTERM, patience_s: float = 15.0) -> int:
        """End the child and return its exit code; SIGKILL where it does not."""
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            return self._child.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise ShopError(f"{self.name} did not stop. {self.last_words()}") from None
        finally:
            self._close()

    def _close(self) -> None:
        for reader in self._readers:
            reader.join(5)
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def expect_first(self, wanted: Callable[[bytes], Any]) -> int:
        """Wait for the line that says it is ready; a child that never says it is ended."""
        try:
            return self.wait_line(wanted)[0]
        except ShopError:
            self.end(signal.SIGKILL)
            raise
