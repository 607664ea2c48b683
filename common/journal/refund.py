"""A refund in a record: a ticket of negative amounts that names the one it gives back.

It has its own number in its till's series. Whether so much was ever sold is the hub's to look at.
"""

from dataclasses import dataclass

from common.models import Label, Original, Ticket


@dataclass(frozen=True, slots=True)
class RefundData:
    """As `SaleData`, its amounts and quantities negative; which ticket is given back, and why."""

    ticket: Ticket
    line_vat_cents: tuple[int, ...]
    original: Original
    reason: Label
