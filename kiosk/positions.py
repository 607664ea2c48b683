"""Where each topic of a replica stands, and its line in the file.

Owns how a position is written, and the mark beside it by which flipped bits are seen: an n that
nobody counted to would have this post begin other numbers, for which no restored hub asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from common.wire import DIGEST_MASK
from kiosk.database import FAULTS, Connection
from kiosk.sealed import Box

_READ: Final = "SELECT topic, slot, tseq, digest, last_n, stale, staging, mark FROM position"
_WRITE: Final = (
    "INSERT INTO position (topic, slot, tseq, digest, last_n, stale, staging, mark)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (topic) DO UPDATE SET slot = excluded.slot,"
    " tseq = excluded.tseq, digest = excluded.digest, last_n = excluded.last_n,"
    " stale = excluded.stale, staging = excluded.staging, mark = excluded.mark"
)


@dataclass(slots=True)
class Stand:
    """A topic's position, as on disk when no transaction is open."""

    slot: int
    tseq: int = 0
    digest: int = 0
    last_n: int = 0
    stale: bool = True
    staging: int | None = None


def bring_over(connection: Connection) -> None:
    """Make room for marks in the file of a release that wrote none."""
    columns = connection.execute("PRAGMA table_info(position)").fetchall()
    if not any(column[1] == "mark" for column in columns):
        connection.execute("ALTER TABLE position ADD COLUMN mark INTEGER")


def read(connection: Connection, box: Box) -> dict[str, Stand]:
    """Return where every topic stands; raises one of `FAULTS`, as damage, where bits flipped."""
    stands = {}
    for topic, slot, tseq, digest, last_n, stale, staging, mark in connection.execute(_READ):
        # A release that wrote no marks leaves them out: its positions are taken as they are.
        if mark not in (None, _mark(topic, slot, tseq, digest, last_n, stale, staging)):
            raise FAULTS[0](f"malformed: position of {topic}")
        opened = box.open_digest(topic, digest)
        stands[topic] = Stand(slot, tseq, opened, last_n, bool(stale), staging)
    return stands


def write(connection: Connection, box: Box, stands: Iterable[tuple[str, Stand]]) -> None:
    """Write positions, in the transaction that is open."""
    connection.executemany(_WRITE, [_values(box, topic, stand) for topic, stand in stands])


def _values(box: Box, topic: str, stand: Stand) -> tuple[str | int | None, ...]:
    digest = box.digest(topic, stand.digest & DIGEST_MASK)
    values = (topic, stand.slot, stand.tseq, digest, stand.last_n, int(stand.stale), stand.staging)
    return *values, _mark(*values)


def _mark(*values: str | int | None) -> int:
    return crc32(repr(values).encode())
