"""Taking out of the journal what an archive has: only that, only what is old, and said in it.

Owns what must hold before anything goes, and the one transaction in which it goes. The hub must be
stopped: archive and journal are verified whole first, which takes minutes, and whoever sells would
wait for it. Lines by which the hub itself says something stay, closings among them: the law wants
them in the system. Tickets beside the journal stay as well; they are the shop's own papers, and
`check-archive` compares them with the archive.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from common.journal.entry import read_entry
from common.journal.kinds import EntryType
from common.journal.purge import PurgeData, fold, plain_standing
from hub import audit_journal
from hub.archive import verifier
from hub.archive.checking import compared, publics_of, verified
from hub.archive.making import trusted
from hub.archive.writing import ArchiveError
from hub.journal import JournalBook
from hub.journal_keys import SealingKeys
from hub.journal_walk import Progress, Walk
from hub.records import journal as rows
from hub.records import trail
from hub.store import Connection, Store

KEEP_YEARS: Final = 6
"""How long the tax administration may ask for the records (LPF art. L. 102 B)."""
LEAST_YEARS: Final = 1
"""An archive covers at most a year, and a purge takes out nothing younger than that."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to go. `newest_ms`: when the newest of it came in, by the hub's clock."""

    data: PurgeData
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Purger:
    """Purges one stopped hub's store. `by`: the account that wants it; `now_ms`: the clock."""

    store: Store
    book: JournalBook
    keys: SealingKeys
    by: str
    now_ms: int

    def plan(
        self, path: Path, keep_years: int, progress: Progress = lambda _done, _all: None
    ) -> Plan:
        """Return what an archive lets go that is older than so many years.

        Raises ArchiveError: the archive or the journal does not hold, they differ, this journal
        never made it, an earlier one comes first, nothing is old enough.
        """
        db = self.store.db
        report = verified(path, publics_of(self.keys), progress)
        if not report.holds:
            found = report.found.first or verifier.Finding(0, "manifest")
            where = found.where or found.seq
            raise ArchiveError("archive_unsound", file=path, where=where)
        walk = Walk(db, trusted(self.keys), progress)
        comparison = compared(db, path, report)
        if not comparison.noted:
            raise ArchiveError("archive_unknown", file=path)
        if comparison.differs is not None:
            raise ArchiveError("archive_differs", file=path, line=comparison.differs)
        if report.stated["first"] > walk.first:
            first = report.stated["first"]
            raise ArchiveError("purge_order", file=path, first=first, needed=walk.first)
        limit_ms = _years_before(self.now_ms, keep_years)
        last, newest_ms = _last_older(db, walk.first - 1, report.stated["last"], limit_ms)
        if last < walk.first:
            raise ArchiveError("purge_nothing", file=path, years=keep_years)
        return Plan(self._cut(walk, last, report.manifest), newest_ms)

    def _cut(self, walk: Walk, last: int, manifest: str) -> PurgeData:
        """Return what the purge says; raises ArchiveError where the journal does not hold."""
        db = self.store.db
        findings = list(walk.to(last))
        standing = plain_standing(walk.verifier.standing)
        digest = walk.verifier.standing.head.digest
        findings += walk.to_the_end()
        if findings:
            raise ArchiveError("purge_unsound", where=min(findings).seq)
        for where, _ in audit_journal.places(db):
            raise ArchiveError("purge_unsound", where=where)
        lines, seals = rows.cut_counts(db, last)
        return PurgeData(
            first=walk.first,
            last=last,
            last_digest=digest,
            manifest=manifest,
            by=self.by,
            lines=lines,
            seals=seals,
            tickets=audit_journal.tickets_up_to(db, last),
            kept=fold(rows.own_lines(db, last)),
            standing=standing,
        )

    def carry_out(self, plan: Plan) -> None:
        """Say in the journal what goes, and let it go, in one transaction."""
        draft = self.book.draft()
        entry = trail.Entry(self.now_ms, "journal.purge", subject=f"1–{plan.data.last}")
        with self.store.group() as db:
            draft.say(EntryType.PURGE, msgspec.to_builtins(plan.data), self.now_ms)
            rows.cut(db, plan.data.last)
            draft.write(self.store.meta("epoch"), self.now_ms)
            trail.add(db, entry)
        self.book.committed(draft)


def _years_before(now_ms: int, years: int) -> int:
    """Return the same day and time so many years ago, ms; of 29 February, the 28th."""
    now = datetime.fromtimestamp(now_ms / 1000)  # noqa: DTZ006 - the computer's own time zone
    day = min(now.day, 28) if now.month == 2 else now.day
    return round(now.replace(year=now.year - years, day=day).timestamp() * 1000)


def _last_older(db: Connection, after: int, last: int, limit_ms: int) -> tuple[int, int]:
    """Return the last sealed line up to `last` before which nothing came in later than a limit.

    And when the newest of it came in. No line goes because another one is old: where the hub's
    clock was wrong, all from there on waits.
    """
    seq, newest_ms = after, 0
    for line in rows.lines(db, after, last):
        if line.record is not None:
            at_ms = read_entry(line.body).at_ms
            if at_ms >= limit_ms:
                break
            newest_ms = max(newest_ms, at_ms)
        seq = line.seq
    return (rows.sealed_up_to(db, seq), newest_ms) if newest_ms else (after, 0)
