"""Whose signature counts, and from where on: the keys of tills and of the hub, one after the other.

A **key set** is what a body names of whom it is signed by: key ids by algorithm. Owns how one set
follows another: a till's by a record that the set before has signed, the hub's by a statement of
the key before. No database introduces a key by itself: a till's first is the hub's word, given at
pairing, and the hub's own stand or fall with a key that whoever verifies holds beforehand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Meta

from common.journal import canon
from common.journal.entry import Entry
from common.journal.kinds import RecordType
from common.journal.record import ED25519, Algorithm, KeyId, Record, Signer, all_hold
from common.models import Id, Label, convert
from common.succession import Succession, is_vouched

KeySet = dict[Algorithm, KeyId]
Publics = dict[Algorithm, Annotated[str, Meta(pattern=r"^[0-9a-f]{2,400}\Z")]]
PAIRED: Final[Literal["paired"]] = "paired"
VOUCHED: Final[Literal["vouched"]] = "vouched"
LOST: Final[Literal["lost"]] = "lost"
_ACCEPTED: Final = b"comptoir/journal/hub-key/1\0"


def publics_by_id(keys: Mapping[str, str], publics: Mapping[str, str]) -> dict[str, bytes]:
    """Return public keys by id; raises ValueError where an id is not its key's."""
    if keys.keys() != publics.keys() or ED25519 not in keys:
        raise ValueError("a key set without its public keys, or without Ed25519")
    found = {}
    for algorithm, key in keys.items():
        public = bytes.fromhex(publics[algorithm])
        if canon.key_id(public) != key:
            raise ValueError(f"{key} is not the id of {publics[algorithm]}")
        found[key] = public
    return found


# A till's.


@dataclass(frozen=True, slots=True)
class Introduction:
    """The data of an entry `key`: by which keys a device signs, as public keys.

    `why`: PAIRED, the hub's own word; VOUCHED, a record of the device itself said so before.
    `by`: the key set that signed that record.
    """

    device: Id
    name: Label
    keys: KeySet
    publics: Publics
    why: Literal["paired", "vouched"] = "paired"
    by: KeySet = field(default_factory=dict)


def read_introduction(data: Mapping[str, Any]) -> Introduction:
    """Return the data of an entry `key`, of the first releases' form, too; raises ValueError."""
    if "key" in data:
        algorithm = convert(data.get("algorithm"), str)
        plain = {name: data.get(name) for name in ("device", "name")}
        keyed = {"keys": {algorithm: data["key"]}, "publics": {algorithm: data.get("public")}}
        return convert({**plain, **keyed}, Introduction)
    return convert(data, Introduction)


@dataclass(frozen=True, slots=True)
class RotatedData:
    """What a till's record `key_rotated` says: by which keys it signs from a later record on.

    From the first record that they have signed, the keys before count no more.
    """

    keys: KeySet
    publics: Publics


@dataclass(frozen=True, slots=True)
class TillKeys:
    """The keys of one device. `now`: the set in force; `following`: one that `now` vouches for.

    `ever`: the id of each key that it has, or had.
    """

    now: KeySet
    following: KeySet | None = None
    ever: frozenset[str] = frozenset()

    def after(self, record: Record, late: bool) -> "TillKeys | None":
        """Return the keys after a record; None where it may not be signed as it is.

        `late`: it stands before the head of its chain. Raises ValueError for a record
        `key_rotated` that cannot be read.
        """
        keys, names = record.keys, rotated(record)
        if names is not None and self._may_vouch(keys):
            return self._moved(keys, late).vouched(names.keys)
        if keys in (self.now, self.following) or (late and self.ever.issuperset(keys.values())):
            return self._moved(keys, late)
        return None

    def _moved(self, keys: KeySet, late: bool) -> "TillKeys":
        """From the first record of the keys that follow, those before count no more."""
        return TillKeys(keys, None, self.ever) if keys == self.following and not late else self

    def _may_vouch(self, keys: KeySet) -> bool:
        """Return whether a set may name the one that follows: Ed25519 in force is enough.

        A second key can be lost, or its library gone, while the first one signs on.
        """
        first = keys.get(ED25519) == self.now[ED25519]
        return keys == self.following or (first and keys.items() <= self.now.items())

    def vouched(self, keys: KeySet) -> "TillKeys":
        """Return the keys where a record names the set that follows."""
        return TillKeys(self.now, keys, self.ever.union(keys.values()))


