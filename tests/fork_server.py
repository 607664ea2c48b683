"""A process that has read the programs once, and divides for each that is to be started.

What a fresh Python spends half a second on is there already; from `__main__` on a child is the
program as ever: its own pid, folder, environment, streams, signals and end. Owns the server's side;
`forked.py` starts it. Before it divides it has one thread, and neither files of a shop nor sockets.

A request: `{"module": …, "arguments": […], "folder": …, "environment": {…}}` and four descriptors:
standard input, output, error, and a pipe for the child's pid and, later, its exit code.
"""

import contextlib
import gc
import importlib
import os
import runpy
import selectors
import signal
import socket
import struct
import sys
import time
from io import FileIO, TextIOWrapper
from typing import Any, Final

import orjson

READ: Final = (
    "ifaddr",
    "hub.audit",
    "hub.backup_restore",
    "hub.cli",
    "hub.import_cli",
    "hub.journal_show",
    "hub.journal_status",
    "hub.journal_verify",
    "hub.local",
    "hub.picture_import",
    "hub.quarantine",
    "hub.service",
    "kiosk.cli",
    "kiosk.enrol",
    "kiosk.export",
    "kiosk.opening",
    "kiosk.streams",
    "rich.progress",
    "segno",
    "tests.sim.disk.disk",
)
NUMBER: Final = struct.Struct("=q")
LONGEST: Final = 1 << 20
STREAMS: Final = 4


def serve(server: socket.socket) -> dict[str, Any] | None:
    """Divide for each request until the other side is gone: return None.

    In a child it returns what is to be run, its streams in place.
    """
    woken, waker = os.pipe()
    for end in (woken, waker):
        os.set_blocking(end, False)
    usual = signal.signal(signal.SIGCHLD, lambda *_: None)
    # What ends the tests by Ctrl+C is for them to hand on.
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(waker)
    living: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                bury(living)
            if server not in ready:
                continue
            request, streams, _, _ = socket.recv_fds(server, LONGEST, STREAMS)
            if not request:
                return None
            pid = os.fork()
            if pid:
                os.write(streams[-1], NUMBER.pack(pid))
                living[pid] = streams.pop()
                for stream in streams:
                    os.close(stream)
                continue
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, usual)
            signal.signal(signal.SIGINT, interrupt)
            for number in (woken, waker, *living.values()):
                os.close(number)
            break
    server.close()
    take_over(streams)
    return dict(orjson.loads(request))


def bury(living: dict[int, int]) -> None:
    """Say the exit code of each child that has ended; -9 for one that was killed by signal 9."""
    while living:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        told = living.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # nobody asks any more
            os.write(told, NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os.close(told)


def take_over(streams: list[int]) -> None:
    """Make descriptors the standard streams, unbuffered, as `python -u` has them."""
    *standard, told = streams
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    os.close(told)
    sys.stdin = TextIOWrapper(FileIO(0), encoding="utf-8")
    sys.stdout, sys.stderr = (
        TextIOWrapper(FileIO(number, "w"), encoding="utf-8", errors=errors, write_through=True)
        for number, errors in ((1, "strict"), (2, "backslashreplace"))
    )


def become(request: dict[str, Any]) -> None:
    """Be the program that was asked for; ends as it does."""
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def main() -> None:
    """Read the programs, then serve whoever holds the other end of standard input."""
    for module in READ:
        importlib.import_module(module)
    # A child has none but the thread that divides: what another was in the midst of stays so.
    assert len(os.listdir("/proc/self/task")) == 1
    gc.collect()
    gc.freeze()
    server = socket.socket(fileno=os.dup(0))
    if (request := serve(server)) is not None:
        become(request)


if __name__ == "__main__":
    main()
