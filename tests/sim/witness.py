"""The witness: what the hub has ever published, folded apart from it, and what must hold of that.

Owns the invariants of the log: tseq without holes, gseq strictly increasing within an epoch,
nothing that left the hub ever missing later, each command's effect in one commit only, and the
digest that a replica must have at any tseq.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from common import messages as m
from common import wire
from common.topics import TOPICS, Profile
from hub.changes import OWN
from tests.sim.assortment import article_left, broken_tree, shared_code

Place = tuple[str, int]
_OVERLAP = 40


@dataclass(slots=True)
class TopicLog:
    """One topic of one epoch. `digests[i]` is that of tseq `first + i`; `causes`: (outbox, n) →
    the tseq of its last change here."""

    first: int
    rows: dict[str, bytes]
    digests: list[int]
    changes: list[m.Change] = field(default_factory=list)
    causes: dict[Place, int] = field(default_factory=dict)
    levels: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    prices: dict[str, list[int]] = field(default_factory=dict)

    @property
    def tseq(self) -> int:
        """Return the last change's number."""
        return self.first + len(self.changes)

    @property
    def digest(self) -> int:
        """Return the digest of the rows as they stand."""
        return self.digests[-1]

    def fold(self, change: m.Change) -> None:
        """Take the next change."""
        digest = self.digest
        old = self.rows.get(change.key)
        if old is not None:
            digest -= wire.row_digest(change.key, old)
        if change.row is None:
            self.rows.pop(change.key, None)
        else:
            self.rows[change.key] = change.row
            digest += wire.row_digest(change.key, change.row)
        self.digests.append(digest & wire.DIGEST_MASK)
        self.changes.append(change)
        self.causes[change.outbox, change.n] = self.tseq

    def at(self, tseq: int) -> int | None:
        """Return the digest at a tseq; None for one that this epoch never had."""
        place = tseq - self.first
        return self.digests[place] if 0 <= place < len(self.digests) else None


@dataclass(slots=True)
class EpochLog:
    """One history. `effects`: each command's commit; `taken`: how far each outbox was when it
    began."""

    epoch: str
    gseq: int
    topics: dict[str, TopicLog]
    effects: dict[Place, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)


