"""Verifying a journal: line by line, naming the first that is not what it should be, and why.

Owns the walk over the hub's chain, the tills' chains inside it, and the seals. Pure: lines and
seals are handed in, in their order, so that a database, a backup and an archive are verified by the
same rules. Goes on after a fault where it can, so that what is merely next to one is not blamed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from common.journal import canon
from common.journal.chain import Fault, TillChain, new_chain
from common.journal.closing import name_of
from common.journal.entry import Entry, Head, Line, read_entry, read_seal
from common.journal.event import EventData
from common.journal.keys import (
    VOUCHED,
    introduced,
    publics_by_id,
    read_introduction,
    rotated,
)
from common.journal.kinds import EntryType
from common.journal.record import Record, SignedRecord, read_record, signed_by
from common.journal.standing import Standing
from common.journal.tally import Tally
from common.models import Ticket, convert, decode_row


class Finding(NamedTuple):
    """What does not hold. `seq`: of the hub's chain; `record`: the till's chain-seq, or ""."""

    seq: int
    fault: Fault
    record: str = ""


class Verifier:
    """One walk. `trusted`: ids of the hub's keys that are known beforehand, from where nobody but
    the hub writes; None: those that the journal names are believed.

    `signatures`: whether those of tills are checked, which costs most of the time.
    """

    def __init__(
        self,
        trusted: Collection[str] | None,
        signatures: bool = True,
        standing: Standing | None = None,
    ) -> None:
        self._trusted = trusted
        # `invalid`: records of which the hub says so itself.
        self._signatures = signatures
        self.standing = standing or Standing(Head(""))
        self._tally = Tally(self.standing)
        self.lines = 0
        self.invalid = 0
        # How many of each bear a signature of an algorithm, whether or not it can be checked here.
        self.records_signed: Counter[str] = Counter()
        self.seals_signed: Counter[str] = Counter()
        self._unsigned: dict[int, Finding] = {}
        # A seal or a key of the hub's that does not hold: no more can be known of who seals.
        self._broken = False

    def walk(self, lines: Iterable[Line], seals: Iterable[SignedRecord]) -> Iterator[Finding]:
        """Yield what does not hold of lines and the seals under them, both whole and in order."""
        yield from self.part(lines, seals)
        yield from self.end()

    def part(self, lines: Iterable[Line], seals: Iterable[SignedRecord]) -> Iterator[Finding]:
        """Yield the same of a run of lines, and the seals that belong under those."""
        waiting = iter(seals)
        seal = next(waiting, None)
        stated = _stated(seal)
        for line in lines:
            yield from self.line(line)
            while seal is not None and stated <= line.seq:
                yield from self.seal(seal)
                seal = next(waiting, None)
                stated = _stated(seal)
        while seal is not None:
            yield from self.seal(seal)
            seal = next(waiting, None)

    def line(self, line: Line) -> Iterator[Finding]:
        """Yield what does not hold of the next line."""
        self.lines += 1
        since, faults = self._tally.begin(), []
        for finding in self._line(line):
            faults.append(finding.fault)
            yield finding
        since.update(faults)

    def _line(self, line: Line) -> Iterator[Finding]:
        head = self.standing.head
        if line.seq != head.seq + 1:
            yield Finding(head.seq + 1, Fault.SEQUENCE)
        digest = canon.digest(line.body)
        if digest != line.digest:
            yield Finding(line.seq, Fault.DIGEST)
        try:
            entry = read_entry(line.body)
        except ValueError:
            yield Finding(line.seq, Fault.UNREADABLE)
            self.standing.head = Head(head.chain, line.seq, digest)
            return
        if entry.seq != line.seq:
            yield Finding(line.seq, Fault.SEQUENCE)
        if head.chain and entry.chain != head.chain:
            yield Finding(line.seq, Fault.CHAIN)
        if entry.previous != head.digest:
            yield Finding(line.seq, Fault.LINK)
        self.standing.head = Head(head.chain or entry.chain, line.seq, digest)
        try:
            yield from self._entry(line, entry)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            yield Finding(line.seq, Fault.UNREADABLE)
            self._pass_over(entry.data)
        self._tally.line(entry.type)

    def seal(self, seal: SignedRecord) -> Iterator[Finding]:
        """Yield what does not hold of a seal, which belongs under the line that was last."""
        head = self.standing.head
        try:
            stated = read_seal(seal)
        except ValueError:
            yield Finding(head.seq, Fault.SEAL)
            return
        if stated.seq > head.seq:
            yield Finding(head.seq + 1, Fault.TAIL)
            return
        hub = self.standing.hub
        self.seals_signed.update(stated.keys.keys())
        sound = (stated.chain, stated.seq, stated.digest) == tuple(head)
        sound = sound and stated.keys == hub.now
        if not sound or not signed_by(seal, stated.keys, hub.publics):
            self._broken = True
            yield Finding(self.standing.sealed_seq + 1, Fault.SEAL)
        self.standing.sealed_seq = stated.seq

    def end(self) -> Iterator[Finding]:
        """Yield what lies after the last seal, and signatures that do not hold and nobody noted."""
        yield from self.take_unsigned()
        yield from self.untrusted()
        if self.standing.sealed_seq < self.standing.head.seq:
            yield Finding(self.standing.sealed_seq + 1, Fault.UNSEALED)

    def take_unsigned(self) -> list[Finding]:
        """Return the signatures that do not hold and that nobody noted, once each."""
        found = list(self._unsigned.values())
        self._unsigned.clear()
        return found

    def untrusted(self) -> list[Finding]:
        """Return from where on no key that is known beforehand stands behind the seals."""
        hub = self.standing.hub
        if self._trusted is None or hub.trusted or self._broken or not hub.path:
            return []
        since = max(seq for seq, _, how in hub.path if how != VOUCHED)
        return [Finding(since, Fault.FOREIGN)]

    def _entry(self, line: Line, entry: Entry) -> Iterator[Finding]:
        data = entry.data
        if (line.record is None) != ("digest" not in data):
            yield Finding(line.seq, Fault.RECORD)
            return
        if line.record is not None and canon.digest(line.record) != data["digest"]:
            yield Finding(line.seq, Fault.RECORD)
            self._pass_over(data)
            return
        match entry.type:
            case EntryType.FOUNDED | EntryType.HUB_KEY:
                yield from self._hub_key(entry)
            case EntryType.EVENT:
                convert(entry.data, EventData)
            case EntryType.KEY:
                yield from self._introduced(entry)
            case EntryType.TAKEN:
                yield from self._taken(line, entry)
            case EntryType.UNSIGNED:
                ticket = decode_row(line.record or b"", Ticket)
                self._tally.unsigned(line.seq, ticket, data["device"])
            case EntryType.INVALID:
                yield from self._invalid(line, entry)
            case EntryType.REPEATED:
                yield from (Finding(line.seq, fault) for fault in self._tally.repeated(data))
            case EntryType.CLOSING:
                for fault in self._tally.closing(entry):
                    yield Finding(line.seq, fault, name_of(data))
            case _:
                yield from self._said(entry)

    def _said(self, entry: Entry) -> Iterator[Finding]:
        """Yield what does not hold of what the hub says besides."""
        data, archives = entry.data, self.standing.archives
        if entry.type is EntryType.MISSING:
            chain = self._chain(data["chain"], data["device"])
            gone = chain.without(data["first"], data["last"], data["leads_to"])
            self.standing.chains[data["chain"]] = gone
        elif entry.type is EntryType.ARCHIVE:
            archives[data["manifest"]] = data["last"]
        elif entry.type is EntryType.PURGE and archives.get(data["manifest"], 0) < data["last"]:
            yield Finding(entry.seq, Fault.ARCHIVE)

    def _pass_over(self, data: Mapping[str, Any]) -> None:
        """Let what stands after a record that is none any more not be blamed for it."""
        chain = self.standing.chains.get(data.get("chain", ""))
        if chain is not None and isinstance(data.get("seq"), int):
            self.standing.chains[data["chain"]] = chain.past(data["seq"], data["digest"])
            self._tally.lost(data["chain"], data["seq"])

    def _invalid(self, line: Line, entry: Entry) -> Iterator[Finding]:
        """The hub has said itself that this record is none: what it says of it is no finding."""
        self.invalid += 1
        self._unsigned.pop(entry.data.get("entry", 0), None)
        if line.record is None:
            return
        record = read_record(line.record.decode())
        if entry.data["advances"]:
            chain = self._chain(record.chain, record.device)
            self.standing.chains[record.chain] = chain.taken(record, entry.data["digest"])
        for said in self._tally.invalid(line.seq, record, entry.data):
            yield Finding(*said)

    def _hub_key(self, entry: Entry) -> Iterator[Finding]:
        hub, data, trusted = self.standing.hub, entry.data, self._trusted or ()
        if entry.type is EntryType.HUB_KEY:
            sound = hub.change(entry, trusted)
        else:
            sound = not hub.now
            if sound:
                hub.found(entry.seq, data["keys"], data["publics"], trusted)
                self.standing.began_ms = entry.at_ms
        if not sound:
            self._broken = True
            yield Finding(entry.seq, Fault.VOUCH)

    def _introduced(self, entry: Entry) -> Iterator[Finding]:
        said = read_introduction(entry.data)
        publics = publics_by_id(said.keys, said.publics)
        held = self.standing.tills.get(said.device)
        if said.why == VOUCHED:
            sound = held is not None and held.following == said.keys
        else:
            sound = held is None or held.now == said.keys
        if not sound:
            yield Finding(entry.seq, Fault.VOUCH)
            return
        self.standing.publics.update(publics)
        if held is None:
            self.standing.tills[said.device] = introduced(said.keys)

    def _signed(
        self, seq: int, signed: SignedRecord, record: Record, late: bool
    ) -> Iterator[Finding]:
        """Yield what does not hold of who has signed a record; go on by the keys that it names."""
        tills, publics = self.standing.tills, self.standing.publics
        self.records_signed.update(record.keys.keys())
        held, names = tills.get(record.device), rotated(record)
        after = None if held is None else held.after(record, late)
        if after is None:
            yield Finding(seq, Fault.KEY, record.name)
            return
        if self._signatures and not signed_by(signed, record.keys, publics):
            # The hub looks at once who names a key; whoever else has signed it may still note.
            if names is not None:
                yield Finding(seq, Fault.SIGNATURE, record.name)
                return
            self._unsigned[seq] = Finding(seq, Fault.SIGNATURE, record.name)
        if names is not None:
            publics.update(publics_by_id(names.keys, names.publics))
        tills[record.device] = after

    def _chain(self, chain: str, device: str) -> TillChain:
        return self.standing.chains.get(chain) or new_chain(chain, device)

    def _taken(self, line: Line, entry: Entry) -> Iterator[Finding]:
        data, standing = entry.data, self.standing
        body = (line.record or b"").decode()
        record = read_record(body)
        if (record.chain, record.seq, record.type) != (data["chain"], data["seq"], data["type"]):
            yield Finding(line.seq, Fault.RECORD, record.name)
        chain = self._chain(record.chain, record.device)
        fault = chain.fault(record, data["digest"])
        if fault is not None:
            yield Finding(line.seq, fault, record.name)
            self._tally.lost(record.chain, record.seq)
        late = chain.is_late(record)
        standing.chains[record.chain] = chain.taken(record, data["digest"])
        signed = SignedRecord(body, data["signatures"])
        yield from self._signed(line.seq, signed, record, late)
        for said in self._tally.taken(line.seq, record, late):
            yield Finding(*said)


def _stated(seal: SignedRecord | None) -> int:
    """Return under which line a seal belongs; one that says nothing belongs under the next."""
    if seal is None:
        return 0
    try:
        return read_seal(seal).seq
    except ValueError:
        return 0
