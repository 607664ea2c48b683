"""Making an archive: the journal walked over once, verified and written as it goes.

Owns the way from the database to the file, beside a hub that may run: one read transaction. What
does not hold is stated in the archive, which is made all the same: data must be kept. That it was
made is a line of the journal; writing that is the hub's, by the command that is returned here.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from common.journal import canon
from common.journal.purge import ArchiveData
from common.journal.record import Signer
from common.journal.totals import Totals
from common.journal.verify import Finding
from common.succession import way
from hub import tables
from hub.archive.spans import Span, bounds
from hub.archive.stating import Statement, standing_plain
from hub.archive.writing import ArchiveWriter, new_archive
from hub.config import read_settings
from hub.folder import Folder
from hub.journal_keys import SealingKeys, sealing
from hub.journal_walk import Progress, Walk
from hub.key_files import read_keys
from hub.records import journal as rows
from hub.store import FAULTS, Connection, StoreError, fault, open_to_read, schema_of


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was made. `totals`: of all tickets up to its last line; `faults`: what did
    not hold up to there, by line."""

    path: Path
    said: ArchiveData
    lines: int
    totals: Totals
    faults: tuple[Finding, ...]

    @property
    def command(self) -> tuple[str, dict[str, Any]]:
        """Return the command by which the hub writes into its journal that it was made."""
        return "journal.archived", msgspec.to_builtins(self.said)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes archives of a hub's folder. `by`: the account that wants them."""

    folder: Folder
    by: str
    made_ms: int
    progress: Progress = lambda _done, _all: None

    def make(self, span: Span, path: Path) -> Made:
        """Make one; nothing is left behind where that fails.

        Raises ArchiveError (nothing to archive, a file that is there, a disk), StoreError,
        ConfigError.
        """
        database = self.folder.database
        if not database.exists():
            raise StoreError("database_missing", file=database)
        try:
            with closing(open_to_read(database)) as db:
                version = schema_of(db)
                if version != tables.SCHEMA_VERSION:
                    ours = tables.SCHEMA_VERSION
                    raise StoreError("database_schema", file=database, theirs=version, ours=ours)
                db.execute("BEGIN")
                return self._make(db, span, path)
        except (*FAULTS, ValueError) as error:
            raise fault(database, error) from error

    def _make(self, db: Connection, span: Span, path: Path) -> Made:
        settings = read_settings(self.folder)
        keys = sealing(read_keys(self.folder), settings)
        signer = Signer(keys.identity, keys.second)
        walk = Walk(db, trusted(keys), self.progress)
        after, last = bounds(db, span, walk.first - 1)
        with new_archive(path) as writer:
            findings = [*walk.left(), *walk.to(after)]
            before = standing_plain(walk.verifier.standing) if after else None
            totals_before = walk.verifier.standing.totals()
            walked = walk.verifier.lines
            seals = _write_seals(db, writer, after, last)
            findings += [*walk.to(last, writer.line), *walk.verifier.end()]
            standing = walk.verifier.standing
            statement = Statement(
                shop=settings.shop,
                before=before,
                after=standing_plain(standing),
                totals=(totals_before, standing.totals()),
                lines=walk.verifier.lines - walked,
                seals=seals,
                findings=tuple(sorted(findings)),
                signed_by=signer.keys,
                publics=signer.publics,
                past=keys.past,
                made_ms=self.made_ms,
                period=span.period,
            )
            writer.finish(statement.small_files(db), statement.manifest, signer.sign)
        said = ArchiveData(
            first=after + 1,
            last=standing.head.seq,
            last_digest=standing.head.digest,
            manifest=writer.manifest,
            file=path.name,
            by=self.by,
            holds=not findings,
        )
        return Made(path, said, statement.lines, statement.totals[1], statement.findings)


def trusted(keys: SealingKeys) -> frozenset[str]:
    """Return the ids of the hub's key, and of those before it that vouch for it."""
    public = keys.identity.public.hex()
    before = (said.before for said in keys.past if way(said.before, public, keys.past))
    return frozenset(canon.key_id(bytes.fromhex(key)) for key in (public, *before))


def _write_seals(db: Connection, writer: ArchiveWriter, after: int, last: int) -> int:
    """Write the seals under lines of the archive; return how many there are."""
    count = 0
    for count, (seq, seal) in enumerate(rows.seals_at(db, after, last), 1):  # noqa: B007
        writer.seal(seq, seal)
    return count
