"""The scale of a till: asked for a weight, in a thread of its own, so that no screen waits.

Owns the thread and what is known of the last weighing. A scale that fails leaves the quantity to
be typed.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from common.errors import Problem, Refusal
from kiosk.devices.scale_lines import Weigh

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScaleView:
    """The last weighing. `weighing`: it goes on; `problem`: why there is no weight."""

    wanted: bool = False
    weighing: bool = False
    problem: Problem | None = None


class Scale:
    """Weighs by `weigh`; None: there is no scale, or none by its settings (`problem`)."""

    def __init__(
        self, weigh: Weigh | None = None, address: str = "", problem: Problem | None = None
    ) -> None:
        self._weigh = weigh
        self.address = address
        self.on_wake: Callable[[], None] | None = None
        self._view = ScaleView(wanted=bool(address), problem=problem)
        self._pool: ThreadPoolExecutor | None = None
        self._asked: Future[int] | None = None
        self._milli: int | None = None

    def view(self) -> ScaleView:
        """Return how the last weighing went."""
        return self._view

    @property
    def there(self) -> bool:
        """Return whether a scale can be asked."""
        return self._weigh is not None

    def ask(self) -> None:
        """Begin to weigh, unless that goes on already; `poll` and `take` tell what came of it."""
        if self._weigh is None or self._asked is not None:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scale")
        self._view = ScaleView(wanted=True, weighing=True)
        self._asked = self._pool.submit(self._weigh)
        self._asked.add_done_callback(self._wake)

    def poll(self) -> bool:
        """Take what the scale has said; return whether that changed anything."""
        asked = self._asked
        if asked is None or not asked.done():
            return False
        self._asked, problem = None, None
        try:
            grams = asked.result()
            # Grams are thousandths of the kilogram that the price is for.
            self._milli = grams or None
            problem = None if grams else Problem("scale_empty")
        except Refusal as refusal:
            _log.warning("no weight: %s", refusal)
            problem = refusal.problem
        self._view = ScaleView(wanted=True, problem=problem)
        return True

    def take(self) -> int | None:
        """Return the weight in thousandths of a kilogram, once; None where there is none."""
        milli, self._milli = self._milli, None
        return milli

    def close(self) -> None:
        """End; a weighing that goes on is waited for."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _wake(self, _: object) -> None:
        if self.on_wake is not None:
            self.on_wake()
