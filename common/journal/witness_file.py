"""The lines in which a witness keeps its heads, on its own disk and handed over as a file.

One JSON object a line: whose witness it is, then heads and what was found to contradict them. A
file that was handed over ends with the witness's signature under all of it. Owns the lines' bytes;
opens no file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any, Final

import orjson
from msgspec import Meta

from common import seal
from common.journal import canon
from common.journal.entry import read_seal
from common.journal.record import (
    ED25519,
    Algorithm,
    Digest,
    KeyId,
    SignedRecord,
    Signer,
)
from common.journal.witness import Conflict, Kept, LineNumber, Run
from common.models import Id, Label, TimeMs, convert

VERSION: Final = 1
PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
AnyPublic = Annotated[str, Meta(pattern=r"^[0-9a-f]{64,512}\Z")]


@dataclass(frozen=True, slots=True)
class Whose:
    """The first line. `identities`: the hub's public keys that this witness has pinned, as hex, the
    one of now last: each before has vouched for the next."""

    comptoir_witness: int
    device_id: Id
    device_name: Label
    identities: Annotated[tuple[PublicKey, ...], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a witness was told, or saw itself, of one of its runs: the hub's journal is not that.

    `after`, `by`: as `Bounds`; `by` 0: not known where.
    """

    run: Run
    code: Conflict
    after: LineNumber
    by: LineNumber
    at_ms: TimeMs = 0


@dataclass(frozen=True, slots=True)
class Handed:
    """The last line of a file that was handed over, signed by the witness: what stands before it.

    `digest`: BLAKE2b-256 of all bytes before; `publics`: the witness's keys, by algorithm, as hex.
    """

    v: int
    keys: dict[Algorithm, KeyId]
    publics: dict[Algorithm, AnyPublic]
    device_id: Id
    lines: LineNumber
    digest: Digest
    made_ms: TimeMs


@dataclass(frozen=True, slots=True)
class WitnessFile:
    """What such a file holds. `handed`: None where it bears no signature.

    `unread`: lines that could not be read, where that was allowed.
    """

    whose: Whose
    heads: tuple[Kept, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    handed: Handed | None = None
    unread: int = 0


def head_line(head: Kept) -> bytes:
    """Return the line of a head."""
    return _line({"run": head.run, "seal": head.seal})


def contradiction_line(found: Contradiction) -> bytes:
    """Return the line of a contradiction."""
    return _line({"contradicted": found})


def handed_over(lines: Sequence[bytes], device_id: str, signer: Signer, now_ms: int) -> bytes:
    """Return lines as a file that is handed over: with the witness's signature under them."""
    before = b"".join(lines)
    handed = Handed(
        VERSION,
        dict(signer.keys),
        dict(signer.publics),
        device_id,
        len(lines),
        blake2b(before, digest_size=32).hexdigest(),
        now_ms,
    )
    return before + _line({"handed": signer.sign(canon.canonical(handed))})


def read_witness(content: bytes, lenient: bool = False) -> WitnessFile:
    """Return what a file says; raises ValueError, naming the line, for anything else.

    Every head's seal is checked by the pinned keys. `lenient`: for a witness's own disk, where the
    power may have failed in the midst of a line: what cannot be read is passed over, and seals are
    taken as they are.
    """
    lines = content.splitlines(keepends=True)
    if not lines:
        raise ValueError("it is empty")
    whose = _read_whose(lines[0])
    reader = _Reader(whose, lines[0], checked=not lenient)
    unread = 0
    for number, line in enumerate(lines[1:], start=2):
        try:
            reader.take(line)
        except ValueError as error:
            if not lenient:
                raise ValueError(f"line {number}: {error}") from error
            unread += 1
    return WitnessFile(
        whose, tuple(reader.heads), tuple(reader.contradictions), reader.handed, unread
    )


def _read_whose(line: bytes) -> Whose:
    try:
        whose = convert(orjson.loads(line), Whose)
    except ValueError as error:
        raise ValueError(f"line 1: {error}") from error
    if whose.comptoir_witness != VERSION:
        raise ValueError(f"version {whose.comptoir_witness}, this release reads {VERSION}")
    return whose


class _Reader:
    """Takes the lines after the first, in order."""

    def __init__(self, whose: Whose, first: bytes, checked: bool) -> None:
        self._whose = whose
        self._checked = checked
        self._before = blake2b(first, digest_size=32)
        self._count = 1
        self.heads: list[Kept] = []
        self.contradictions: list[Contradiction] = []
        self.handed: Handed | None = None

    def take(self, line: bytes) -> None:
        """Take the next line; raises ValueError."""
        if self.handed is not None:
            raise ValueError("it stands after the witness's signature")
        said = orjson.loads(line)
        if not isinstance(said, dict):
            raise ValueError("it is no object")
        if "handed" in said:
            self.handed = self._handed(convert(said["handed"], SignedRecord))
        elif "contradicted" in said:
            self.contradictions.append(convert(said["contradicted"], Contradiction))
        else:
            self.heads.append(self._head(said))
        self._count += 1
        self._before.update(line)

    def _head(self, said: Mapping[str, Any]) -> Kept:
        head = as_kept(convert(said.get("run"), Run), convert(said.get("seal"), SignedRecord))
        if self._checked and not sound(head, self._whose.identities):
            raise ValueError("its seal is not of the hub's key that this witness knows")
        return head

    def _handed(self, signed: SignedRecord) -> Handed:
        handed = convert(canon.read_canonical(signed.body.encode()), Handed)
        if (handed.device_id, handed.lines) != (self._whose.device_id, self._count):
            raise ValueError("its signature is under another file")
        if handed.digest != self._before.hexdigest():
            raise ValueError("the lines before it are not those that were signed")
        if not _is_signed(signed, handed.keys, [handed.publics.get(ED25519, "")]):
            raise ValueError("its signature does not hold")
        return handed


def sound(head: Kept, identities: Iterable[str]) -> bool:
    """Return whether a hub's Ed25519 key, one of these as hex, has signed a head."""
    return _is_signed(head.seal, head.stated.keys, identities)


def _is_signed(signed: SignedRecord, keys: Mapping[str, str], publics: Iterable[str]) -> bool:
    """Return whether one of these Ed25519 keys, as hex, is the one that is named, and has signed.

    A second signature, by another algorithm, is the verification's to look at.
    """
    by_id = {canon.key_id(public): public for public in map(bytes.fromhex, publics)}
    public, signature = by_id.get(keys.get(ED25519, "")), signed.signatures.get(ED25519)
    if public is None or signature is None:
        return False
    message = canon.signed_message(signed.body.encode())
    return seal.verifies(public, message, bytes.fromhex(signature))


def as_kept(run: int, seal: SignedRecord) -> Kept:
    """Return a seal as a head of a run; raises ValueError for one that states nothing."""
    return Kept(run, seal, read_seal(seal))


def lines_of(held: WitnessFile) -> list[bytes]:
    """Return every line of a witness but its signature, in the order in which they are kept."""
    found, heads = held.contradictions, held.heads
    return [_line(held.whose), *map(contradiction_line, found), *map(head_line, heads)]


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