class Witness:
    """Sees every commit. `broken` makes the error to raise."""

    def __init__(self, broken: Callable[[str], Exception]) -> None:
        self._broken = broken
        self.epochs: dict[str, EpochLog] = {}
        self.now: EpochLog | None = None

    # What it is shown.

    def committed(self, broadcasts: Iterable[tuple[Profile, bytes]]) -> None:
        """Take what a commit is about to broadcast; the office's frames hold every topic."""
        for profile, frame in broadcasts:
            if profile is Profile.OFFICE:
                message = wire.decode_broadcast(frame)
                if isinstance(message, m.Changes):
                    self._take(message)

    def hub_started(self, db: Any) -> None:
        """Read what the hub came back with: all that ever left it must be there."""
        meta = dict(db.execute("SELECT name, value FROM meta"))
        epoch = meta["epoch"]
        log = self.epochs.get(epoch)
        if log is None:
            self._new_epoch(db, epoch, int(meta["gseq"]))
            return
        if self.now is not log:
            raise self._broken(f"the hub went back to the older epoch {epoch}")
        if int(meta["gseq"]) < log.gseq:
            raise self._broken(f"gseq went back from {log.gseq} to {meta['gseq']}")
        for topic in TOPICS:
            self._catch_up(db, log, topic)
        log.gseq = int(meta["gseq"])

    def _new_epoch(self, db: Any, epoch: str, gseq: int) -> None:
        newest = max(self.epochs, default="")
        if epoch < newest:
            raise self._broken(f"epoch {epoch} sorts before {newest}")
        topics = {}
        for topic, tseq, digest in db.execute("SELECT topic, tseq, digest FROM topic_head"):
            rows = dict(db.execute("SELECT key, row FROM live_row WHERE topic = ?", (topic,)))
            topics[topic] = TopicLog(tseq, rows, [int(digest, 16)])
            self._levels(topics[topic], topic)
        taken = dict(db.execute("SELECT id, last_n FROM outbox"))
        self.now = self.epochs[epoch] = EpochLog(epoch, gseq, topics, taken=taken)

    def _levels(self, log: TopicLog, topic: str) -> None:
        if topic == "stock":
            for key, row in log.rows.items():
                log.levels[key] = ([log.first], [orjson.loads(row)["quantity_milli"]])

    def _catch_up(self, db: Any, log: EpochLog, topic: str) -> None:
        known = log.topics[topic]
        head = db.execute("SELECT tseq, low FROM topic_head WHERE topic = ?", (topic,)).fetchone()
        if head[0] < known.tseq:
            raise self._broken(f"{topic}: the hub lost changes {head[0] + 1} to {known.tseq}")
        after = max(head[1], known.first, known.tseq - _OVERLAP)
        rows = db.execute(
            "SELECT tseq, gseq, key, row, outbox_id, n FROM change"
            " WHERE topic = ? AND tseq > ? ORDER BY tseq",
            (topic, after),
        )
        forgotten = set()  # The log says of who was erased that they never had a row.
        for tseq, gseq, key, row, outbox, n in rows:
            after += 1
            change = m.Change(key, row, outbox, n)
            if tseq != after:
                raise self._broken(f"{topic}: the log jumps from {after - 1} to {tseq}")
            if tseq <= known.tseq:
                before = known.changes[tseq - known.first - 1]
                if topic == "customers" and row is None and before.row is not None:
                    before = before._replace(row=None)
                    forgotten.add(key)
                if before != change:
                    raise self._broken(f"{topic}: change {tseq} is another one now")
                continue
            self._fold(log, topic, gseq, change)
        if forgotten & known.rows.keys():
            raise self._broken(f"{topic}: the log forgets {forgotten & known.rows.keys()}")
        if known.tseq != head[0]:
            raise self._broken(f"{topic}: the log ends at {known.tseq}, its head says {head[0]}")

    def _take(self, changes: m.Changes) -> None:
        log = self.now
        assert log is not None
        if changes.epoch != log.epoch:
            raise self._broken(f"a commit of epoch {changes.epoch} in epoch {log.epoch}")
        known = log.topics[changes.topic]
        if changes.first_tseq != known.tseq + 1:
            raise self._broken(
                f"{changes.topic}: change {changes.first_tseq} follows {known.tseq} in the log"
            )
        if changes.gseq < log.gseq:
            raise self._broken(f"commit {changes.gseq} after commit {log.gseq}")
        log.gseq = changes.gseq
        for change in changes.changes:
            self._fold(log, changes.topic, changes.gseq, change)

    def _fold(self, log: EpochLog, topic: str, gseq: int, change: m.Change) -> None:
        known = log.topics[topic]
        known.fold(change)
        if topic == "stock" and change.row is not None:
            steps = known.levels.setdefault(change.key, ([], []))
            steps[0].append(known.tseq)
            steps[1].append(orjson.loads(change.row)["quantity_milli"])
        fault = self._row_fault(log, topic, change)
        if fault:
            raise self._broken(fault)
        if topic == "articles" and change.row is not None:
            price = orjson.loads(change.row)["price_cents"]
            seen = known.prices.setdefault(change.key, [])
            if price in seen[:-1]:
                raise self._broken(f"price {price} of {change.key} took effect twice")
            if price not in seen:
                seen.append(price)
        place = (change.outbox, change.n)
        if place != OWN and log.effects.setdefault(place, gseq) != gseq:
            raise self._broken(
                f"command {change.n} of outbox {change.outbox[:8]} took effect in commits"
                f" {log.effects[place]} and {gseq}"
            )

    def _row_fault(self, log: EpochLog, topic: str, change: m.Change) -> str:
        rows = log.topics[topic].rows
        if change.row is not None and topic == "articles":
            return shared_code(rows, change.key, change.row)
        if change.row is None and topic == "categories":
            left = article_left(log.topics["articles"].rows, change.key)
            if left:
                return left
        return broken_tree(rows) if topic == "categories" else ""

    # What it is asked.

    def digest(self, epoch: str, topic: str, tseq: int) -> int | None:
        """Return the digest that a replica must have there; None where nobody can know."""
        log = self.epochs.get(epoch)
        return None if log is None else log.topics[topic].at(tseq)

    def level(self, epoch: str, key: str, tseq: int) -> int | None:
        """Return a stock level, thousandths, at a tseq of topic stock."""
        steps = self.epochs[epoch].topics["stock"].levels.get(key)
        if steps is None:
            return None
        place = bisect_right(steps[0], tseq)
        return steps[1][place - 1] if place else None

    def effect(self, epoch: str, topic: str, place: Place) -> int | None:
        """Return the tseq at which a command's effect stands in a topic; None: it has none."""
        log = self.epochs[epoch]
        if place[1] <= log.taken.get(place[0], 0):
            return log.topics[topic].first
        return log.topics[topic].causes.get(place)

    def check_rows(self, db: Any) -> None:
        """Compare every live row of the hub's database with the fold of all it published."""
        assert self.now is not None
        for topic, log in self.now.topics.items():
            rows = dict(db.execute("SELECT key, row FROM live_row WHERE topic = ?", (topic,)))
            if rows != log.rows:
                keys = {key for key, _ in set(rows.items()) ^ set(log.rows.items())}
                raise self._broken(f"{topic}: rows differ from the fold of the log: {sorted(keys)}")
