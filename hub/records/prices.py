"""Scheduled prices: what articles will cost, and from when."""

from typing import Final

from common.models import ScheduledPrice
from hub.store import Connection

_PRICE: Final = "SELECT id, article_id, price_cents, from_ms FROM scheduled_price"
_ORDER: Final = "ORDER BY from_ms, article_id"


def all_to_come(db: Connection) -> list[ScheduledPrice]:
    """Return all of them, the next one first."""
    return [ScheduledPrice(*row) for row in db.execute(f"{_PRICE} {_ORDER}")]


def due(db: Connection, now_ms: int, most: int) -> list[ScheduledPrice]:
    """Return those whose moment has come, oldest first."""
    rows = db.execute(f"{_PRICE} WHERE from_ms <= ? {_ORDER} LIMIT ?", (now_ms, most))
    return [ScheduledPrice(*row) for row in rows]


def due_of(db: Connection, article_id: str, now_ms: int) -> list[ScheduledPrice]:
    """Return an article's whose moment has come."""
    rows = db.execute(f"{_PRICE} WHERE article_id = ? AND from_ms <= ?", (article_id, now_ms))
    return [ScheduledPrice(*row) for row in rows]


def at(db: Connection, article_id: str, from_ms: int) -> ScheduledPrice | None:
    """Return an article's of exactly that moment."""
    row = db.execute(
        f"{_PRICE} WHERE article_id = ? AND from_ms = ?", (article_id, from_ms)
    ).fetchone()
    return None if row is None else ScheduledPrice(*row)


def scheduled(db: Connection, schedule_id: str) -> ScheduledPrice | None:
    """Return one of them."""
    row = db.execute(f"{_PRICE} WHERE id = ?", (schedule_id,)).fetchone()
    return None if row is None else ScheduledPrice(*row)


def add(db: Connection, row: ScheduledPrice) -> None:
    """Keep one."""
    db.execute(
        "INSERT INTO scheduled_price (id, article_id, price_cents, from_ms) VALUES (?, ?, ?, ?)",
        (row.id, row.article_id, row.price_cents, row.from_ms),
    )


def drop(db: Connection, schedule_id: str) -> None:
    """Give one up."""
    db.execute("DELETE FROM scheduled_price WHERE id = ?", (schedule_id,))
