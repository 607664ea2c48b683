"""What stands on a ticket that is handed over: the law's mentions, and what a customer looks for.

Owns the order of it. Amounts are the ticket's own, nothing is computed again but the change.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from common.i18n import Translator
from common.journal.record import ShopIdentity
from common.models import Ticket, TicketLine
from common.money import MILLI
from common.payments import ROUNDING
from common.rules import CASH
from kiosk.printing.paper import Pair, Picture, Qr, Row, Rule, Sheet, Table, Text
from kiosk.printing.parts import Origin, head_rows, signature_rows, stamp_rows
from kiosk.views.buyer import reference
from kiosk.views.papers import handed_over, method_name, rounded_cents


@dataclass(frozen=True, slots=True)
class Receipt:
    """A ticket with what else its paper says. `copy`: 0 for the first one, then 1, 2, …

    `signature`: of the ticket's record, as it is kept; "" where it has none. `refund_of`: number
    of the ticket that this one refunds. `customer`: the name of whose it is, where it is to stand
    there; "": the reference alone.
    """

    ticket: Ticket
    shop: ShopIdentity
    device_name: str
    software: str
    signature: str = ""
    copy: int = 0
    training: bool = False
    refund_of: str = ""
    qr: str = ""
    logo: Picture | None = None
    customer: str = ""

    @property
    def origin(self) -> Origin:
        """Return where, when and by whom it was made."""
        ticket = self.ticket
        return Origin(
            *(self.shop, self.device_name, ticket.operator, ticket.at_ms, ticket.utc_offset_min),
            *(self.software, self.signature, self.training, self.logo),
        )


def ticket_number(ticket: Ticket) -> str:
    """Return a ticket's number as people read it."""
    return f"{ticket.series}-{ticket.number}"


def receipt_sheet(receipt: Receipt, t: Translator) -> Sheet:
    """Return a ticket's paper. A first one that was paid in cash opens the drawer."""
    ticket = receipt.ticket
    in_cash = any(payment.method == CASH for payment in ticket.payments)
    return Sheet(
        title=t("Ticket {number}", number=ticket_number(ticket)),
        rows=tuple(_rows(receipt, t)),
        opens_drawer=in_cash and not receipt.copy and not receipt.training,
    )


def _rows(receipt: Receipt, t: Translator) -> Iterator[Row]:
    ticket = receipt.ticket
    yield from _head(receipt, t)
    yield Rule()
    for line in ticket.lines:
        yield from _line(line, t)
    if ticket.note:
        yield Text(ticket.note, bold=True)
    yield Rule()
    yield Pair(t("TOTAL"), t.money(ticket.total_cents), bold=True, large=True)
    rounded = rounded_cents(ticket)
    if rounded:
        yield Pair(method_name(ROUNDING, t), t.money(rounded))
    for payment in handed_over(ticket):
        yield Pair(method_name(payment.method, t), t.money(payment.given_cents))
        change = payment.given_cents - payment.amount_cents
        if change:
            yield Pair(t("Change"), t.money(change))
    yield Rule()
    yield from _vat(ticket, t)
    yield Rule()
    yield Text(t.n("{count} line", "{count} lines", len(ticket.lines)))
    yield from _foot(receipt, t)


def _head(receipt: Receipt, t: Translator) -> Iterator[Row]:
    title = t("Ticket {number}", number=ticket_number(receipt.ticket))
    yield from head_rows(receipt.origin, title, receipt.copy, t)
    if receipt.refund_of:
        yield Text(t("Refund of ticket {number}", number=receipt.refund_of), bold=True)
    if receipt.ticket.customer is not None:
        who = receipt.customer or reference(receipt.ticket.customer.id)
        yield Pair(t("Customer"), who)


def _line(line: TicketLine, t: Translator) -> Iterator[Row]:
    yield Pair(line.label, t.money(line.total_cents))
    detail = f"  {t.quantity(line.quantity_milli)} × {t.money(line.unit_price_cents)}"
    rate = t("VAT {rate}", rate=t.percent(line.vat_bp))
    yield Text(f"{detail}  {rate}" if line.quantity_milli != MILLI else f"  {rate}")
    if line.note:
        yield Text(f"  {line.note}")
    if line.discount_cents:
        yield Pair(f"  {t('Discount')}", f"({t.money(-line.discount_cents)})")


def _vat(ticket: Ticket, t: Translator) -> Iterator[Row]:
    yield Table((t("VAT"), t("Net"), t("Tax"), t("Gross")))
    for rate in ticket.vat:
        amounts = (rate.base_cents, rate.vat_cents, rate.total_cents)
        yield Table((t.percent(rate.vat_bp), *map(t.money, amounts)))


def _foot(receipt: Receipt, t: Translator) -> Iterator[Row]:
    yield from signature_rows(receipt.origin, t)
    if receipt.qr:
        yield Qr(receipt.qr)
    yield from stamp_rows(receipt.training, receipt.copy, t)
    yield Text(t("Thank you, and see you soon."), centred=True)
