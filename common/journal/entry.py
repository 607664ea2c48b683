"""A line of the hub's one chain, and the seals under it.

An entry takes a till's record in by its digest, or says what the hub has to say. Entries are
chained by digests, each at once; the hub signs the newest digest of every commit, and that **seal**
stands for all entries before it. Owns their fields and bytes; keeps nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from common.journal import canon
from common.journal.kinds import EntryType
from common.journal.record import Algorithm, ChainId, Digest, KeyId, Seq, SignedRecord, Signer
from common.models import TimeMs, convert


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `seq` counts all lines from 1; `previous`: the digest of the line before.

    `at_ms`: the hub's time, for a till's record when it was received.
    """

    v: int
    chain: ChainId
    seq: Seq
    type: EntryType
    previous: Digest
    at_ms: TimeMs
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MissingData:
    """The data of an entry `missing`: numbers of a till's chain, and the digests around them."""

    chain: ChainId
    device: str
    first: Seq
    last: Seq
    follows: str
    leads_to: str


class Line(NamedTuple):
    """An entry as it is kept: its canonical bytes, its digest, and the record that it takes in.

    `record`: that record's canonical bytes, or None where the entry has none.
    """

    seq: int
    body: bytes
    digest: str
    record: bytes | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What the hub signs: up to this entry its chain is as this digest says."""

    v: int
    keys: dict[Algorithm, KeyId]
    chain: ChainId
    epoch: KeyId
    seq: Seq
    digest: Digest
    at_ms: TimeMs


class Head(NamedTuple):
    """Where the hub's chain stands."""

    chain: str
    seq: int = 0
    digest: str = canon.GENESIS


def make_line(
    head: Head, kind: EntryType, at_ms: int, data: Mapping[str, Any], record: bytes | None = None
) -> Line:
    """Return the line that follows a head. `data`: plain JSON without fractions."""
    # Straight to bytes: thousands are made a second, and nobody but the hub makes them.
    entry = {
        "v": canon.VERSION,
        "chain": head.chain,
        "seq": head.seq + 1,
        "type": kind,
        "previous": head.digest,
        "at_ms": at_ms,
        "data": data,
    }
    body = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return Line(head.seq + 1, body, canon.digest(body), record)


def read_entry(body: bytes) -> Entry:
    """Return an entry from its canonical bytes; raises ValueError for anything else."""
    return convert(canon.read_canonical(body), Entry)


def make_seal(head: Head, epoch: str, at_ms: int, signer: Signer) -> SignedRecord:
    """Return the hub's signature under a head."""
    keys = dict(signer.keys)
    stated = Seal(canon.VERSION, keys, head.chain, epoch, head.seq, head.digest, at_ms)
    return signer.sign(canon.canonical(stated))


def read_seal(seal: SignedRecord) -> Seal:
    """Return what a seal states, its signature unchecked; raises ValueError for anything else."""
    return convert(canon.read_canonical(seal.body.encode()), Seal)
