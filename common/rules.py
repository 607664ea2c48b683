"""The shop's rules as pure checks, the same on till and hub.

Owns how a ticket is made from lines and payments, what makes its totals right, and the business
date. Checks return codes, screens translate them. No storage, no clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from common.models import Payment, Ticket, TicketLine
from common.money import divide_half_up, line_total_cents, vat_lines

CASH: Final = "cash"
"""The payment method that lies in a drawer."""


def ticket_line(
    article_id: str,
    label: str,
    quantity_milli: int,
    unit_price_cents: int,
    vat_bp: int,
    code: str = "",
    discount_cents: int = 0,
    note: str = "",
) -> TicketLine:
    """Return a line with its total, cents TTC, rounded half up."""
    total = line_total_cents(unit_price_cents, quantity_milli, discount_cents)
    return TicketLine(
        article_id,
        label,
        quantity_milli,
        unit_price_cents,
        vat_bp,
        total,
        discount_cents,
        code,
        note,
    )


def refund_line(line: TicketLine, quantity_milli: int, before_milli: int = 0) -> TicketLine:
    """Return the line that gives back so much of a sold one, `before_milli` of which is back.

    To the cent what was paid for it: given back in parts, the parts come to the whole. Raises
    ValueError for a quantity that the line does not have.
    """
    sold = line.quantity_milli
    if not 0 < quantity_milli <= sold - before_milli or before_milli < 0:
        raise ValueError(f"{quantity_milli} of {sold} thousandths, {before_milli} given back")
    upto = divide_half_up(line.total_cents * (before_milli + quantity_milli), sold)
    total = upto - divide_half_up(line.total_cents * before_milli, sold)
    full = line_total_cents(line.unit_price_cents, -quantity_milli)
    return replace(
        line,
        quantity_milli=-quantity_milli,
        total_cents=-total,
        discount_cents=full + total,
        note="",
    )


def given_back_milli(sold: Sequence[TicketLine], back: Iterable[TicketLine]) -> list[int]:
    """Return how much of each sold line was given back, thousandths, by all lines of its refunds.

    A line that gives back names what was sold by article and label; where several sold lines bear
    both, the first of them with something left has it.
    """
    found = [0] * len(sold)
    for each in back:
        left = -each.quantity_milli
        for at, line in enumerate(sold):
            if (line.article_id, line.label) == (each.article_id, each.label):
                share = min(left, line.quantity_milli - found[at])
                found[at] += share
                left -= share
    return found


def total_cents(lines: Iterable[TicketLine]) -> int:
    """Return what lines come to, cents TTC."""
    return sum(line.total_cents for line in lines)


def settles(total: int, payments: Sequence[Payment]) -> bool:
    """Return whether payments pay exactly the total, each giving at least what it settles."""
    return sum(payment.amount_cents for payment in payments) == total and all(
        payment.given_cents >= payment.amount_cents for payment in payments
    )


def cash(total: int, given_cents: int) -> Payment:
    """Return a cash payment of the whole total; raises ValueError when too little was given."""
    if given_cents < total:
        raise ValueError(f"{given_cents} cents given for {total}")
    return Payment(CASH, total, given_cents)


def ticket_is_sound(ticket: Ticket) -> bool:
    """Return whether lines, VAT, payments and total of a ticket agree to the cent."""
    lines_right = all(
        line.total_cents
        == line_total_cents(line.unit_price_cents, line.quantity_milli, line.discount_cents)
        for line in ticket.lines
    )
    vat_right = ticket.vat == vat_lines((line.vat_bp, line.total_cents) for line in ticket.lines)
    return (
        lines_right
        and vat_right
        and ticket.total_cents == total_cents(ticket.lines)
        and settles(ticket.total_cents, ticket.payments)
    )


def local_time(at_ms: int, utc_offset_min: int) -> datetime:
    """Return the wall-clock time that a moment had where it happened (naive datetime)."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)
    return moment.replace(tzinfo=None)


def business_date(at_ms: int, utc_offset_min: int, day_starts_min: int = 0) -> str:
    """Return the shop's day of a moment as YYYY-MM-DD; a day starts `day_starts_min` past 0:00."""
    moment = local_time(at_ms, utc_offset_min) - timedelta(minutes=day_starts_min)
    return moment.date().isoformat()
