"""What was found before, for whoever types on: a word with one letter more stands nowhere else.

Owns the last few looks through an index, whole or broken off, and which of them narrows the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

_KEPT: Final = 4


@dataclass(slots=True)
class Look:
    """`places`: of the first `upto` lines those that hold every one of `words`.

    What most lines hold is not kept: it narrows nothing.
    """

    words: tuple[str, ...]
    upto: int = 0
    places: list[int] = field(default_factory=list)
    _common: bool = False

    def found(self, places: Iterable[int], upto: int) -> None:
        """Note what was found up to a line."""
        if not self._common:
            self.places += places
            self.upto = upto
            if 2 * len(self.places) > upto:
                self._common, self.upto, self.places = True, 0, []

    def narrows(self, words: Sequence[str]) -> bool:
        """Return whether whatever holds these words is among the places."""
        return all(any(word in longer for longer in words) for word in self.words)


class Looks:
    """The last looks through one index."""

    def __init__(self) -> None:
        self._looks: list[Look] = []

    def begin(self, words: Sequence[str]) -> tuple[Look, Look]:
        """Return a look to note in, and what is known already of where these words stand."""
        nothing = Look(())
        narrowing = (look for look in self._looks if look.narrows(words))
        known = max(narrowing, key=lambda look: (look.upto, -len(look.places)), default=nothing)
        look = Look(tuple(words))
        self._looks = [*self._looks[1 - _KEPT :], look]
        return look, known

    def forget(self) -> None:
        """Lines stand elsewhere now; what goes on being noted is of no index any more."""
        self._looks = []
