"""A thread for what takes too long for the screens': the digest of a PIN is made to be slow.

Owns the crossing of threads and nothing else: a job goes there, its result comes back to the one
thread that takes it. A job that fails is logged by its kind only.
"""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

_log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")


class Work(Protocol):
    """How something slow is done: `done` is called with its result, later, by the asking thread."""

    def __call__(self, job: Callable[[], ResultT], done: Callable[[ResultT], None]) -> None:
        """Begin; returns at once."""


class Worker:
    """Works one job after the other. `on_done` may be called from its thread, called `name`."""

    def __init__(self, on_done: Callable[[], None], name: str = "pins") -> None:
        self._on_done = on_done
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._finished: deque[Callable[[], None]] = deque()

    def do(self, job: Callable[[], ResultT], done: Callable[[ResultT], None]) -> None:
        """Begin a job; its result comes by `take`."""

        def finished(future: Future[ResultT]) -> None:
            if future.cancelled():
                return
            fault = future.exception()
            if fault is not None:
                # Not its arguments: a PIN is among them.
                _log.error("a job failed: %s", type(fault).__name__)
                return
            self._finished.append(lambda: done(future.result()))
            self._on_done()

        self._pool.submit(job).add_done_callback(finished)

    def take(self) -> None:
        """Hand over the results that are there."""
        while self._finished:
            self._finished.popleft()()

    def settle(self) -> None:
        """Wait until what was begun is done, and hand its results over."""
        self._pool.submit(lambda: None).result()
        self.take()

    def close(self) -> None:
        """Begin nothing more; what is being worked on is waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)
