"""How the journal of a database file stands, read beside a hub that may run."""

from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.record import read_record
from common.journal.witness import ContradictedData, LostData
from hub.journal_view import noted
from hub.records import journal as rows
from hub.store import FAULTS, Connection, StoreError, fault, open_to_read


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
    if not path.exists():
        raise StoreError("database_missing", file=path)
    try:
        with closing(open_to_read(path)) as db:
            db.execute("BEGIN")
            return _status(db)
    except (*FAULTS, ValueError) as error:
        raise fault(path, error) from error


def _status(db: Connection) -> dict[str, Any]:
    seq, digest = rows.head(db)
    chains = []
    for chain, at in rows.chain_ends(db):
        line = rows.line(db, at)
        record = read_record((line.record or b"").decode()) if line is not None else None
        if record is not None:
            chains.append(
                {
                    "chain": chain,
                    "seq": record.seq,
                    "device": record.device,
                    "device_name": record.device_name,
                    "at_ms": record.at_ms,
                }
            )
    return {
        "seq": seq,
        "digest": digest,
        "chains": chains,
        "missing": _missing(db),
        "invalid": rows.count(db, EntryType.INVALID),
        "contradicted": [found._asdict() for found in noted_conflicts(db)],
        "lost": [found._asdict() for found in noted_losses(db)],
    }


def _missing(db: Connection) -> int:
    missing = 0
    for line in rows.of_type(db, EntryType.MISSING):
        data = read_entry(line.body).data
        missing += sum(
            rows.record_line(db, data["chain"], seq) is None
            for seq in range(data["first"], data["last"] + 1)
        )
    return missing
