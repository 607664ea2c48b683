"""Making the papers of a post: tickets and goods receipts, whole and final.

Owns what a paper is made of besides its lines: id, series and number, time and business date. Pure;
clocks and ids are handed in. What was made is not on disk yet, and whether it may be made by this
post is not asked here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from common.errors import Refusal
from common.models import GoodsReceipt, Payment, ReceiptLine, Ticket, TicketLine, convert
from common.money import vat_lines
from common.rules import business_date, settles, total_cents
from kiosk.clocks import Clocks

PaperT = TypeVar("PaperT", Ticket, GoodsReceipt)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where, when and by whom a paper is made. `clock_diff_ms`: hub time minus this post's, now.

    `operator`: the name as it stands on paper; `operator_id`: whose, "" where nobody logs in.
    """

    operator: str
    location_id: str
    clock_diff_ms: int
    operator_id: str = ""


class Till:
    """Makes papers. `mint` gives ids."""

    def __init__(self, clocks: Clocks, mint: Callable[[], str]) -> None:
        self._clocks = clocks
        self._mint = mint

    def ticket(
        self,
        series: str,
        number: int,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        stamp: Stamp,
    ) -> Ticket:
        """Return a ticket; raises Refusal `ticket_empty`, `payment_differs`, `malformed`."""
        if not lines:
            raise Refusal("ticket_empty")
        total = total_cents(lines)
        if not settles(total, payments):
            raise Refusal("payment_differs")
        at_ms = self._clocks.wall_ms()
        offset_min = self._clocks.offset_min(at_ms)
        ticket = Ticket(
            id=self._mint(),
            series=series,
            number=number,
            at_ms=at_ms,
            utc_offset_min=offset_min,
            # The shop's day by the hub's clock: a till whose battery died must not sell in 1970.
            business_date=business_date(at_ms + stamp.clock_diff_ms, offset_min),
            clock_diff_ms=stamp.clock_diff_ms,
            operator=stamp.operator,
            location_id=stamp.location_id,
            lines=tuple(lines),
            vat=vat_lines((line.vat_bp, line.total_cents) for line in lines),
            payments=tuple(payments),
            total_cents=total,
            operator_id=stamp.operator_id,
        )
        return _checked(ticket, Ticket)

    def receipt(self, lines: Sequence[ReceiptLine], note: str, stamp: Stamp) -> GoodsReceipt:
        """Return a goods receipt; raises Refusal `ticket_empty`, `malformed`."""
        if not lines:
            raise Refusal("ticket_empty")
        at_ms = self._clocks.wall_ms()
        receipt = GoodsReceipt(
            id=self._mint(),
            at_ms=at_ms,
            utc_offset_min=self._clocks.offset_min(at_ms),
            clock_diff_ms=stamp.clock_diff_ms,
            operator=stamp.operator,
            location_id=stamp.location_id,
            lines=tuple(lines),
            note=note,
            operator_id=stamp.operator_id,
        )
        return _checked(receipt, GoodsReceipt)


def _checked(paper: PaperT, kind: type[PaperT]) -> PaperT:
    """Return what the hub will read, once its limits hold: better refused here than there."""
    try:
        return convert(msgspec.to_builtins(paper), kind)
    except msgspec.ValidationError as error:
        raise Refusal("malformed", reason=str(error)) from error
