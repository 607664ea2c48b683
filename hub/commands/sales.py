"""Sales and refunds. A ticket is a fact: taken as the till made it, never recomputed, flagged where
odd."""

from common.commands import RefundSigned, SaleRecord, SaleSigned, record_kind
from common.errors import Refusal
from common.journal.customer import CustomerOpening
from common.journal.kinds import RecordType
from common.journal.refund import RefundData
from common.journal.sale import SaleData
from common.models import Original, Sale, Ticket
from common.rules import ticket_is_sound
from hub.authority import check_operator
from hub.commands.customers import keep_opening
from hub.commands.signed import take_records, taken_data
from hub.commands.stock import enter
from hub.records import catalogue, refunds, sales
from hub.work import Work

CLOCK_TOLERANCE_MS = 120_000


def record(work: Work, args: SaleRecord | SaleSigned) -> None:
    """Keep the ticket, take its goods from stock, add it to the till's takings; into the journal.

    The same ticket comes again where an outbox was renewed. Another one under its id is refused,
    which quarantines it.
    """
    if isinstance(args, SaleRecord):
        ticket, entered, opening = args.ticket, False, None
    else:
        taken = take_records(work, args.records, RecordType.SALE)
        sale: SaleData = taken_data(taken.record)
        ticket, entered, opening = sale.ticket, not taken.repeated, args.opening
    if not _is_new(work, ticket, entered):
        return
    if isinstance(args, SaleRecord):
        work.journal.unsigned(work.device, sales.ticket_bytes(ticket), work.now_ms)
    _enter(work, ticket, RecordType.SALE, opening)


def refund(work: Work, args: RefundSigned) -> None:
    """Put the goods back into stock, take the money from the takings; a repeated id as with a sale.

    Whether so much of the original was sold, and is not back yet, is flagged where it is not so.
    """
    taken = take_records(work, args.records, RecordType.REFUND)
    data: RefundData = taken_data(taken.record)
    if not _is_new(work, data.ticket, not taken.repeated):
        return
    doubt = refunds.doubt(work.db, data.ticket, data.original)
    if doubt:
        number = f"{data.original.series}-{data.original.number}"
        work.flag(doubt, f"{data.ticket.series}-{data.ticket.number}: {number}")
    refunds.add(work.db, data)
    _enter(work, data.ticket, RecordType.REFUND, args.opening, data.original)


def _is_new(work: Work, ticket: Ticket, entered: bool) -> bool:
    """Keep a ticket, and return True; False where it was here already.

    `entered`: its record was entered now.
    """
    if sales.add_ticket(work.db, ticket, work.arrival):
        return True
    if sales.kept_ticket(work.db, ticket.id) != ticket:
        raise Refusal("repeated_id", id=ticket.id)
    work.repeated("sales", "stock")
    if entered:
        # It stands in another record, too: the journal's sums are those of the tickets.
        work.journal.repeated(ticket.id, work.now_ms)
    return False


def _enter(
    work: Work,
    ticket: Ticket,
    kind: RecordType,
    opening: CustomerOpening | None,
    refunded: Original | None = None,
) -> None:
    _look(work, ticket)
    keep_opening(work, ticket, opening)
    check_operator(work, record_kind(kind), ticket.id, ticket.operator_id)
    known = catalogue.known(work.db, (line.article_id for line in ticket.lines if line.article_id))
    moved: dict[str, int] = {}
    for line in ticket.lines:
        if line.article_id in known:
            moved[line.article_id] = moved.get(line.article_id, 0) - line.quantity_milli
        elif line.article_id or line.code:
            # Of what was scanned and nobody knew, the code says what is to be created.
            work.flag("flag_unknown_article", " ".join(filter(None, (line.label, line.code))))
    enter(work, moved, ticket.location_id, kind.value, ticket.id)
    work.put("takings", sales.add_takings(work.db, ticket, work.arrival))
    device, flags = work.device, tuple(work.flags)
    sale = Sale(ticket.id, device.id, device.name, work.now_ms, ticket, flags, refunded)
    work.put("sales", sale)


def _look(work: Work, ticket: Ticket) -> None:
    number = f"{ticket.series}-{ticket.number}"
    if not ticket_is_sound(ticket):
        work.flag("flag_totals_differ", number)
    if sales.number_taken(work.db, ticket):
        work.flag("flag_repeated_number", number)
    if abs(ticket.clock_diff_ms) > CLOCK_TOLERANCE_MS:
        work.flag("flag_clock", f"{number}: {ticket.clock_diff_ms // 1000} s")
