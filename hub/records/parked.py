"""Parked tickets: baskets put aside, and which till has each in hand."""

from typing import Any, Final, NamedTuple

import orjson

from common.models import Parked, ParkedTicket, decode_row
from hub.records.sales import Arrival
from hub.store import Connection

AGAIN: Final = "again"
"""The outcome of one that was parked once more, as another."""


class Standing(NamedTuple):
    """How a parked ticket stands. `ticket`: None once it is over; names of devices by now."""

    id: str
    device_id: str
    device_name: str
    received_ms: int
    ticket: ParkedTicket | None
    holder_id: str
    holder_name: str
    held_ms: int
    also_id: str
    also_name: str
    outcome: str | None

    def row(self) -> Parked:
        """Return what is published of one that goes on."""
        assert self.ticket is not None
        return Parked(
            self.id,
            self.device_id,
            self.device_name,
            self.received_ms,
            self.ticket,
            self.holder_id,
            self.holder_name,
            self.held_ms,
            self.also_name,
        )


_STANDING: Final = (
    "SELECT p.id, p.device_id, coalesce(d.name, p.device_id), p.received_ms, p.body,"
    " p.holder_id, coalesce(h.name, p.holder_id), p.held_ms,"
    " p.also_id, coalesce(a.name, p.also_id), p.outcome FROM parked p"
    " LEFT JOIN device d ON d.id = p.device_id LEFT JOIN device h ON h.id = p.holder_id"
    " LEFT JOIN device a ON a.id = p.also_id"
)


def add(db: Connection, ticket: ParkedTicket, arrival: Arrival) -> bool:
    """Keep a basket; False where its id is there already."""
    added = db.execute(
        "INSERT INTO parked (id, device_id, received_ms, body, holder_id, held_ms, outcome,"
        " also_id) VALUES (?, ?, ?, ?, '', 0, NULL, '') ON CONFLICT (id) DO NOTHING",
        (ticket.id, arrival.device_id, arrival.received_ms, orjson.dumps(ticket)),
    )
    return bool(added.rowcount)


def add_over(db: Connection, parked_id: str, arrival: Arrival, outcome: str) -> None:
    """Keep that one is over whose basket is not here yet: it does not begin when it comes."""
    db.execute(
        "INSERT INTO parked (id, device_id, received_ms, body, holder_id, held_ms, outcome,"
        " also_id) VALUES (?1, ?2, ?3, NULL, ?2, ?3, ?4, '')",
        (parked_id, arrival.device_id, arrival.received_ms, outcome),
    )


def standing(db: Connection, parked_id: str) -> Standing | None:
    """Return how one stands; None where there is none."""
    row = db.execute(f"{_STANDING} WHERE p.id = ?", (parked_id,)).fetchone()
    if row is None:
        return None
    columns: list[Any] = list(row)
    if columns[4] is not None:
        columns[4] = decode_row(columns[4], ParkedTicket)
    return Standing(*columns)


def hold(db: Connection, parked_id: str, device_id: str, now_ms: int) -> None:
    """Note that a till has it in hand."""
    db.execute(
        "UPDATE parked SET holder_id = ?, held_ms = ? WHERE id = ?", (device_id, now_ms, parked_id)
    )


def end(db: Connection, parked_id: str, device_id: str, now_ms: int, outcome: str) -> None:
    """Note that a till is done with it; its lines are kept no longer."""
    db.execute(
        "UPDATE parked SET holder_id = ?, held_ms = ?, outcome = ?, body = NULL WHERE id = ?",
        (device_id, now_ms, outcome, parked_id),
    )


def note_also(db: Connection, parked_id: str, device_id: str) -> None:
    """Note that another till than its holder took it as well."""
    db.execute("UPDATE parked SET also_id = ? WHERE id = ?", (device_id, parked_id))


def drop_over(db: Connection, oldest_id: str, most: int) -> None:
    """Forget some of those that are over and were parked before an id of that time."""
    db.execute(
        "DELETE FROM parked WHERE id IN (SELECT id FROM parked WHERE id < ?"
        " AND outcome IS NOT NULL ORDER BY id LIMIT ?)",
        (oldest_id, most),
    )
