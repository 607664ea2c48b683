"""Tickets, deliveries, takings: what was sold and brought in."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from common.models import GoodsReceipt, Original, Takings, Ticket, decode_row, takings_key
from hub.store import Connection


@dataclass(frozen=True, slots=True)
class Arrival:
    """From which device something came, and when the hub took it."""

    device_id: str
    device_name: str
    received_ms: int


def add_ticket(db: Connection, ticket: Ticket, arrival: Arrival) -> bool:
    """Keep a ticket with its lines and payments; False where its id is there already."""
    added = db.execute(
        "INSERT INTO ticket (id, series, number, device_id, business_date, at_ms, received_ms,"
        " total_cents, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            ticket.id,
            ticket.series,
            ticket.number,
            arrival.device_id,
            ticket.business_date,
            ticket.at_ms,
            arrival.received_ms,
            ticket.total_cents,
            ticket_bytes(ticket),
        ),
    ).rowcount
    if not added:
        return False
    db.executemany(
        "INSERT INTO ticket_line (ticket_id, position, article_id, label, quantity_milli,"
        " unit_price_cents, vat_bp, total_cents) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                ticket.id,
                position,
                line.article_id,
                line.label,
                line.quantity_milli,
                line.unit_price_cents,
                line.vat_bp,
                line.total_cents,
            )
            for position, line in enumerate(ticket.lines)
        ],
    )
    db.executemany(
        "INSERT INTO ticket_payment (ticket_id, position, method, amount_cents, given_cents)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (ticket.id, position, payment.method, payment.amount_cents, payment.given_cents)
            for position, payment in enumerate(ticket.payments)
        ],
    )
    return True


def ticket_bytes(ticket: Ticket) -> bytes:
    """Return a ticket's bytes, as they are kept."""
    return orjson.dumps(ticket, option=orjson.OPT_SORT_KEYS)


def ticket_body(db: Connection, ticket_id: str) -> bytes | None:
    """Return a ticket's bytes."""
    row = db.execute("SELECT body FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return None if row is None else bytes(row[0])


def kept_ticket(db: Connection, ticket_id: str) -> Ticket | None:
    """Return a ticket as its till made it."""
    body = ticket_body(db, ticket_id)
    return None if body is None else decode_row(body, Ticket)


def kept_receipt(db: Connection, receipt_id: str) -> GoodsReceipt | None:
    """Return a goods receipt as its depot made it."""
    row = db.execute("SELECT body FROM goods_receipt WHERE id = ?", (receipt_id,)).fetchone()
    return None if row is None else decode_row(bytes(row[0]), GoodsReceipt)


def number_taken(db: Connection, ticket: Ticket) -> bool:
    """Return whether another ticket of the series bears this number."""
    found = db.execute(
        "SELECT 1 FROM ticket WHERE series = ? AND number = ? AND id <> ?",
        (ticket.series, ticket.number, ticket.id),
    ).fetchone()
    return found is not None


def add_takings(db: Connection, ticket: Ticket, arrival: Arrival) -> Takings:
    """Add a ticket to what its till took on its business date; return the sums."""
    row = db.execute(
        "SELECT tickets, total_cents, by_method, by_vat_bp FROM takings"
        " WHERE business_date = ? AND device_id = ?",
        (ticket.business_date, arrival.device_id),
    ).fetchone()
    count, total, methods, rates = row or (0, 0, "{}", "{}")
    by_method = orjson.loads(methods)
    by_vat_bp = orjson.loads(rates)
    for payment in ticket.payments:
        _add(by_method, payment.method, payment.amount_cents)
    for vat in ticket.vat:
        _add(by_vat_bp, str(vat.vat_bp), vat.total_cents)
    sums = Takings(
        takings_key(ticket.business_date, arrival.device_id),
        ticket.business_date,
        arrival.device_id,
        arrival.device_name,
        count + 1,
        total + ticket.total_cents,
        by_method,
        by_vat_bp,
    )
    db.execute(
        "INSERT INTO takings (business_date, device_id, tickets, total_cents, by_method, by_vat_bp)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (business_date, device_id) DO UPDATE"
        " SET tickets = excluded.tickets, total_cents = excluded.total_cents,"
        " by_method = excluded.by_method, by_vat_bp = excluded.by_vat_bp",
        (
            sums.business_date,
            sums.device_id,
            sums.tickets,
            sums.total_cents,
            _json(sums.by_method),
            _json(sums.by_vat_bp),
        ),
    )
    return sums


def add_receipt(db: Connection, receipt: GoodsReceipt, arrival: Arrival) -> bool:
    """Keep a goods receipt; False where its id is there already."""
    added = db.execute(
        "INSERT INTO goods_receipt (id, device_id, at_ms, received_ms, body)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            receipt.id,
            arrival.device_id,
            receipt.at_ms,
            arrival.received_ms,
            orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS),
        ),
    ).rowcount
    return bool(added)


def tickets_before(
    db: Connection, before_ms: int, limit: int, max_bytes: int
) -> list[dict[str, Any]]:
    """Return tickets older than a moment, newest first, each with its device.

    At most `limit`, and no more once their bodies come to `max_bytes`; but one where there is any.
    """
    rows = db.execute(
        "SELECT t.body, t.device_id, d.name, t.received_ms, r.original_id, r.series, r.number,"
        " r.business_date FROM ticket t LEFT JOIN device d ON d.id = t.device_id"
        " LEFT JOIN refund r ON r.ticket_id = t.id WHERE t.at_ms < ?"
        " ORDER BY t.at_ms DESC, t.id DESC LIMIT ?",
        (before_ms, limit),
    )
    found: list[dict[str, Any]] = []
    size = 0
    for body, device_id, name, received_ms, *refunded in rows:
        size += len(body)
        if found and size > max_bytes:
            break
        ticket = {
            "ticket": orjson.loads(body),
            "device_id": device_id,
            "device_name": name or "",
            "received_ms": received_ms,
            "refunds": None if refunded[0] is None else asdict(Original(*refunded)),
        }
        found.append(ticket)
    return found


def _add(sums: dict[str, int], name: str, cents: int) -> None:
    sums[name] = sums.get(name, 0) + cents


def _json(value: dict[str, int]) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
