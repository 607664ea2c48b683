"""When each post was last heard, and what is known of it: on the row of a device, and beside it.

What is beside it stands in `meta` as `post.<device id>`, a JSON object without fixed columns.
"""

from collections.abc import Iterable
from typing import Any, Final

import orjson

from hub.store import Connection

_PREFIX: Final = "post."


def seen(db: Connection) -> dict[str, int]:
    """Return when each device was last heard, ms, by its id; those that never were are left out."""
    return dict(db.execute("SELECT id, seen_ms FROM device WHERE seen_ms IS NOT NULL").fetchall())


def put_seen(db: Connection, heard: Iterable[tuple[str, int]]) -> None:
    """Keep when devices were last heard: (id, ms)."""
    db.executemany("UPDATE device SET seen_ms = ? WHERE id = ?", [(ms, id_) for id_, ms in heard])


def notes(db: Connection) -> dict[str, dict[str, Any]]:
    """Return what is noted of posts, by device id."""
    rows = db.execute("SELECT name, value FROM meta WHERE name GLOB ?", (f"{_PREFIX}*",))
    return {name.removeprefix(_PREFIX): orjson.loads(value) for name, value in rows}


def put_notes(db: Connection, noted: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Note something of posts: (device id, JSON object)."""
    db.executemany(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(f"{_PREFIX}{id_}", orjson.dumps(note).decode()) for id_, note in noted],
    )
