"""The till's desk: from the first tap to the ticket.

Owns which panel is in view, what is typed, and how the sale in hand is being paid. What a ticket is
and where it goes is the session's business.
"""

from typing import Final

from common.errors import Refusal
from common.i18n import Translator
from common.models import Article, Payment, Ticket
from common.rules import cash
from kiosk.desks.actions import actions_view, do
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.form import Form, FormDesk
from kiosk.desks.mode import Mode
from kiosk.desks.sale import SaleInHand
from kiosk.desks.shelf import Shelf
from kiosk.desks.tickets import TicketList
from kiosk.keypad import Entry
from kiosk.scanner import Scan
from kiosk.state import LinkStatus
from kiosk.views import BasketView, PaymentView, basket_view, payment_view
from kiosk.views.actions import ActionsView
from kiosk.views.counter import (
    PadView,
    PaidView,
    looks_like_code,
    pad_view,
    paid_view,
    wanted_milli,
)
from kiosk.views.notices import refused

# A second touch so soon after the first is a shaking hand, not a decision.
SETTLE_MS: Final = 300


class TillDesk(Desk):
    """One sale after another."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        super().__init__(session, t, wall)
        self.mode = Mode.SELL
        self.shelf = Shelf(session.catalogue)
        self.tickets = TicketList(self)
        self.sale = SaleInHand(self.say, self._stepped)
        self.form = FormDesk()
        self._entry = Entry()
        self._paid: Ticket | None = None
        self._opened_ms = 0

    # Views.

    def basket(self) -> BasketView:
        """Return the basket."""
        return basket_view(self.sale.basket, self.catalogue, self.t)

    def pad(self) -> PadView:
        """Return what the pad's keys would do."""
        if self.mode is Mode.FORM:
            return PadView("", self.t("Quantity"), False, self.form.can_erase, False)
        if self.mode in (Mode.CASH, Mode.CARD):
            return PadView("", self.t("Quantity"), False, bool(self._entry), False)
        return pad_view(self._entry, self.sale.line is not None, self.t)

    def payment(self) -> PaymentView:
        """Return the cash payment as it stands."""
        given = self._entry.cents if self._entry else None
        return payment_view(self.sale.basket.total_cents, given, self.t)

    def paid(self) -> PaidView | None:
        """Return the sale just paid, until the next one begins."""
        if self._paid is None:
            return None
        online = self.session.state.link is LinkStatus.ONLINE
        return paid_view(self._paid, online, self.t)

    def can_undo(self) -> bool:
        """Return whether there is a step of this sale to take back."""
        return self.sale.can_undo

    def actions(self) -> ActionsView:
        """Return what can be done beside ringing up and being paid."""
        return actions_view(self, self.t)

    def typing(self) -> bool:
        """Return whether the pad's digits go anywhere."""
        return self.form.typing if self.mode is Mode.FORM else self.mode is not Mode.CARD

    def in_hand(self) -> str:
        """Return that a sale is kept."""
        lines = len(self.sale.basket.lines)
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
        if self.sale.add(article, wanted_milli(self._entry, weighed_milli)):
            self._entry = Entry()

    def scan(self, scan: Scan) -> None:
        """Put what was scanned into the basket, whatever is in view: a sale goes on by scanning."""
        scanned = self._meaning_of(scan)
        if scanned is None:
            return
        if self.mode is not Mode.SELL:
            self.back()
        self.dismiss()
        if scanned.price_cents is None:
            self._add(scanned.article, scanned.quantity_milli)
        elif self.sale.add_labelled(scanned.article, scanned.price_cents):
            self._entry = Entry()

    # The pad and the basket's lines.

    def press(self, name: str) -> None:
        """Take a key of the pad: digits, comma, erase, clear."""
        if self.mode is Mode.FORM:
            self.form.press(name)
        elif self.mode is not Mode.CARD:
            self._entry = self._entry.press(name)

    def apply_entry(self) -> None:
        """Use what was typed: as the selected line's quantity, or as an article's code."""
        entry = self._entry
        if looks_like_code(entry):
            self._entry = Entry()
            self.scan(Scan(entry.code))
        elif self.sale.line is not None and entry.milli is not None:
            self.sale.set_quantity(entry.milli)
            self._entry = Entry()

    def more(self, pieces: int) -> None:
        """Change the selected line by so many pieces; at nothing left, it goes."""
        self.sale.more(pieces)

    def select(self, line_id: int) -> None:
        """Let the pad's keys act on this line."""
        self.sale.select(line_id)

    def remove(self, line_id: int) -> None:
        """Take a line out."""
        self.sale.remove(line_id)

    def empty(self) -> None:
        """Take everything out, with a way back in view."""
        self.sale.empty()
        self._entry = Entry()

    def undo(self) -> None:
        """Take the last step of this sale back."""
        if self.sale.undo():
            self.dismiss()

    def act_on_notice(self) -> None:
        """Bring back what was emptied."""
        self.undo()
        self.dismiss()

    # Paying.

    def pay(self, method: Mode) -> None:
        """Open the panel of a method; nothing is recorded yet."""
        if self.sale.basket and method in (Mode.CASH, Mode.CARD):
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
        total = self.sale.basket.total_cents
        if self.mode is Mode.CASH:
            payment = cash(total, self.payment().given_cents)
        else:
            payment = Payment("card", total, total)
        try:
            self._paid = self.session.sell(self.sale.basket.to_lines(), (payment,))
        except Refusal as refusal:
            self._notice = refused(refusal.problem)
            return False
        self.sale.end()
        self.back()
        return True

    # Other panels.

    def show(self, mode: Mode) -> None:
        """Show another panel; what was typed or asked is let go, the basket stays as it is."""
        self.mode = mode
        self._entry = Entry()
        if mode is not Mode.FORM:
            self.form.close()

    def back(self) -> None:
        """Return to the articles; the basket stays as it is."""
        self.show(Mode.SELL)

    def open_actions(self) -> None:
        """Show what else can be done."""
        self.show(Mode.ACTIONS)

    def do(self, name: str) -> None:
        """Do one of the actions."""
        do(self, name)

    def ask(self, form: Form) -> None:
        """Ask something; the answer leads back to the sale, unless it leads elsewhere."""
        self.show(Mode.FORM)
        self.form.ask(form)

    def answer(self) -> bool:
        """Take the answers; return whether what was asked is done."""
        if not self.form.confirm():
            return False
        if self.mode is Mode.FORM and not self.form.open:
            self.back()
        return True

    def open_tickets(self) -> None:
        """Show the last tickets."""
        self.show(Mode.TICKETS)
        self.tickets.open()

    def dismiss_paid(self) -> None:
        """Put the sale just paid out of view."""
        self._paid = None

    def _stepped(self) -> None:
        self._paid = None
        # What a notice offers is about the step before this one.
        self.dismiss()
