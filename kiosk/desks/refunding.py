"""Giving a ticket back, whole or by line, in money or against what the sale in hand holds.

Owns the choice until it is made. What was given back before is taken off; what a part comes to is
the rules' business, and whether so much was really sold is looked at by the hub once more.
"""

from typing import TYPE_CHECKING, Final

from common.i18n import Translator, mark
from common.models import Ticket, TicketLine, original_of
from common.money import MILLI
from common.payments import EXCHANGE, ROUNDING
from common.rules import CASH, given_back_milli, refund_line, total_cents
from kiosk.desks.form import Answers, Field, Form, Kind, Said
from kiosk.desks.reasons import REFUND, reason_field, said
from kiosk.tenders import paid_back
from kiosk.views.mode import Mode
from kiosk.views.notices import give_in_cash
from kiosk.views.papers import METHODS
from kiosk.views.refunding import RefundView, refund_view

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

RIGHT: Final = "refund.record"
_WAYS: Final = (CASH, "card")


class Refunding:
    """One ticket at a time."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._ticket: Ticket | None = None
        self._before: list[int] = []
        self._back: list[int] = []

    # Touches.

    def begin(self) -> None:
        """Take the ticket being read; all of it that is left is to be given back at first."""
        sold = self._desk.tickets.read
        if sold is None or sold.refunds is not None:
            return
        if self._desk.allowing.ask(RIGHT, self.begin):
            self._ticket = sold.ticket
            refunds = self._desk.catalogue.refunds_of(sold.ticket)
            back = (line for each in refunds for line in each.lines)
            self._before = given_back_milli(sold.ticket.lines, back)
            self.take_all()
            self._desk.show(Mode.REFUND)

    def take_all(self) -> None:
        """Give back everything that is left of it."""
        self._back = self._left()

    def take_nothing(self) -> None:
        """Begin to choose from nothing."""
        self._back = [0] * len(self._back)

    def more(self, at: int, pieces: int) -> None:
        """Give back so many pieces more of a line, or fewer; what is weighed goes as a whole."""
        left = self._left()[at]
        step = MILLI if left % MILLI == 0 else left
        self._back[at] = min(max(self._back[at] + pieces * step, 0), left)

    def go_on(self) -> bool:
        """Ask why, and how the money goes back."""
        lines = self._lines()
        if self._ticket is None or not lines:
            return False
        amount_cents = -total_cents(lines)

        def ok(t: Translator) -> str:
            return t("Give back {amount}", amount=t.money(amount_cents))

        def hint(t: Translator, answers: Answers) -> str:
            paid = paid_back(self._shares(str(answers["way"]), amount_cents), self._step_cents)
            cash = [-each.amount_cents for each in paid if each.method == CASH]
            if len(paid) < 2 or paid[-1].method != ROUNDING:
                return ""
            return t("In cash {amount}, rounded.", amount=t.money(sum(cash)))

        fields = (reason_field(REFUND), self._way())
        self._desk.ask(Form(ok, fields, ok, self._done, hint, "warn"))
        return True

    # Views.

    def view(self) -> RefundView | None:
        """Return the choice as it stands."""
        if self._ticket is None:
            return None
        amount_cents = -total_cents(self._lines())
        return refund_view(self._ticket, self._left(), self._back, amount_cents, self._desk.t)

    # Inside.

    def _left(self) -> list[int]:
        lines = () if self._ticket is None else self._ticket.lines
        return [
            line.quantity_milli - before for line, before in zip(lines, self._before, strict=True)
        ]

    def _lines(self) -> list[TicketLine]:
        lines = () if self._ticket is None else self._ticket.lines
        return [
            refund_line(line, milli, before)
            for line, milli, before in zip(lines, self._back, self._before, strict=True)
            if milli
        ]

    def _way(self) -> Field:
        """Ask how the money goes back; as it came, unless somebody says otherwise."""
        assert self._ticket is not None
        paid = [payment.method for payment in self._ticket.payments if payment.method in _WAYS]
        ways = (*_WAYS, EXCHANGE) if self._can_exchange() else _WAYS
        choices: tuple[tuple[str, Said], ...] = tuple((way, said(METHODS[way])) for way in ways)
        first = paid[0] if paid else CASH
        return Field("way", Kind.CHOICE, mark("The money goes back"), choices, first=first)

    def _done(self, answers: Answers) -> None:
        ticket, lines = self._ticket, self._lines()
        assert ticket is not None
        desk, way = self._desk, str(answers["way"])
        payments = paid_back(self._shares(way, -total_cents(lines)), self._step_cents)
        back = {each.method: -each.amount_cents for each in payments}
        reason = str(answers["reason"])
        # Who was erased since is on no further ticket.
        whose = None if ticket.customer is None else ticket.customer.id
        customer = None if whose is None else desk.catalogue.customers.get(whose)
        made = desk.session.counter.refund(original_of(ticket), lines, payments, reason, customer)
        self._ticket, self._before, self._back = None, [], []
        desk.show_paid(made)
        if way == EXCHANGE:
            desk.paying.exchange(back[EXCHANGE])
            if CASH in back:
                desk.say(give_in_cash(back[CASH]))

    @property
    def _step_cents(self) -> int:
        shop = self._desk.catalogue.shop
        return 0 if shop is None else shop.cash_step_cents

    def _shares(self, way: str, amount_cents: int) -> dict[str, int]:
        """Return how much of an amount goes back by which method."""
        if way != EXCHANGE:
            return {way: amount_cents}
        against_cents = min(amount_cents, self._desk.sale.basket.total_cents)
        return {EXCHANGE: against_cents, CASH: amount_cents - against_cents}

    def _can_exchange(self) -> bool:
        """Return whether there is a sale in hand that goods which come back may pay for."""
        desk = self._desk
        return desk.sale.basket.total_cents > 0 and not desk.paying.begun
