"""What stands on a ticket that is handed over: the law's mentions, and what a customer looks for.

Owns the order of it. Amounts are the ticket's own, nothing is computed again but the change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.journal.record import ShopIdentity
from common.models import Ticket, TicketLine
from common.money import MILLI
from kiosk.printing.paper import Pair, Qr, Row, Rule, Sheet, Table, Text
from kiosk.views.papers import METHODS

SIGNATURE_PLACES: Final = (3, 7, 13, 19)
"""Which characters of a record's signature stand on paper, counted from 1."""
TRAINING: Final = mark("TRAINING MODE - NOT A SALE")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A ticket with what else its paper says. `copy`: 0 for the first one, then 1, 2, …

    `signature`: of the ticket's record, as it is kept; "" where it has none. `refund_of`: number
    of the ticket that this one refunds.
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


def ticket_number(ticket: Ticket) -> str:
    """Return a ticket's number as people read it."""
    return f"{ticket.series}-{ticket.number}"


def signature_mark(signature: str) -> str:
    """Return the characters of a signature that stand on paper; "" for one that is too short."""
    if len(signature) < max(SIGNATURE_PLACES):
        return ""
    return "".join(signature[place - 1] for place in SIGNATURE_PLACES)


def receipt_sheet(receipt: Receipt, t: Translator) -> Sheet:
    """Return a ticket's paper. A first one that was paid in cash opens the drawer."""
    ticket = receipt.ticket
    in_cash = any(payment.method == "cash" for payment in ticket.payments)
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
    yield Rule()
    yield Pair(t("TOTAL"), t.money(ticket.total_cents), bold=True, large=True)
    for payment in ticket.payments:
        name = t(METHODS[payment.method]) if payment.method in METHODS else payment.method
        yield Pair(name, t.money(payment.given_cents))
        change = payment.given_cents - payment.amount_cents
        if change:
            yield Pair(t("Change"), t.money(change))
    yield Rule()
    yield from _vat(ticket, t)
    yield Rule()
    yield Text(t.n("{count} line", "{count} lines", len(ticket.lines)))
    yield from _foot(receipt, t)


def _head(receipt: Receipt, t: Translator) -> Iterator[Row]:
    shop, ticket = receipt.shop, receipt.ticket
    yield from _stamps(receipt, t)
    yield Text(shop.name, centred=True, bold=True, large=True)
    if shop.address:
        yield Text(shop.address, centred=True)
    if shop.siret:
        yield Text(f"SIRET {shop.siret}", centred=True)
    if shop.vat_number:
        yield Text(t("VAT no. {number}", number=shop.vat_number), centred=True)
    yield Rule()
    at_ms, offset_min = ticket.at_ms, ticket.utc_offset_min
    when = f"{t.date(at_ms, offset_min)} {t.time_of_day(at_ms, offset_min)}"
    yield Pair(t("Ticket {number}", number=ticket_number(ticket)), when)
    yield Pair(receipt.device_name, ticket.operator)
    if receipt.refund_of:
        yield Text(t("Refund of ticket {number}", number=receipt.refund_of), bold=True)


def _stamps(receipt: Receipt, t: Translator) -> Iterator[Row]:
    """What nobody may take the paper for: said at its head, in large letters."""
    if receipt.training:
        yield Text(t(TRAINING), centred=True, bold=True, large=True)
    if receipt.copy:
        text = t("DUPLICATE no. {number}", number=t.number(receipt.copy))
        yield Text(text, centred=True, bold=True, large=True)


def _line(line: TicketLine, t: Translator) -> Iterator[Row]:
    yield Pair(line.label, t.money(line.total_cents))
    detail = f"  {t.quantity(line.quantity_milli)} × {t.money(line.unit_price_cents)}"
    rate = t("VAT {rate}", rate=t.percent(line.vat_bp))
    yield Text(f"{detail}  {rate}" if line.quantity_milli != MILLI else f"  {rate}")
    if line.discount_cents:
        yield Pair(f"  {t('Discount')}", f"({t.money(-line.discount_cents)})")


def _vat(ticket: Ticket, t: Translator) -> Iterator[Row]:
    yield Table((t("VAT"), t("Net"), t("Tax"), t("Gross")))
    for rate in ticket.vat:
        amounts = (rate.base_cents, rate.vat_cents, rate.total_cents)
        yield Table((t.percent(rate.vat_bp), *map(t.money, amounts)))


def _foot(receipt: Receipt, t: Translator) -> Iterator[Row]:
    signature = signature_mark(receipt.signature)
    if signature:
        yield Pair(t("Signature {characters}", characters=signature), receipt.software)
    else:
        yield Text(receipt.software)
    if receipt.qr:
        yield Qr(receipt.qr)
    yield from _stamps(receipt, t)
    yield Text(t("Thank you, and see you soon."), centred=True)
