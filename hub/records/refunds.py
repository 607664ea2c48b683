"""Refunds: which ticket each gives back, and what is doubtful about it."""

from collections import Counter
from typing import Any

from common.journal.refund import RefundData
from common.models import Original, Ticket
from hub.store import Connection

UNKNOWN = "flag_refund_unknown"
ABOVE = "flag_refund_above"
REPEATED = "flag_refund_repeated"
_LINES = "SELECT l.article_id, l.label, l.quantity_milli, l.total_cents FROM ticket_line l"


def add(db: Connection, data: RefundData) -> None:
    """Note which ticket a refund gives back."""
    original = data.original
    db.execute(
        "INSERT INTO refund (ticket_id, original_id, series, number, business_date, reason)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            data.ticket.id,
            original.id,
            original.series,
            original.number,
            original.business_date,
            data.reason,
        ),
    )


def doubt(db: Connection, ticket: Ticket, original: Original) -> str:
    """Return the code of what is doubtful about a refund that is not noted yet, "" for nothing.

    Unknown: no ticket bears that number. Above: more than it sold. Repeated: more than it sold,
    together with what was given back of it before.
    """
    place = (original.series, original.number)
    found = db.execute("SELECT id FROM ticket WHERE series = ? AND number = ?", place).fetchall()
    if not any(original.id in ("", ticket_id) for (ticket_id,) in found):
        return UNKNOWN
    sold = _sums(
        db.execute(
            f"{_LINES} JOIN ticket t ON t.id = l.ticket_id WHERE t.series = ? AND t.number = ?",
            place,
        )
    )
    back = _sums(
        ((line.article_id, line.label, line.quantity_milli, line.total_cents))
        for line in ticket.lines
    )
    if _exceeds(back, sold):
        return ABOVE
    before = _sums(
        db.execute(
            f"{_LINES} JOIN refund r ON r.ticket_id = l.ticket_id"
            " WHERE r.series = ? AND r.number = ?",
            place,
        )
    )
    back.update(before)
    return REPEATED if _exceeds(back, sold) else ""


def note(db: Connection, ticket_id: str) -> tuple[Original, str] | None:
    """Return which ticket a ticket gives back, and why; None where it is no refund."""
    row = db.execute(
        "SELECT original_id, series, number, business_date, reason FROM refund WHERE ticket_id = ?",
        (ticket_id,),
    ).fetchone()
    return None if row is None else (Original(*row[:4]), row[4])


def _sums(lines: Any) -> Counter[tuple[str, str]]:
    """Return thousandths by what was sold, and cents altogether under ("", "")."""
    sums: Counter[tuple[str, str]] = Counter()
    for article, label, milli, cents in lines:
        sums[article or "-", label] += milli
        sums["", ""] += cents
    return sums


def _exceeds(back: Counter[tuple[str, str]], sold: Counter[tuple[str, str]]) -> bool:
    """Return whether more is given back (negative) than was sold, of anything or altogether."""
    return any(-amount > max(0, sold[what]) for what, amount in back.items())
