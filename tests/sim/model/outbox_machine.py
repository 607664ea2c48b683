"""An outbox on a disk that fails, against what a dict says is in it.

Owns the rules and the dict. What a call that returned has done is there after every death; of one
that raised, nothing is, unless it said that it does not know.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from common import messages as m
from common import wire
from common.errors import Refusal
from kiosk.book import Book
from kiosk.database import FAULTS
from kiosk.outbox import Counts, Outbox
from kiosk.outbox_file import Draft
from tests.kiosk.post import NOW_MS, maker, reply, ticketed
from tests.sim.disk.disk import Disk, Effect, Op

SIZES: Final = (0, 40, 1500, 9000)
ENDS: Final = (m.Status.ACCEPTED, m.Status.REFUSED, m.Status.QUARANTINED)
FAILING: Final[tuple[tuple[Op, Effect], ...]] = (
    ("sync", "error"),
    ("sync", "lost"),
    ("write", "error"),
    ("write", "torn"),
    ("write", "full"),
)
DEATHS: Final[tuple[Op, ...]] = ("sync", "write", "any")
NTH: Final = st.integers(1, 6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. `status`: None while it waits."""

    body: bytes
    status: m.Status | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """All that an outbox holds, by n."""

    outbox: str
    next_ticket: int
    entries: Mapping[int, Entry]

    def put(self, entries: Mapping[int, Entry]) -> "Held":
        """Return it with some entries being others."""
        return replace(self, entries=MappingProxyType({**self.entries, **entries}))


