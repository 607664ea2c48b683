"""PINs, checked and made away from the loop: a thread of their own, one after the other.

One try costs a tenth of a second and 64 MiB, on purpose. The core hands out a job and takes its
outcome; what it knows of people, devices and delays never comes here.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from common import seal
from common.errors import Refusal

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PinJob:
    """A PIN to check against `verifier`; where that is None, to make one of.

    `verifier` "": there is none, of nobody. That costs as much, and never fits.
    """

    number: int
    pin: str = field(repr=False)
    verifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PinDone:
    """A job's outcome. `made`: the new verifier, where one was to be made."""

    number: int
    fits: bool
    made: str = field(default="", repr=False)


def nobody_checks(_: PinJob) -> None:
    """Refuse a job, where a hub has no checker: it runs without people, as some tests do."""
    raise Refusal("not_available", reason="PIN")


class PinChecker:
    """Does jobs, in whatever thread it is called. `pepper`: as `seal.pin_pepper` gives it."""

    def __init__(self, pepper: bytes, cost: seal.PinCost = seal.PIN_COST) -> None:
        self._pepper = pepper
        self._cost = cost
        # Nobody's PIN: made as dear as anybody's, so that no answer comes sooner than another.
        self._nobodys = seal.pin_verifier(seal.random_bytes(16).hex(), pepper, cost)

    def do(self, job: PinJob) -> PinDone:
        """Return a job's outcome; takes what a try costs."""
        if job.verifier is None:
            return PinDone(job.number, True, seal.pin_verifier(job.pin, self._pepper, self._cost))
        fits = seal.pin_fits(job.verifier or self._nobodys, job.pin, self._pepper)
        return PinDone(job.number, fits and bool(job.verifier))


class PinWorker:
    """The thread. `wake` is called from it whenever `take` has something new."""

    def __init__(
        self, pepper: bytes, wake: Callable[[], None], cost: seal.PinCost = seal.PIN_COST
    ) -> None:
        self._pepper: Final = pepper
        self._cost: Final = cost
        self._wake = wake
        self._wanted: queue.SimpleQueue[PinJob | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[PinDone] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pins", daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def request(self, job: PinJob) -> None:
        """Have a job done; its outcome comes by `take`. The core keeps the queue short."""
        self._wanted.put(job)

    def take(self) -> list[PinDone]:
        """Return what was done since the last call."""
        done = []
        while True:
            try:
                done.append(self._done.get_nowait())
            except queue.Empty:
                return done

    def stop(self) -> None:
        """Stop after what is being checked."""
        self._wanted.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        checker: PinChecker | None = None
        while (job := self._wanted.get()) is not None:
            try:
                # Made here: it costs a try, which the start of the hub need not wait for.
                checker = checker or PinChecker(self._pepper, self._cost)
                done = checker.do(job)
            except (MemoryError, RuntimeError) as error:
                # nacl says so where there is no memory for it. Nobody comes in by that.
                _log.error("a PIN could not be checked: %s", type(error).__name__)
                done = PinDone(job.number, False)
            self._done.put(done)
            self._wake()
