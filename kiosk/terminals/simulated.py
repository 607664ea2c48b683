"""A terminal that is not there: it answers after a time as it is told to, for trials and training.

Owns what it answers. It has no thread: the time that has passed is looked at when it is polled.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final

from common.errors import Problem, Refusal
from kiosk.terminals.terminal import Asked, Said, Step


class Answer(Enum):
    """How it ends. Cut: the line breaks meanwhile. Silent: it never says anything again."""

    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time_out"
    CUT = "cut"
    SILENT = "silent"
    OFF = "off"


ANSWER_S: Final = 2.0
_SAID: Final[Mapping[Answer, Said]] = {
    Answer.ACCEPT: Said(Step.ACCEPTED),
    Answer.DECLINE: Said(Step.DECLINED, Problem("card_declined")),
    Answer.TIME_OUT: Said(Step.DECLINED, Problem("card_not_shown")),
    Answer.CUT: Said(Step.UNKNOWN, Problem("terminal_cut")),
}


class SimulatedTerminal:
    """Answers `answer` so many seconds after it was asked; both may be set at any time.

    `monotonic` gives seconds.
    """

    name = "simulated"
    by_hand = False

    def __init__(
        self,
        monotonic: Callable[[], float],
        answer: Answer = Answer.ACCEPT,
        answer_s: float = ANSWER_S,
    ) -> None:
        self.on_wake: Callable[[], None] | None = None
        self.answer = answer
        self.answer_s = answer_s
        self._monotonic = monotonic
        self._begun_s: float | None = None
        self._said: list[Said] = []
        self._count = 0

    def begin(self, _asked: Asked, /) -> None:
        """Begin to wait for a card."""
        if self.answer is Answer.OFF:
            raise Refusal("terminal_unreachable", terminal=self.name, reason="off")
        self._begun_s = self._monotonic()
        self._said = [Said(Step.WAITING)]

    def cancel(self) -> None:
        """Give up, unless it was too late for that."""
        self._look()
        if self._begun_s is not None and self.answer is not Answer.SILENT:
            self._begun_s = None
            self._said.append(Said(Step.CANCELLED))

    def poll(self) -> Sequence[Said]:
        """Return what it has said by now."""
        self._look()
        said, self._said = self._said, []
        return said

    @property
    def due_in_s(self) -> float | None:
        """Return when it will have answered."""
        if self._begun_s is None or self.answer is Answer.SILENT:
            return None
        return max(0.0, self._begun_s + self.answer_s - self._monotonic())

    def close(self) -> None:
        """Hold nothing."""

    def _look(self) -> None:
        if self.due_in_s != 0.0:
            return
        self._begun_s = None
        said = _SAID[self.answer]
        if said.step is Step.ACCEPTED:
            self._count += 1
            said = Said(said.step, proof=f"SIM-{self._count:06}")
        self._said.append(said)
