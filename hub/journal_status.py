"""How the journal of a database file stands, read beside a hub that may run."""

from contextlib import closing
from pathlib import Path
from typing import Any

from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.record import read_record
from hub.records import journal as rows
from hub.store import FAULTS, Connection, StoreError, fault, open_to_read


def status_of(path: Path) -> dict[str, Any]:
    """Return head, tills' chains and what is odd, as plain data; raises StoreError.

    `missing`: numbers of tills' chains that were not there and have not come since.
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
