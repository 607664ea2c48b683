"""One benchmark run's place: a scratch folder on a real disk, free ports, and every process in it.

Leaving it ends every process by its id and removes the folder, also on Ctrl+C or an error.
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil

from tests.bench.processes import Process, Worker

IN_MEMORY: Final = ("tmpfs", "ramfs")
ProcessT = TypeVar("ProcessT", bound=Process)


class Lab:
    """Hands out folders, ports and processes. Use `open_lab`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._processes: list[Process] = []
        self._folders = 0

    @property
    def filesystem(self) -> str:
        """Return the type of the file system below, "" where the system does not say."""
        return filesystem_of(self.root)

    def folder(self, name: str) -> Path:
        """Return the path of a folder that does not exist yet."""
        self._folders += 1
        return self.root / f"{self._folders:03}-{name}"

    def worker(self, module: str, **config: Any) -> Worker:
        """Start a worker and tell it its configuration."""
        return self.keep(Worker(module, config, self.root / f"{module}.log"))

    def program(self, module: str, *arguments: str) -> Process:
        """Start one of the project's own programs."""
        return self.keep(Process(module, ["-m", module, *arguments], self.root / f"{module}.log"))

    def keep(self, process: ProcessT) -> ProcessT:
        """Remember a process, so that it ends with the lab."""
        self._processes.append(process)
        return process

    def close(self) -> None:
        """Kill what still runs, remove the folder."""
        for process in self._processes:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                process.kill()
        shutil.rmtree(self.root, ignore_errors=True)


@contextmanager
def open_lab(parent: Path | None) -> Iterator[Lab]:
    """Yield a lab in `parent`, or in the system's folder for temporary files."""
    lab = Lab(Path(tempfile.mkdtemp(prefix="comptoir-bench-", dir=parent)))
    try:
        yield lab
    finally:
        lab.close()


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def filesystem_of(path: Path) -> str:
    """Return the type of the file system that holds a path, "" where the system does not say."""
    found, length = "", -1
    for partition in psutil.disk_partitions(all=True):
        mount = Path(partition.mountpoint)
        if path.is_relative_to(mount) and len(mount.parts) >= length:
            found, length = partition.fstype, len(mount.parts)
    return found
