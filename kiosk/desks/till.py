"""The till's desk: from the first tap to the ticket.

Owns the sale in hand (basket, what is typed, how it is being paid) and the way back from every
step but the last. What a ticket is and where it goes is the session's business.
"""

from enum import Enum
from typing import Final

from common.errors import Refusal
from common.i18n import Translator
from common.models import Article, Payment, Ticket
from common.money import MILLI
from common.rules import cash
from kiosk.basket import MAX_QUANTITY_MILLI, Basket
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.shelf import Shelf
from kiosk.desks.tickets import TicketList
from kiosk.keypad import Entry
from kiosk.scanner import Scan
from kiosk.state import LinkStatus
from kiosk.views import BasketView, PaymentView, basket_view, payment_view
from kiosk.views.counter import (
    PadView,
    PaidView,
    looks_like_code,
    pad_view,
    paid_view,
    wanted_milli,
)
from kiosk.views.notices import emptied, not_taken, refused

# A second touch so soon after the first is a shaking hand, not a decision.
SETTLE_MS: Final = 300
_UNDO_STEPS: Final = 50


class Mode(Enum):
    """What the large half of the till's screen shows."""

    SELL = "sell"
    CASH = "cash"
    CARD = "card"
    TICKETS = "tickets"


class TillDesk(Desk):
    """One sale after another."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        super().__init__(session, t, wall)
        self.mode = Mode.SELL
        self.shelf = Shelf(session.catalogue)
        self.tickets = TicketList(self)
        self._basket = Basket()
        self._before: list[Basket] = []
        self._entry = Entry()
        self._paid: Ticket | None = None
        self._opened_ms = 0

    # Views.

    def basket(self) -> BasketView:
        """Return the basket."""
        return basket_view(self._basket, self.catalogue, self.t)

    def pad(self) -> PadView:
        """Return what the pad's keys would do."""
        if self.mode in (Mode.CASH, Mode.CARD):
            return PadView("", self.t("Quantity"), False, bool(self._entry), False)
        return pad_view(self._entry, self._basket.selected is not None, self.t)

    def payment(self) -> PaymentView:
        """Return the cash payment as it stands."""
        given = self._entry.cents if self._entry else None
        return payment_view(self._basket.total_cents, given, self.t)

    def paid(self) -> PaidView | None:
        """Return the sale just paid, until the next one begins."""
        if self._paid is None:
            return None
        online = self.session.state.link is LinkStatus.ONLINE
        return paid_view(self._paid, online, self.t)

    def can_undo(self) -> bool:
        """Return whether there is a step of this sale to take back."""
        return bool(self._before)

    def in_hand(self) -> str:
        """Return that a sale is kept."""
        lines = len(self._basket.lines)
        if not lines:
            return ""
        return self.t.n(
            "The sale in hand is kept: {count} line.",
            "The sale in hand is kept: {count} lines.",
            lines,
        )

    # Putting into the basket.

    def tap_article(self, article_id: str) -> None:
        """Put an article into the basket, as often as the pad says."""
        article = self.catalogue.article(article_id)
        if article is not None:
            self._add(article, None)

    def _add(self, article: Article, weighed_milli: int | None) -> None:
        """Add so much, or as often as the pad says."""
        quantity = wanted_milli(self._entry, weighed_milli)
        if not self._basket.takes(article, quantity):
            self._notice = not_taken(article.name)
            return
        self._change(self._basket.add(article, quantity))
        self._entry = Entry()

    def scan(self, scan: Scan) -> None:
        """Put what was scanned into the basket, whatever is in view: a sale goes on by scanning."""
        scanned = self._meaning_of(scan)
        if scanned is None:
            return
        if self.mode is not Mode.SELL:
            self.back()
        self.dismiss()
        if scanned.price_cents is not None:
            self._add_labelled(scanned.article, scanned.price_cents)
        else:
            self._add(scanned.article, scanned.quantity_milli)

    def _add_labelled(self, article: Article, price_cents: int) -> None:
        if self._basket.takes_line(price_cents):
            self._change(self._basket.add_labelled(article, price_cents))
            self._entry = Entry()
        else:
            self._notice = not_taken(article.name)

    # The pad and the basket's lines.

    def press(self, name: str) -> None:
        """Take a key of the pad: digits, comma, erase, clear."""
        if self.mode is not Mode.CARD:
            self._entry = self._entry.press(name)

    def apply_entry(self) -> None:
        """Use what was typed: as the selected line's quantity, or as an article's code."""
        entry, line_id = self._entry, self._basket.selected
        if looks_like_code(entry):
            self._entry = Entry()
            self.scan(Scan(entry.code))
        elif line_id is not None and entry.milli is not None:
            if entry.milli <= MAX_QUANTITY_MILLI:
                self._change(self._basket.set_quantity(line_id, entry.milli))
            self._entry = Entry()

    def more(self, pieces: int) -> None:
        """Change the selected line by so many pieces; at nothing left, it goes."""
        line = self._basket.line(self._basket.selected)
        if line is not None:
            quantity = max(0, line.quantity_milli + pieces * MILLI)
            if quantity <= MAX_QUANTITY_MILLI:
                self._change(self._basket.set_quantity(line.id, quantity))

    def select(self, line_id: int) -> None:
        """Let the pad's keys act on this line."""
        self._basket = self._basket.select(line_id)

    def remove(self, line_id: int) -> None:
        """Take a line out."""
        self._change(self._basket.remove(line_id))

    def empty(self) -> None:
        """Take everything out, with a way back in view."""
        lines = len(self._basket.lines)
        if lines:
            self._change(self._basket.clear())
            self._entry = Entry()
            self._notice = emptied(lines)

    def undo(self) -> None:
        """Take the last step of this sale back."""
        if self._before:
            self._basket = self._before.pop()
            self.dismiss()

    def act_on_notice(self) -> None:
        """Bring back what was emptied."""
        self.undo()
        self.dismiss()

    # Paying.

    def pay(self, method: Mode) -> None:
        """Open the panel of a method; nothing is recorded yet."""
        if self._basket and method in (Mode.CASH, Mode.CARD):
            self.mode = method
            self._entry = Entry()
            self._opened_ms = self.wall.now_ms()
            self.dismiss()

    def give(self, cents: int) -> None:
        """Take a sum from the quick choices as what the customer hands over."""
        entry = Entry()
        for digit in f"{cents // 100}.{cents % 100:02d}":
            entry = entry.press(digit)
        self._entry = entry

    def can_confirm(self) -> bool:
        """Return whether the payment in view settles the basket."""
        if self.mode is Mode.CASH:
            typed = self._entry.cents is not None or not self._entry
            return typed and self.payment().enough
        return self.mode is Mode.CARD

    def confirm(self) -> bool:
        """Record the sale; return whether there is a new ticket."""
        settling = 0 <= self.wall.now_ms() - self._opened_ms < SETTLE_MS
        if not self.can_confirm() or settling:
            return False
        if not self.allowing.ask("sale.record", self.confirm):
            return False
        total = self._basket.total_cents
        if self.mode is Mode.CASH:
            payment = cash(total, self.payment().given_cents)
        else:
            payment = Payment("card", total, total)
        try:
            self._paid = self.session.sell(self._basket.to_lines(), (payment,))
        except Refusal as refusal:
            self._notice = refused(refusal.problem)
            return False
        self._basket = self._basket.clear()
        self._before.clear()
        self.back()
        return True

    def back(self) -> None:
        """Return to the articles; the basket stays as it is."""
        self.mode = Mode.SELL
        self._entry = Entry()

    def open_tickets(self) -> None:
        """Show the last tickets."""
        self.mode = Mode.TICKETS
        self.tickets.open()

    def dismiss_paid(self) -> None:
        """Put the sale just paid out of view."""
        self._paid = None

    def _change(self, basket: Basket) -> None:
        if basket.lines == self._basket.lines:
            self._basket = basket
            return
        self._before = [*self._before[-_UNDO_STEPS:], self._basket]
        self._basket = basket
        self._paid = None
        # What a notice offers is about the step before this one.
        self.dismiss()
