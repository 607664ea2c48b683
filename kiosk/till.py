"""Making the papers of a post: tickets and goods receipts, whole and final.

Owns what a paper is made of besides its lines: id, series and number, time and business date. Pure;
clocks and ids are handed in. What was made is not on disk yet, and whether it may be made by this
post is not asked here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from common.errors import Refusal
from common.models import (
    CustomerRef,
    GoodsReceipt,
    Payment,
    ReceiptLine,
    Ticket,
    TicketLine,
    convert,
)
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands on a ticket beside what was sold: whose it is, and what was noted."""

    customer: CustomerRef | None = None
    note: str = ""


NOTHING: Final = Beside()


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened at a post, and who did it. `at_ms`: the post's clock in UTC.

    `clock_diff_ms`: hub time minus that, as last measured; `business_date`: the shop's day.
    """

    operator: str
    at_ms: int
    utc_offset_min: int
    clock_diff_ms: int
    business_date: str


class Till:
    """Makes papers. `mint` gives ids."""

    def __init__(self, clocks: Clocks, mint: Callable[[], str]) -> None:
        self._clocks = clocks
        self._mint = mint

    def moment(self, stamp: Stamp) -> Moment:
        """Return what is written of now."""
        at_ms = self._clocks.wall_ms()
        offset_min = self._clocks.offset_min(at_ms)
        # The shop's day by the hub's clock: a till whose battery died must not sell in 1970.
        day = business_date(at_ms + stamp.clock_diff_ms, offset_min)
        return Moment(stamp.operator, at_ms, offset_min, stamp.clock_diff_ms, day)

    def ticket(
        self,
        series: str,
        number: int,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        stamp: Stamp,
        moment: Moment | None = None,
        beside: Beside = NOTHING,
    ) -> Ticket:
        """Return a ticket, of now where no moment is given.

        Raises Refusal `ticket_empty`, `payment_differs`, `malformed`.
        """
        if not lines:
            raise Refusal("ticket_empty")
        total = total_cents(lines)
        if not settles(total, payments):
            raise Refusal("payment_differs")
        moment = moment or self.moment(stamp)
        ticket = Ticket(
            id=self._mint(),
            series=series,
            number=number,
            at_ms=moment.at_ms,
            utc_offset_min=moment.utc_offset_min,
            business_date=moment.business_date,
            clock_diff_ms=stamp.clock_diff_ms,
            operator=stamp.operator,
            location_id=stamp.location_id,
            lines=tuple(lines),
            vat=vat_lines((line.vat_bp, line.total_cents) for line in lines),
            payments=tuple(payments),
            total_cents=total,
            operator_id=stamp.operator_id,
            customer=beside.customer,
            note=beside.note,
        )
        return _checked(ticket, Ticket)

    def refund(
        self,
        series: str,
        number: int,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        stamp: Stamp,
        moment: Moment | None = None,
        beside: Beside = NOTHING,
    ) -> Ticket:
        """Return a ticket that gives back; raises as `ticket` does, and `refund_positive`."""
        if any(line.quantity_milli >= 0 or line.total_cents > 0 for line in lines):
            raise Refusal("refund_positive")
        return self.ticket(series, number, lines, payments, stamp, moment, beside)

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
