"""What a card terminal is to the till, whatever its make: an amount goes there, events come back.

Owns the steps of one payment and the port that each driver keeps to. A driver never blocks: one
that has to wait for a line does so in a thread of its own, and wakes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from common.errors import Problem


class Step(Enum):
    """How far a card payment is. Unknown: the line was cut, and nobody here knows how it ended."""

    ASKED = "asked"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


OVER: Final = frozenset({Step.ACCEPTED, Step.DECLINED, Step.CANCELLED, Step.UNKNOWN})
"""Nothing more is said by the terminal after one of these."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a terminal is told: so many cents to take, or to give back. `reference`: of this one."""

    reference: str
    amount_cents: int
    gives_back: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a terminal says of it. `proof`: by which it is found in the bank's accounts, or ""."""

    step: Step
    problem: Problem | None = None
    proof: str = ""


class Terminal(Protocol):
    """One terminal, asked for one payment at a time, by one thread.

    `by_hand`: no line leads there; the cashier types the amount and says how it ended. `on_wake`:
    called, from any thread, when `poll` has something to say.
    """

    name: str
    by_hand: bool
    on_wake: Callable[[], None] | None

    def begin(self, asked: Asked, /) -> None:
        """Tell it an amount. Raises Refusal `terminal_unreachable`, and it was told nothing."""

    def cancel(self) -> None:
        """Ask it to give the payment up; how that ended is said by `poll`."""

    def poll(self) -> Sequence[Said]:
        """Return what it has said since."""

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds to poll by itself, None for never."""

    def close(self) -> None:
        """Let go of the line."""
