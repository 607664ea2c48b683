"""Whether a record stands in its place: after the one before it, in the chain of its own till.

Owns what may be wrong with a record or an entry, as codes, and the rule by which both the hub that
takes a record in and whoever verifies it later judge its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from common.i18n import mark
from common.journal.kinds import RecordType
from common.journal.record import ChainHead, Record


class Fault(StrEnum):
    """What is wrong with a record, an entry, a seal. The values stand in entries for ever."""

    UNREADABLE = "unreadable"
    DIGEST = "digest"
    SEQUENCE = "sequence"
    LINK = "link"
    TYPE_SEQUENCE = "type_sequence"
    CHAIN = "chain"
    DEVICE = "device"
    KEY = "key"
    VOUCH = "vouch"
    SIGNATURE = "signature"
    RECORD = "record"
    FORK = "fork"
    SEAL = "seal"
    FOREIGN = "foreign"
    UNSEALED = "unsealed"
    TAIL = "tail"
    CLOSING_NUMBER = "closing_number"
    CLOSING_REACH = "closing_reach"
    CLOSING_SUM = "closing_sum"
    CLOSING_LATE = "closing_late"
    REPEATED = "repeated"
    SUMS = "sums"
    TRAINING = "training"
    ARCHIVE = "archive"
    KEPT = "kept"


SAYS: Final[Mapping[Fault, str]] = {
    Fault.UNREADABLE: mark("cannot be read, or is not in the canonical form"),
    Fault.DIGEST: mark("is not what its digest says"),
    Fault.SEQUENCE: mark("does not bear the next number: one is gone, or was put in"),
    Fault.LINK: mark("names another one as the one before it"),
    Fault.TYPE_SEQUENCE: mark("does not bear the next number of its type"),
    Fault.CHAIN: mark("belongs to another chain"),
    Fault.DEVICE: mark("is of another device"),
    Fault.KEY: mark("is signed by a key that is not its device's"),
    Fault.VOUCH: mark("names a key that no key before it vouches for"),
    Fault.SIGNATURE: mark("its signature does not hold"),
    Fault.RECORD: mark("its record is not the one that was taken in"),
    Fault.FORK: mark("bears a number that another record has"),
    Fault.SEAL: mark("the hub's signature under it does not hold"),
    Fault.FOREIGN: mark("is sealed by a key to which none leads that is known to be the hub's"),
    Fault.UNSEALED: mark("the hub has not signed it"),
    Fault.TAIL: mark("is gone, though the hub has signed it"),
    Fault.CLOSING_NUMBER: mark("does not follow the closing before it: one is gone, or was put in"),
    Fault.CLOSING_REACH: mark("does not cover the lines, days and records that came since"),
    Fault.CLOSING_SUM: mark("states a sum that its lines do not come to"),
    Fault.CLOSING_LATE: mark("does not name what came late"),
    Fault.REPEATED: mark("takes out a ticket that the line before it does not hold"),
    Fault.SUMS: mark("its sums are not those of the records that it covers"),
    Fault.TRAINING: mark("mixes exercises with what counts"),
    Fault.ARCHIVE: mark("names an archive that this journal never made"),
    Fault.KEPT: mark("the lines that this purge left are not those of then"),
}


_OF_TRAINING: Final = frozenset(
    {RecordType.OPENED.value, RecordType.TRAINING.value, RecordType.KEY_ROTATED.value}
)
"""What stands in a chain of exercises."""


class Gap(NamedTuple):
    """A number that is missing: the digests of the records around it, "" where they are missing."""

    before: str = ""
    own: str = ""


@dataclass(frozen=True, slots=True)
class TillChain:
    """A till's chain as far as the hub has it. `gaps`: numbers that are missing before its head.

    `loose`: some are, or were: of a type only the order of its numbers is known.
    """

    head: ChainHead
    device: str
    gaps: Mapping[int, Gap] = field(default_factory=dict)
    loose: bool = False

    def fault(self, record: Record, digest: str) -> Fault | None:
        """Return why a record is not the next one, nor one that is missing; None where it is."""
        if record.chain != self.head.chain:
            return Fault.CHAIN
        if record.device != self.device:
            return Fault.DEVICE
        if record.seq <= self.head.seq:
            return self._late_fault(record, digest)
        if record.seq != self.head.seq + 1:
            return Fault.SEQUENCE
        if record.previous != self.head.digest:
            return Fault.LINK
        if _mixes(self.head.counts, record.type):
            return Fault.TRAINING
        known = self.head.counts.get(record.type.value, 0)
        in_order = record.type_seq > known if self.loose else record.type_seq == known + 1
        return None if in_order else Fault.TYPE_SEQUENCE

    def _late_fault(self, record: Record, digest: str) -> Fault | None:
        gap = self.gaps.get(record.seq)
        if gap is None:
            return Fault.FORK
        fits = gap.own in ("", digest) and gap.before in ("", record.previous)
        return None if fits else Fault.LINK

    def is_late(self, record: Record) -> bool:
        """Return whether a record stands before the chain's head."""
        return record.seq <= self.head.seq

    def missing_before(self, record: Record) -> tuple[int, int] | None:
        """Return (first, last) of the numbers between the head and a record; None for none."""
        first, last = self.head.seq + 1, record.seq - 1
        return (first, last) if first <= last else None

    def without(self, first: int, last: int, leads_to: str) -> "TillChain":
        """Return the chain whose numbers from `first` to `last` are missing.

        `leads_to`: the digest of the last of them, as the record after it says.
        """
        head = ChainHead(self.head.chain, last, leads_to, self.head.counts)
        moved = TillChain(head, self.device, self.gaps, loose=True)
        return moved.with_gaps(first, last, self.head.digest, leads_to)

    def with_gaps(self, first: int, last: int, follows: str, leads_to: str) -> "TillChain":
        """Return the chain, where its head is, with these numbers missing before it."""
        gaps = dict(self.gaps)
        for seq in range(first, last + 1):
            gaps[seq] = Gap(follows if seq == first else "", leads_to if seq == last else "")
        return TillChain(self.head, self.device, gaps, loose=True)

    def past(self, seq: int, digest: str) -> "TillChain":
        """Return the chain after a record that is not what it was: only its digest is known."""
        head = ChainHead(self.head.chain, max(seq, self.head.seq), digest, self.head.counts)
        return TillChain(head, self.device, self.gaps, loose=True)

    def counted(self, counts: Mapping[str, int]) -> "TillChain":
        """Return the chain with the newest number of each type."""
        head = ChainHead(self.head.chain, self.head.seq, self.head.digest, dict(counts))
        return TillChain(head, self.device, self.gaps, self.loose)

    def taken(self, record: Record, digest: str) -> "TillChain":
        """Return the chain with a record without fault, or from which it goes on all the same."""
        if record.seq > self.head.seq:
            head = self.head.after(record, digest)
            return TillChain(head, self.device, self.gaps, self.loose)
        gaps = {seq: gap for seq, gap in self.gaps.items() if seq != record.seq}
        if record.seq - 1 in gaps:
            gaps[record.seq - 1] = gaps[record.seq - 1]._replace(own=record.previous)
        if record.seq + 1 in gaps:
            gaps[record.seq + 1] = gaps[record.seq + 1]._replace(before=digest)
        return TillChain(self.head, self.device, gaps, self.loose)


def _mixes(counts: Mapping[str, int], kind: RecordType) -> bool:
    """Return whether a record is an exercise in a till's own chain, or the other way round."""
    if kind is RecordType.TRAINING:
        return not counts.keys() <= _OF_TRAINING
    return RecordType.TRAINING in counts and kind not in _OF_TRAINING


def new_chain(chain: str, device: str) -> TillChain:
    """Return a chain of which nothing is known yet."""
    return TillChain(ChainHead(chain), device)
