"""Paying the sale in hand: by one method or several, until a ticket of it is on disk.

Owns what was taken so far, what is typed of the next sum, and that "paid" is said only once the
ticket is recorded. What sums come to is `tenders.py`'s.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from common.errors import Refusal
from common.i18n import Translator
from common.models import Ticket
from common.payments import CARD, METHODS
from common.rules import CASH
from kiosk.desks.mode import Mode
from kiosk.keypad import Entry
from kiosk.tenders import Tender, Tenders, tender_of
from kiosk.views.notices import charged_already, part_paid, refused
from kiosk.views.payment import PaymentView, offered, payment_view

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

# A second touch so soon after the first is a shaking hand, not a decision.
SETTLE_MS: Final = 300
PANELS: Final[Mapping[str, Mode]] = {
    name: {CASH: Mode.CASH, CARD: Mode.CARD}.get(name, Mode.TENDER) for name in METHODS
}
"""Where each method is taken."""
TAKING: Final = frozenset(PANELS.values())
PAYING: Final = TAKING | {Mode.PAYING}


class Paying:
    """One sale's payment after another. The desk says which panel is in view."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._method = ""
        self._entry = Entry()
        self._taken: tuple[Tender, ...] = ()
        self._opened_ms = 0

    @property
    def tenders(self) -> Tenders:
        """Return what was taken for the sale in hand."""
        shop = self._desk.catalogue.shop
        step_cents = 0 if shop is None else shop.cash_step_cents
        return Tenders(self._desk.sale.basket.total_cents, step_cents, self._taken)

    @property
    def begun(self) -> bool:
        """Return whether a part of the sale is paid: it may grow then, and not shrink."""
        return bool(self._taken)

    @property
    def method(self) -> str:
        """Return the method in hand, "" while none is."""
        return self._method if self._desk.mode in TAKING else ""

    @property
    def typed(self) -> bool:
        """Return whether a sum is being typed."""
        return bool(self._entry)

    def view(self, t: Translator) -> PaymentView:
        """Return the payment as it stands."""
        given = self._entry.cents if self._entry else None
        methods = offered(self._desk.catalogue.shop)
        return payment_view(self.tenders, self.method, given, t, methods)

    @property
    def can_confirm(self) -> bool:
        """Return whether what is in view can be taken, or is paid and only to be recorded."""
        if not self.method:
            return self._desk.mode is Mode.PAYING and self.tenders.settled
        return self._offer() is not None

    def allows(self, total_cents: int) -> bool:
        """Return whether the sale may come to so much: no less than was paid of it."""
        return not self._taken or total_cents >= self.tenders.paid_cents

    # Touches.

    def open(self, method: str) -> None:
        """Bring a method's panel into view; nothing is taken yet."""
        desk = self._desk
        if desk.sale.basket and method in offered(desk.catalogue.shop):
            desk.show(PANELS[method])
            self._method = method
            self._opened_ms = desk.wall.now_ms()
            desk.dismiss()

    def press(self, key: str) -> None:
        """Take a key of the pad: the sum that is handed over."""
        if self.method:
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

    def take_back(self, tender_id: int) -> None:
        """Give back what was taken once."""
        desk, tender = self._desk, tender_of(self._taken, tender_id)
        if tender is None:
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
        if not desk.allowing.ask("sale.record", self.confirm):
            return False
        tenders, tender = self.tenders, self._offer()
        if tender is not None:
            tenders = tenders.take(tender)
        if tenders.settled:
            return self._record(tenders)
        self._taken = tenders.taken
        desk.show(Mode.PAYING)
        return False

    def refuse_change(self) -> None:
        """Say why the sale stays as it is."""
        self._desk.say(part_paid(self.tenders.paid_cents))

    # Inside.

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
            ticket: Ticket = desk.session.sell(desk.sale.basket.to_lines(), tenders.payments())
        except Refusal as refusal:
            desk.say(refused(refusal.problem))
            return False
        self._taken = ()
        desk.sold(ticket)
        return True
