"""Rows that come in altered: one bit of one row, in a broadcast, a delta or a snapshot.

Owns where rows lie in frames. Everything else of the frame stays as the hub sent it. The shop's own
row is spared outside snapshots, whose digest is looked at before they are believed: for the second
in which a post takes the shop for elsewhere it records there, for good.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from common import messages as m
from common import wire

_SPARED: Final = "shop"


@dataclass(frozen=True, slots=True)
class Garbled:
    """An altered frame, and the topic whose row it is."""

    frame: bytes
    topic: str
    in_snapshot: bool


def garble(frame: bytes, broadcast: bool, rng: Random) -> Garbled | None:
    """Return the frame with one bit of a row flipped; None where it carries no row."""
    if not broadcast and frame[1] not in (37, 39):
        return None
    message: Any = wire.decode_broadcast(frame) if broadcast else wire.decode(frame)
    if isinstance(message, m.Changes):
        changes = _altered(message, rng)
        return (
            None if changes is None else Garbled(wire.encode_changes(changes), changes.topic, False)
        )
    if isinstance(message, m.Delta):
        changes = _altered(message.changes, rng)
        if changes is None:
            return None
        inner = wire.encode_changes(changes)
        told = wire.encode_delta(message.request, message.last_n, message.more, inner)
        return Garbled(told, changes.topic, False)
    if isinstance(message, m.SnapshotChunk) and message.rows:
        place = rng.randrange(len(message.rows))
        key, row = message.rows[place]
        rows = [*message.rows]
        rows[place] = (key, _flipped(row, rng))
        packed = wire.pack_rows(rows)
        told = wire.encode_chunk(message.topic, message.request, len(rows), packed)
        return Garbled(told, message.topic, True)
    return None


def _altered(changes: m.Changes, rng: Random) -> m.Changes | None:
    places = [place for place, change in enumerate(changes.changes) if change.row]
    if not places or changes.topic == _SPARED:
        return None
    place = rng.choice(places)
    altered = [*changes.changes]
    row = altered[place].row
    assert row is not None
    altered[place] = altered[place]._replace(row=_flipped(row, rng))
    return changes._replace(changes=altered)


def _flipped(row: bytes, rng: Random) -> bytes:
    raw = bytearray(row)
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)
