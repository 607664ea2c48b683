"""Card payments at a till: each is on disk before its terminal is told, until a ticket holds it.

Owns which payment is under way, and what is known of those that no ticket holds: a till that dies
between the terminal's yes and the ticket shows the payment at its next start. One owner thread.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from common.errors import Problem, Refusal
from common.models import Ticket
from kiosk.clocks import Clocks
from kiosk.terminals.card_file import CardFile, CardNote
from kiosk.terminals.terminal import OVER, Asked, Said, Step, Terminal

_log = logging.getLogger(__name__)
CARD: Final = "card"
"""The payment method of a ticket that such a payment settles."""
ANSWER_WITHIN_S: Final = 180.0
"""So long a terminal may say nothing: a customer has searched three bags by then."""
MOST: Final = 100
"""So many payments without a ticket are kept: somebody has to look after them."""
_NOTHING_TAKEN: Final = frozenset({Step.DECLINED, Step.CANCELLED})


@dataclass(frozen=True, slots=True)
class CardView:
    """The payment under way, or how the last one ended.

    `by_hand`: the cashier says how it ended (`confirm`), as for one that nobody knows the end of.
    """

    asked: Asked
    step: Step
    problem: Problem | None = None
    proof: str = ""
    by_hand: bool = False

    @property
    def over(self) -> bool:
        """Return whether the terminal has nothing more to say."""
        return self.step in OVER

    @property
    def needs_word(self) -> bool:
        """Return whether the cashier has to say how it ended."""
        waits = self.by_hand and self.step in (Step.ASKED, Step.WAITING)
        return waits or self.step is Step.UNKNOWN


class CardPayments:
    """One till's, by one terminal. Without a `file` they are known as long as the program runs."""

    def __init__(self, terminal: Terminal, clocks: Clocks, file: CardFile | None = None) -> None:
        self._terminal = terminal
        self._clocks = clocks
        self._file = file
        self._notes = () if file is None else tuple(map(_of_before, file.read()))
        self._view: CardView | None = None
        self._silent_since_s = 0.0

    @property
    def terminal(self) -> Terminal:
        """Return the terminal."""
        return self._terminal

    @property
    def problem(self) -> Problem | None:
        """Return what was wrong with what was kept."""
        return None if self._file is None else self._file.problem

    # One payment.

    @property
    def view(self) -> CardView | None:
        """Return the payment under way, or how the last one ended until it is put away."""
        return self._view

    def pay(self, amount_cents: int, reference: str) -> None:
        """Have a terminal take so many cents; on disk before it is told.

        `reference` is new for each try. Raises Refusal `terminal_busy`, `terminal_unreachable`,
        `too_many_cards`, `disk_failed`, and nothing is taken.
        """
        self._begin(Asked(reference, amount_cents))

    def refund(self, amount_cents: int, reference: str) -> None:
        """Have it give so many cents back (above 0); as `pay`."""
        self._begin(Asked(reference, amount_cents, gives_back=True))

    def _begin(self, asked: Asked) -> None:
        if asked.amount_cents <= 0:
            raise ValueError(f"a terminal takes no amount of {asked.amount_cents}")
        if self._view is not None and not self._view.over:
            raise Refusal("terminal_busy")
        if len(self._notes) >= MOST:
            raise Refusal("too_many_cards", limit=MOST)
        before = self._notes
        self._write((*before, CardNote(asked, self._clocks.wall_ms(), Step.ASKED)))
        try:
            self._terminal.begin(asked)
        except Refusal:
            self._write(before)
            raise
        self._view = CardView(asked, Step.ASKED, by_hand=self._terminal.by_hand)
        self._silent_since_s = self._clocks.monotonic()

    def cancel(self) -> None:
        """Ask the terminal to give the payment up; `view` says what came of it."""
        if self._view is not None and not self._view.over:
            self._terminal.cancel()
            self.poll()

    def confirm(self, accepted: bool) -> None:
        """Take the cashier's word for how a payment ended, where that is theirs to say.

        Raises Refusal `disk_failed`, and it is not taken.
        """
        view = self._view
        if view is None or not view.needs_word:
            return
        self._take(Said(Step.ACCEPTED if accepted else Step.DECLINED))

    def poll(self) -> bool:
        """Take what the terminal has said; return whether that changed anything."""
        before = self._view
        for said in self._terminal.poll():
            self._hear(said)
        silent_s = self._clocks.monotonic() - self._silent_since_s
        view = self._view
        if view is not None and not view.over and not view.by_hand and silent_s > ANSWER_WITHIN_S:
            self._hear(Said(Step.UNKNOWN, Problem("terminal_silent")))
        return self._view is not before

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds to poll by itself, None for never."""
        return self._terminal.due_in_s

    def _hear(self, said: Said) -> None:
        view = self._view
        # A yes may come after all, of one that was silent for long or believed to be declined.
        late = said.step is Step.ACCEPTED or (view is not None and view.step is Step.UNKNOWN)
        if view is None or view.step is said.step or (view.over and not late):
            _log.warning("a terminal says %s of nothing", said.step.value)
            return
        self._silent_since_s = self._clocks.monotonic()
        try:
            self._take(said)
        except Refusal as refusal:
            # What was asked is on disk: after a crash somebody looks how it ended.
            _log.warning("%s", refusal)
            self._view = replace(view, step=said.step, problem=said.problem, proof=said.proof)

    def _take(self, said: Said) -> None:
        """Note what is known of the payment under way, then show it."""
        view = self._view
        assert view is not None
        at_ms, others = self._clocks.wall_ms(), []
        for note in self._notes:
            if note.asked.reference == view.asked.reference:
                at_ms = note.at_ms
            else:
                others.append(note)
        if said.step not in _NOTHING_TAKEN:
            others.append(CardNote(view.asked, at_ms, said.step, said.proof))
        self._write(tuple(others))
        self._view = replace(view, step=said.step, problem=said.problem, proof=said.proof)

    # What no ticket holds.

    def settled(self, references: Iterable[str]) -> None:
        """Forget payments: a ticket that is on disk holds them.

        Where the disk will not have that, they are shown once more at the next start.
        """
        gone = frozenset(references)
        if self._view is not None and self._view.asked.reference in gone:
            self._view = None
        kept = tuple(note for note in self._notes if note.asked.reference not in gone)
        try:
            self._write(kept)
        except Refusal as refusal:
            _log.warning("%s", refusal)
            self._notes = kept

    def put_away(self) -> None:
        """Take how the last payment ended out of view; one that took money is shown by `left`."""
        if self._view is not None and self._view.over:
            self._view = None

    def left(self) -> tuple[CardNote, ...]:
        """Return payments without a ticket, but for the one in view, oldest first."""
        shown = "" if self._view is None else self._view.asked.reference
        return tuple(note for note in self._notes if note.asked.reference != shown)

    def take_up(self, reference: str) -> bool:
        """Bring one of `left` back into view, for the sale in hand; return whether that is so.

        One that nobody knows the end of waits for the cashier's word.
        """
        if self._view is not None and not self._view.over:
            return False
        note = next((each for each in self._notes if each.asked.reference == reference), None)
        if note is None:
            return False
        self._view = CardView(note.asked, note.step, proof=note.proof)
        return True

    def drop(self, reference: str) -> None:
        """Forget one: somebody has seen to it. Raises Refusal `disk_failed`, and it stays."""
        self._write(tuple(note for note in self._notes if note.asked.reference != reference))

    def look_for_tickets(self, tickets: Iterable[Ticket]) -> None:
        """Forget what a ticket holds already; asked once, at the start, before anything is sold.

        `tickets`: this till's newest. One made after a payment was asked, with a card payment of
        its amount, is its ticket: the till died before it could note that.
        """
        made = sorted(
            (ticket.at_ms, payment.amount_cents)
            for ticket in tickets
            for payment in ticket.payments
            if payment.method == CARD
        )
        held = []
        for note in self._notes:
            cents = -note.asked.amount_cents if note.asked.gives_back else note.asked.amount_cents
            fits = (each for each in made if each[0] >= note.at_ms and each[1] == cents)
            found = next(fits, None)
            if found is not None:
                made.remove(found)  # A payment on paper is one payment.
                held.append(note.asked.reference)
        if held:
            self.settled(held)

    def close(self) -> None:
        """Let go of the terminal."""
        self._terminal.close()

    def _write(self, notes: tuple[CardNote, ...]) -> None:
        if notes == self._notes:
            return
        if self._file is not None:
            self._file.write(notes)
        self._notes = notes


def _of_before(note: CardNote) -> CardNote:
    """Return a payment as it stands after a start: of one under way nobody knows the end."""
    return note if note.step in OVER else replace(note, step=Step.UNKNOWN)
