"""Signed records as they come in: into the journal, and what is odd about them said.

A record is a fact as its ticket is: whatever is wrong with it, it is kept, and so is the sale.
"""

from collections.abc import Sequence

from common.errors import Refusal
from common.journal.record import SignedRecord
from hub.journal import Taken
from hub.work import Work

FIRST = "first"


def take_records(work: Work, records: Sequence[SignedRecord]) -> Taken:
    """Take records into the journal, in order; return what became of the last one.

    Raises Refusal for one that cannot be read at all, which puts the operation in quarantine.
    """
    taken = [_take(work, signed) for signed in records]
    return taken[-1]


def _take(work: Work, signed: SignedRecord) -> Taken:
    try:
        taken = work.journal.take(work.device, signed, work.now_ms)
    except ValueError as error:
        raise Refusal("unreadable_command", reason=f"record: {error}") from error
    record = taken.record
    name = record.name
    if taken.missing is not None:
        first, last = taken.missing
        work.flag("flag_records_missing", f"{record.chain[:8]}: {first}–{last}")
    if taken.fault is not None:
        work.flag("flag_record_invalid", f"{name}: {taken.fault}")
    if taken.opened is not None and not taken.repeated and taken.opened.why != FIRST:
        work.flag("flag_chain_begun", f"{name}: {taken.opened.why}")
    return taken
