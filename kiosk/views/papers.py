"""The last tickets, and what stands on one of them.

Owns how a ticket is summed up in one line of a list. Its amounts are the ticket's own: nothing is
computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from common.errors import Problem
from common.i18n import Translator, mark
from common.models import Payment, Ticket
from common.payments import CARD, EXCHANGE, ROUNDING
from common.rules import CASH
from kiosk.basket import pieces
from kiosk.catalogue import Catalogue, SoldTicket
from kiosk.views.problems import problem_text

METHODS: Final[Mapping[str, str]] = {
    CASH: mark("Cash"),
    CARD: mark("Card"),
    "cheque": mark("Cheque"),
    "meal_voucher": mark("Meal voucher"),
    "voucher": mark("Voucher"),
    ROUNDING: mark("Cash rounding"),
    EXCHANGE: mark("Exchange"),
}
SEPARATOR: Final = " · "


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket of the list. `state` is "" once the hub has it; `flagged`: the hub saw it odd."""

    id: str
    number: str
    time: str
    detail: str
    device: str
    total: str
    pending: bool
    state: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class OlderView:
    """The key that asks for older tickets; `note`: why none came, or ""."""

    text: str
    open: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperLineView:
    """One line of a ticket or a goods receipt; `amount` is "" where there is none."""

    quantity: str
    label: str
    amount: str


def ticket_views(
    catalogue: Catalogue,
    t: Translator,
    now_ms: int,
    utc_offset_min: int,
    limit: int,
    series: str | None = None,
) -> tuple[TicketView, ...]:
    """Return the newest tickets first; `series`: one till's only."""
    return tuple(
        ticket_view(sold, t, now_ms, utc_offset_min) for sold in catalogue.sales(limit, series)
    )


def method_name(method: str, t: Translator) -> str:
    """Return what a method of payment is called; one of a later release by its own name."""
    return t(METHODS[method]) if method in METHODS else method


def handed_over(ticket: Ticket) -> tuple[Payment, ...]:
    """Return a ticket's payments without what was rounded."""
    return tuple(each for each in ticket.payments if each.method != ROUNDING)


def rounded_cents(ticket: Ticket) -> int:
    """Return what rounding cash added to a ticket's total; below 0: what it took off."""
    return -sum(each.amount_cents for each in ticket.payments if each.method == ROUNDING)


def handed_over_cents(ticket: Ticket) -> int:
    """Return what was paid, or below 0 given back, once cash was rounded."""
    return ticket.total_cents + rounded_cents(ticket)


def ticket_lines(ticket: Ticket, t: Translator) -> tuple[PaperLineView, ...]:
    """Return what stands on a ticket, line by line."""
    return tuple(
        PaperLineView(
            f"{t.quantity(line.quantity_milli)}\u00a0×",
            SEPARATOR.join(part for part in (line.label, line.note) if part),
            t.money(line.total_cents),
        )
        for line in ticket.lines
    )


def ticket_words(sold: SoldTicket) -> str:
    """Return what a ticket is found by: its number, amounts, time and day, people, articles."""
    ticket = sold.ticket
    units, cents = divmod(abs(ticket.total_cents), 100)
    at = datetime.fromtimestamp(ticket.at_ms / 1000, UTC) + timedelta(minutes=ticket.utc_offset_min)
    return " ".join(
        (
            f"{ticket.series}-{ticket.number}",
            f"{units},{cents:02} {units}.{cents:02}",
            f"{at:%H:%M} {at:%d/%m} {at:%Y-%m-%d}",
            ticket.operator,
            sold.device_name,
            *(f"{line.label} {line.code}" for line in ticket.lines),
        )
    )


def older_view(asking: bool, end: bool, problem: Problem | None, t: Translator) -> OlderView:
    """Return what the key says that asks the hub for older tickets."""
    if asking:
        return OlderView(t("Asking the office…"), False)
    if end:
        return OlderView(t("There is nothing older."), False)
    return OlderView(t("Older tickets"), True, "" if problem is None else problem_text(problem, t))


def ticket_view(sold: SoldTicket, t: Translator, now_ms: int, utc_offset_min: int) -> TicketView:
    """Return one ticket of the list."""
    ticket = sold.ticket
    methods = dict.fromkeys(method_name(each.method, t) for each in handed_over(ticket))
    return TicketView(
        id=ticket.id,
        number=t("Ticket {number}", number=f"{ticket.series}-{ticket.number}"),
        time=t.moment(ticket.at_ms, now_ms, utc_offset_min),
        detail=SEPARATOR.join([_what(sold, t), *methods]),
        device=sold.device_name,
        total=t.money(ticket.total_cents),
        pending=sold.pending,
        state=t("Not at the hub yet") if sold.pending else "",
        flagged=bool(sold.flags),
    )


def _what(sold: SoldTicket, t: Translator) -> str:
    if sold.refunds is not None:
        return t("Refund")
    count = pieces(line.quantity_milli for line in sold.ticket.lines)
    return t.n("{count} article", "{count} articles", count)
