"""The people of the shop, and by what each one's PIN is known again.

A verifier is read where a PIN is checked, and nowhere else: a person's row only says that there is
one, and since when.
"""

from collections.abc import Sequence
from typing import Any, Final

from common.models import Person
from common.people import Role
from hub.store import Connection

_PERSON: Final = (
    "SELECT p.id, p.name, p.role, p.active, n.set_ms"
    " FROM person p LEFT JOIN pin n ON n.person_id = p.id"
)


def people(db: Connection) -> list[Person]:
    """Return everybody, by name."""
    return [_person(row) for row in db.execute(f"{_PERSON} ORDER BY p.name, p.id")]


def person(db: Connection, person_id: str) -> Person | None:
    """Return somebody."""
    row = db.execute(f"{_PERSON} WHERE p.id = ?", (person_id,)).fetchone()
    return None if row is None else _person(row)


def _person(row: Sequence[Any]) -> Person:
    return Person(row[0], row[1], Role(row[2]), bool(row[3]), row[4] is not None, row[4] or 0)


def put(db: Connection, person_id: str, name: str, role: Role, active: bool) -> None:
    """Keep a person, new or changed."""
    db.execute(
        "INSERT INTO person (id, name, role, active) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,"
        " active = excluded.active",
        (person_id, name, role.value, active),
    )


def has_pins(db: Connection) -> bool:
    """Return whether anybody has a PIN: from the first one on, roles decide."""
    return db.execute("SELECT 1 FROM pin LIMIT 1").fetchone() is not None


def verifier(db: Connection, person_id: str) -> str | None:
    """Return by what a PIN is known again."""
    row = db.execute("SELECT verifier FROM pin WHERE person_id = ?", (person_id,)).fetchone()
    return None if row is None else str(row[0])


def set_pin(db: Connection, person_id: str, made: str, now_ms: int) -> None:
    """Keep by what a new PIN is known again, instead of the old one."""
    db.execute(
        "INSERT INTO pin (person_id, verifier, set_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET verifier = excluded.verifier,"
        " set_ms = excluded.set_ms",
        (person_id, made, now_ms),
    )
