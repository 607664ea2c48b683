"""The till's desk: from the first tap to the ticket.

Owns which panel is in view, and what is typed for the sale in hand. How it is paid is the payment's
business, what a ticket is and where it goes the session's.
"""

from collections.abc import Callable
from dataclasses import replace

from common.errors import Refusal
from common.i18n import Translator
from common.models import Article, Ticket
from common.money import MILLI
from kiosk.desks.actions import actions_view, do
from kiosk.desks.buyer import Buyer
from kiosk.desks.counting import Counting
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.devices import DevicesDesk
from kiosk.desks.display import show_customer
from kiosk.desks.drawer import DrawerDesk
from kiosk.desks.form import Form, FormDesk
from kiosk.desks.line_actions import ask_free_line
from kiosk.desks.new_article import ask_new_article, can_create
from kiosk.desks.papers import Papers
from kiosk.desks.parked import ParkedDesk
from kiosk.desks.paying import Paying
from kiosk.desks.refunding import Refunding
from kiosk.desks.sale import SaleInHand
from kiosk.desks.shelf import Shelf
from kiosk.desks.shortcuts import STEPS, Shortcut, key_views
from kiosk.desks.tickets import TicketList
from kiosk.desks.training import Training
from kiosk.desks.weighing import Weighing
from kiosk.keypad import Entry
from kiosk.scanner import Scan
from kiosk.state import LinkStatus, Update
from kiosk.views import BasketView, PaymentView, StatusView, basket_view
from kiosk.views.actions import ActionsView, AnswerKey
from kiosk.views.card import without_ticket
from kiosk.views.counter import (
    PadView,
    PaidView,
    looks_like_code,
    pad_view,
    paid_view,
    wanted_milli,
)
from kiosk.views.mode import PAYING, TAKING, Mode
from kiosk.views.notices import favourite, refused, unknown_code
from kiosk.views.shortcuts import KeyView


