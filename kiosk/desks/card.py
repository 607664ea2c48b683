"""A card payment of the sale in hand by a terminal with a line: sent, waited for, taken up again.

Owns which payment of the terminal's is this sale's, and what the cashier may do meanwhile. What is
on disk of it, and when, is `terminals/cards.py`'s.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from common.errors import Refusal
from kiosk.terminals.card_file import CardNote
from kiosk.terminals.cards import CardPayments, CardView
from kiosk.terminals.terminal import Step
from kiosk.views.notices import refused

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


class CardDesk:
    """One payment at a time."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._reference = ""

    @property
    def _cards(self) -> CardPayments:
        return self._desk.session.devices.cards

    @property
    def lined(self) -> bool:
        """Return whether the amount goes to a terminal by itself: never that of an exercise."""
        return not self._cards.terminal.by_hand and not self._desk.session.counter.training

    @property
    def view(self) -> CardView | None:
        """Return this sale's payment, under way or how it ended."""
        view = self._cards.view
        ours = view is not None and bool(self._reference)
        return view if ours and view and view.asked.reference == self._reference else None

    @property
    def busy(self) -> bool:
        """Return whether it is under way, or waits for the cashier's word."""
        view = self.view
        return view is not None and (not view.over or view.needs_word)

    @property
    def asked_cents(self) -> int:
        """Return how much is asked for now."""
        view = self.view
        return view.asked.amount_cents if view is not None and self.busy else 0

    def left(self, taken: Iterable[str]) -> Iterator[CardNote]:
        """Yield payments that no ticket holds; `taken`: those that this sale has."""
        held = {self._reference, *taken}
        for note in self._cards.left():
            if not note.asked.gives_back and note.asked.reference not in held:
                yield note

    # What the cashier does.

    def send(self, amount_cents: int) -> None:
        """Have the terminal take so much."""
        reference = self._desk.session.new_id()
        try:
            self._cards.pay(amount_cents, reference)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))
            return
        self._reference = reference
        self._desk.dismiss()

    def take_up(self, reference: str) -> None:
        """Pay with one that was taken before the till stopped."""
        if not self.busy and self._cards.take_up(reference):
            self._reference = reference

    def give_up(self) -> None:
        """Cancel it; where nobody knows how it ended: it was not accepted."""
        view = self.view
        if view is not None and view.needs_word:
            self.word(accepted=False)
        else:
            self._cards.cancel()

    def word(self, *, accepted: bool) -> None:
        """Say how it ended, where the terminal cannot."""
        try:
            self._cards.confirm(accepted)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))

    def accepted(self) -> CardView | None:
        """Return the payment that has been taken and pays for nothing yet."""
        view = self.view
        return view if view is not None and view.step is Step.ACCEPTED else None

    def put_away(self) -> None:
        """Have none in hand: it is a part of the sale by now, or another way is chosen."""
        if not self.busy and self._reference:
            self._reference = ""
            self._cards.put_away()

    def settled(self, references: Iterable[str]) -> None:
        """Let go of what a ticket on disk holds."""
        held = tuple(each for each in references if each)
        if held:
            self._cards.settled(held)
