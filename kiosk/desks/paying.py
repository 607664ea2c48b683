"""Paying the sale in hand: by one method or several, until a ticket of it is on disk.

Owns what was taken so far, what is typed of the next sum, and that "paid" is said only once the
ticket is recorded. What sums come to is `tenders.py`'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from common.errors import Refusal
from common.i18n import Translator
from common.models import Ticket
from common.payments import CARD, EXCHANGE, METHODS
from common.rules import CASH
from kiosk.desks.card import CardDesk
from kiosk.keypad import Entry
from kiosk.tenders import Tender, Tenders, tender_of
from kiosk.terminals.card_file import CardNote
from kiosk.views.card import left_views, with_terminal
from kiosk.views.mode import TAKING, Mode
from kiosk.views.notices import (
    charged_already,
    exchanged_already,
    part_paid,
    refused,
    wait_for_terminal,
)
from kiosk.views.payment import PaymentView, offered, payment_view

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

# A second touch so soon after the first is a shaking hand, not a decision.
SETTLE_MS: Final = 300
PANELS: Final[Mapping[str, Mode]] = {
    name: {CASH: Mode.CASH, CARD: Mode.CARD}.get(name, Mode.TENDER) for name in METHODS
}
"""Where each method is taken."""


class Paying:
    """One sale's payment after another. The desk says which panel is in view."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._method = ""
        self._entry = Entry()
        self._taken: tuple[Tender, ...] = ()
        self._opened_ms = 0
        self.card = CardDesk(desk)

    @property
    def tenders(self) -> Tenders:
        """Return what was taken for the sale in hand."""
        shop = self._desk.catalogue.shop
        step_cents = 0 if shop is None else shop.cash_step_cents
        return Tenders(self._desk.sale.basket.total_cents, step_cents, self._taken)

    @property
    def begun(self) -> bool:
        """Return whether a part of the sale is paid: it may grow then, and not shrink."""
        return bool(self._taken) or self.card.busy

    @property
    def method(self) -> str:
        """Return the method in hand, "" while none is."""
        return self._method if self._desk.mode in TAKING else ""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return how customers may pay at this shop."""
        return offered(self._desk.catalogue.shop)

    @property
    def typed(self) -> bool:
        """Return whether a sum is being typed."""
        return bool(self._entry)

    def view(self, t: Translator) -> PaymentView:
        """Return the payment as it stands."""
        given = self._entry.cents if self._entry else None
        desk, tenders, method = self._desk, self.tenders, self.method
        view = payment_view(tenders, method, given, t, self.methods)
        if method != CARD:
            return view
        now_ms, offset_min = desk.wall.now_ms(), desk.wall.utc_offset_min()
        view = replace(view, left=left_views(self._left(), now_ms, offset_min, t))
        card = self.card.view
        return with_terminal(view, card, t) if self.card.lined or card is not None else view

    @property
    def can_confirm(self) -> bool:
        """Return whether what is in view can be taken, or is paid and only to be recorded."""
        if not self.method:
            return self._desk.mode is Mode.PAYING and self.tenders.settled
        card = self.card.view if self.method == CARD else None
        if self.card.busy:
            return card is not None and card.needs_word
        return self._offer() is not None

    def allows(self, total_cents: int) -> bool:
        """Return whether the sale may come to so much: no less than was paid of it."""
        return not self.begun or total_cents >= self.tenders.paid_cents + self.card.asked_cents

    def holds(self, reference: str) -> bool:
        """Return whether a card payment was taken for the sale in hand."""
        return any(each.reference == reference for each in self._taken)

    # Touches.

    def open(self, method: str) -> None:
        """Bring a method's panel into view; nothing is taken yet."""
        desk = self._desk
        if desk.sale.basket and method in self.methods and not self.hold_on():
            desk.show(PANELS[method])
            self._method = method
            self._opened_ms = desk.wall.now_ms()
            desk.dismiss()

    def press(self, key: str) -> None:
        """Take a key of the pad: the sum that is handed over."""
        if self.method and not self.card.busy:
            self._entry = self._entry.press(key)

    def give(self, cents: int) -> None:
        """Take a sum from the quick choices as what the customer hands over."""
        entry = Entry()
        for digit in f"{cents // 100}.{cents % 100:02d}":
            entry = entry.press(digit)
        self._entry = entry

    def clear(self) -> None:
        """Let go of what is typed; what was taken stays."""
        self._entry = Entry()
        self.card.put_away()

    def forget(self) -> None:
        """Nothing was taken: what was rung up is no sale."""
        self._taken, self._entry = (), Entry()

    def take_back(self, tender_id: int) -> None:
        """Give back what was taken once."""
        desk, tender = self._desk, tender_of(self._taken, tender_id)
        if tender is None or self.hold_on():
            return
        if tender.method == EXCHANGE:
            desk.say(exchanged_already(tender.amount_cents))
            return
        self._taken = tuple(each for each in self._taken if each is not tender)
        self._entry = Entry()
        desk.dismiss()
        if tender.method == CARD:
            desk.say(charged_already(tender.amount_cents))

    def confirm(self) -> bool:
        """Take the sum in view; return whether the sale is paid and its ticket on disk."""
        desk = self._desk
        settling = 0 <= desk.wall.now_ms() - self._opened_ms < SETTLE_MS
        if not self.can_confirm or settling:
            return False
        if self.card.busy:
            self.card.word(accepted=True)
            return self.poll()
        if not desk.allowing.ask("sale.record", self.confirm):
            return False
        if self.method == CARD and self.card.lined:
            return self._send()
        tenders, tender = self.tenders, self._offer()
        if tender is not None:
            tenders = tenders.take(tender)
        if tenders.settled:
            return self._record(tenders)
        self._taken = tenders.taken
        desk.show(Mode.PAYING)
        return False

    def take_up(self, reference: str) -> bool:
        """Pay with a card payment that no ticket holds; return whether the sale is paid by it."""
        if self.method != CARD or self.hold_on():
            return False
        if not self._desk.allowing.ask("sale.record", lambda: self.take_up(reference)):
            return False
        self.card.take_up(reference)
        return self.poll()

    def exchange(self, amount_cents: int) -> bool:
        """Pay with goods that came back; return whether that paid for all of it."""
        tenders = self.tenders.exchange(amount_cents)
        # Their refund is on disk: that is so, whatever becomes of this ticket.
        self._taken = tenders.taken
        if tenders.settled and self._record(tenders):
            return True
        self._desk.show(Mode.PAYING)
        return False

    def give_up(self) -> None:
        """Cancel what the terminal was asked, or say that it was not accepted."""
        self.card.give_up()
        self.poll()

    def poll(self) -> bool:
        """Take what the terminal has accepted; return whether the sale is paid by it."""
        view = self.card.accepted()
        if view is None:
            return False
        tenders = self.tenders
        tender = tenders.offer(CARD, view.asked.amount_cents, view.asked.reference)
        if tender is None:
            return False
        tenders = tenders.take(tender)
        # It is taken, whatever becomes of the ticket.
        self._taken = tenders.taken
        self.card.put_away()
        if tenders.settled and self._record(tenders):
            return True
        self._desk.show(Mode.PAYING)
        return False

    def hold_on(self) -> bool:
        """Return whether the terminal is to be waited for first, and say so."""
        if self.card.busy:
            self._desk.say(wait_for_terminal())
        return self.card.busy

    def refuse_change(self) -> None:
        """Say why the sale stays as it is."""
        self._desk.say(part_paid(self.tenders.paid_cents))

    # Inside.

    def _left(self) -> Iterator[CardNote]:
        """Yield the card payments without a ticket that could pay for what is left."""
        tenders = self.tenders
        for note in self.card.left(each.reference for each in self._taken):
            if not self.card.busy and tenders.offer(CARD, note.asked.amount_cents) is not None:
                yield note

    def _send(self) -> bool:
        """Have the terminal take the sum in hand; it is taken once the terminal says so."""
        tender = self._offer()
        people = self._desk.session.people
        try:
            people.check("sale.record")
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))
            return False
        if tender is not None:
            self.card.send(tender.amount_cents)
        return self.poll()

    def _offer(self) -> Tender | None:
        """Return what the sum in hand would do."""
        method = self.method
        if not method:
            return None
        tenders = self.tenders
        given = self._entry.cents if self._entry else tenders.due_cents(method)
        return None if given is None else tenders.offer(method, given)

    def _record(self, tenders: Tenders) -> bool:
        desk = self._desk
        try:
            basket = desk.sale.basket
            ticket: Ticket = desk.session.sell(
                basket.to_lines(), tenders.payments(), basket.customer, basket.note
            )
        except Refusal as refusal:
            desk.say(refused(refusal.problem))
            return False
        self._taken = ()
        self.card.settled(each.reference for each in tenders.taken)
        desk.sold(ticket)
        return True
