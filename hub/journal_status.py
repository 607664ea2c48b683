"""How the journal of a database file stands, read beside a hub that may run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.record import read_record
from common.journal.witness import ContradictedData, LostData
from hub.journal_base import Base, base_of
from hub.journal_view import noted
from hub.reading import reading
from hub.records import journal as rows
from hub.records.devices import devices
from hub.store import Connection


class NotedConflict(NamedTuple):
    """A line of the journal which says that a post has seen it otherwise. `code`: a `Conflict`.

    The first bad line comes after `after`, and no later than `by`.
    """

    seq: int
    at_ms: int
    device_name: str
    code: str
    after: int
    by: int


class NotedLoss(NamedTuple):
    """A line which says that a restore, under line `restored`, has lost lines after `kept`, up to
    `reached` at least: so far a post had seen the journal."""

    seq: int
    at_ms: int
    device_name: str
    restored: int
    kept: int
    reached: int


def noted_conflicts(db: Connection) -> list[NotedConflict]:
    """Return what the journal says itself of posts that contradict it."""
    return [
        NotedConflict(line.seq, line.at_ms, said.name, said.code, said.after, said.by)
        for line, said in noted(db, EntryType.CONTRADICTED, ContradictedData)
    ]


def noted_losses(db: Connection) -> list[NotedLoss]:
    """Return what the journal says itself of lines that restores have lost."""
    return [
        NotedLoss(line.seq, line.at_ms, said.name, said.restored, said.kept, said.reached)
        for line, said in noted(db, EntryType.LOST, LostData)
    ]


def status_of(path: Path) -> dict[str, Any]:
    """Return head, tills' chains and what is odd, as plain data; raises StoreError.

    `missing`: numbers of tills' chains that were not there and have not come since;
    `contradicted`, `lost`: what posts have seen otherwise, as the journal says itself.
    """
    with reading(path, ValueError) as db:
        return _status(db)


def _status(db: Connection) -> dict[str, Any]:
    seq, digest = rows.head(db)
    base = base_of(db)
    chains = {} if base is None else {chain["chain"]: chain for chain in _purged_chains(db, base)}
    for chain, at in rows.chain_ends(db):
        line = rows.line(db, at)
        record = read_record((line.record or b"").decode()) if line is not None else None
        if record is not None:
            chains[chain] = {
                "chain": chain,
                "seq": record.seq,
                "device": record.device,
                "device_name": record.device_name,
                "at_ms": record.at_ms,
            }
    return {
        "seq": seq,
        "digest": digest,
        "chains": list(chains.values()),
        "purged": 0 if base is None else base.seq,
        "missing": _missing(db, base),
        "invalid": rows.count(db, EntryType.INVALID),
        "contradicted": [found._asdict() for found in noted_conflicts(db)],
        "lost": [found._asdict() for found in noted_losses(db)],
    }


def _purged_chains(db: Connection, base: Base) -> Iterator[dict[str, Any]]:
    """Yield tills' chains as they stood where a purge has cut; `at_ms`: when that was."""
    names = {device.id: device.name for device in devices(db)}
    for name, chain in base.standing().chains.items():
        yield {
            "chain": name,
            "seq": chain.head.seq,
            "device": chain.device,
            "device_name": names.get(chain.device, ""),
            "at_ms": read_entry(base.line.body).at_ms,
        }


def _missing(db: Connection, base: Base | None) -> int:
    """Return how many numbers of tills' chains are missing by now."""
    gaps = (
        []
        if base is None
        else [(name, seq) for name, chain in base.standing().chains.items() for seq in chain.gaps]
    )
    for line in rows.of_type(db, EntryType.MISSING):
        if base is None or line.seq > base.seq:
            data = read_entry(line.body).data
            gaps += [(data["chain"], seq) for seq in range(data["first"], data["last"] + 1)]
    return sum(rows.record_line(db, chain, seq) is None for chain, seq in gaps)
