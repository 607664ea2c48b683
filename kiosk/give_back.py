"""What an outbox keeps for a hub that comes back from a backup, and when it lets go of it.

Owns the statements for it. Numbers are given out once; the newest row therefore always stays, and
so does whatever waits or lies in quarantine. When the hub's word counts is `delivery.py`'s.
"""

from typing import Final

from kiosk.database import Connection

SLICE: Final = 500
"""So many operations are dropped in one transaction, for an append to get in between."""
_COVERED: Final = (
    "SELECT n, reply FROM command WHERE n <= ?1 AND status IN (1, 2)"
    " AND n < (SELECT max(n) FROM command)"
    " AND n < coalesce((SELECT min(n) FROM command WHERE status = 0), ?1 + 1)"
    " ORDER BY n LIMIT ?2"
)


def covered_replies(connection: Connection, covered_n: int) -> list[tuple[int, bytes | None]]:
    """Return the oldest operations that backups let go, at most a slice: n and sealed reply.

    None above one that waits: by `oldest_n` the hub would learn that it is gone, and pass it over.
    """
    found: list[tuple[int, bytes | None]]
    found = connection.execute(_COVERED, (covered_n, SLICE)).fetchall()
    return found


def oldest_n(connection: Connection) -> int:
    """Return where the last unbroken run of numbers begins; 1 for an outbox without any.

    Before it lie only those few that were in quarantine when their neighbours went, so that the
    walk is short.
    """
    total, last = connection.execute("SELECT count(*), max(n) FROM command").fetchone()
    for before, (n,) in enumerate(connection.execute("SELECT n FROM command ORDER BY n")):
        if total - before == last - n + 1:
            return int(n)
    return 1
