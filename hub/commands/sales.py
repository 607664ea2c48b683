"""Sales. A ticket is a fact: taken as the till made it, never recomputed, flagged where odd."""

from common.commands import SaleRecord, SaleSigned
from common.errors import Refusal
from common.journal.record import ticket_of
from common.models import Sale, Ticket
from common.rules import ticket_is_sound
from hub.authority import check_operator
from hub.commands.signed import take_records
from hub.commands.stock import enter
from hub.records import catalogue, sales
from hub.work import Work

CLOCK_TOLERANCE_MS = 120_000


def record(work: Work, args: SaleRecord | SaleSigned) -> None:
    """Keep the ticket, take its goods from stock, add it to the till's takings; into the journal.

    The same ticket comes again where an outbox was renewed. Another one under its id is refused,
    which quarantines it.
    """
    ticket, entered = (
        _signed_ticket(work, args) if isinstance(args, SaleSigned) else (args.ticket, False)
    )
    if not sales.add_ticket(work.db, ticket, work.arrival):
        if sales.kept_ticket(work.db, ticket.id) != ticket:
            raise Refusal("repeated_id", id=ticket.id)
        work.remark("flag_repeated_id")
        if entered:
            # It stands in another record, too: the journal's sums are those of the tickets.
            work.journal.repeated(ticket.id, work.now_ms)
        return
    if isinstance(args, SaleRecord):
        work.journal.unsigned(work.device, sales.ticket_bytes(ticket), work.now_ms)
    _look(work, ticket)
    check_operator(work, "sale.record", ticket.id, ticket.operator_id)
    known = catalogue.known(work.db, (line.article_id for line in ticket.lines if line.article_id))
    sold: dict[str, int] = {}
    for line in ticket.lines:
        if line.article_id in known:
            sold[line.article_id] = sold.get(line.article_id, 0) - line.quantity_milli
        elif line.article_id:
            work.flag("flag_unknown_article", line.label)
    enter(work, sold, ticket.location_id, "sale", ticket.id)
    work.put("takings", sales.add_takings(work.db, ticket, work.arrival))
    sale = Sale(ticket.id, work.device.id, work.device.name, work.now_ms, ticket, tuple(work.flags))
    work.put("sales", sale)


def _signed_ticket(work: Work, args: SaleSigned) -> tuple[Ticket, bool]:
    """Return the ticket, and whether its record was entered now and not before."""
    taken = take_records(work, args.records)
    try:
        return ticket_of(taken.record), not taken.repeated
    except ValueError as error:
        raise Refusal("unreadable_command", reason=str(error)) from error


def _look(work: Work, ticket: Ticket) -> None:
    number = f"{ticket.series}-{ticket.number}"
    if not ticket_is_sound(ticket):
        work.flag("flag_totals_differ", number)
    if sales.number_taken(work.db, ticket):
        work.flag("flag_repeated_number", number)
    if abs(ticket.clock_diff_ms) > CLOCK_TOLERANCE_MS:
        work.flag("flag_clock", f"{number}: {ticket.clock_diff_ms // 1000} s")
