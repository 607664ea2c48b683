"""Customers, who was erased, and what opens the commitments on tickets.

An opening says who a ticket's customer was when it was paid. It goes with the customer; what is
left of somebody who was erased is an id, so that nothing that comes late brings them back.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from common.journal.customer import CommittedCustomer, CustomerOpening
from common.models import Customer, convert
from hub.store import Connection

_FIELDS: Final = "id, name, phone, email, address, note, vat_number, siret, active"


def customer(db: Connection, customer_id: str) -> Customer | None:
    """Return a customer."""
    row = db.execute(f"SELECT {_FIELDS} FROM customer WHERE id = ?", (customer_id,)).fetchone()
    return None if row is None else _customer(row)


def customers(db: Connection) -> list[Customer]:
    """Return all customers, by name."""
    return [_customer(row) for row in db.execute(f"SELECT {_FIELDS} FROM customer ORDER BY name")]


def _customer(row: Any) -> Customer:
    made: list[Any] = [*row[:-1], bool(row[-1])]
    return Customer(*made)


def put(db: Connection, row: Customer) -> None:
    """Keep a customer, new or changed."""
    db.execute(
        f"INSERT INTO customer ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, phone = excluded.phone,"
        " email = excluded.email, address = excluded.address, note = excluded.note,"
        " vat_number = excluded.vat_number, siret = excluded.siret, active = excluded.active",
        (
            row.id,
            row.name,
            row.phone,
            row.email,
            row.address,
            row.note,
            row.vat_number,
            row.siret,
            int(row.active),
        ),
    )


def is_erased(db: Connection, customer_id: str) -> bool:
    """Return whether a customer was erased."""
    found = db.execute("SELECT 1 FROM erased_customer WHERE id = ?", (customer_id,))
    return found.fetchone() is not None


def is_about_erased(db: Connection, body: bytes) -> bool:
    """Return whether bytes have the id of a customer in them who was erased."""
    sql = "SELECT 1 FROM erased_customer WHERE instr(?, CAST(id AS BLOB)) > 0"
    return db.execute(sql, (body,)).fetchone() is not None


def erase(db: Connection, customer_id: str, now_ms: int) -> None:
    """Let go of everything that says who a customer was, and keep that they were erased."""
    db.execute("DELETE FROM customer WHERE id = ?", (customer_id,))
    db.execute("DELETE FROM customer_opening WHERE customer_id = ?", (customer_id,))
    db.execute(
        "INSERT INTO erased_customer (id, erased_ms) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        (customer_id, now_ms),
    )


def add_opening(db: Connection, ticket_id: str, opening: CustomerOpening) -> None:
    """Keep who a ticket's customer is."""
    db.execute(
        "INSERT INTO customer_opening (ticket_id, customer_id, salt, body) VALUES (?, ?, ?, ?)",
        (
            ticket_id,
            opening.customer.id,
            opening.salt,
            orjson.dumps(opening.customer, option=orjson.OPT_SORT_KEYS).decode(),
        ),
    )


def openings(db: Connection, customer_id: str = "") -> Iterator[tuple[str, str, CustomerOpening]]:
    """Yield (ticket id, customer id, what opens its commitment): of a customer; "": of all."""
    where = "WHERE customer_id = ?1" if customer_id else "WHERE ?1 = ''"
    for ticket_id, whose, salt, body in db.execute(
        "SELECT ticket_id, customer_id, salt, body FROM customer_opening"
        f" {where} ORDER BY ticket_id",
        (customer_id,),
    ):
        yield (
            ticket_id,
            whose,
            CustomerOpening(salt, convert(orjson.loads(body), CommittedCustomer)),
        )
