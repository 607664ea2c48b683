"""A ticket in a record: the ticket by value, and the VAT of each of its lines.

Owns how the VAT of a rate is shared out over lines. What a ticket is, is `models.py`'s.
"""

from dataclasses import dataclass

from common.journal.kinds import is_ticket
from common.journal.record import Record
from common.models import Ticket, convert
from common.money import spread


@dataclass(frozen=True, slots=True)
class SaleData:
    """What a sale holds besides: the ticket, and the VAT of each of its lines, in cents.

    The VAT of a rate is rounded once, on the ticket; what the lines say sums up to it.
    """

    ticket: Ticket
    line_vat_cents: tuple[int, ...]


def sale_data(ticket: Ticket) -> SaleData:
    """Return what the record of a sale holds."""
    return SaleData(ticket, line_vat_cents(ticket))


def ticket_of(record: Record) -> Ticket:
    """Return the ticket of a sale or a refund; raises ValueError for what is neither."""
    if not is_ticket(record.type):
        raise ValueError(f"a record of type {record.type}")
    return convert(record.data, SaleData).ticket


def line_vat_cents(ticket: Ticket) -> tuple[int, ...]:
    """Return the VAT of each line, such that those of one rate sum up to the ticket's.

    Shared out by what the lines come to, by largest remainder.
    """
    vat = [0] * len(ticket.lines)
    for rate in ticket.vat:
        places = [i for i, line in enumerate(ticket.lines) if line.vat_bp == rate.vat_bp]
        weights = [abs(ticket.lines[place].total_cents) for place in places]
        if not places:
            continue
        for place, share in zip(places, spread(rate.vat_cents, weights), strict=True):
            vat[place] = share
    return tuple(vat)
