"""A fault in a callback of the window: logged and said, and the window goes on.

Owns what counts as one (an end that was asked for does not), and that a fault in every frame fills
no disk.
"""

import logging
from collections.abc import Callable
from typing import Final

from kivy.base import ExceptionHandler, ExceptionManager

from common.errors import Problem, Refusal

LOGGED_AGAIN_AFTER_S: Final = 60.0
_PLACES_KEPT: Final = 100
_REASON_LENGTH: Final = 160

_log = logging.getLogger(__name__)


class Faults(ExceptionHandler):
    """Kivy asks it about every exception of the main loop. `tell` shows a problem; `count`: of how
    many it was told."""

    def __init__(self, tell: Callable[[Problem], None], monotonic: Callable[[], float]) -> None:
        super().__init__()
        self.count = 0
        self._tell = tell
        self._monotonic = monotonic
        self._logged: dict[tuple[str, int], float] = {}

    def open(self) -> None:
        """Begin to be asked."""
        ExceptionManager.add_handler(self)

    def close(self) -> None:
        """Be asked no more."""
        ExceptionManager.remove_handler(self)

    def handle_exception(self, inst: BaseException) -> int:
        """Log a fault and say it; hand on what asks the program to end."""
        if not isinstance(inst, Exception):
            return int(ExceptionManager.RAISE)
        self.count += 1
        self._log_once(inst)
        try:
            self._tell(problem_of(inst))
        except Exception:  # noqa: BLE001 - whatever it is, the window goes on
            _log.exception("a fault could not be shown")
        return int(ExceptionManager.PASS)

    def _log_once(self, fault: Exception) -> None:
        now_s, place = self._monotonic(), _place(fault)
        if now_s - self._logged.get(place, -LOGGED_AGAIN_AFTER_S) < LOGGED_AGAIN_AFTER_S:
            return
        if len(self._logged) >= _PLACES_KEPT:
            self._logged.clear()
        self._logged[place] = now_s
        _log.error("a fault in the window", exc_info=fault)


def guarded(call: Callable[[float], object]) -> Callable[[float], None]:
    """Return a callback for an interval: Kivy would end one that raises, and it must come again."""

    def run(passed_s: float) -> None:
        try:
            call(passed_s)
        except Exception as fault:
            if ExceptionManager.handle_exception(fault) == ExceptionManager.RAISE:
                raise

    return run


def problem_of(fault: Exception) -> Problem:
    """Return what to say about a fault: its own problem where it is a refusal that nobody took."""
    if isinstance(fault, Refusal):
        return fault.problem
    reason = f"{type(fault).__name__}: {fault}"
    return Problem("kiosk_fault", {"reason": reason[:_REASON_LENGTH]})


def _place(fault: Exception) -> tuple[str, int]:
    """Return where it was raised, as file and line."""
    trace = fault.__traceback__
    if trace is None:
        return type(fault).__name__, 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno
