"""Verified copies of the database, and up to which n each holds every kiosk's outbox.

A restored database knows only of backups that were made before the one it came from. That is as it
should be: later ones hold a history that this database has left, in which the same n may stand for
what it never takes again. To know of fewer only makes kiosks keep their operations for longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from common.topics import Profile
from hub.store import Connection

_BACKUP = "id, made_ms, file, size_bytes, epoch, gseq"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy as it was when it was put away. `file`: its path on the hub's machine."""

    id: str
    made_ms: int
    file: str
    size_bytes: int
    epoch: str
    gseq: int


def add(db: Connection, backup: Backup, heads: Mapping[str, int]) -> bool:
    """Keep a backup and its heads, {outbox: last n}; False where its id is there already."""
    added = db.execute(
        f"INSERT INTO backup ({_BACKUP}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            backup.id,
            backup.made_ms,
            backup.file,
            backup.size_bytes,
            backup.epoch,
            backup.gseq,
        ),
    ).rowcount
    if not added:
        return False
    db.executemany(
        "INSERT INTO backup_cover (backup_id, outbox_id, last_n) VALUES (?, ?, ?)",
        [(backup.id, outbox, last_n) for outbox, last_n in heads.items()],
    )
    return True


def backups(db: Connection) -> list[Backup]:
    """Return all backups, newest first."""
    rows = db.execute(f"SELECT {_BACKUP} FROM backup ORDER BY made_ms DESC, id DESC")
    return [Backup(*row) for row in rows]


def latest(db: Connection) -> int:
    """Return a number that grows with each backup that is kept; 0 for none. Cheap."""
    return int(db.execute("SELECT coalesce(max(rowid), 0) FROM backup").fetchone()[0])


def covers(db: Connection, backup_id: str) -> dict[str, int]:
    """Return up to which n a backup holds each outbox."""
    rows = db.execute(
        "SELECT outbox_id, last_n FROM backup_cover WHERE backup_id = ?", (backup_id,)
    )
    return dict(rows)


def kiosk_heads(db: Connection, most: int) -> dict[str, int]:
    """Return {outbox: last n} of kiosks, of the `most` that appeared last.

    The console's are left out: each of its runs has one of its own, which nobody will ask for.
    """
    rows = db.execute(
        "SELECT o.id, o.last_n FROM outbox o JOIN device d ON d.id = o.device_id"
        " WHERE d.profile <> ? ORDER BY o.rowid DESC LIMIT ?",
        (Profile.CONSOLE.value, most),
    )
    return dict(rows)
