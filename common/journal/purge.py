"""What is said of archives and of purges, and from where a purged journal is verified on.

A purge takes out what was archived: the lines that take a record in, and the seals. Lines by which
the hub itself says something stay, bytes and all: keys, what was missing, closings, archives,
earlier purges. The purge's own line says how everything stood where it cut: from there on the
chains, the keys and the sums go on. Owns the fields of both lines; cuts nothing itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
import orjson
from msgspec import Meta

from common.journal import canon
from common.journal.chain import Fault
from common.journal.entry import Line, read_entry
from common.journal.record import Digest, Seq
from common.journal.standing import Standing
from common.journal.verify import Finding
from common.models import convert

Count = Annotated[int, Meta(ge=0, le=2**53)]


@dataclass(frozen=True, slots=True)
class ArchiveData:
    """An archive was made of the lines from `first` to `last`. `manifest`: its manifest's digest.

    `file`: its name; `by`: the account that made it; `holds`: whether all of it verified then.
    """

    first: Seq
    last: Seq
    last_digest: Digest
    manifest: Digest
    file: Annotated[str, Meta(min_length=1, max_length=255)]
    by: Annotated[str, Meta(max_length=100)]
    holds: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The lines that stay of those before a cut: how many, and `fold`, a digest of theirs."""

    lines: Count
    fold: Digest


@dataclass(frozen=True, slots=True)
class PurgeData:
    """What was taken out up to `last`: `lines` of the journal with their records, and `seals`.

    `manifest`: of the archive that has them. `tickets`: papers beside the journal that only those
    records were about. `standing`: what a verification knows at `last`, to go on from there.
    """

    first: Seq
    last: Seq
    last_digest: Digest
    manifest: Digest
    by: Annotated[str, Meta(max_length=100)]
    lines: Count
    seals: Count
    tickets: Count
    kept: Kept
    standing: dict[str, Any]


def plain_standing(standing: Standing) -> dict[str, Any]:
    """Return a standing as plain JSON data, keys that are bytes in base64."""
    plain: dict[str, Any] = orjson.loads(msgspec.json.encode(standing))
    return plain


def read_standing(plain: Any) -> Standing:
    """Return a standing from its plain form; raises ValueError for anything else."""
    return msgspec.json.decode(orjson.dumps(plain), type=Standing)


def read_purge(body: bytes) -> PurgeData:
    """Return what a purge's line says; raises ValueError for anything else."""
    return convert(read_entry(body).data, PurgeData)


def fold(lines: Iterable[Line]) -> Kept:
    """Return how many lines there are, and one digest over their numbers and digests."""
    count, folded = 0, blake2b(digest_size=32)
    for line in lines:
        count += 1
        folded.update(f"{line.seq} {canon.digest(line.body)}\n".encode())
    return Kept(count, folded.hexdigest())


def kept_faults(lines: Iterable[Line], purge: Line) -> Iterator[Finding]:
    """Yield what does not hold of the lines before a cut. `purge`: the line that made it."""
    bad: list[Finding] = []

    def seen() -> Iterator[Line]:
        for line in lines:
            if line.record is not None:
                bad.append(Finding(line.seq, Fault.SEQUENCE))
            elif canon.digest(line.body) != line.digest:
                bad.append(Finding(line.seq, Fault.DIGEST))
            yield line

    found = fold(seen())
    yield from bad
    if found != read_purge(purge.body).kept and not bad:
        yield Finding(purge.seq, Fault.KEPT)
