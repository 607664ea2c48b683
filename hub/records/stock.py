"""The ledger of stock: movements, and the level that is their sum."""

from dataclasses import dataclass

from common.models import StockLevel, stock_key
from hub.store import Connection


@dataclass(frozen=True, slots=True)
class Movement:
    """A delta of one article at one location. `reason`: sale, receipt, import."""

    id: str
    article_id: str
    location_id: str
    delta_milli: int
    reason: str
    source_id: str
    at_ms: int


def move(db: Connection, movement: Movement) -> StockLevel:
    """Enter a movement; return the level after it."""
    db.execute(
        "INSERT INTO stock_movement"
        " (id, article_id, location_id, delta_milli, reason, source_id, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            movement.id,
            movement.article_id,
            movement.location_id,
            movement.delta_milli,
            movement.reason,
            movement.source_id,
            movement.at_ms,
        ),
    )
    row = db.execute(
        "INSERT INTO stock_level (article_id, location_id, quantity_milli, minimum_milli)"
        " VALUES (?, ?, ?, 0) ON CONFLICT (article_id, location_id) DO UPDATE"
        " SET quantity_milli = stock_level.quantity_milli + excluded.quantity_milli"
        " RETURNING quantity_milli, minimum_milli",
        (movement.article_id, movement.location_id, movement.delta_milli),
    ).fetchone()
    return _level(movement.article_id, movement.location_id, row)


def set_minimum(
    db: Connection, article_id: str, location_id: str, minimum_milli: int
) -> StockLevel:
    """Set the quantity below which an article should be ordered; return the level."""
    row = db.execute(
        "INSERT INTO stock_level (article_id, location_id, quantity_milli, minimum_milli)"
        " VALUES (?, ?, 0, ?) ON CONFLICT (article_id, location_id) DO UPDATE"
        " SET minimum_milli = excluded.minimum_milli"
        " RETURNING quantity_milli, minimum_milli",
        (article_id, location_id, minimum_milli),
    ).fetchone()
    return _level(article_id, location_id, row)


def level(db: Connection, article_id: str, location_id: str) -> StockLevel | None:
    """Return what a location holds of an article; None where it never held any."""
    row = db.execute(
        "SELECT quantity_milli, minimum_milli FROM stock_level"
        " WHERE article_id = ? AND location_id = ?",
        (article_id, location_id),
    ).fetchone()
    return None if row is None else _level(article_id, location_id, row)


def disagreements(db: Connection) -> list[tuple[str, str, int, int]]:
    """Return (article, location, level, sum of movements) wherever the two differ."""
    return list(
        db.execute(
            "SELECT l.article_id, l.location_id, l.quantity_milli,"
            " coalesce(sum(m.delta_milli), 0) AS moved FROM stock_level l"
            " LEFT JOIN stock_movement m"
            " ON m.article_id = l.article_id AND m.location_id = l.location_id"
            " GROUP BY l.article_id, l.location_id, l.quantity_milli"
            " HAVING l.quantity_milli <> coalesce(sum(m.delta_milli), 0)"
        )
    )


def _level(article_id: str, location_id: str, row: tuple[int, int]) -> StockLevel:
    return StockLevel(stock_key(article_id, location_id), article_id, location_id, *row)
