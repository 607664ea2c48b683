"""The hub's journal: every till's record taken in, one chain over all of them, a seal a commit.

Owns where the chain stands and where each till's stands inside it, in memory, and what a commit
appends: a `JournalDraft` for each. Entries are chained by digests, each at once; one signature
under the last entry of a commit stands for them all. What was sold is a fact: a record with a fault
is taken in as an invalid one, and said so, never refused. Sends nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

import msgspec

from common.journal import canon
from common.journal.chain import Fault, TillChain, new_chain
from common.journal.entry import Head, Line, MissingData, make_line, make_seal, read_entry
from common.journal.event import Value, What
from common.journal.keys import VOUCHED, Introduction, TillKeys, introduced, rotated
from common.journal.kinds import EntryType, RecordType
from common.journal.opened import OpenedData
from common.journal.record import (
    ED25519,
    Record,
    SignedRecord,
    Signer,
    read_record,
    signed_by,
)
from common.models import convert
from hub.journal_base import Base, base_of
from hub.journal_begin import beginning, chain_of
from hub.journal_events import Share, event
from hub.journal_keys import SealingKeys, till_keys, till_publics
from hub.journal_view import noted
from hub.records import journal as rows
from hub.records.devices import Device
from hub.records.journal import Place
from hub.store import Connection, Store

MISSING_AT_MOST: Final = 10_000
"""More numbers than that are not missing: the record that skips them is none of this chain."""


class Taken(NamedTuple):
    """What became of a record. `repeated`: it was here before; `missing`: (first, last) that are
    not here; `opened`: what the beginning of a chain says, where it is one."""

    record: Record
    fault: Fault | None = None
    repeated: bool = False
    missing: tuple[int, int] | None = None
    opened: OpenedData | None = None


class JournalBook:
    """The journal of one store. `keys` seal it; they lie outside the database.

    `head`, `seal`: where it stands, and the hub's signature under that; None before any.

    Raises StoreError `identity_unknown`, and changes nothing then.
    """

    def __init__(self, store: Store, keys: SealingKeys, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self.past = keys.past
        self.signer = Signer(keys.identity, keys.second)
        self.head = Head("")
        self.seal: SignedRecord | None = None
        self.chains: dict[str, TillChain] = {}
        self.tills: dict[str, TillKeys] = {}
        self.share = Share()
        self._load()
        self._begin(store.meta("epoch"))

    def draft(self) -> "JournalDraft":
        """Return an empty draft over the present heads."""
        return JournalDraft(self, self._store.db)

    def committed(self, draft: "JournalDraft") -> None:
        """Move on to a draft that is committed."""
        self.head = draft.head
        self.seal = draft.seal or self.seal
        self.chains.update(draft.chains)
        self.tills.update(draft.tills)

    def sign_keys(self, device: Device) -> list[bytes]:
        """Return the Ed25519 keys by which a device may sign by now."""
        held = self.tills.get(device.id)
        if held is None:
            return [device.sign_key]
        publics = till_publics(self._store.db, device.id)
        sets = (keys for keys in (held.now, held.following) if keys is not None)
        found = [publics[key] for keys in sets if (key := keys[ED25519]) in publics]
        return found or [device.sign_key]

    def _begin(self, epoch: str) -> None:
        """Found the journal, or say in it that its keys or the database's epoch are others."""
        if not epoch:
            return  # A database that is just being made.
        draft = self.draft()
        if self.head.seq == 0:
            draft.head = Head(chain_of(epoch))
        said = beginning(self._store.db, self.head, epoch, self.signer, self.past)
        if said:
            with self._store.group():
                for kind, data in said:
                    draft.say(kind, data, self._now_ms())
                draft.write(epoch, self._now_ms())
        self.committed(draft)

    def _load(self) -> None:
        db = self._store.db
        seq, digest = rows.head(db)
        if seq == 0:
            return
        self.head = Head(_chain_id(db), seq, digest)
        self.seal = rows.last_seal(db)
        base = base_of(db)
        self._load_purged(base)
        ends: list[Record] = []
        for chain, counts in _type_counts(db).items():
            ends += self._load_chain(chain, counts)
        self.tills = till_keys(db, ends, base)
        for entry, gone in noted(db, EntryType.MISSING, MissingData):
            if base is None or entry.seq > base.seq:
                self._note_missing(gone)

    def _load_purged(self, base: Base | None) -> None:
        """Take over how the chains stood where a purge has cut."""
        known = {} if base is None else base.standing().chains
        for name, chain in known.items():
            self.chains[name] = self._filled(chain, chain.gaps)

    def _load_chain(self, name: str, newest: Mapping[str, int]) -> Iterator[Record]:
        """Let a chain stand at its last record that can be read; yield that."""
        found = ((line, _record(line)) for line in rows.chain_lines(self._store.db, name))
        for line, record in found:
            if record is None:
                continue
            known = self.chains.get(name) or new_chain(name, record.device)
            counts = dict(known.head.counts)
            for record_type, number in newest.items():
                counts[record_type] = max(number, counts.get(record_type, 0))
            moved = known.taken(record, canon.digest(line.record or b""))
            self.chains[name] = moved.counted(counts)
            yield record
            return

    def _note_missing(self, said: MissingData) -> None:
        """Let a chain have the gaps that are still open."""
        chain = self.chains.get(said.chain)
        if chain is None or not 0 <= said.last - said.first < MISSING_AT_MOST:
            return
        gone = chain.with_gaps(said.first, said.last, said.follows, said.leads_to)
        self.chains[said.chain] = self._filled(gone, range(said.first, said.last + 1))

    def _filled(self, chain: TillChain, missing: Iterable[int]) -> TillChain:
        """Return a chain without the gaps whose records have come since."""
        for seq in missing:
            line = rows.record_line(self._store.db, chain.head.chain, seq)
            record = None if line is None else _record(line)
            if line is not None and record is not None:
                chain = chain.taken(record, canon.digest(line.record or b""))
        return chain


