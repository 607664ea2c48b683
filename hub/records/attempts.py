"""Wrong PINs in a row: of whom, on which device; and on all where that person's never was right."""

from typing import NamedTuple

from hub.store import Connection

EVERYWHERE = ""
"""The device of a tally over all devices."""


class Tally(NamedTuple):
    """`failures` in a row, the last at `last_ms`; `right_ms`: when the PIN last was right there."""

    failures: int = 0
    last_ms: int = 0
    right_ms: int | None = None


def tally(db: Connection, person_id: str, device_id: str) -> Tally:
    """Return what is known of a person at a device."""
    row = db.execute(
        "SELECT failures, last_ms, right_ms FROM pin_attempt WHERE person_id = ? AND device_id = ?",
        (person_id, device_id),
    ).fetchone()
    return Tally() if row is None else Tally(*row)


def put(db: Connection, person_id: str, device_id: str, now: Tally) -> None:
    """Keep a tally."""
    db.execute(
        "INSERT INTO pin_attempt (person_id, device_id, failures, last_ms, right_ms)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (person_id, device_id) DO UPDATE"
        " SET failures = excluded.failures, last_ms = excluded.last_ms,"
        " right_ms = excluded.right_ms",
        (person_id, device_id, *now),
    )


def forgive(db: Connection, person_id: str) -> None:
    """A person has a new PIN: what was tried before counts no more, on any device."""
    db.execute("UPDATE pin_attempt SET failures = 0 WHERE person_id = ?", (person_id,))
