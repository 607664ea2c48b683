"""An archive held against this hub: its key, what its journal says, and the lines it still has.

Owns the comparison with the database; what an archive must be in itself is `verifier.py`'s. Of what
a purge has taken out, the tickets that stay beside the journal are compared.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from common.journal.entry import Line
from common.journal.kinds import EntryType
from hub.archive import verifier
from hub.archive.writing import ArchiveError
from hub.journal_base import base_of
from hub.journal_keys import SealingKeys
from hub.journal_view import entries
from hub.records import journal as rows
from hub.records import sales
from hub.store import FAULTS, Connection, fault, open_to_read


@dataclass(frozen=True, slots=True)
class Comparison:
    """An archive beside the database. `noted`: the journal says that it was made.

    `lines`: how many lines stand in both; `differs`: the first line that is not the same, or whose
    ticket is not, None where all is.
    """

    noted: bool
    lines: int
    differs: int | None


def publics_of(keys: SealingKeys) -> list[str]:
    """Return the public keys by which this hub is, or was, known, hex."""
    return [keys.identity.public.hex(), *(said.before for said in keys.past)]


def verified(path: Path, publics: Sequence[str], progress: verifier.Progress) -> verifier.Report:
    """Return what a verification of an archive finds, signed by one of these keys (hex).

    Raises ArchiveError for what is no archive.
    """
    if not path.is_file():
        raise ArchiveError("archive_missing", file=path)
    try:
        return verifier.verify(str(path), publics, progress)
    except verifier.NoArchive as error:
        raise ArchiveError("archive_unreadable", file=path, reason=error) from error


def check(
    database: Path, path: Path, publics: Sequence[str], progress: verifier.Progress
) -> tuple[verifier.Report, Comparison | None]:
    """Verify an archive, and compare it with a database; None where there is none.

    Raises ArchiveError for what is no archive, StoreError where the database cannot be read.
    """
    report = verified(path, publics, progress)
    if not database.exists():
        return report, None
    try:
        with closing(open_to_read(database)) as db:
            db.execute("BEGIN")
            return report, compared(db, path, report)
    except (*FAULTS, ValueError) as error:
        raise fault(database, error) from error


def compared(db: Connection, path: Path, report: verifier.Report) -> Comparison:
    """Compare an archive with the database; raises ArchiveError for what is no archive."""
    first, last = report.stated["first"], report.stated["last"]
    base = base_of(db)
    cut = 0 if base is None else base.seq
    here = rows.lines(db, first - 1, last)
    same, differs = 0, None
    held = next(here, None)
    for line in _lines(path):
        if held is not None and held.seq == line.seq:
            if line != held or not _has_ticket(db, line):
                differs = line.seq
                break
            same, held = same + 1, next(here, None)
        elif line.seq > cut or line.record is None or not _has_ticket(db, line):
            differs = line.seq
            break
    else:
        differs = None if held is None else held.seq
    noted = entries(db, EntryType.ARCHIVE)
    is_noted = any(entry.data.get("manifest") == report.manifest for entry in noted)
    return Comparison(is_noted, same, differs)


def _lines(path: Path) -> Iterator[Line]:
    try:
        for line in verifier.read_lines(str(path)):
            yield Line(line.seq, line.entry, line.digest, line.record)
    except verifier.NoArchive as error:
        raise ArchiveError("archive_unreadable", file=path, reason=error) from error


def _has_ticket(db: Connection, line: Line) -> bool:
    """Return whether the ticket in a line is the one that stands beside the journal."""
    if line.record is None:
        return True
    try:
        kind = orjson.loads(line.body)["type"]
        ticket = verifier.ticket_of(kind, orjson.loads(line.record))
    except (ValueError, KeyError, TypeError):
        return True  # It holds none that could be read; the line itself was compared.
    if ticket is None:
        return True
    kept = sales.ticket_body(db, ticket["id"])
    try:
        return kept is not None and bool(orjson.loads(kept) == ticket)
    except ValueError:
        return False