class JournalDraft:
    """What one commit appends, over the heads of the last one."""

    def __init__(self, book: JournalBook, db: Connection) -> None:
        self._book = book
        self._db = db
        self.head = book.head
        self.seal: SignedRecord | None = None
        self.chains: dict[str, TillChain] = {}
        self.tills: dict[str, TillKeys] = {}
        self._before: tuple[Head, dict[str, TillChain], dict[str, TillKeys]]
        self.begin()

    def begin(self) -> None:
        """Start a command: `undo` goes back to here. Its lines go with its savepoint."""
        self._before = (self.head, dict(self.chains), dict(self.tills))

    def undo(self) -> None:
        """Forget what was said since `begin`."""
        self.head, self.chains, self.tills = self._before

    def take(self, device: Device, signed: SignedRecord, now_ms: int) -> Taken:
        """Take a record in, sound or not, as the hub received it.

        Raises ValueError for one that cannot even be read, and what the driver raises.
        """
        record = read_record(signed.body, strict=False)
        body = signed.body.encode()
        digest = canon.digest(body)
        chain = self._chain(record, device)
        if chain.is_late(record) and rows.held_digest(self._db, record.chain, record.seq) == digest:
            return Taken(record, repeated=True)
        self._introduce(device, now_ms)
        missing = self._missing(chain, record, device)
        if missing is not None:
            follows, (first, last) = chain.head.digest, missing
            chain = chain.without(first, last, record.previous)
            gone = {"chain": record.chain, "device": device.id, "first": first, "last": last}
            data = {**gone, "follows": follows, "leads_to": record.previous}
            self.say(EntryType.MISSING, data, now_ms)
        fault, keys = self._judge(chain, record, digest, signed, device)
        place = Place(record.chain, record.seq, record.type.value, record.type_seq)
        said = {"chain": record.chain, "seq": record.seq, "digest": digest}
        said["signatures"] = signed.signatures
        advances = True
        if fault is None:
            said["type"] = record.type
            self.say(EntryType.TAKEN, said, now_ms, body, place)
            self._go_on_by(keys, record, device, now_ms)
        else:
            apart = fault in (Fault.DEVICE, Fault.CHAIN)
            advances = not apart and record.seq > chain.head.seq
            said |= {"code": fault, "device": device.id, "advances": advances}
            self.say(EntryType.INVALID, said, now_ms, body, place if advances else None)
        if advances:
            self.chains[record.chain] = chain.taken(record, digest)
        elif missing is not None:
            self.chains[record.chain] = chain
        return Taken(record, fault, missing=missing, opened=_opened(record))

    def unsigned(self, device: Device, ticket: bytes, now_ms: int) -> None:
        """Take a ticket in, by its canonical bytes, of a till that signs none."""
        data = {"digest": canon.digest(ticket), "device": device.id}
        self.say(EntryType.UNSIGNED, data, now_ms, ticket)

    def repeated(self, ticket_id: str, now_ms: int) -> None:
        """Say that the ticket of the record that was taken in last was here already."""
        data = {"entry": self.head.seq, "ticket": ticket_id}
        self.say(EntryType.REPEATED, data, now_ms)

    def say(
        self,
        kind: EntryType,
        data: Mapping[str, Any],
        now_ms: int,
        record: bytes | None = None,
        place: Place | None = None,
    ) -> Line:
        """Append an entry, in the transaction that is open."""
        line = make_line(self.head, kind, now_ms, data, record)
        rows.add(self._db, kind.value, line, place)
        self.head = Head(self.head.chain, line.seq, line.digest)
        return line

    def event(self, what: What, now_ms: int, /, **details: Value) -> None:
        """Say what happened at the hub, unless there was too much of it; in the open transaction.

        A text that is too long is cut.
        """
        more = self._book.share.take(what, now_ms)
        if more is not None:
            short = {name: v[:300] if isinstance(v, str) else v for name, v in details.items()}
            self.say(EntryType.EVENT, event(what, now_ms, short, more), now_ms)

    def write(self, epoch: str, now_ms: int) -> SignedRecord | None:
        """Seal what was appended, in the transaction that is open; None where nothing was."""
        if self.head.seq == self._book.head.seq:
            return None
        self.seal = make_seal(self.head, epoch, now_ms, self._book.signer)
        rows.add_seal(self._db, self.head.seq, self.seal)
        return self.seal

    def _chain(self, record: Record, device: Device) -> TillChain:
        found = self.chains.get(record.chain) or self._book.chains.get(record.chain)
        return found or new_chain(record.chain, device.id)

    def _introduce(self, device: Device, now_ms: int) -> None:
        """Say by which key a device signs of which nothing was said: the one of its pairing."""
        if self._keys(device.id) is not None:
            return
        keys = {ED25519: canon.key_id(device.sign_key)}
        publics = {ED25519: device.sign_key.hex()}
        self._say_keys(Introduction(device.id, device.name, keys, publics), now_ms)
        self.tills[device.id] = introduced(keys)

    def _go_on_by(self, keys: TillKeys | None, record: Record, device: Device, now_ms: int) -> None:
        """Note by which keys a device signs after a sound record, and say which it named."""
        names = rotated(record)
        if keys is None or keys is self._keys(device.id):
            return
        if names is not None:
            said = Introduction(
                device.id, device.name, names.keys, names.publics, VOUCHED, dict(keys.now)
            )
            self._say_keys(said, now_ms)
        self.tills[device.id] = keys

    def _say_keys(self, said: Introduction, now_ms: int) -> None:
        self.say(EntryType.KEY, msgspec.to_builtins(said), now_ms)

    def _keys(self, device_id: str) -> TillKeys | None:
        return self.tills.get(device_id) or self._book.tills.get(device_id)

    def _missing(self, chain: TillChain, record: Record, device: Device) -> tuple[int, int] | None:
        if record.device != device.id or chain.device != device.id:
            return None
        missing = chain.missing_before(record)
        if missing is None or missing[1] - missing[0] >= MISSING_AT_MOST:
            return None
        return missing

    def _judge(
        self,
        chain: TillChain,
        record: Record,
        digest: str,
        signed: SignedRecord,
        device: Device,
    ) -> tuple[Fault | None, TillKeys | None]:
        """Return what is wrong with a record, and by which keys its device signs after it."""
        if record.device != device.id:
            return Fault.DEVICE, None
        fault = chain.fault(record, digest)
        if fault is not None:
            return fault, None
        held = self._keys(device.id)
        assert held is not None
        try:
            after, names = held.after(record, chain.is_late(record)), rotated(record)
        except ValueError:
            return Fault.UNREADABLE, None
        if after is None:
            return Fault.KEY, None
        # Who names a key is looked at now: nobody is to sign by a key that nobody vouched for.
        if names is not None and not signed_by(
            signed, record.keys, till_publics(self._db, device.id)
        ):
            return Fault.SIGNATURE, None
        return None, after


def _record(line: Line) -> Record | None:
    """Return the record in a line, None where somebody has made it unreadable."""
    try:
        return read_record((line.record or b"").decode(), strict=False)
    except ValueError:
        return None


def _chain_id(db: Connection) -> str:
    """Return the id of the hub's chain: as its first line says, else the next that can be read."""
    for line in rows.lines(db):
        with suppress(ValueError):
            return read_entry(line.body).chain
    return ""


def _type_counts(db: Connection) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for chain, record_type, newest in rows.type_counts(db):
        counts.setdefault(chain, {})[record_type] = newest
    return counts


def _opened(record: Record) -> OpenedData | None:
    if record.type is not RecordType.OPENED:
        return None
    try:
        return convert(record.data, OpenedData)
    except ValueError:
        return None
