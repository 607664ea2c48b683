"""What posts have seen of the journal, held against it: the hub's side.

A post says the newest head of each of its runs when it comes. Where the journal is not what that
says, the hub asks for the heads between, narrows down the first bad line, and notes it: a line of
the journal, an entry of the audit trail, an alert, in one commit. Where a restore explains it, what
that has lost is noted instead. Owns what was noted and what is asked. A fault stops no post.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from common import messages as m
from common import wire
from common.journal import canon, witness
from common.journal.kinds import EntryType
from common.journal.record import ED25519, SignedRecord
from common.journal.witness import (
    HEADS_AT_ONCE,
    Bounds,
    Conflict,
    ContradictedData,
    Kept,
    Lost,
    LostData,
    Mark,
)
from common.journal.witness_file import as_kept, sound
from common.succession import AT_MOST, Succession, leads, way
from hub.alerts import AlertBook, Notice
from hub.journal import JournalBook
from hub.journal_view import JournalView, noted
from hub.records import trail
from hub.records.devices import Device
from hub.store import FAULTS, Connection, Store
from hub.sync import Answers

_log = logging.getLogger(__name__)
ROUNDS: Final = 8
"""So often a post is asked about one run, each time for heads nearer to the first bad line."""

_ANOTHER_KEY: Final = "key"
"""What a post is known by that knows another hub key: once is enough, and nothing proves which."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a post was asked about: the newest head of a run, and how often.

    `agreeing`: the newest heads of its other runs that agree.
    """

    mark: Mark
    agreeing: tuple[Mark, ...] = ()
    rounds: int = 1


@dataclass(slots=True)
class _Greeting:
    """What follows from a hello."""

    against: list[int] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


class Witnesses:
    """The witnesses of one store's journal. `on_changes` is handed what is to be broadcast."""

    def __init__(
        self, store: Store, book: JournalBook, alerts: AlertBook, now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._book = book
        self._alerts = alerts
        self._now_ms = now_ms
        self._journal = JournalView(store.db, store.meta("epoch"), lambda: book.head.seq)
        self._noted: dict[tuple[str, str], ContradictedData] = {}
        self._reached: dict[int, int] = {}
        self._asked: dict[str, dict[int, _Asked]] = {}
        self._identity = book.signer.publics[ED25519]
        before = [one.before for one in book.past if leads(one.before, self._identity, book.past)]
        self._hub_keys = {
            canon.key_id(bytes.fromhex(public)): public for public in (*before, self._identity)
        }
        self.on_changes: Callable[[Sequence[m.Changes]], None] = lambda _changes: None
        for _, said in noted(store.db, EntryType.CONTRADICTED, ContradictedData):
            self._know(said)
        for _, gone in noted(store.db, EntryType.LOST, LostData):
            self._know_lost(gone)

    def news(self, seq: int | None) -> SignedRecord | None:
        """Return the newest seal for a post that has seen the journal up to `seq`, where that is
        news to it; None: it keeps none."""
        return None if seq is None or seq == self._book.head.seq else self._book.seal

    def greet(
        self, peer: bytes, device: Device, said: m.Witnessed | None
    ) -> tuple[m.JournalNews | None, Answers]:
        """Hold what a post has seen against the journal; return the word for its welcome, and what
        else to send."""
        if said is None:
            return None, []
        greeting = _Greeting()
        self._asked[device.id] = {}
        try:
            if said.key in self._hub_keys:
                agreeing = tuple(mark for mark in said.marks if self._agrees(mark))
                for mark in said.marks:
                    if mark not in agreeing:
                        self._look(device, _Asked(mark, agreeing), greeting)
            else:
                self._other_key(device, said, greeting)
        except FAULTS as error:
            _log.warning("what %s has seen was not looked at: %s", device.name, error)
        answers = [(peer, wire.encode(answer)) for answer in greeting.answers]
        news = m.JournalNews(self._book.seal, tuple(greeting.against), self._way(said.key))
        return news, answers

    def _way(self, key: str) -> tuple[Succession, ...]:
        """Return how the hub's key of now followed another one; nothing where nobody vouches."""
        public = self._hub_keys.get(key)
        steps = () if public is None else way(public, self._identity, self._book.past)
        return steps if len(steps) <= AT_MOST else ()

    def heads(self, peer: bytes, device: Device, said: m.Heads) -> Answers:
        """Take the heads that a post was asked for; raises WireError for what is none."""
        asked = self._asked.get(device.id, {}).pop(said.run, None)
        if asked is None:
            return []
        try:
            heads = [as_kept(said.run, seal) for seal in said.seals]
        except ValueError as error:
            raise wire.WireError(f"a head: {error}") from error
        # What contradicts has to be the hub's own word: a disk may have flipped a bit of it.
        heads = [head for head in heads if self._agrees(head.mark) or self._is_own(head)]
        answer = self._narrow(device, asked, heads, len(said.seals) == HEADS_AT_ONCE)
        return [] if answer is None else [(peer, wire.encode(answer))]

    # What follows from a hello.

    def _look(self, device: Device, asked: _Asked, greeting: _Greeting) -> None:
        mark = asked.mark
        verdict = witness.judge(self._journal, mark)
        gone = verdict.lost
        if gone is not None and gone.reached > self._reached.get(gone.restored, 0):
            greeting.answers.append(self._ask(device, asked, mark.seq - 1, mark.seq))
        if verdict.conflict is None:
            return
        greeting.against.append(mark.run)
        known = self._noted.get((device.id, mark.digest))
        if known is None:
            greeting.answers.append(self._ask(device, asked, 0, mark.seq))
        else:
            greeting.answers.append(m.Contradicted(mark.run, known.code, known.after, known.by))

    def _other_key(self, device: Device, said: m.Witnessed, greeting: _Greeting) -> None:
        """A post has pinned another hub key than this one: what it keeps nobody here can prove."""
        run = max((mark.run for mark in said.marks), default=0)
        known = self._noted.get((device.id, _ANOTHER_KEY))
        if known is None:
            after, by = self._journal.other_key_from(said.key)
            known = ContradictedData(device.id, device.name, Conflict.KEY, after, by, key=said.key)
            self._note(device, known)
        greeting.answers.append(m.Contradicted(run, known.code, known.after, known.by))

    def _ask(self, device: Device, asked: _Asked, after: int, to: int) -> m.HeadsRequest:
        self._asked[device.id][asked.mark.run] = asked
        return m.HeadsRequest(asked.mark.run, after, to)

    # What follows from heads.

    def _agrees(self, mark: Mark) -> bool:
        return witness.judge(self._journal, mark).agrees

    def _is_own(self, head: Kept) -> bool:
        return sound(head, self._hub_keys.values())

    def _narrow(
        self, device: Device, asked: _Asked, heads: Sequence[Kept], maybe_more: bool
    ) -> m.HeadsRequest | m.Contradicted | None:
        marks = [head.mark for head in heads]
        bounds = witness.narrow(self._journal, [*marks, *asked.agreeing])
        if bounds.head is None or bounds.conflict is None:
            for mark, gone in witness.lost(self._journal, marks):
                self._note_lost(device, heads[marks.index(mark)], gone)
            return None
        if maybe_more and asked.rounds < ROUNDS and bounds.head.seq - bounds.after > 1:
            again = replace(asked, rounds=asked.rounds + 1)
            return self._ask(device, again, bounds.after, bounds.head.seq)
        seal = heads[marks.index(bounds.head)].seal
        said = (device.id, device.name, bounds.conflict, bounds.after, bounds.by)
        data = ContradictedData(*said, asked.mark, seal)
        if not any((known.device, known.seal) == (device.id, seal) for known in self._all()):
            self._note(device, data)
        return m.Contradicted(asked.mark.run, data.code, data.after, data.by)

    # What stands in the journal.

    def _note(self, device: Device, data: ContradictedData) -> None:
        """Note a contradiction; an alert for it unless one named these lines before."""
        lines = Bounds(data.after, data.by).text
        told = any(known.after >= data.after and known.by <= data.by for known in self._all())
        notices = [Notice("journal_contradicted", f"{device.name}: {lines}", device.name)]
        _log.error("the journal contradicts %s: line %s (%s)", device.name, lines, data.code)
        entry = trail.Entry(
            self._now_ms(),
            "journal.contradicted",
            device.id,
            subject=lines,
            details={"conflict": data.code},
        )
        if self._commit(EntryType.CONTRADICTED, data, [] if told else notices, entry):
            self._know(data)

    def _note_lost(self, device: Device, head: Kept, gone: Lost) -> None:
        if gone.reached <= self._reached.get(gone.restored, 0):
            return
        lines = Bounds(gone.kept, gone.reached).text
        data = LostData(device.id, device.name, *gone, head.seal)
        notices = [Notice("journal_lost", f"{device.name}: {lines}", device.name)]
        entry = trail.Entry(self._now_ms(), "journal.lost", device.id, subject=lines)
        if self._commit(EntryType.LOST, data, notices, entry):
            self._know_lost(data)

    def _commit(
        self,
        kind: EntryType,
        data: ContradictedData | LostData,
        notices: Sequence[Notice],
        entry: trail.Entry,
    ) -> bool:
        draft = self._book.draft()

        def note(db: Connection) -> None:
            draft.say(kind, msgspec.to_builtins(data), entry.at_ms)
            draft.write(self._store.meta("epoch"), entry.at_ms)
            trail.add(db, entry)

        try:
            made = self._alerts.commit(notices, note)
        except FAULTS as error:
            # The post says it again when it comes again.
            _log.warning("it was not noted: %s", error)
            return False
        self._book.committed(draft)
        self.on_changes(made)
        return True

    def _all(self) -> Iterable[ContradictedData]:
        return self._noted.values()

    def _know(self, data: ContradictedData) -> None:
        by_what = _ANOTHER_KEY if data.seen is None else data.seen.digest
        self._noted[data.device, by_what] = data

    def _know_lost(self, data: LostData) -> None:
        self._reached[data.restored] = max(data.reached, self._reached.get(data.restored, 0))