def rotated(record: Record) -> RotatedData | None:
    """Return what a record `key_rotated` says, None for others; raises ValueError for no such."""
    if record.type is not RecordType.KEY_ROTATED:
        return None
    said = convert(record.data, RotatedData)
    publics_by_id(said.keys, said.publics)
    return said


def introduced(keys: KeySet) -> TillKeys:
    """Return the keys of a device of which the hub says that it signs by these."""
    return TillKeys(keys, None, frozenset(keys.values()))


# The hub's.


@dataclass(frozen=True, slots=True)
class HubKeyData:
    """The data of an entry `hub_key`: by which keys the hub seals from here on.

    `vouched`: the way from the Ed25519 key before to the one now, empty where that stays; empty,
    too, where the key before is lost, and `why` says so. `accepted`: the new keys' signatures over
    all of it and the place where it stands, so that nobody puts it over another past.
    """

    before: KeySet
    keys: KeySet
    publics: Publics
    why: Literal["vouched", "lost"]
    vouched: tuple[Succession, ...]
    accepted: dict[Algorithm, str]


@dataclass(slots=True)
class HubKeys:
    """The hub's keys along the journal. `now`: the set in force, by which it seals.

    `trusted`: whether a key that was known beforehand leads here. `path`: (line, key as hex, how)
    of each Ed25519 key, from its line on.
    """

    now: KeySet = field(default_factory=dict)
    publics: dict[str, bytes] = field(default_factory=dict)
    trusted: bool = False
    path: list[tuple[int, str, str]] = field(default_factory=list)

    def found(self, seq: int, keys: KeySet, publics: Publics, trusted: Iterable[str]) -> None:
        """Begin, with the keys of the journal's first line; raises ValueError."""
        self.publics = publics_by_id(keys, publics)
        self.now = keys
        self.trusted = keys[ED25519] in trusted
        self.path = [(seq, publics[ED25519], "founded")]

    def change(self, entry: Entry, trusted: Iterable[str]) -> bool:
        """Go on by the keys of an entry `hub_key`; False where nobody vouches for them.

        Raises ValueError for one that cannot be read.
        """
        data = convert(entry.data, HubKeyData)
        publics = publics_by_id(data.keys, data.publics)
        if data.before != self.now or not _is_accepted(entry, data, publics):
            return False
        leads = self._leads(data)
        if data.why == VOUCHED and not leads:
            return False
        self.now = data.keys
        self.publics.update(publics)
        known = data.keys[ED25519] in trusted
        self.trusted = known or (self.trusted and data.why == VOUCHED)
        if data.before[ED25519] != data.keys[ED25519]:
            self.path.append((entry.seq, data.publics[ED25519], data.why))
        return True

    def _leads(self, data: HubKeyData) -> bool:
        at = self.publics[self.now[ED25519]].hex()
        for step in data.vouched:
            if step.before != at or not is_vouched(step):
                return False
            at = step.after
        return at == data.publics[ED25519]


class HubKeyPlace(NamedTuple):
    """Where an entry `hub_key` stands. `previous`: the digest of the line before."""

    chain: str
    seq: int
    previous: str


def hub_key_data(
    place: HubKeyPlace,
    before: KeySet,
    signer: Signer,
    why: Literal["vouched", "lost"],
    vouched: tuple[Succession, ...],
) -> HubKeyData:
    """Return what the entry at a place says. `signer`: of the keys from here on."""
    data = HubKeyData(before, dict(signer.keys), dict(signer.publics), why, vouched, {})
    return replace(data, accepted=signer.signatures(_place_bytes(place, data)))


def _is_accepted(entry: Entry, data: HubKeyData, publics: Mapping[str, bytes]) -> bool:
    message = _place_bytes(HubKeyPlace(entry.chain, entry.seq, entry.previous), data)
    return all_hold(message, data.accepted, data.keys, publics)


def _place_bytes(place: HubKeyPlace, data: HubKeyData) -> bytes:
    said = {**place._asdict(), "data": replace(data, accepted={})}
    return _ACCEPTED + canon.canonical(said)
