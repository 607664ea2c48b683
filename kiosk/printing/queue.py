"""The queue before a printer: one thread that prints what waits, and tries again where it cannot.

Owns the thread and what is shown of the printer, and of the drawer that hangs on it. A sale puts
its paper in and goes on; a printer that is off, jammed or gone holds up nobody.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Final

from common.errors import Problem, Refusal
from kiosk.printing.jobs import Job, Jobs
from kiosk.printing.printers import Send

_log = logging.getLogger(__name__)
RETRY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class PrinterView:
    """What a screen shows: how many papers wait, which may be out already, and what is wrong.

    `kick_problem`: why the drawer did not open when it last should have.
    """

    waiting: int = 0
    doubtful: tuple[str, ...] = ()
    problem: Problem | None = None
    kick_problem: Problem | None = None


class PrintQueue:
    """Prints the papers of `jobs` by `send`. `on_change` is called from its thread.

    `retry_s`: after so long a printer that failed is tried again, or at once by `retry`.
    """

    def __init__(
        self,
        jobs: Jobs,
        send: Send,
        on_change: Callable[[], None] = lambda: None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._jobs = jobs
        self._send = send
        self.on_change = on_change
        self._retry_s = retry_s
        self._problem: Problem | None = None
        self._kick_problem: Problem | None = None
        self._kick = b""
        self._closing = False
        self._again = False
        self._news = Condition()
        self._thread = Thread(target=self._run, name="printer", daemon=True)
        self._thread.start()

    def put(self, title: str, data: bytes) -> None:
        """Have a paper printed; it is on disk on return. Raises as `Jobs.add`."""
        with self._news:
            self._jobs.add(title, data)
            self._news.notify_all()

    def kick(self, data: bytes) -> None:
        """Have the drawer opened by `data` before any paper: now or never, it is not on disk."""
        with self._news:
            self._kick = data
            self._news.notify_all()

    def view(self) -> PrinterView:
        """Return what there is to show."""
        with self._news:
            doubtful = tuple(job.title for job in self._jobs.doubtful())
            waiting = len(self._jobs.waiting())
            return PrinterView(waiting, doubtful, self._problem, self._kick_problem)

    def retry(self) -> None:
        """Try now, not after a while."""
        with self._news:
            self._again = True
            self._news.notify_all()

    def print_doubtful(self) -> None:
        """Print what may be out already: somebody looked, and it is not. Raises `disk_failed`."""
        with self._news:
            for job in self._jobs.doubtful():
                self._jobs.put_back(job)
            self._news.notify_all()

    def drop_doubtful(self) -> None:
        """Forget what may be out already: somebody looked, and it is."""
        with self._news:
            for job in self._jobs.doubtful():
                self._jobs.drop(job)
        self.on_change()

    def drop_waiting(self) -> None:
        """Forget what waits and has not begun; each can be printed again from its ticket."""
        with self._news:
            for job in self._jobs.waiting():
                self._jobs.drop(job)
            self._problem = None
        self.on_change()

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; return whether that is so."""
        with self._news:
            return self._news.wait_for(lambda: not self._jobs.waiting(), timeout_s)

    def close(self) -> None:
        """End; what waits is printed after the next start."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._thread.join()

    # The thread.

    def _run(self) -> None:
        while (task := self._next()) is not None:
            if isinstance(task, Job):
                self._work(task)
            else:
                self._open(task)

    def _next(self) -> Job | bytes | None:
        """Return the next paper once it is time, or what opens the drawer; None at the end."""
        with self._news:
            if self._problem is not None:
                now = lambda: self._closing or self._again or self._kick  # noqa: E731
                self._news.wait_for(now, self._retry_s)
            # From here on whoever says "now" means the next try.
            self._again = False
            self._news.wait_for(lambda: self._closing or self._kick or self._jobs.waiting())
            if self._closing:
                return None
            kick, self._kick = self._kick, b""
            return kick or self._jobs.waiting()[0]

    def _work(self, job: Job) -> None:
        problem = self._print(job)
        with self._news:
            changed = problem is None or problem != self._problem
            self._problem = problem
            if problem is None:
                self._jobs.drop(job)
            self._news.notify_all()
        if changed:
            self.on_change()

    def _open(self, kick: bytes) -> None:
        problem = None
        try:
            self._send(kick)
        except Refusal as refusal:
            _log.warning("the drawer is not opened: %s", refusal)
            problem = refusal.problem
        with self._news:
            changed = problem != self._kick_problem
            self._kick_problem = problem
        if changed:
            self.on_change()

    def _print(self, job: Job) -> Problem | None:
        try:
            with self._news:
                self._jobs.begin(job)
            try:
                self._send(job.data)
            except Refusal:
                with self._news:
                    self._jobs.put_back(job)
                raise
        except Refusal as refusal:
            _log.warning("%s is not printed: %s", job.title, refusal)
            return refusal.problem
        return None
