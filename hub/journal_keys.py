"""By which keys the journal goes on: what the database says of them, and what follows from that.

Owns reading the tills' key sets and the hub's own from the journal, and what the hub has to say
where it seals by other keys than the journal's last seal: a statement leads from those to these, or
an administrator has said that they are lost, or the hub does not start. Appends nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.card import fingerprint
from common.journal.entry import Head, read_entry, read_seal
from common.journal.keys import (
    LOST,
    VOUCHED,
    HubKeyData,
    HubKeyPlace,
    TillKeys,
    hub_key_data,
    introduced,
    read_introduction,
)
from common.journal.kinds import EntryType
from common.journal.record import ED25519, Record, Signer
from common.p256 import P256Keys
from common.seal import SigningKeys
from common.succession import Succession, leads, way
from hub.config import Folder, Keys, Settings, make_second, read_keys, read_settings
from hub.journal_base import Base
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
    for line in rows.of_type(db, EntryType.KEY):
        if base is not None and line.seq <= base.seq:
            continue
        said = read_introduction(read_entry(line.body).data)
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
    for line in rows.of_type(db, EntryType.KEY):
        said = read_introduction(read_entry(line.body).data)
        if said.device == device_id:
            publics |= {key: bytes.fromhex(said.publics[name]) for name, key in said.keys.items()}
    return publics


def change_of(
    db: Connection, head: Head, signer: Signer, past: Sequence[Succession]
) -> HubKeyData | None:
    """Return what the next line is to say of the hub's keys; None where they are the journal's.

    Raises StoreError where nothing leads from the journal's keys to these.
    """
    seal = rows.last_seal(db)
    if seal is None or (before := read_seal(seal).keys) == signer.keys:
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
    seal = rows.last_seal(db)
    if seal is not None and (known := _public(db, read_seal(seal).keys[ED25519])):
        return known
    found = db.execute("SELECT sign_key FROM device WHERE profile = 'console'").fetchone()
    return bytes(found[0]).hex()


def _public(db: Connection, key: str) -> str:
    """Return the hub's Ed25519 key of an id, as hex; "" where the journal does not name it."""
    for kind in (EntryType.HUB_KEY, EntryType.FOUNDED):
        for line in rows.of_type(db, kind):
            data = read_entry(line.body).data
            if data["keys"][ED25519] == key:
                return str(data["publics"][ED25519])
    return ""
