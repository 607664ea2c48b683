"""What a post has not delivered to its hub yet, as people know it: by ticket number and amount.

Owns reading an operation's body for that. What it means that it lies here is the outbox's; how it
is shown is a screen's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
import orjson

from common import messages as m
from common.commands import TICKETS, TicketPark, sold_ticket
from common.errors import Problem
from common.models import ParkedTicket, Ticket, convert
from kiosk.outbox import Kept

SHOWN: Final = 100
"""So many are listed where nobody asks for more."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One operation that the hub has not taken. `made_ms`: when, ms since 1970 UTC.

    `reference`: the number of a ticket as printed, a parked one's note, "" for what has none.
    `total_cents`: a sale's, a parked ticket's, else None. `problem`: why the hub keeps it apart;
    None while it simply waits.
    """

    n: int
    kind: str
    made_ms: int
    reference: str
    total_cents: int | None
    problem: Problem | None


def undelivered(kept: Iterable[Kept]) -> list[Undelivered]:
    """Return operations as people know them, in the order given."""
    return [_undelivered(operation) for operation in kept]


def _undelivered(operation: Kept) -> Undelivered:
    reply = operation.reply
    problem = None if reply is None else Problem(reply.code, reply.params)
    ticket = _ticket(operation)
    reference = _reference(ticket)
    total_cents = None if ticket is None else ticket.total_cents
    return Undelivered(
        operation.n, operation.kind, operation.made_ms, reference, total_cents, problem
    )


def _reference(ticket: Ticket | ParkedTicket | None) -> str:
    if isinstance(ticket, Ticket):
        return f"{ticket.series}-{ticket.number}"
    return "" if ticket is None else ticket.note


def _ticket(operation: Kept) -> Ticket | ParkedTicket | None:
    """Return the ticket of an operation; None for other kinds, and for what cannot be read here."""
    if operation.kind not in (*TICKETS, "ticket.park"):
        return None
    try:
        args = convert(orjson.loads(operation.body), m.CommandBody).args
        if operation.kind == "ticket.park":
            return convert(args, TicketPark).ticket
        return sold_ticket(args)
    except (msgspec.ValidationError, ValueError):
        return None
