"""What stands beside the basket: the pad's keys, the sale just paid, one ticket in detail.

Owns how a typed number announces what it will do, and how a ticket is laid out for reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator
from common.models import Customer, Ticket
from common.money import MILLI
from common.payments import CARD, ROUNDING
from common.rules import CASH, given_back_milli
from kiosk.catalogue import SoldTicket
from kiosk.keypad import Entry
from kiosk.views.buyer import named
from kiosk.views.papers import (
    SEPARATOR,
    PaperLineView,
    handed_over,
    handed_over_cents,
    method_name,
    rounded_cents,
    ticket_lines,
)

CODE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class PadView:
    """`entry`: what was typed, "" for nothing. `ok`: what the pad's confirming key would do."""

    entry: str
    ok: str
    can_ok: bool
    can_erase: bool
    can_change: bool


@dataclass(frozen=True, slots=True)
class PaidView:
    """The sale just paid. `change` is "" where nothing goes back; `given`: "Cash · €20.00"."""

    number: str
    total: str
    given: str
    label: str
    change: str
    note: str


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One label with its amount, as "VAT 5.5 %" and "€1.04"."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class TicketDetailView:
    """One ticket, whole. `state` is "" once the hub has it.

    `about`: which ticket it gives back, or what of it was given back. `can_refund`: there is
    something left to give back.
    """

    number: str
    detail: str
    state: str
    lines: tuple[PaperLineView, ...]
    sums: tuple[DetailRow, ...]
    total: str
    about: str = ""
    can_refund: bool = False


def looks_like_code(entry: Entry) -> bool:
    """Return whether so many digits were typed that they mean an article's code."""
    return len(entry.code) >= CODE_DIGITS


def wanted_milli(entry: Entry, weighed_milli: int | None) -> int:
    """Return how much of an article is meant: as its label says, else as was typed, else one."""
    typed = None if looks_like_code(entry) else entry.milli
    return weighed_milli or typed or MILLI


def pad_view(entry: Entry, selected: bool, t: Translator) -> PadView:
    """Return the pad over a list; `selected`: a line is there for its keys to act on."""
    code = looks_like_code(entry)
    shown = entry.shown(t.decimal)
    return PadView(
        entry="" if not shown else shown if code else f"{shown}\u00a0×",
        ok=t("Find code") if code else t("Quantity"),
        can_ok=code or (selected and entry.milli is not None),
        can_erase=bool(entry),
        can_change=selected,
    )


def paid_view(ticket: Ticket, online: bool, t: Translator) -> PaidView:
    """Return the sale just paid: the change where there was cash, else what was paid."""
    if ticket.total_cents < 0:
        return _given_back(ticket, online, t)
    payments = handed_over(ticket)
    names = list(dict.fromkeys(method_name(each.method, t) for each in payments))
    change = sum(each.given_cents - each.amount_cents for each in payments)
    cash = any(each.method == CASH for each in payments)
    given = t.money(sum(each.given_cents for each in payments))
    # Of several, their number: the names would leave no room for the ticket's.
    by = names[0] if len(names) == 1 else t.n("{count} payment", "{count} payments", len(payments))
    by_card = {each.method for each in payments} == {CARD}
    return PaidView(
        number=_number(ticket, t),
        total=t.money(ticket.total_cents),
        given=SEPARATOR.join([by, given]),
        label=t("Change") if cash else t("Paid by card") if by_card else t("Paid"),
        change=t.money(change) if cash else t.money(ticket.total_cents),
        note="" if online else t("Kept on this post and sent when the hub is back."),
    )


def _given_back(ticket: Ticket, online: bool, t: Translator) -> PaidView:
    names = dict.fromkeys(method_name(each.method, t) for each in handed_over(ticket))
    return PaidView(
        number=_number(ticket, t),
        total=t.money(ticket.total_cents),
        given=", ".join(names),
        label=t("Give back to the customer"),
        change=t.money(-handed_over_cents(ticket)),
        note="" if online else t("Kept on this post and sent when the hub is back."),
    )


def ticket_detail(
    sold: SoldTicket,
    t: Translator,
    refunds: Sequence[Ticket] = (),
    customer: Customer | None = None,
) -> TicketDetailView:
    """Return one ticket for reading; amounts are the ticket's own. `refunds`: of it, so far.

    `customer`: who is on it, None for nobody, or where nobody knows any more.
    """
    ticket = sold.ticket
    whose = "" if ticket.customer is None else named(ticket.customer.id, customer, t)
    day = t.short_date(ticket.at_ms, ticket.utc_offset_min)
    time = t.time_of_day(ticket.at_ms, ticket.utc_offset_min)
    who = [f"{day} {time}", ticket.operator, sold.device_name]
    sums = [
        DetailRow(t("VAT {rate} included", rate=t.percent(row.vat_bp)), t.money(row.vat_cents))
        for row in ticket.vat
    ]
    beside = [f"{t('Customer')}{SEPARATOR}{whose}" if whose else "", ticket.note]
    sums = [*(DetailRow(words, "") for words in beside if words), *sums]
    rounded = rounded_cents(ticket)
    if rounded:
        sums.append(DetailRow(method_name(ROUNDING, t), t.money(rounded)))
    for payment in handed_over(ticket):
        sums.append(DetailRow(method_name(payment.method, t), t.money(payment.given_cents)))
        if payment.given_cents > payment.amount_cents:
            back = payment.given_cents - payment.amount_cents
            sums.append(DetailRow(t("Change"), t.money(back)))
    return TicketDetailView(
        number=_number(ticket, t),
        detail=SEPARATOR.join(part for part in who if part),
        state=t("Not at the hub yet") if sold.pending else "",
        about=_about(sold, refunds, t),
        can_refund=sold.refunds is None and any(left_milli(ticket, refunds)),
        lines=ticket_lines(ticket, t),
        sums=tuple(sums),
        total=t.money(ticket.total_cents),
    )


def left_milli(ticket: Ticket, refunds: Sequence[Ticket]) -> list[int]:
    """Return how much of each line can still be given back, thousandths."""
    back = given_back_milli(ticket.lines, (line for each in refunds for line in each.lines))
    return [line.quantity_milli - gone for line, gone in zip(ticket.lines, back, strict=True)]


def _about(sold: SoldTicket, refunds: Sequence[Ticket], t: Translator) -> str:
    if sold.refunds is not None:
        number = f"{sold.refunds.series}-{sold.refunds.number}"
        return t("Gives back ticket {number}", number=number)
    if not refunds:
        return ""
    amount_cents = -sum(each.total_cents for each in refunds)
    return t("Given back so far: {amount}", amount=t.money(amount_cents))


def _number(ticket: Ticket, t: Translator) -> str:
    return t("Ticket {number}", number=f"{ticket.series}-{ticket.number}")
