"""The last tickets, and what stands on one of them.

Owns how a ticket is summed up in one line of a list. Its amounts are the ticket's own: nothing is
computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.models import Payment, Ticket
from common.payments import CARD, ROUNDING
from common.rules import CASH
from kiosk.basket import pieces
from kiosk.catalogue import Catalogue, SoldTicket

METHODS: Final[Mapping[str, str]] = {
    CASH: mark("Cash"),
    CARD: mark("Card"),
    "cheque": mark("Cheque"),
    "meal_voucher": mark("Meal voucher"),
    "voucher": mark("Voucher"),
    ROUNDING: mark("Cash rounding"),
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
        _ticket_view(sold, t, now_ms, utc_offset_min) for sold in catalogue.sales(limit, series)
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


def ticket_lines(ticket: Ticket, t: Translator) -> tuple[PaperLineView, ...]:
    """Return what stands on a ticket, line by line."""
    return tuple(
        PaperLineView(
            f"{t.quantity(line.quantity_milli)}\u00a0×", line.label, t.money(line.total_cents)
        )
        for line in ticket.lines
    )


def _ticket_view(sold: SoldTicket, t: Translator, now_ms: int, utc_offset_min: int) -> TicketView:
    ticket = sold.ticket
    count = pieces(line.quantity_milli for line in ticket.lines)
    methods = dict.fromkeys(method_name(each.method, t) for each in handed_over(ticket))
    return TicketView(
        id=ticket.id,
        number=t("Ticket {number}", number=f"{ticket.series}-{ticket.number}"),
        time=t.moment(ticket.at_ms, now_ms, utc_offset_min),
        detail=SEPARATOR.join([t.n("{count} article", "{count} articles", count), *methods]),
        device=sold.device_name,
        total=t.money(ticket.total_cents),
        pending=sold.pending,
        state=t("Not at the hub yet") if sold.pending else "",
        flagged=bool(sold.flags),
    )
