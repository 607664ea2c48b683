"""Programs started from one process that has read them already, instead of each reading them anew.

For tests of what hubs and posts do; how they start is tested where they are started in full. Owns
the server's life, one for each process of the tests, and a child with the part of
`subprocess.Popen` that its users need.
"""

import atexit
import contextlib
import functools
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import orjson
from child_processes import PATIENCE_S, ROOT, Child, Launch, Process, spawn

from tests.fork_server import NUMBER

POSSIBLE: Final = sys.platform == "linux"
SERVER: Final = "tests.fork_server"


class Forked:
    """A child that was divided off. `returncode`: as `subprocess` has it, None while it runs."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        request = {
            "module": arguments[0],
            "arguments": list(arguments[1:]),
            "folder": str(folder),
            "environment": dict(environment),
        }
        (its_in, our_in), (our_out, its_out), (our_error, its_error), (self._told, told) = (
            os.pipe() for _ in range(4)
        )
        self.stdin: IO[bytes] = os.fdopen(our_in, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(our_out, "rb")
        self.stderr: IO[bytes] = os.fdopen(our_error, "rb")
        self.returncode: int | None = None
        handed = [its_in, its_out, its_error, told]
        socket.send_fds(_server(), [orjson.dumps(request)], handed)
        for number in handed:
            os.close(number)
        self.pid = self._hear()
        # The number of a process that has ended may be another's by then; this never is.
        self._process: int | None = None
        with contextlib.suppress(ProcessLookupError):
            self._process = os.pidfd_open(self.pid)

    def _hear(self) -> int:
        said = os.read(self._told, NUMBER.size)
        if len(said) != NUMBER.size:
            raise RuntimeError("the server of forks is gone")
        return int(NUMBER.unpack(said)[0])

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._await(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code; raises subprocess.TimeoutExpired."""
        if (code := self._await(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def _await(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = self._hear()
            os.close(self._told)
            if self._process is not None:
                os.close(self._process)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None and self._process is not None:
            # It may have ended, and its exit code be on its way.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, number)

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.send_signal(signal.SIGKILL)


@functools.cache
def _server() -> socket.socket:
    """Start the server and return the way to it; it ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        server = subprocess.Popen([sys.executable, "-m", SERVER], stdin=its.fileno(), cwd=ROOT)

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def fork(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Child:
    """Start `python -m` with arguments, by dividing where this system can.

    Raises ValueError for the programs of another tree: this one's were read.
    """
    if folder != ROOT:
        raise ValueError(f"{folder} is not {ROOT}")
    start: type[Forked] | Callable[..., Child] = Forked if POSSIBLE else spawn
    return start(arguments, folder, environment)


FORKED: Final = Launch(start=fork)


def launched(_folder: Path, _life: int) -> Launch:
    """Start a program of a shop that is ill-treated by dividing, in each of its lives."""
    return FORKED


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[Process]:
    """Start `python -m` with arguments; it is killed where it runs on afterwards."""
    process = Process(arguments[0], arguments, FORKED)
    try:
        yield process
    finally:
        process.kill()


def said_by(process: Process, patience_s: float = PATIENCE_S) -> "subprocess.CompletedProcess[str]":
    """Wait for the end of a process that is told no more, without a signal; return what it said."""
    process.say_no_more()
    code = process.end(0, patience_s)
    said, errors = (b"".join(lines).decode() for lines in (process.lines_from(0), process.errors()))
    return subprocess.CompletedProcess(process.name, code, said, errors)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m` with arguments to its end, and return what it said."""
    with running(*arguments) as process:
        return said_by(process)
