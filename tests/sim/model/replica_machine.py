"""A replica on a disk that fails, against a dict of what each topic holds.

Owns the rules and the dict. A kill costs nothing. Power loss may cost the last transactions: what
is found is the dict of an earlier moment, whole, and never a mixture of two.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from common.messages import Change
from common.wire import DIGEST_MASK, digest_hex
from kiosk.database import FAULTS
from kiosk.replica import Replica
from kiosk.replica_file import digest_of
from tests.kiosk.post import BOX
from tests.sim.disk.disk import Disk, Effect, Op

TOPICS: Final = ("stock", "sales")
OWN: Final = ("a1" * 16, "b2" * 16)
OTHER: Final = "0f" * 16
FAILING: Final[tuple[tuple[Op, Effect], ...]] = (
    ("sync", "error"),
    ("write", "error"),
    ("write", "torn"),
    ("write", "full"),
)
"""Not the sync that drops what it was to write: then the log has a hole that SQLite cannot know of,
and what it replays may be a mixture. That the digests tell, when the replica is opened."""
NTH: Final = st.integers(1, 6)
TOPIC: Final = st.sampled_from(TOPICS)
KEY: Final = st.sampled_from(("k0", "k1", "k2", "k3"))
SIZE: Final = st.sampled_from((1, 60, 3000))
CHANGE: Final = st.tuples(KEY, st.none() | SIZE, st.booleans())


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic holds; `stale`: of an epoch that was left."""

    tseq: int = 0
    last_n: int = 0
    stale: bool = True
    rows: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def fresh(self) -> "Topic":
        """Return what can be written to: rows of an epoch that was left go first."""
        return Topic(stale=False) if self.stale else self


@dataclass(frozen=True, slots=True)
class Held:
    """All of a replica at one moment."""

    epoch: str
    outbox: str
    topics: Mapping[str, Topic]

    def put(self, topic: str, held: Topic) -> "Held":
        """Return it with one topic being another."""
        return replace(self, topics=MappingProxyType({**self.topics, topic: held}))

    def each(self, change: Callable[[Topic], Topic]) -> "Held":
        """Return it with every topic changed alike."""
        changed = {name: change(topic) for name, topic in self.topics.items()}
        return replace(self, topics=MappingProxyType(changed))


