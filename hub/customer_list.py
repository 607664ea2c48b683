"""Customers and their tickets, read of a database file beside a hub that may run.

Owns who is meant by what somebody types, and all that the shop knows of one: what they may ask for,
and what proves whose ticket it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from common.errors import Refusal
from common.journal.customer import CustomerOpening
from common.models import Customer
from hub.reading import reading
from hub.records import customers as records
from hub.records.sales import kept_ticket
from hub.store import Connection


@dataclass(frozen=True, slots=True)
class Named:
    """A ticket that a customer stands on. `opening`: salt and fields of the commitment there."""

    ticket: str
    number: str
    business_date: str
    total_cents: int
    commitment: str
    opening: CustomerOpening


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a customer."""

    customer: Customer
    tickets: tuple[Named, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def customers_of(path: Path) -> list[Customer]:
    """Return all customers, by name; raises StoreError."""
    with reading(path) as db:
        return records.customers(db)


def known_of(path: Path, who: str) -> Known:
    """Return what is known of a customer: by id or its end, telephone, or a part of the name.

    Raises StoreError; Refusal `customer_unknown`, `customer_ambiguous`.
    """
    with reading(path) as db:
        return _known(db, meant(records.customers(db), who))


def meant(everybody: Sequence[Customer], who: str) -> Customer:
    """Return the one who is meant; raises Refusal."""
    wanted, digits = who.casefold().strip(), _digits(who)
    ways = (
        [one for one in everybody if one.name.casefold() == wanted],
        [one for one in everybody if len(wanted) >= 8 and one.id.endswith(wanted)],
        [one for one in everybody if len(digits) >= 6 and _digits(one.phone) == digits],
        [one for one in everybody if wanted and wanted in one.name.casefold()],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal("customer_unknown", customer=who)
    names = ", ".join(f"{one.name} ({one.id[-12:]})" for one in found[:10])
    raise Refusal("customer_ambiguous", customer=who, names=names)


def _known(db: Connection, customer: Customer) -> Known:
    named = []
    for ticket_id, _, opening in records.openings(db, customer.id):
        ticket = kept_ticket(db, ticket_id)
        if ticket is not None and ticket.customer is not None:
            number = f"{ticket.series}-{ticket.number}"
            commitment, total = ticket.customer.commitment, ticket.total_cents
            day = ticket.business_date
            named.append(Named(ticket_id, number, day, total, commitment, opening))
    return Known(customer, tuple(named))


def _digits(text: str) -> str:
    return "".join(part for part in text if part.isdecimal())