class OutboxMachine(RuleBasedStateMachine):
    """`held`: what must be there; `maybe`: what may be there instead once the process is killed."""

    disk: Disk

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-outbox-"))
        self.machine = self.disk.machine(self.folder)
        self.maker = maker()
        self.numbers = count()
        self.tickets: set[str] = set()
        self.outbox = Outbox(self.folder / "outbox.db", self.maker)
        self.held = Held(self.outbox.id, 1, MappingProxyType({}))
        self.maybe: list[Held] = []

    # What a post does.

    @rule(size=st.sampled_from(SIZES), ticket=st.booleans())
    def append(self, size: int, ticket: bool) -> None:
        """Record an operation."""
        text = b"%d " % next(self.numbers) + bytes(size)
        numbered: list[str] = []

        def make(book: Book) -> Draft:
            numbered.append(f"{book.series}/{book.number}")
            body = numbered[0].encode() + b" " + text
            return ticketed(Draft("sale.record", 1, body, NOW_MS), book)

        draft = Draft("price.set", 1, text, NOW_MS)
        n = max(self.held.entries, default=0) + 1
        try:
            entry = self.outbox.append_records(make) if ticket else self.outbox.append(draft)
        except Refusal as refused:
            if refused.problem.code == "outbox_in_doubt":
                body = numbered[0].encode() + b" " + text if ticket else text
                after = self.held.put({n: Entry(body)})
                self._failed(replace(after, next_ticket=after.next_ticket + ticket))
            else:
                self._failed(None)
            return
        assert entry.n == n, "numbers have no holes"
        assert not set(numbered) & self.tickets, "a ticket's number is given once"
        self.tickets.update(numbered)
        after = self.held.put({n: Entry(entry.body)})
        self._done(replace(after, next_ticket=after.next_ticket + ticket))

    @precondition(lambda self: self.held.entries)
    @rule(back=st.integers(0, 5), many=st.integers(1, 3), end=st.sampled_from(ENDS))
    def reply(self, back: int, many: int, end: m.Status) -> None:
        """Note the hub's replies."""
        last = max(self.held.entries)
        numbers = [n for n in range(last - back, last - back + many) if n in self.held.entries]
        replies = [reply(self.held.outbox, n, end) for n in numbers]
        after = {n: replace(self.held.entries[n], status=end) for n in numbers}
        self._try(lambda: self.outbox.note_replies(replies), self.held.put(after))

    @precondition(lambda self: self.held.entries)
    @rule(back=st.integers(0, 5))
    def wait_again(self, back: int) -> None:
        """Let the newest operations wait again: the hub has lost them."""
        first = max(self.held.entries) - back
        waiting = {n: Entry(e.body) for n, e in self.held.entries.items() if n >= first}
        self._try(lambda: self.outbox.wait_again(first), self.held.put(waiting))

    @precondition(lambda self: self.held.entries)
    @rule(back=st.integers(0, 5))
    def drop_covered(self, back: int) -> None:
        """Drop what two backups hold."""
        covered, entries = max(self.held.entries) - back, self.held.entries
        waits = min((n for n, e in entries.items() if e.status is None), default=covered + 1)
        stay = {
            n: entry
            for n, entry in entries.items()
            if n > covered or n >= min(waits, max(entries)) or entry.status is m.Status.QUARANTINED
        }
        after = replace(self.held, entries=MappingProxyType(stay))
        self._try(lambda: self.outbox.drop_covered(covered), after)

    @rule(diff=st.integers(-3, 3))
    def note_clock(self, diff: int) -> None:
        """Note how wrong the clock is."""
        self._try(lambda: self.outbox.note_clock(diff), self.held)

    @rule()
    def renew(self) -> None:
        """Go on under another id with what waits."""
        waiting = [e for _, e in sorted(self.held.entries.items()) if e.status is None]
        entries = MappingProxyType(dict(enumerate(waiting, start=1)))
        old = self.held.outbox
        try:
            self.outbox.renew()
        except (Refusal, *FAULTS):
            if self.machine.frozen or self.outbox._commits.in_doubt or self.outbox.id != old:
                self.maybe.append(Held("", 1, entries))
            self._begin_again()
            return
        self._done(Held(self.outbox.id, 1, entries))

    # What happens to it.

    @rule()
    def restart(self) -> None:
        """Close it as it should be, and open it again."""
        self._begin_again()

    @rule()
    def kill(self) -> None:
        """Kill the process."""
        self.machine.kill()

    @rule(seed=st.none() | st.integers(0, 7))
    def power_loss(self, seed: int | None) -> None:
        """Lose power; `seed`: which of what was not synced is there."""
        self.machine.power_loss(seed)

    @rule(op=st.sampled_from(DEATHS), nth=NTH, before=st.booleans(), power=st.booleans())
    def die_at(self, op: Op, nth: int, before: bool, power: bool) -> None:
        """Die at a write or sync still to come."""
        self.machine.die_at(op, nth, before=before, power=power, seed=nth)

    @rule(what=st.sampled_from(FAILING), nth=NTH, times=st.integers(1, 4))
    def fail(self, what: tuple[Op, Effect], nth: int, times: int) -> None:
        """Let some of the next writes or syncs fail."""
        self.machine.heal()
        self.machine.fail(what[0], nth, times, what[1])

    @rule(full=st.booleans())
    def disk_full(self, full: bool) -> None:
        """Fill the disk, or free it."""
        self.machine.full(full)

    @rule(
        what=st.sampled_from(FAILING),
        nth=st.integers(1, 3),
        times=st.integers(1, 6),
        then=st.sampled_from(("on", "kill", "power")),
        ticket=st.booleans(),
    )
    def record_on_bad_disk(
        self, what: tuple[Op, Effect], nth: int, times: int, then: str, ticket: bool
    ) -> None:
        """Record while the disk fails, and perhaps die right after."""
        self.fail(what, nth, times)
        self.append(SIZES[1], ticket)
        if then != "on" and not self.machine.frozen:
            self.machine.kill() if then == "kill" else self.machine.power_loss(nth)

    @rule()
    def heal(self) -> None:
        """Let the disk work."""
        self._heal()

    # What must hold.

    @invariant()
    def as_the_dict_says(self) -> None:
        """Whatever happened: the outbox holds what it said."""
        if self.machine.frozen:
            self._begin_again()
        assert self._found() == self.held
        outbox, entries = self.outbox, self.held.entries
        assert outbox.last_n == max(entries, default=0)
        waiting = [n for n, e in sorted(entries.items()) if e.status is None]
        apart = [n for n, e in sorted(entries.items()) if e.status is m.Status.QUARANTINED]
        queued = outbox.waiting().queued
        assert [entry.n for entry in queued] == waiting
        assert all(entry.body_hash == wire.body_hash(entry.body) for entry in queued)
        assert (outbox.counts(), outbox.quarantined()) == (Counts(len(waiting), len(apart)), apart)
        assert all(n in entries for n in range(outbox.oldest_n(), outbox.last_n + 1))

    def teardown(self) -> None:
        """End, and leave nothing."""
        with suppress(*FAULTS):
            self.outbox.close()
        self.machine.forget()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Inside.

    def _try(self, do: Callable[[], object], after: Held) -> None:
        try:
            do()
        except Refusal:
            self._failed(after)
        else:
            self._done(after)

    def _done(self, after: Held) -> None:
        self.held = after
        if not self.outbox._commits.in_doubt:
            self.maybe.clear()

    def _failed(self, after: Held | None) -> None:
        if not self.outbox._commits.in_doubt:
            self.maybe.clear()
        elif after is not None:
            self.maybe.append(after)

    def _heal(self) -> None:
        self.machine.heal()
        self.machine.full(False)

    def _begin_again(self) -> None:
        """Start the next process; on a disk that will not do, whoever is called sees to it."""
        with suppress(*FAULTS):
            self.outbox.close()
        if self.machine.frozen:
            self.machine.thaw()
        try:
            self.outbox = Outbox(self.folder / "outbox.db", self.maker)
        except FAULTS:
            if self.machine.frozen:
                self.machine.thaw()
            self._heal()
            self.machine.die_at("any", 0)
            self.outbox = Outbox(self.folder / "outbox.db", self.maker)
        found = self._found()
        allowed = [replace(maybe, outbox=maybe.outbox or found.outbox) for maybe in self.maybe]
        assert found in (self.held, *allowed), "what was recorded is there, and nothing else"
        new = {entry.body for n, entry in found.entries.items() if n not in self.held.entries}
        self.tickets.update(body.split()[0].decode() for body in new if b"/" in body)
        self.held = found
        self.maybe.clear()

    def _found(self) -> Held:
        outbox = self.outbox
        entries = {
            kept.n: Entry(kept.body, kept.reply.status if kept.reply else None)
            for kept in outbox.kept(0)
        }
        return Held(outbox.id, outbox.book().number, MappingProxyType(entries))
