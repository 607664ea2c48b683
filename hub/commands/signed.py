"""Signed records as they come in: into the journal, and what is odd about them said.

A record is a fact as its ticket is: whatever is wrong with it, it is kept, and so is the sale. What
has no effect beside the journal is taken here whole: voids, copies, drawers, cash, X, Z, exercises.
"""

from collections.abc import Callable, Sequence
from typing import Any

from common.commands import TillRecords, record_kind
from common.errors import Refusal
from common.journal.contents import read_data
from common.journal.kinds import NOTED_TYPES, RecordType
from common.journal.opened import EXPECTED
from common.journal.record import Record, SignedRecord
from hub.authority import check_operator
from hub.journal import Taken
from hub.work import Work


def record(kind: RecordType) -> Callable[[Work, TillRecords], None]:
    """Return the handler of what has no other effect than to stand in the journal."""

    def handle(work: Work, args: TillRecords) -> None:
        taken = take_records(work, args.records, kind)
        data = taken_data(taken.record)
        if taken.repeated:
            work.remark("flag_repeated_id")
            return
        operator = getattr(data, "operator_id", "")
        name = f"{taken.record.chain[:8]}-{taken.record.seq}"
        check_operator(work, record_kind(kind), name, operator)

    return handle


def note(work: Work, args: TillRecords) -> None:
    """Take what a till notes by itself; nobody gave it, so that nobody is asked for."""
    for signed in args.records:
        taken = _take(work, signed)
        taken_data(taken.record)
        if taken.record.type not in (*NOTED_TYPES, RecordType.OPENED):
            reason = f"a record of type {taken.record.type}"
            raise Refusal("unreadable_command", reason=reason)
        if taken.repeated:
            work.remark("flag_repeated_id")


def take_records(work: Work, records: Sequence[SignedRecord], kind: RecordType) -> Taken:
    """Take records into the journal, in order; return the last one, which is of this type.

    Raises Refusal for one that cannot be read at all, or of another type, which puts the operation
    in quarantine.
    """
    taken = [_take(work, signed) for signed in records]
    last = taken[-1]
    if last.record.type is not kind:
        raise Refusal("unreadable_command", reason=f"a record of type {last.record.type}")
    return last


def taken_data(record: Record) -> Any:
    """Return what a record holds, as its type has it; raises Refusal as `take_records` does."""
    try:
        return read_data(record.type, record.data)
    except ValueError as error:
        raise Refusal("unreadable_command", reason=f"record: {error}") from error


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
    if taken.opened is not None and not taken.repeated and taken.opened.why not in EXPECTED:
        work.flag("flag_chain_begun", f"{name}: {taken.opened.why}")
    return taken
