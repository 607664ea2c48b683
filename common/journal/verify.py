"""Verifying a journal: line by line, naming the first that is not what it should be, and why.

Owns the walk over the hub's chain, the tills' chains inside it, and the seals. Pure: lines and
seals are handed in, in their order, so that a database, a backup and an archive are verified by the
same rules. Goes on after a fault where it can, so that what is merely next to one is not blamed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from common.journal import canon
from common.journal.chain import Fault, TillChain, new_chain
from common.journal.entry import Entry, Head, Line, read_entry, read_seal
from common.journal.kinds import EntryType, RecordType
from common.journal.record import SignedRecord, read_record, signed_by, ticket_of
from common.journal.totals import Totals
from common.models import Ticket, decode_row


class Finding(NamedTuple):
    """What does not hold. `seq`: of the hub's chain; `record`: the till's chain-seq, or ""."""

    seq: int
    fault: Fault
    record: str = ""


@dataclass(slots=True)
class Standing:
    """All that the walk knows of what lies behind it, to go on from there another time.

    `publics`: public keys of devices by id; `owners`: key id → device id.
    """

    head: Head
    chains: dict[str, TillChain] = field(default_factory=dict)
    publics: dict[str, bytes] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    sealed_seq: int = 0


class Verifier:
    """One walk. `hub_keys`: the hub's public keys by id, from where nobody but the hub writes.

    `signatures`: whether those of tills are checked, which costs most of the time.
    """

    def __init__(
        self,
        hub_keys: Mapping[str, bytes],
        signatures: bool = True,
        standing: Standing | None = None,
    ) -> None:
        self._hub_keys = hub_keys
        # `invalid`: records of which the hub says so itself.
        self._signatures = signatures
        self.standing = standing or Standing(Head(""))
        self.lines = 0
        self.invalid = 0
        self._unsigned: dict[int, Finding] = {}

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
        except (ValueError, KeyError, TypeError, AttributeError):
            yield Finding(line.seq, Fault.UNREADABLE)
            self._pass_over(entry.data)

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
        held = (stated.chain, stated.seq, stated.digest)
        if held != tuple(head) or not signed_by(seal, stated.keys, self._hub_keys):
            yield Finding(self.standing.sealed_seq + 1, Fault.SEAL)
        self.standing.sealed_seq = stated.seq

    def end(self) -> Iterator[Finding]:
        """Yield what lies after the last seal, and signatures that do not hold and nobody noted."""
        yield from self.take_unsigned()
        if self.standing.sealed_seq < self.standing.head.seq:
            yield Finding(self.standing.sealed_seq + 1, Fault.UNSEALED)

    def take_unsigned(self) -> list[Finding]:
        """Return the signatures that do not hold and that nobody noted, once each."""
        found = list(self._unsigned.values())
        self._unsigned.clear()
        return found

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
            case EntryType.KEY:
                public = bytes.fromhex(data["public"])
                if canon.key_id(public) != data["key"]:
                    yield Finding(line.seq, Fault.KEY)
                self.standing.publics[data["key"]] = public
                self.standing.owners[data["key"]] = data["device"]
            case EntryType.TAKEN:
                yield from self._taken(line, entry)
            case EntryType.UNSIGNED:
                self.standing.totals.add(decode_row(line.record or b"", Ticket))
            case EntryType.MISSING:
                chain = self._chain(data["chain"], data["device"])
                gone = chain.without(data["first"], data["last"], data["leads_to"])
                self.standing.chains[data["chain"]] = gone
            case EntryType.INVALID:
                self._invalid(line, entry)

    def _pass_over(self, data: Mapping[str, Any]) -> None:
        """Let what stands after a record that is none any more not be blamed for it."""
        chain = self.standing.chains.get(data.get("chain", ""))
        if chain is not None and isinstance(data.get("seq"), int):
            self.standing.chains[data["chain"]] = chain.past(data["seq"], data["digest"])

    def _invalid(self, line: Line, entry: Entry) -> None:
        """The hub has said itself that this record is none: what it says of it is no finding."""
        self.invalid += 1
        self._unsigned.pop(entry.data.get("entry", 0), None)
        if line.record is None:
            return
        record = read_record(line.record.decode())
        if entry.data["advances"]:
            chain = self._chain(record.chain, record.device)
            self.standing.chains[record.chain] = chain.taken(record, entry.data["digest"])
        if record.type is RecordType.SALE:
            self.standing.totals.add(ticket_of(record))

    def _chain(self, chain: str, device: str) -> TillChain:
        return self.standing.chains.get(chain) or new_chain(chain, device)

    def _taken(self, line: Line, entry: Entry) -> Iterator[Finding]:
        data, standing = entry.data, self.standing
        body = (line.record or b"").decode()
        record = read_record(body)
        name = f"{record.chain[:8]}-{record.seq}"
        if (record.chain, record.seq, record.type) != (data["chain"], data["seq"], data["type"]):
            yield Finding(line.seq, Fault.RECORD, name)
        chain = self._chain(record.chain, record.device)
        fault = chain.fault(record, data["digest"])
        if fault is not None:
            yield Finding(line.seq, fault, name)
        standing.chains[record.chain] = chain.taken(record, data["digest"])
        if any(standing.owners.get(key) != record.device for key in record.keys.values()):
            yield Finding(line.seq, Fault.KEY, name)
        elif self._signatures:
            signed = SignedRecord(body, data["signatures"])
            if not signed_by(signed, record.keys, standing.publics):
                self._unsigned[line.seq] = Finding(line.seq, Fault.SIGNATURE, name)
        if record.type is RecordType.SALE:
            standing.totals.add(ticket_of(record))


def _stated(seal: SignedRecord | None) -> int:
    """Return under which line a seal belongs; one that says nothing belongs under the next."""
    if seal is None:
        return 0
    try:
        return read_seal(seal).seq
    except ValueError:
        return 0
