"""Papers that wait for a printer, on disk: a sealed file each, so that a crash loses none.

Owns the files and their order. A paper whose printing had begun when the process died may be out:
it is not printed again by itself, since a ticket twice is what the law calls a duplicate.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from common.errors import Refusal
from common.seal import Sealer
from kiosk.device import write_whole

_log = logging.getLogger(__name__)
_WAITS: Final = ".job"
_BEGUN: Final = ".begun"
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One paper. `doubtful`: it may be out, the process died while it was printed."""

    number: int
    title: str
    data: bytes
    doubtful: bool = False


class Jobs:
    """The papers of a folder, sealed by `sealer`. One owner thread at a time."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refusal("disk_failed", file=str(folder), reason=reason) from error
        self._jobs = {job.number: job for job in self._read()}
        self._next = max(self._jobs, default=0) + 1

    def waiting(self) -> list[Job]:
        """Return what is to be printed, in order."""
        return [job for job in self._jobs.values() if not job.doubtful]

    def doubtful(self) -> list[Job]:
        """Return what may be out already."""
        return [job for job in self._jobs.values() if job.doubtful]

    def add(self, title: str, data: bytes) -> Job:
        """Keep a paper, durably. Raises Refusal `too_many_papers`, `disk_failed`."""
        if len(self._jobs) >= MOST:
            raise Refusal("too_many_papers", limit=MOST)
        job = Job(self._next, title, data)
        content = msgspec.msgpack.encode((title, data))
        write_whole(self._path(job.number, _WAITS), self._sealer.seal(_place(job.number), content))
        self._jobs[job.number] = job
        self._next += 1
        return job

    def begin(self, job: Job) -> None:
        """Note that a paper goes out now; raises Refusal `disk_failed`, and it does not."""
        self._rename(job.number, _WAITS, _BEGUN)

    def put_back(self, job: Job) -> None:
        """Note that a paper is to be printed, begun or doubtful as it was; raises as `begin`.

        One that was dropped meanwhile stays dropped.
        """
        if job.number not in self._jobs:
            return
        self._rename(job.number, _BEGUN, _WAITS)
        self._jobs[job.number] = Job(job.number, job.title, job.data)

    def drop(self, job: Job) -> None:
        """Forget a paper: it is out, or nobody wants it any more."""
        self._jobs.pop(job.number, None)
        for ending in (_WAITS, _BEGUN):
            try:
                self._path(job.number, ending).unlink(missing_ok=True)
            except OSError as error:
                _log.warning("a printed paper stays on disk: %s", error)

    def _rename(self, number: int, before: str, after: str) -> None:
        path = self._path(number, before)
        try:
            if path.exists():
                os.replace(path, self._path(number, after))
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refusal("disk_failed", file=str(path), reason=reason) from error

    def _path(self, number: int, ending: str) -> Path:
        return self._folder / f"{number:08}{ending}"

    def _read(self) -> list[Job]:
        found = []
        for path in sorted(self._folder.glob("*")):
            if path.suffix in (_WAITS, _BEGUN) and path.stem.isdecimal():
                job = self._read_one(path)
                if job is not None:
                    found.append(job)
        return found

    def _read_one(self, path: Path) -> Job | None:
        number = int(path.stem)
        try:
            content = self._sealer.open(_place(number), path.read_bytes())
            if content is None:
                raise ValueError("it does not open")
            title, data = msgspec.msgpack.decode(content, type=tuple[str, bytes])
        except (OSError, ValueError, msgspec.DecodeError) as error:
            # A paper can be printed again from its ticket: nothing is lost with the file.
            _log.warning("%s is no paper any more: %s", path.name, error)
            return None
        return Job(number, title, data, doubtful=path.suffix == _BEGUN)


def _place(number: int) -> bytes:
    return b"paper\0%d" % number
