"""Parked tickets. Parking is a fact; a recall is a request, granted to one till; what ends one is a
fact again. A basket that two tills took, one of them without the hub, is flagged."""

from typing import Final

from common.commands import TicketPark, TicketRecall, TicketUnpark, Unparked
from common.errors import Refusal
from hub.authority import check_operator
from hub.records import devices, parked
from hub.records.parked import Standing
from hub.work import Work

DAY_MS: Final = 86_400_000
OVER_DAYS: Final = 60
"""For so long one that is over is known: a till that was away may have taken it as well."""
DROPPED_AT_ONCE: Final = 10


def park(work: Work, args: TicketPark) -> None:
    """Keep the basket for whoever recalls it; a repeated id as with a ticket."""
    ticket = args.ticket
    oldest_ms = max(0, work.now_ms - OVER_DAYS * DAY_MS)
    parked.drop_over(work.db, f"{oldest_ms:012x}", DROPPED_AT_ONCE)
    if not parked.add(work.db, ticket, work.arrival):
        kept = parked.standing(work.db, ticket.id)
        if kept is not None and kept.ticket not in (None, ticket):
            raise Refusal("repeated_id", id=ticket.id)
        work.repeated("parked")
        if ticket.before:
            # Where its own end came first, nobody has said yet that it went on from another.
            _go_on(work, ticket.before, parked.AGAIN)
        return
    check_operator(work, "ticket.park", ticket.id, ticket.operator_id)
    if ticket.before:
        _go_on(work, ticket.before, parked.AGAIN)
    _publish(work, ticket.id)


def recall(work: Work, args: TicketRecall) -> None:
    """Grant a parked ticket to this till, where no other has it in hand.

    One that a till had which is no longer of this shop is free again.
    """
    found = parked.standing(work.db, args.parked)
    if found is None:
        raise Refusal("unknown_parked")
    if found.outcome is not None:
        raise Refusal("parked_over", device=found.holder_name)
    if found.holder_id not in ("", work.device.id):
        holder = devices.device(work.db, found.holder_id)
        if holder is not None and holder.state == devices.ACTIVE:
            raise Refusal("parked_elsewhere", device=holder.name)
    if found.holder_id != work.device.id:
        parked.hold(work.db, found.id, work.device.id, work.now_ms)
        _publish(work, found.id)


def unpark(work: Work, args: TicketUnpark) -> None:
    """Take note that a till took a parked ticket up by itself, or is done with it."""
    _go_on(work, args.parked, args.outcome.value)


def _go_on(work: Work, parked_id: str, outcome: str) -> None:
    found = parked.standing(work.db, parked_id)
    if found is None:
        # After the hub was set back, tills send again what it has lost, one before another.
        work.flag("flag_parked_unknown", parked_id)
        if outcome != Unparked.TAKEN:
            parked.add_over(work.db, parked_id, work.arrival, outcome)
    elif found.holder_id not in ("", work.device.id):
        _flag_twice(work, found)
    elif found.outcome is not None:
        work.repeated("parked")
    elif outcome != Unparked.TAKEN:
        parked.end(work.db, found.id, work.device.id, work.now_ms, outcome)
        work.draft.drop("parked", found.id, work.cause)
    elif not found.holder_id:
        parked.hold(work.db, found.id, work.device.id, work.now_ms)
        _publish(work, found.id)


def _flag_twice(work: Work, found: Standing) -> None:
    """Tell a manager once a till that goes on with what another has or had."""
    if found.also_id == work.device.id:
        work.remark("flag_parked_twice")
        return
    subject = f"{found.holder_name} / {work.device.name}"
    if found.ticket is not None:
        total = found.ticket.total_cents
        what = found.ticket.note or found.ticket.operator
        subject += f": {total // 100}.{total % 100:02}" + (f", {what}" if what else "")
    work.flag("flag_parked_twice", subject)
    parked.note_also(work.db, found.id, work.device.id)
    if found.outcome is None:
        _publish(work, found.id)


def _publish(work: Work, parked_id: str) -> None:
    found = parked.standing(work.db, parked_id)
    assert found is not None
    work.put("parked", found.row())
