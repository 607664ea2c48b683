"""The sums of a till's chain, counted once more: what its X and Z state is held against them.

Owns what a walk knows of each chain's sums, and when a statement can be held against them at all:
only where every record that it covers is there, sound. One that cannot yet waits for late records;
one that never can is counted as such, and is no fault. Counts by `till_tally.py`'s own lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from common.journal.chain import Fault, TillChain
from common.journal.kinds import RecordType
from common.journal.opened import SUMMED, OpenedData, begins_with, carried_over, unknown
from common.journal.record import Record
from common.journal.report import ReportData, report_of
from common.journal.standing import Standing
from common.journal.till_sums import TillSums, Waiting, begun
from common.journal.till_tally import TillTally

Found = tuple[int, Fault, str]
"""(line of the hub's chain, what is wrong, the record's name)."""
_BOUNDS: Final = frozenset({RecordType.OPENED, RecordType.X, RecordType.Z})
"""What is counted nowhere itself, and says where counting begins or what it comes to."""


@dataclass(frozen=True, slots=True)
class Step:
    """A record as it comes: `kind` and `data` as its type has them, `line` of the hub's chain.

    `late`: it stands before the chain's head; `chain`: its chain with it.
    """

    line: int
    record: Record
    kind: RecordType
    data: Any
    late: bool
    chain: TillChain


def count_sums(
    standing: Standing, line: int, record: Record, content: tuple[RecordType, Any], late: bool
) -> Iterator[Found]:
    """Count a record of a chain that stands after it; yield what states other sums than there are.

    `content`: the record's type and data, of an exercise what was exercised.
    """
    kind, data = content
    sums = standing.sums.get(record.chain)
    if sums is None:
        sums = standing.sums[record.chain] = begun(record)
    if isinstance(data, OpenedData) and record.seq == 1 and data.after in standing.sums:
        before = standing.sums[data.after], standing.chains[data.after]
        if _carried_wrongly(data, *before):
            yield line, Fault.SUMS, record.name
    step = Step(line, record, kind, data, late, standing.chains[record.chain])
    yield from count(sums, step)


def count(sums: TillSums, step: Step) -> Iterator[Found]:
    """Count a record in; yield what states other sums than those of its records."""
    seq, tally = step.record.seq, sums.tally
    if step.late:
        yield from _late(sums, step)
    elif step.kind in (RecordType.X, RecordType.Z):
        yield from _reported(sums, step)
    elif step.kind is RecordType.OPENED:
        yield from _opened(sums, step)
    else:
        tally.add(step.kind, seq, step.data)


def _carried_wrongly(opened: OpenedData, before: TillSums, chain: TillChain) -> bool:
    """Return whether a chain says that it goes on with other sums than those of the one before.

    False where that cannot be told, since that one is not all there up to where it ended.
    """
    head, tally = chain.head, before.tally
    ended = (head.seq, head.digest) == (opened.after_seq, opened.after_digest)
    if not ended or not _all_there(before, tally.first_seq, head.seq, chain):
        return False
    known = carried_over(tally, head.chain, head.seq, opened.why)
    return begins_with(opened) not in (known, unknown(opened.why))


def _opened(sums: TillSums, step: Step) -> Iterator[Found]:
    opened: OpenedData = step.data
    if step.record.seq > 1 and (opened.why != SUMMED or sums.reported):
        yield step.line, Fault.SUMS, step.record.name
        return
    sums.tally = begins_with(opened)
    sums.unsure_seq = step.record.seq - 1


def _reported(sums: TillSums, step: Step) -> Iterator[Found]:
    seq, tally = step.record.seq, sums.tally
    stated: ReportData = step.data
    sums.reported = True
    if stated.last_seq != seq - 1:
        # Which record it is, nothing that is missing can change.
        yield step.line, Fault.SUMS, step.record.name
    elif not _sure(sums, tally.first_seq):
        sums.unproved += 1
    elif _gaps(step.chain, tally.first_seq, seq - 1):
        sums.waiting.append(Waiting(step.line, step.record.name, stated, tally.copy()))
    elif not _agrees(stated, tally, seq - 1):
        yield step.line, Fault.SUMS, step.record.name
    if step.kind is RecordType.Z:
        # From what it states: one that is wrong is named, and not all after it.
        tally.net_cents, tally.absolute_cents = stated.net_cents, stated.absolute_cents
        tally.perpetual_lacks = stated.perpetual_lacks
        tally.begin_session(seq + 1)


def _late(sums: TillSums, step: Step) -> Iterator[Found]:
    seq = step.record.seq
    if step.kind in (RecordType.Z, RecordType.OPENED):
        # Where another session began is known too late.
        sums.lost(step.chain.head.seq)
        sums.unproved += len(sums.waiting)
        sums.waiting.clear()
    if step.kind in (RecordType.X, RecordType.Z):
        sums.unproved += 1
    if step.kind in _BOUNDS:
        return
    if seq >= sums.tally.first_seq:
        sums.tally.add(step.kind, seq, step.data)
    still = []
    for each in sums.waiting:
        # From where the last Z is that is here: while one may be missing, nobody is blamed.
        first, last = each.tally.first_seq, each.stated.last_seq
        if first <= seq <= last:
            each.tally.add(step.kind, seq, step.data)
        if _gaps(step.chain, first, last):
            still.append(each)
        elif not _agrees(each.stated, each.tally, last):
            yield each.line, Fault.SUMS, each.name
    sums.waiting[:] = still


def _agrees(stated: ReportData, tally: TillTally, last_seq: int) -> bool:
    counted = stated.counted_cents, stated.operator_id, stated.count
    expected = report_of(tally, last_seq, *counted)
    return stated == expected


def _sure(sums: TillSums, first: int) -> bool:
    return sums.unsure_seq < first


def _gaps(chain: TillChain, first: int, last: int) -> bool:
    return any(first <= gap <= last for gap in chain.gaps)


def _all_there(sums: TillSums, first: int, last: int, chain: TillChain) -> bool:
    return _sure(sums, first) and not _gaps(chain, first, last) and not sums.waiting
