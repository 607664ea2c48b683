"""What a till keeps beside its operations, by name: its last Z, a count under way.

Sealed, each for its name, and written in the transaction of a record where it belongs to one. None
of it is worth stopping for: what cannot be read any more is as if it had not been kept. Owns the
statements; what a memo says is its owner's.
"""

from collections.abc import Mapping

from peewee import BlobField, Model, TextField

from kiosk.database import Connection
from kiosk.sealed import Box

Memos = Mapping[str, bytes | None]
"""What to keep by name; None: no more."""


class MemoRow(Model):
    """One memo."""

    name = TextField(primary_key=True)
    body = BlobField()

    class Meta:
        table_name = "memo"
        strict_tables = True


def read(db: Connection, box: Box, name: str) -> bytes | None:
    """Return a memo, None where there is none that can be read."""
    row = db.execute("SELECT body FROM memo WHERE name = ?", (name,)).fetchone()
    return None if row is None else box.open_memo(name, row[0])


def write(db: Connection, box: Box, memos: Memos) -> None:
    """Keep memos, in the transaction that is open."""
    for name, body in memos.items():
        if body is None:
            db.execute("DELETE FROM memo WHERE name = ?", (name,))
        else:
            db.execute(
                "INSERT INTO memo (name, body) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                (name, box.memo(name, body)),
            )
