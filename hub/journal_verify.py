"""Verifying the journal of a database file, from its first line to its last, while a hub may run.

Owns what is read for it and by whose key the seals are checked: the hub's own, which lies outside
the database. The rules are `common/journal/verify.py`'s. Reads, and changes nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from common.card import fingerprint
from common.i18n import mark
from common.journal import canon
from common.journal.chain import SAYS
from common.journal.entry import Head
from common.journal.record import ED25519, is_checked
from common.journal.totals import Totals
from common.journal.verify import Verifier
from common.journal.witness import SAYS as WITNESS_SAYS
from common.journal.witness_file import WitnessFile
from hub import audit_journal, tables
from hub.journal_status import NotedConflict, noted_conflicts
from hub.journal_walk import Progress, Walk
from hub.store import FAULTS, Connection, StoreError, fault, open_to_read, schema_of
from hub.witness_verify import Testimony, testimonies, together


@dataclass(frozen=True, slots=True)
class Flaw:
    """What does not hold: the seq of the journal's line, 0 for a ticket beside it; a msgid.

    `last`: where it is known only that it is one of the lines from `seq` to there, else 0.
    """

    seq: int
    where: str
    text: str
    last: int = 0


class SignedBy(NamedTuple):
    """How many records and seals bear a signature of an algorithm, and whether it was checked."""

    algorithm: str
    records: int
    seals: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified. `flaws`: by line, the first bad one first.

    `invalid`: records of which the journal itself says that they are none; `chains`: of tills;
    `hub_keys`: (line, key as hex, how) of the keys that sealed, each from its line on;
    `algorithms`: by which was signed. `exercises`: tickets of training, which are in no total;
    `unproved`: X and Z that cover records that are not all there, or were not when later ones came.
    `witnesses`: what files of posts say; `noted`: contradictions that stand in the journal itself;
    `purged`: up to which line records were taken out into an archive, 0 for none.
    """

    head: Head
    lines: int
    invalid: int
    chains: int
    totals: Totals
    hub_keys: tuple[tuple[int, str, str], ...]
    exercises: int
    unproved: int
    algorithms: tuple[SignedBy, ...]
    flaws: tuple[Flaw, ...]
    witnesses: tuple[Testimony, ...] = ()
    noted: tuple[NotedConflict, ...] = ()
    purged: int = 0


STRANGE: Final = mark("has sealed nothing of this journal")


def verify_file(
    path: Path,
    hub_public: bytes,
    progress: Progress = lambda _done, _all: None,
    known: Iterable[str] = (),
    files: Sequence[WitnessFile] = (),
) -> Report:
    """Verify the journal of a database file; raises StoreError where it cannot be read at all.

    `known`: other keys of the hub, as hex, that posts or archives hold: each must have sealed it.
    `files`: of posts that have seen it.
    """
    if not path.exists():
        raise StoreError("database_missing", file=path)
    try:
        with closing(open_to_read(path)) as db:
            version = schema_of(db)
            if version != tables.SCHEMA_VERSION:
                raise StoreError(
                    "database_schema", file=path, theirs=version, ours=tables.SCHEMA_VERSION
                )
            db.execute("BEGIN")
            report = verify(db, {canon.key_id(hub_public)}, progress, files)
    except (*FAULTS, ValueError) as error:
        raise fault(path, error) from error
    sealed = {key for _, key, _ in report.hub_keys}
    strange = [Flaw(1, fingerprint(key), STRANGE) for key in known if key not in sealed]
    return replace(report, flaws=(*strange, *report.flaws))


def verify(
    db: Connection,
    trusted: Collection[str],
    progress: Progress,
    files: Sequence[WitnessFile] = (),
) -> Report:
    """Verify the journal of an open database, in a read transaction where somebody writes.

    `trusted`: ids of the hub's keys that are known beforehand; `files`: of posts that have seen it.
    """
    walk = Walk(db, trusted, progress)
    flaws = [
        Flaw(finding.seq, finding.record, SAYS[finding.fault]) for finding in walk.to_the_end()
    ]
    try:
        beside = [Flaw(0, where, text) for where, text in audit_journal.places(db)]
    except (ValueError, TypeError, KeyError, AttributeError):
        beside = []  # A line that is none any more: the walk has named it.
    standing = walk.verifier.standing
    witnesses = testimonies(db, {key for _, key, _ in standing.hub.path}, files)
    flaws += _contradicted(witnesses)
    flaws.sort(key=lambda flaw: flaw.seq)
    return Report(
        standing.head,
        walk.verifier.lines,
        walk.verifier.invalid,
        len(standing.chains),
        standing.totals(),
        tuple(standing.hub.path),
        standing.exercises.tickets,
        standing.unproved,
        tuple(_signed_by(walk.verifier)),
        (*flaws, *beside),
        tuple(witnesses),
        tuple(noted_conflicts(db)),
        walk.first - 1,
    )


def _signed_by(verifier: Verifier) -> Iterator[SignedBy]:
    records, seals = verifier.records_signed, verifier.seals_signed
    for name in sorted({ED25519, *records, *seals}):
        yield SignedBy(name, records[name], seals[name], is_checked(name))


def _contradicted(witnesses: Sequence[Testimony]) -> list[Flaw]:
    """Return the first line that all witnesses together say is bad, as a flaw; none: nothing."""
    bounds = together(witnesses)
    if bounds.conflict is None:
        return []
    first = bounds.after + 1
    said = [each.device_name for each in witnesses if each.bounds.conflict is not None]
    last = bounds.by if bounds.by > first else 0
    return [Flaw(first, ", ".join(said), WITNESS_SAYS[bounds.conflict], last)]
