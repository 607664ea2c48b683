"""What a conversation says and hears of the journal, for a post that is a witness of it.

Owns which messages concern the witness, and that a post without one says nothing and keeps nothing.
"""

from collections.abc import Callable
from typing import Any

from common import messages as m
from common.errors import Problem
from common.journal.record import SignedRecord
from kiosk.witness import Witness


class Testimony:
    """One conversation's. `show` is handed what somebody should see."""

    def __init__(self, witness: Witness | None, show: Callable[[Problem], None]) -> None:
        self._witness = witness
        self._show = show

    def said(self) -> m.Witnessed | None:
        """Return what a hello says."""
        return None if self._witness is None else self._witness.said()

    def head_seq(self) -> int | None:
        """Return what a ping says."""
        return None if self._witness is None else self._witness.seq

    def welcome(self, welcome: m.Welcome) -> None:
        """Take what a welcome says."""
        if self._witness is not None and welcome.journal is not None:
            self._tell(self._witness.welcomed(welcome.journal))

    def head(self, head: SignedRecord | None) -> None:
        """Take what a pong says."""
        if self._witness is not None:
            self._tell(None if head is None else self._witness.heard(head))
            self._witness.tick()

    def asked(self, request: m.HeadsRequest) -> list[Any]:
        """Return the heads that the hub asks for."""
        return [] if self._witness is None else [self._witness.asked(request)]

    def contradicted(self, word: m.Contradicted) -> list[Any]:
        """Take the hub's word that its journal contradicts this post; return nothing to say."""
        if self._witness is not None:
            self._tell(self._witness.contradicted(word))
        return []

    def parted(self) -> None:
        """Keep what was seen: the hub may be another one when it is back."""
        if self._witness is not None:
            self._witness.keep()

    def _tell(self, problem: Problem | None) -> None:
        if problem is not None:
            self._show(problem)
