"""Asking again after operations that the hub keeps apart: an administrator may have let them in.

Owns which of them to ask for and when: sans-IO, by numbers alone. The hub tells nobody when it
accepts or closes one; it answers with the reply of now whenever the operation is sent again.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from math import inf
from typing import Final

from common import messages as m

REASK_S: Final = 30.0
REASKED: Final = 20
"""So many at a time, beside what is sent for the first time; the next ones the time after."""


class Reasking:
    """The quarantined operations of one outbox. `clock` gives monotonic seconds."""

    def __init__(self, quarantined: Iterable[int], clock: Callable[[], float]) -> None:
        self._numbers = set(quarantined)
        self._clock = clock
        self._due_s = inf
        self._asked_to = 0

    def welcome(self) -> None:
        """The hub is there: ask at once, the oldest first."""
        self._due_s = self._clock()
        self._asked_to = 0

    def disconnected(self) -> None:
        """Ask nothing until the next welcome."""
        self._due_s = inf

    def is_known(self, reply: m.Reply) -> bool:
        """Return whether a reply says only that its operation still lies apart."""
        return reply.status is m.Status.QUARANTINED and reply.n in self._numbers

    def note(self, reply: m.Reply) -> None:
        """Take a reply that is on disk."""
        if reply.status is m.Status.QUARANTINED:
            self._numbers.add(reply.n)
        else:
            self._numbers.discard(reply.n)

    def take(self) -> list[int]:
        """Return the numbers to send again now, oldest first."""
        now = self._clock()
        if now < self._due_s:
            return []
        # Also where there is none: what comes to lie apart now need not be asked for at once.
        self._due_s = now + REASK_S
        numbers = sorted(self._numbers)
        first = bisect_right(numbers, self._asked_to)
        chosen = numbers[first : first + REASKED] or numbers[:REASKED]
        self._asked_to = max(chosen, default=0)
        return chosen
