"""By which keys the journal goes on: what the database says of them, and what follows from that.

Owns reading the tills' key sets and the hub's own from the journal, and what the hub has to say
where it seals by other keys than the journal's last seal: a statement leads from those to these, or
an administrator has said that they are lost, or the hub does not start. Appends nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from common.card import fingerprint
from common.journal.entry import Head, Seal, read_seal
from common.journal.keys import (
    LOST,
    VOUCHED,
    HubKeyData,
    HubKeyPlace,
    Introduction,
    TillKeys,
    hub_key_data,
    introduced,
    publics_by_id,
    read_introduction,
)
from common.journal.kinds import EntryType
from common.journal.record import ED25519, Record, SignedRecord, Signer
from common.p256 import P256Keys
from common.seal import SigningKeys
from common.succession import Succession, leads, way
from hub.config import Settings, read_settings
from hub.folder import Folder
from hub.journal_base import Base
from hub.journal_view import entries
from hub.key_files import Keys, make_second, read_keys
from hub.records import journal as rows
from hub.store import Connection, StoreError


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """What the hub seals by. `past`: what is said of how its identity followed older ones.

    `second`: of the second signature, where that is wanted.
    """

    identity: SigningKeys
    past: tuple[Succession, ...] = ()
    second: P256Keys | None = None


def sealing(keys: Keys, settings: Settings) -> SealingKeys:
    """Return by what a hub with these keys seals its journal."""
    second = keys.second if settings.journal.second_signature else None
    return SealingKeys(keys.identity, keys.past, second)


def sealing_of(folder: Folder) -> SealingKeys:
    """Return by what the hub of a folder seals its journal; raises ConfigError."""
    settings = read_settings(folder)
    make_second(folder, settings)
    return sealing(read_keys(folder), settings)


def till_keys(db: Connection, newest: Iterable[Record], base: Base | None) -> dict[str, TillKeys]:
    """Return the keys of each device by its id. `newest`: the last record of each chain.

    `base`: where a purge has cut; how they stood there is what it says.
    """
    tills = {} if base is None else base.standing().tills
    for seq, said in _introductions(db):
        if base is not None and seq <= base.seq:
            continue
        held = tills.get(said.device)
        if held is None:
            tills[said.device] = introduced(said.keys)
        elif said.why == VOUCHED:
            # Whoever vouched was in force then.
            now = TillKeys(said.by, None, held.ever)
            tills[said.device] = now.vouched(said.keys)
    for record in newest:
        held = tills.get(record.device)
        if held is not None and record.keys == held.following:
            tills[record.device] = TillKeys(record.keys, None, held.ever)
    return tills


def till_publics(db: Connection, device_id: str) -> dict[str, bytes]:
    """Return every public key that the journal names for a device, by id."""
    publics: dict[str, bytes] = {}
    for _, said in _introductions(db):
        if said.device == device_id:
            publics |= publics_by_id(said.keys, said.publics)
    return publics


def _introductions(db: Connection) -> Iterator[tuple[int, Introduction]]:
    """Yield (line, what it says of a device's keys); without lines that say nothing any more."""
    for entry in entries(db, EntryType.KEY):
        with suppress(ValueError):
            said = read_introduction(entry.data)
            publics_by_id(said.keys, said.publics)
            if said.why != VOUCHED or ED25519 in said.by:
                yield entry.seq, said


def newest_seal(db: Connection) -> Seal | None:
    """Return what the newest seal states that can be read."""
    for _, body in rows.seal_bodies(db):
        with suppress(ValueError):
            return read_seal(SignedRecord(body, {}))
    return None


def change_of(
    db: Connection, head: Head, signer: Signer, past: Sequence[Succession]
) -> HubKeyData | None:
    """Return what the next line is to say of the hub's keys; None where they are the journal's.

    Raises StoreError where nothing leads from the journal's keys to these.
    """
    seal = newest_seal(db)
    if seal is None or (before := seal.keys) == signer.keys:
        return None
    place = HubKeyPlace(head.chain, head.seq + 1, head.digest)
    now, public = signer.publics[ED25519], _public(db, before[ED25519])
    steps = way(public, now, past)
    if steps or public == now:
        return hub_key_data(place, before, signer, VOUCHED, steps)
    if leads(public, now, past):
        return hub_key_data(place, before, signer, LOST, ())
    raise StoreError("identity_unknown", shown=fingerprint(now), known=fingerprint(public))


def known_identity(db: Connection) -> str:
    """Return the hub's Ed25519 key as hex, as the journal knows it, else the console's row."""
    seal = newest_seal(db)
    if seal is not None and (known := _public(db, seal.keys[ED25519])):
        return known
    found = db.execute("SELECT sign_key FROM device WHERE profile = 'console'").fetchone()
    return bytes(found[0]).hex()


def _public(db: Connection, key: str) -> str:
    """Return the hub's Ed25519 key of an id, as hex; "" where the journal does not name it."""
    for kind in (EntryType.HUB_KEY, EntryType.FOUNDED):
        for entry in entries(db, kind):
            keys, publics = entry.data.get("keys"), entry.data.get("publics")
            if isinstance(keys, dict) and keys.get(ED25519) == key and isinstance(publics, dict):
                return str(publics.get(ED25519, ""))
    return ""
