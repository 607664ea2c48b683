"""Posts that were taken out of the shop, and new keys that posts are to have: their SQL."""

from typing import NamedTuple

from hub.store import Connection


class Revoked(NamedTuple):
    """How a post was taken out; `admission`: as a Device's, in the stay that ended."""

    admission: int
    revoked_ms: int
    revoked_by: str


def add_revocation(db: Connection, device_id: str, revoked: Revoked) -> None:
    """Note that a post is out, unless that is noted."""
    db.execute(
        "INSERT INTO revocation (device_id, admission, revoked_ms, revoked_by)"
        " VALUES (?, ?, ?, ?) ON CONFLICT (device_id, admission) DO NOTHING",
        (device_id, *revoked),
    )


def end_revocation(db: Connection, device_id: str, ended_ms: int) -> None:
    """Note that a post is let in again."""
    db.execute(
        "UPDATE revocation SET ended_ms = ? WHERE device_id = ? AND ended_ms IS NULL",
        (ended_ms, device_id),
    )


def revocation(db: Connection, device_id: str) -> Revoked | None:
    """Return how a post was taken out that is out, None for another."""
    row = db.execute(
        "SELECT admission, revoked_ms, revoked_by FROM revocation"
        " WHERE device_id = ? AND ended_ms IS NULL",
        (device_id,),
    ).fetchone()
    return None if row is None else Revoked(*row)


def ask_new_key(db: Connection, device_id: str, asked_ms: int) -> None:
    """Note that a post is to have a new key; one that it has offered before counts no more."""
    db.execute(
        "INSERT INTO new_key (device_id, asked_ms) VALUES (?, ?)"
        " ON CONFLICT (device_id) DO UPDATE SET asked_ms = excluded.asked_ms, curve_key = NULL",
        (device_id, asked_ms),
    )


def is_asked(db: Connection, device_id: str) -> bool:
    """Return whether a post is to have a new key, offered or not."""
    found = db.execute("SELECT 1 FROM new_key WHERE device_id = ?", (device_id,)).fetchone()
    return found is not None


def put_new_key(db: Connection, device_id: str, curve_key: bytes) -> None:
    """Note the key that a post offers, 32 bytes; nothing where it was not asked."""
    db.execute("UPDATE new_key SET curve_key = ? WHERE device_id = ?", (curve_key, device_id))


def drop_new_key(db: Connection, device_id: str) -> None:
    """Forget that a post was to have a new key."""
    db.execute("DELETE FROM new_key WHERE device_id = ?", (device_id,))
