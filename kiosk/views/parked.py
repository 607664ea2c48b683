"""The parked tickets as a till lists them, and one of them in detail.

Owns how each says where it was parked, and whether a till has it in hand.
"""

from common.i18n import Translator
from common.models import ParkedLine, ParkedTicket
from common.money import line_total_cents
from kiosk.basket import pieces
from kiosk.discount import Discount
from kiosk.parked_tickets import ParkedEntry
from kiosk.views.counter import DetailRow, TicketDetailView
from kiosk.views.papers import SEPARATOR, PaperLineView, TicketView


def parked_view(
    entry: ParkedEntry, here: bool, t: Translator, now_ms: int, utc_offset_min: int
) -> TicketView:
    """Return one row of the list; `here`: this till has it in hand."""
    ticket, state = entry.ticket, _state(entry, here, t)
    count = pieces(line.quantity_milli for line in ticket.lines)
    return TicketView(
        id=ticket.id,
        number=_title(ticket),
        time=t.moment(ticket.at_ms, now_ms, utc_offset_min),
        detail=state or t.n("{count} article", "{count} articles", count),
        device=_device(entry),
        total=t.money(ticket.total_cents),
        pending=entry.pending,
        state=state,
        flagged=entry.row is not None and bool(entry.row.also_at),
    )


def parked_detail(entry: ParkedEntry, here: bool, t: Translator) -> TicketDetailView:
    """Return one of them for reading."""
    ticket = entry.ticket
    time = t.time_of_day(ticket.at_ms, ticket.utc_offset_min)
    who = [f"{t.short_date(ticket.at_ms, ticket.utc_offset_min)} {time}"]
    who += [part for part in (ticket.operator, _device(entry)) if part]
    totals = [_line_cents(line) for line in ticket.lines]
    off_cents = sum(totals) - ticket.total_cents
    return TicketDetailView(
        number=_title(ticket),
        detail=SEPARATOR.join(who),
        state=_state(entry, here, t),
        lines=tuple(
            PaperLineView(f"{t.quantity(line.quantity_milli)}\u00a0×", line.label, t.money(total))
            for line, total in zip(ticket.lines, totals, strict=True)
        ),
        sums=(DetailRow(t("Discount"), t.money(-off_cents)),) if off_cents else (),
        total=t.money(ticket.total_cents),
    )


def _line_cents(line: ParkedLine) -> int:
    """Return what a line comes to, its own discount taken off."""
    full_cents = line_total_cents(line.unit_price_cents, line.quantity_milli)
    return full_cents - Discount(line.discount_cents, line.discount_bp).of(full_cents)


def _title(ticket: ParkedTicket) -> str:
    """Return what it was parked as, else what lies on top of it."""
    more = len(ticket.lines) - 1
    return ticket.note or ticket.lines[0].label + (f" +{more}" if more else "")


def _device(entry: ParkedEntry) -> str:
    return "" if entry.row is None else entry.row.device_name


def _state(entry: ParkedEntry, here: bool, t: Translator) -> str:
    """Return what stands in its way, or in another till's; "" while it simply waits."""
    row = entry.row
    if row is not None and row.also_at:
        return t("Taken up at {first} and {second}", first=row.holder_name, second=row.also_at)
    if here:
        return t("Taken up here")
    if row is None:
        return t("Not at the hub yet")
    return t("Taken up at {device}", device=row.holder_name) if row.holder_id else ""
