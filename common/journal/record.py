"""A till's record: its fields, its bytes as they are signed, its place in the till's chain.

Owns how a record is made, signed, read and held against the one before. A record carries by value
whatever it is about: nothing in it points into a database. Makes no tickets, keeps nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from common import seal
from common.journal import canon
from common.journal.kinds import RecordType
from common.models import Date, Id, Label, Note, TimeMs, convert
from common.p256 import P256, P256Keys, P256Signer, is_available, p256_verifies

ED25519: Final = "ed25519"
RECORD_CHARS: Final = 240_000
"""The most characters of a record's body: one fits into a command."""
RECORDS_AT_ONCE: Final = 8
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
KeyId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
ChainId = KeyId
Algorithm = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}\Z")]
Signature = Annotated[str, Meta(pattern=r"^[0-9a-f]{2,512}\Z")]
Seq = Annotated[int, Meta(ge=1, le=2**53)]


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A record as it is kept and sent: `body`, its canonical bytes as text, and who signed them.

    `signatures`: hex by algorithm, one for each key that the body names.
    """

    body: Annotated[str, Meta(min_length=2, max_length=RECORD_CHARS)]
    signatures: Annotated[dict[Algorithm, Signature], Meta(min_length=1, max_length=4)]


@dataclass(frozen=True, slots=True)
class ShopIdentity:
    """Whose till it is, as it must stand on a ticket."""

    name: Label
    siret: Note = ""
    vat_number: Note = ""
    address: Note = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What is signed. `seq` counts the records of a chain from 1, `type_seq` those of its type.

    `previous`: the digest of the record before. `keys`: ids of the keys that sign, by algorithm.
    `at_ms`: the till's clock in UTC; `clock_diff_ms`: the hub's time minus it, as last measured.
    """

    v: int
    keys: Annotated[dict[Algorithm, KeyId], Meta(min_length=1, max_length=4)]
    chain: ChainId
    seq: Seq
    type: RecordType
    type_seq: Seq
    previous: Digest
    device: Id
    device_name: Label
    operator: Annotated[str, Meta(max_length=100)]
    at_ms: TimeMs
    utc_offset_min: Annotated[int, Meta(ge=-900, le=900)]
    clock_diff_ms: Annotated[int, Meta(ge=-(2**47), le=2**47)]
    business_date: Date
    shop: ShopIdentity
    software: Annotated[str, Meta(max_length=50)]
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """Return by what people know it: the beginning of its chain's id, and its seq there."""
        return f"{self.chain[:8]}-{self.seq}"


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a till's chain stands: its last record's seq and digest, and how many of each type."""

    chain: str
    seq: int = 0
    digest: str = canon.GENESIS
    counts: Mapping[str, int] = field(default_factory=dict)

    def after(self, record: Record, digest: str) -> "ChainHead":
        """Return where the chain stands once this record is its last."""
        counts = {**self.counts, record.type.value: record.type_seq}
        return ChainHead(self.chain, record.seq, digest, counts)


class Signer:
    """Signs records and seals: by Ed25519, and by ECDSA P-256 as well where there is a second pair.

    `keys`: what a body says of whom it is signed by; `publics`: the public keys themselves, as hex.
    """

    def __init__(self, pair: seal.SigningKeys, second: P256Keys | None = None) -> None:
        self._signer = seal.Signer(pair)
        self._second = None if second is None else P256Signer(second)
        publics = {ED25519: pair.public} | ({} if second is None else {P256: second.public})
        self.publics: Mapping[str, str] = {name: key.hex() for name, key in publics.items()}
        self.keys: Mapping[str, str] = {name: canon.key_id(key) for name, key in publics.items()}

    def sign(self, body: bytes) -> SignedRecord:
        """Return canonical bytes with their signatures."""
        return SignedRecord(body.decode(), self.signatures(canon.signed_message(body)))

    def signatures(self, message: bytes) -> dict[str, str]:
        """Return a message's signatures as hex, by algorithm."""
        made = {ED25519: self._signer.sign(message).hex()}
        if self._second is not None:
            made[P256] = self._second.sign(message).hex()
        return made


def signed_by(record: SignedRecord, keys: Mapping[str, str], publics: Mapping[str, bytes]) -> bool:
    """Return whether every key that the body names has signed it, as far as can be checked here.

    `keys`: ids by algorithm, as the body says; `publics`: public keys by id.
    """
    message = canon.signed_message(record.body.encode())
    return all_hold(message, record.signatures, keys, publics)


def all_hold(
    message: bytes,
    signatures: Mapping[str, str],
    keys: Mapping[str, str],
    publics: Mapping[str, bytes],
) -> bool:
    """Return whether there is a signature of each key over a message, and no other.

    Ed25519 is always among them. What this machine has no library for is there, and not checked.
    """
    if ED25519 not in keys or keys.keys() != signatures.keys():
        return False
    for name, key in keys.items():
        public = publics.get(key)
        if public is None:
            return False
        raw = bytes.fromhex(signatures[name])
        # One text for one signature: a letter of another case is a bit that flipped.
        if raw.hex() != signatures[name]:
            return False
        if is_checked(name) and not _CHECKS[name](public, message, raw):
            return False
    return True


def is_checked(algorithm: str) -> bool:
    """Return whether this machine can check a signature of an algorithm."""
    return algorithm == ED25519 or (algorithm == P256 and is_available())


_CHECKS: Final = {ED25519: seal.verifies, P256: p256_verifies}


def read_record(body: str, strict: bool = True) -> Record:
    """Return a record from its canonical bytes; raises ValueError for anything else.

    Not `strict`: whether the form is the canonical one is not looked at, which costs most of it.
    """
    if strict:
        record = convert(canon.read_canonical(body.encode()), Record)
    else:
        record = msgspec.json.decode(body, type=Record)
    if record.v != canon.VERSION:
        raise ValueError(f"a record of version {record.v}")
    return record