class ReplicaMachine(RuleBasedStateMachine):
    """`held`: what is there; `failed`: what may be instead after a kill; `ever`: what was there, or
    may have been, since the process began.
    """

    disk: Disk

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-replica-"))
        self.machine = self.disk.machine(self.folder)
        self.outbox = OWN[0]
        self.values = 0
        self.epochs = 0
        self.n = 0
        self.power = False
        self.replica = Replica(self.folder / "replica.db", self.outbox, BOX)
        self.held = Held("", self.outbox, MappingProxyType({name: Topic() for name in TOPICS}))
        self.failed: list[Held] = []
        self.ever = [self.held]

    # What a post does.

    @rule(topic=TOPIC, drawn=st.lists(CHANGE, min_size=1, max_size=10))
    def apply(self, topic: str, drawn: list[tuple[str, int | None, bool]]) -> None:
        """Fold changes."""
        changes = [
            Change(key, self._row(size), self.outbox if own else OTHER, self._number())
            for key, size, own in drawn
        ]
        before = self.held.topics[topic].fresh
        rows: dict[str, bytes | None] = {**before.rows}
        rows.update((change.key, change.row) for change in changes)
        after = Topic(
            before.tseq + len(changes),
            max([before.last_n, *(c.n for c in changes if c.outbox == self.outbox)]),
            stale=False,
            rows={key: row for key, row in rows.items() if row is not None},
        )
        first = self.held.topics[topic].tseq + 1
        self._try(lambda: self.replica.apply(topic, first, changes), self.held.put(topic, after))

    @rule(topic=TOPIC, more=st.integers(0, 2))
    def cover(self, topic: str, more: int) -> None:
        """Note that a topic holds every effect of the outbox up to an n."""
        before = self.held.topics[topic]
        n = before.last_n + more
        after = replace(before.fresh, last_n=n) if more or before.stale else before
        self._try(lambda: self.replica.cover(topic, n), self.held.put(topic, after))

    @rule()
    def leave_epoch(self) -> None:
        """Meet a hub with another history."""
        epoch = self._epoch()
        after = self.held.each(lambda topic: replace(topic, tseq=0, stale=True))
        self._try(lambda: self.replica.leave_epoch(epoch), replace(after, epoch=epoch))

    @rule(
        topic=TOPIC,
        keys=st.sets(KEY),
        size=SIZE,
        steps=st.integers(1, 4),
        is_right=st.booleans(),
        is_new=st.booleans(),
    )
    def snapshot(
        self, topic: str, keys: set[str], size: int, steps: int, is_right: bool, is_new: bool
    ) -> None:
        """Gather a snapshot, perhaps not to its end, perhaps with rows of another digest."""
        epoch = self._epoch() if is_new else self.held.epoch
        rows = {key: self._row(size) or b"" for key in sorted(keys)}
        digest = digest_hex(digest_of(rows.items()) + (not is_right) & DIGEST_MASK)
        tseq = self._number()
        left = self.held.each(lambda old: replace(old, tseq=0, stale=True)) if is_new else self.held
        after = replace(left, epoch=epoch).put(topic, Topic(tseq, tseq, stale=False, rows=rows))
        half = len(rows) // 2
        listed = list(rows.items())
        gather: list[Callable[[], object]] = [
            lambda: self.replica.begin_snapshot(topic),
            lambda: self.replica.add_rows(topic, listed[:half]),
            lambda: self.replica.add_rows(topic, listed[half:]),
        ]
        if not all(self._try(do, self.held) for do in gather[:steps]) or steps <= len(gather):
            return
        self._try(
            lambda: self.replica.swap_snapshot(topic, epoch, tseq, tseq, digest),
            after if is_right else self.held,
        )

    @rule(topic=TOPIC)
    def forget(self, topic: str) -> None:
        """Drop a topic, to be given it again."""
        self._try(lambda: self.replica.forget(topic), self.held.put(topic, Topic()))

    @rule(outbox=st.sampled_from(OWN))
    def use_outbox(self, outbox: str) -> None:
        """Count another outbox's effects."""
        after = self.held
        if outbox != self.outbox:
            after = replace(after.each(lambda topic: replace(topic, last_n=0)), outbox=outbox)
        if self._try(lambda: self.replica.use_outbox(outbox), after):
            self.outbox = outbox

    @rule()
    def tidy(self) -> None:
        """Fold the log into the file."""
        with suppress(*FAULTS):
            self.replica.tidy()

    # What happens to it.

    @rule()
    def restart(self) -> None:
        """Close it as it should be, and open it again."""
        self.power = False
        self._begin_again()

    @rule(power=st.booleans(), seed=st.none() | st.integers(0, 7))
    def die(self, power: bool, seed: int | None) -> None:
        """Kill the process, or its computer's power."""
        self.power = power
        if power:
            self.machine.power_loss(seed)
        else:
            self.machine.kill()

    @rule(op=st.sampled_from(("sync", "write")), nth=NTH, before=st.booleans(), power=st.booleans())
    def die_at(self, op: Op, nth: int, before: bool, power: bool) -> None:
        """Die at a write or sync still to come."""
        self.power = power
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
        topic=TOPIC,
        drawn=st.lists(CHANGE, min_size=1, max_size=10),
        nth=st.integers(1, 16),
        how=st.sampled_from(("kill", "power", "fail")),
    )
    def apply_on_bad_disk(
        self, topic: str, drawn: list[tuple[str, int | None, bool]], nth: int, how: str
    ) -> None:
        """Fold changes while the disk fails, or die of it."""
        if how == "fail":
            self.fail(("write", "error"), nth, 1)
        else:
            self.die_at("write", nth, nth % 2 == 0, how == "power")
        self.apply(topic, drawn)

    # What must hold.

    @invariant()
    def as_the_dict_says(self) -> None:
        """Rows, tseq, digest, last n and epoch are of one moment, in memory and on disk."""
        if self.machine.frozen:
            self._begin_again()
        assert self._found() == self.held
        assert self.replica.epoch() == self.held.epoch
        for name, topic in self.held.topics.items():
            assert (self.replica.tseq(name), self.replica.last_n(name)) == (
                topic.tseq,
                topic.last_n,
            )
            digest = 0 if topic.stale else digest_of(topic.rows.items())
            assert self.replica.digest(name) == digest

    def teardown(self) -> None:
        """End, and leave nothing."""
        with suppress(*FAULTS):
            self.replica.close()
        self.machine.forget()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Inside.

    def _number(self) -> int:
        self.n += 1
        return self.n

    def _row(self, size: int | None) -> bytes | None:
        self.values += 1
        return None if size is None else (b"%d " % self.values).ljust(size, b".")

    def _epoch(self) -> str:
        self.epochs += 1
        return f"{self.epochs:032x}"

    def _try(self, do: Callable[[], object], after: Held) -> bool:
        """Do one transaction; return whether it is there."""
        self.ever.append(after)
        try:
            do()
        except FAULTS:
            self.failed.append(after)
            return False
        self.held = after
        self.failed.clear()
        return True

    def _begin_again(self) -> None:
        with suppress(*FAULTS):
            self.replica.close()
        died = self.machine.frozen
        if died:
            self.machine.thaw()
        try:
            self.replica = Replica(self.folder / "replica.db", self.outbox, BOX)
        except FAULTS:
            if self.machine.frozen:
                self.machine.thaw()
            died = True
            self.machine.heal()
            self.machine.full(False)
            self.machine.die_at("any", 0)
            self.replica = Replica(self.folder / "replica.db", self.outbox, BOX)
        allowed = self.ever if died and self.power else [self.held, *self.failed]
        found = self._found()
        # Whoever opens it says whose effects count; of another's none is known to be there.
        assert found in [self._opened(state) for state in allowed], "a moment that never was"
        self.held = found
        self.failed.clear()
        self.ever = [found]

    def _opened(self, state: Held) -> Held:
        if state.outbox == self.outbox:
            return state
        return replace(state.each(lambda topic: replace(topic, last_n=0)), outbox=self.outbox)

    def _found(self) -> Held:
        db = self.replica._connection
        epoch, outbox = db.execute("SELECT epoch, outbox FROM meta").fetchone()
        topics = {name: Topic() for name in TOPICS}
        sql = "SELECT topic, slot, tseq, last_n, stale, digest FROM position"
        for name, slot, tseq, last_n, stale, digest in db.execute(sql).fetchall():
            lying = db.execute("SELECT key, row FROM row WHERE slot = ?", (slot,)).fetchall()
            opened, whole = BOX.open_rows(name, lying)
            rows = dict(opened)
            topics[name] = Topic(tseq, last_n, bool(stale), rows)
            assert whole
            assert BOX.open_digest(name, digest) == (0 if stale else digest_of(rows.items()))
        return Held(epoch, outbox, MappingProxyType(topics))