class TillDesk(Desk):
    """One sale after another. `just_paid`: the ticket in view until the next one begins."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        super().__init__(session, t, wall)
        self.mode = Mode.SELL
        self.shelf = Shelf(session.catalogue, lambda: self.comfort.preferences.favourites)
        self.tickets = TicketList(self)
        self.paying = Paying(self)
        self.parked: ParkedDesk = ParkedDesk(self)
        self.sale = SaleInHand(self.say, self._stepped, self._may_become, self.parked.over)
        self.form = FormDesk()
        self.devices = DevicesDesk(self)
        self.papers = Papers(self)
        self.weighing: Weighing = Weighing(self)
        self.refunding = Refunding(self)
        self.drawer: DrawerDesk = DrawerDesk(self)
        self.training: Training = Training(self)
        self.buyer: Buyer = Buyer(self)
        self._entry = Entry()
        self.just_paid: Ticket | None = None
        self._unknown = ""
        for note in self.paying.card.left(()):
            self._tell(note, without_ticket(note, wall.now_ms(), wall.utc_offset_min()))

    def poll(self) -> Update:
        """Fold in what has arrived, of card terminal, scale and the hub's grants too; return what
        to show anew."""
        update = super().poll()
        self.paying.poll()
        self.parked.poll()
        self.weighing.poll()
        self.training.poll()
        self.drawer.keep()
        self.shelf.leave_gone()
        return update

    # Views.

    def basket(self) -> BasketView:
        """Return the basket; once a part of it is paid, what is left is its sum."""
        view = basket_view(self.sale.basket, self.catalogue, self.t)
        tenders = self.paying.tenders
        if not tenders.taken:
            return view
        rest = self.t.money(tenders.rest_cents)
        return replace(view, title=self.t("Still to pay"), total=rest)

    def pad(self) -> PadView:
        """Return what the pad's keys would do."""
        if self.mode is Mode.FORM:
            return PadView("", self.t("Quantity"), False, self.form.can_erase, False)
        if self._counts is not None:
            return self._counts.pad(self.t)
        if self.mode in PAYING:
            return PadView("", self.t("Quantity"), False, self.paying.typed, False)
        return pad_view(self._entry, self.sale.line is not None, self.t)

    def payment(self) -> PaymentView:
        """Return the payment as it stands."""
        return self.paying.view(self.t)

    def paid(self) -> PaidView | None:
        """Return the sale just paid, until the next one begins."""
        if self.just_paid is None:
            return None
        online = self.session.state.link is LinkStatus.ONLINE
        return paid_view(self.just_paid, online, self.t)

    def can_undo(self) -> bool:
        """Return whether there is a step of this sale to take back."""
        return self.sale.can_undo

    def actions(self) -> ActionsView:
        """Return what can be done beside ringing up and being paid."""
        return actions_view(self, self.t)

    def keys(self) -> tuple[KeyView, ...]:
        """Return what a real keyboard does."""
        return key_views(self.t)

    def step(self, key: str) -> Shortcut | None:
        """Return the step that a key does, None for a key that does none."""
        return STEPS.get(key)

    def typing(self) -> bool:
        """Return whether the pad's digits go anywhere."""
        if self.mode is Mode.FORM:
            return self.form.typing
        return self.mode is not Mode.PAYING and not self.paying.card.busy

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
        self._unknown = ""
        if scanned is None:
            if self.catalogue.by_code(scan.code) is None and not scan.misread:
                self._unknown = scan.code
                self.say(unknown_code(scan.code, True, can_create(self, scan.code)))
            return
        if self.paying.hold_on():
            return
        if self.mode is not Mode.SELL:
            self.show(Mode.SELL)
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
        elif self._counts is not None:
            self._counts.press(name)
        elif self.mode in TAKING:
            self.paying.press(name)
        elif self.mode is not Mode.PAYING:
            self._entry = self._entry.press(name)

    def apply_entry(self) -> None:
        """Use what was typed: as the selected line's quantity, or as an article's code."""
        entry = self._entry
        if self._counts is not None:
            self._counts.following()
        elif looks_like_code(entry):
            self._entry = Entry()
            self.scan(Scan(entry.code))
        elif self.sale.line is not None and entry.milli is not None:
            self.sale.set_quantity(entry.milli)
            self._entry = Entry()

    def more(self, pieces: int) -> None:
        """Change what is counted, or the selected line, by so many; at nothing left, it goes."""
        if self._counts is not None:
            self._counts.more(pieces)
        else:
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
        """Sell what nobody knows as sundries, or bring back what was emptied."""
        code, self._unknown = self._unknown, ""
        if code:
            self.dismiss()
            ask_free_line(self, code)
        else:
            self.undo()
            self.dismiss()

    def act_on_other(self) -> None:
        """Make an article of what nobody knows."""
        code, self._unknown = self._unknown, ""
        self.dismiss()
        if code and can_create(self, code):
            ask_new_article(self, code, self._entry)

    # Paying.

    def pay(self, method: Mode | str) -> None:
        """Open the panel of a method; nothing is recorded yet."""
        if self.sale.basket and not self.drawer.opened_to_sell(lambda: self.pay(method)):
            return
        self.paying.open(method.value if isinstance(method, Mode) else method)

    def can_confirm(self) -> bool:
        """Return whether the payment in view can be taken."""
        return self.paying.can_confirm

    def confirm(self) -> bool:
        """Take the payment in view; return whether there is a new ticket."""
        return self.paying.confirm()

    def sold(self, ticket: Ticket) -> None:
        """Begin anew: the sale in hand is on disk as this ticket."""
        self.sale.end()
        self.back()
        self.just_paid = ticket

    # Other panels.

    def show(self, mode: Mode) -> None:
        """Show another panel; what was typed or asked is let go, the basket stays as it is."""
        if self.paying.hold_on():
            return
        if mode is not Mode.COUNT:
            self.drawer.leave()
        self.mode = mode
        self._entry = Entry()
        self.paying.clear()
        if mode is not Mode.FORM:
            self.form.close()

    def turn_favourite(self) -> None:
        """Have the selected line's article at hand from now on, or no longer."""
        line = self.sale.line
        if line is not None and line.article_id:
            self.say(favourite(line.label, self.comfort.turn_favourite(line.article_id)))
            self.shelf.find()

    def back(self) -> None:
        """Return to the articles, from a payment's panel to what was paid so far if anything was.

        The basket stays as it is. A card payment under way is cancelled first.
        """
        if self.paying.card.busy:
            self.paying.give_up()
            return
        part_paid = self.paying.begun and self.mode in TAKING
        self.show(Mode.PAYING if part_paid else Mode.SELL)

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

    def answer_key(self) -> AnswerKey | None:
        """Return the key that goes on from the panel in view, None where there is none."""
        form, refund = self.form.view(self.t), self.refunding.view()
        if self.mode is Mode.FORM and form is not None:
            return AnswerKey(form.ok, form.tone, form.can_ok)
        if self.mode is Mode.REFUND and refund is not None:
            return AnswerKey(refund.ok, "warn", refund.can_ok)
        return self.drawer.answer_key(self.t)

    def show_paid(self, ticket: Ticket) -> None:
        """Show what was just recorded where the next sale begins."""
        self.just_paid = ticket

    def answer(self) -> bool:
        """Take the answers, or the count; return whether what was asked is done."""
        if self.mode is Mode.COUNT:
            return self.drawer.confirm()
        if self.mode is Mode.REPORT:
            return self.drawer.lock()
        if self.mode is Mode.REFUND:
            return self.refunding.go_on()
        if not self.form.confirm():
            return False
        if self.mode is Mode.FORM and not self.form.open:
            self.back()
        return True

    def open_tickets(self) -> None:
        """Show the last tickets."""
        self.show(Mode.TICKETS)
        self.tickets.open()

    # Devices.

    def weighed(self, milli: int) -> None:
        """Take what the scale says as the quantity of the next article."""
        if self.mode is Mode.SELL:
            self._entry = Entry(f"{milli // MILLI}.{milli % MILLI:03}")

    def open_devices(self) -> None:
        """Show how the devices stand."""
        self.show(Mode.DEVICES)

    def tell_customer(self) -> None:
        """Show the customer what there is to see."""
        show_customer(self)

    def trying(self, do_it: Callable[[], object]) -> None:
        """Do something that may be refused, and say so where it is."""
        try:
            do_it()
        except Refusal as refusal:
            self._notice = refused(refusal.problem)

    def status(self) -> StatusView:
        """Return the status bar, with a sign of a device that something is wrong with."""
        return replace(super().status(), device_sign=self.devices.sign())

    def dismiss_paid(self) -> None:
        """Put the sale just paid out of view."""
        self.just_paid = None

    @property
    def _counts(self) -> Counting | None:
        """Return the count that takes what is typed."""
        return self.drawer.counting if self.mode is Mode.COUNT else None

    def _stepped(self) -> None:
        self.just_paid = None
        # What a notice offers is about the step before this one.
        self.dismiss()

    def _may_become(self, total_cents: int) -> bool:
        """Return whether the sale may come to so much, or say why not."""
        allowed = self.paying.allows(total_cents)
        if not allowed:
            self.paying.refuse_change()
        return allowed
