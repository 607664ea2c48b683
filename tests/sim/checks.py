"""What must hold of a simulated shop, looked at all along and once more at the end.

Owns the invariants of the posts: what they hold, what they show, what reaches them. Those of the
log are `witness.py`'s, those of the hub's ledgers `books.py`'s.
"""

from collections import Counter
from contextlib import suppress
from typing import Any, Final

import orjson

from common import messages as m
from common import wire
from common.models import stock_key
from common.topics import TOPICS_OF, Profile
from hub.store import FAULTS
from kiosk.outbox import Counts
from kiosk.presence import Way
from kiosk.state import LinkStatus
from tests.sim import customers
from tests.sim.books import ENDED, Books
from tests.sim.history import Deed, Fate, History, Told
from tests.sim.hub import SimHub, labels
from tests.sim.network import Line
from tests.sim.post import SimPost, quarantined
from tests.sim.witness import Place, Witness
from tests.sim.world import World

_ALL_SALES_EVERY = 16
_ON_ITS_WAY_S: Final = 10.0
_OF_CUSTOMERS: Final = customers.NAME.encode()
_HEARD_BY: Final = {
    profile: frozenset([b"hb", *(topic.encode() for topic in topics)])
    for profile, topics in TOPICS_OF.items()
}
_SHOWN: Final = {"sale.record": -1, "refund.record": 1, "goods.receive": 1}
"""What a post shows of an operation that is on its way: the sign of its goods."""


class Checks:
    """Raises a Violation that says what does not hold, and where."""

    def __init__(self, world: World, history: History, witness: Witness, hub: SimHub) -> None:
        self._world = world
        self._history = history
        self._witness = witness
        self._hub = hub
        self._books = Books(world, history, hub)
        self._seen: dict[tuple[int, int, str, str], int] = {}
        self._sound: dict[tuple[int, str], tuple[int, str, int, int]] = {}
        self._open: dict[int, tuple[int, str, list[Deed]]] = {}
        self._read: Counter[int] = Counter()
        self._looks: Counter[int] = Counter()
        self.outbox_lost: set[int] = set()
        # Whose topic may differ from the hub's until its digest is compared; True: it was seen to.
        self._garbled: dict[tuple[int, str], bool] = {}
        self._ever_garbled: set[tuple[int, str]] = set()
        self._altered_s: dict[tuple[int, str], float] = {}
        self._lives: dict[int, int] = {}
        self._must_tell: set[int] = set()

    # On the way.

    def inspect(self, line: Line, frame: bytes) -> None:
        """No row reaches a profile that may not see it."""
        post = line.post
        assert isinstance(post, SimPost)
        if post.profile is Profile.DEPOT and _OF_CUSTOMERS in frame:
            raise self._world.broken(f"{post.name} was told of a customer")
        if line.way is Way.BROADCASTS:
            prefix = frame.split(b"\0", 1)[0]
            if prefix not in _HEARD_BY[post.profile]:
                raise self._world.broken(f"{prefix.decode()} was broadcast to {post.name}")
            return
        if frame[1] in (36, 37, 39):
            message = wire.decode(frame)
            topic = message.changes.topic if isinstance(message, m.Delta) else message.topic
            if topic not in TOPICS_OF[post.profile]:
                raise self._world.broken(f"rows of {topic} were sent to {post.name}")

    def look(self, post: SimPost) -> None:
        """Check what a post holds and shows, as its screens have just been told."""
        self._looks[post.number] += 1
        if self._lives.get(post.number) != post.life:
            self._lives[post.number] = post.life
            for place in self._ever_garbled:
                if place[0] == post.number:  # Power may have taken what mended it.
                    self._garbled.setdefault(place, False)
        with suppress(*FAULTS):  # Its disk may fail to read just now.
            self._check_replica(post)
            self._check_levels(post)
            here = (
                post.number not in self.outbox_lost
            )  # Else what it sold may lie at the hub alone.
            if here and self._looks[post.number] % _ALL_SALES_EVERY == 0:
                self._check_sales(post)
                self._check_own_rows(post)

    def _check_replica(self, post: SimPost) -> None:
        """A replica at tseq equals the fold of the log, and never goes back while it is on."""
        replica = post.stores.replica
        epoch = replica.epoch()
        for topic in TOPICS_OF[post.profile]:
            tseq = replica.tseq(topic)
            if not tseq:
                continue
            held = (post.life, epoch, tseq, replica.digest(topic))
            if self._sound.get((post.number, topic)) == held:
                continue
            digest = self._witness.digest(epoch, topic, tseq)
            if digest is None:
                raise self._world.broken(f"{post.name} has {topic} at {tseq}: never published")
            if digest == held[-1]:
                self._sound[post.number, topic] = held
                if self._garbled.get((post.number, topic)) and not self._still_coming(post, topic):
                    del self._garbled[post.number, topic]
            elif (post.number, topic) in self._garbled:
                self._garbled[post.number, topic] = True
            else:
                raise self._world.broken(f"{post.name}: {topic} at {tseq} is not the log's fold")
            place = (post.number, post.life, epoch, topic)
            if tseq < self._seen.get(place, 0):
                raise self._world.broken(
                    f"{post.name}: {topic} went back from {self._seen[place]} to {tseq}"
                )
            self._seen[place] = tseq

    def _still_coming(self, post: SimPost, topic: str) -> bool:
        """Return whether an altered row may be on its way yet, beside one that was healed."""
        altered_s = self._altered_s.get((post.number, topic), -_ON_ITS_WAY_S)
        return self._world.agenda.now_s - altered_s < _ON_ITS_WAY_S

    def _check_levels(self, post: SimPost) -> None:
        """Read your writes: stock as shown is the log's at this tseq, and one's own on top."""
        session, replica = post.session, post.stores.replica
        own = self._own(post)
        blind = post.number in self.outbox_lost or (post.number, "stock") in self._garbled
        if session is None or not own or blind:
            self._open[post.number] = (post.life, replica.epoch(), own)
            return
        # What the screens have folded: behind the replica while the link mends itself.
        epoch, tseq = replica.epoch(), session._mirror._folded_to.get("stock", 0)
        ahead = tseq > replica.tseq("stock")  # Rows of the epoch before, shown until others come.
        if not tseq or ahead or self._witness.now is None or epoch != self._witness.now.epoch:
            self._open[post.number] = (post.life, epoch, own)
            return
        waits: Counter[str] = Counter()
        done_n = self._done_n(own, epoch, tseq)
        touched = {article for deed in own for article, _ in deed.lines}
        # When a post hears that one was put aside, and no longer shows it, the log does not say.
        touched -= {
            article
            for deed in own
            if deed.fate is not Fate.TAKEN and deed.status is None
            for article, _ in deed.lines
        }
        # A salvaged outbox keeps what waits. What the hub has answered, and the rows do not hold
        # yet, is in view again once they do.
        touched -= {
            article for deed in own if deed.outbox != session.outbox for article, _ in deed.lines
        }
        still_open = []
        for deed in own:
            if deed.told is Told.PERHAPS:
                still_open.append(deed)
            if deed.told is not Told.RECORDED or deed.status in ENDED:
                continue
            gone = deed.excused and deed.n < post.stores.outbox.oldest_n()
            if deed.n <= done_n[deed.outbox] or gone:
                continue
            still_open.append(deed)
            sign = _SHOWN.get(deed.kind, 0)
            for article, milli in deed.lines:
                waits[article] += sign * milli
        for article in sorted(touched):
            level = self._witness.level(epoch, stock_key(article, "main"), tseq)
            if level is None:
                continue
            shown = session.catalogue.stock_milli(article)
            if shown != level + waits[article]:
                raise self._world.broken(
                    f"{post.name} shows {shown} of {article[-4:]}, the log says {level} at {tseq}"
                    f" and {waits[article]} of its own are on their way"
                )
        self._open[post.number] = (post.life, epoch, still_open)

    def _done_n(self, own: list[Deed], epoch: str, tseq: int) -> Counter[str]:
        """Return, by outbox, up to which n the hub had taken, or put aside, a post's operations."""
        done_n: Counter[str] = Counter()
        for deed in own:
            at = self._witness.effect(epoch, "stock", (deed.outbox, deed.n))
            if at is not None and at <= tseq:
                done_n[deed.outbox] = max(done_n[deed.outbox], deed.n)
        return done_n

    def _own(self, post: SimPost) -> list[Deed]:
        """Return a post's deeds that may be on their way; all of them at a start or an epoch."""
        deeds = self._history.of(post.number)
        life, epoch, known = self._open.get(post.number, (0, "", []))
        read = self._read.get(post.number, 0)
        self._read[post.number] = len(deeds)
        if (life, epoch) != (post.life, post.stores.replica.epoch()):
            known, read = [], 0
        return known + [deed for deed in deeds[read:] if deed.lines]

    def _check_sales(self, post: SimPost) -> None:
        """What a till has sold stays on its screen, whatever the hub and the network do."""
        if post.session is None or "sales" not in TOPICS_OF[post.profile]:
            return
        if not post.session._mirror._folded_to.get("sales"):
            return  # It has lost its copy, and met no hub since: only what waits is shown.
        if (post.number, "sales") in self._garbled:
            return
        shown = {sold.ticket.id for sold in post.session.catalogue.sales(10_000)}
        for deed in self._history.of(post.number):
            if deed.ticket is None or deed.told is not Told.RECORDED:
                continue
            if deed.excused or deed.fragile:
                continue
            if deed.status not in ENDED and deed.ticket.id not in shown:
                raise self._world.broken(f"{post.name} does not show its sale {deed.label}")

    def _check_own_rows(self, post: SimPost) -> None:
        """An article that a till made, and a customer, stay on its screen as well."""
        if post.session is None:
            return
        catalogue, asked = (
            post.session.catalogue,
            {deed.about for deed in self._history.kind("customer.erase")},
        )
        for kind, (topic, find) in {
            "article.create": ("articles", catalogue.article),
            "customer.put": ("customers", catalogue.customers.get),
        }.items():
            folded = post.session._mirror._folded_to.get(topic)
            if not folded or (post.number, topic) in self._garbled:
                continue
            for deed in self._history.of(post.number):
                if deed.kind != kind or not deed.sure or deed.fragile or deed.about in asked:
                    continue
                if deed.status in ENDED or find(deed.about) is not None:
                    continue
                if not (self._is_put_aside(deed) or self._was_put_aside(post, topic, deed)):
                    raise self._world.broken(f"{post.name} does not show its own {deed.label}")

    def _is_put_aside(self, deed: Deed) -> bool:
        """Return whether a deed lies in quarantine; its post may be shown so before it is told."""
        sql = "SELECT 1 FROM quarantine WHERE outbox_id = ? AND n = ?"
        try:
            with self._hub.look() as db:
                return db.execute(sql, (deed.outbox, deed.n)).fetchone() is not None
        except FAULTS:
            return True  # Its disk fails to read just now: nothing is known.

    def _was_put_aside(self, post: SimPost, topic: str, deed: Deed) -> bool:
        """Return whether a hub put a deed aside that was set back since, and has forgotten it.

        Then rows of the epoch before hold all up to its number, and it had no effect on them.
        """
        replica, now = post.stores.replica, self._witness.now
        before = self._witness.epochs.get(replica.epoch())
        if now is None or before is None or before is now:
            return False
        return replica.last_n(topic) >= deed.n and (deed.outbox, deed.n) not in before.effects

    # What is allowed to go missing.

    def outbox_set_back(self, post: SimPost, waiting: dict[Place, str]) -> None:
        """A post has an older copy of its outbox, in which these operations wait.

        What came after it has no copy there; what has its reply stays under the old id, for which
        no restored hub will ask.
        """
        self.outbox_lost.add(post.number)
        self._must_tell.discard(post.number)  # The damaged file is gone before it was opened.
        there = self._at_hub()
        for deed in self._history.of(post.number):
            deed.fragile = True
            if not _waits(deed, waiting):
                self._lose(deed, there)

    def outbox_flipped(self, post: SimPost) -> None:
        """Bits of an outbox are flipped: whatever it waits with may be damaged, and is told so."""
        self.outbox_lost.add(post.number)
        there = self._at_hub()
        for deed in self._history.of(post.number):
            self._lose(deed, there)

    def _at_hub(self) -> set[str]:
        try:
            with self._hub.look() as db:
                return labels(db)
        except FAULTS:
            return set()  # Its disk fails to read just now: nothing is known to be there.

    def operation_flipped(self, post: SimPost, n: int, waiting: dict[Place, str]) -> None:
        """A waiting operation is not as it was written: it is lost, and the post must say so."""
        self.outbox_lost.add(post.number)
        self._must_tell.add(post.number)
        there = self._at_hub()
        for deed in self._history.of(post.number):
            deed.fragile = True  # What has its reply stays in the file that is set aside.
            if deed.n == n or not _waits(deed, waiting):
                self._lose(deed, there)

    def replica_flipped(self, post: SimPost) -> None:
        """Bits of a replica are flipped: what the opening does not see, the digest must."""
        for topic in TOPICS_OF[post.profile]:
            self._garbled.setdefault((post.number, topic), False)
            self._ever_garbled.add((post.number, topic))

    def row_garbled(self, line: Line, topic: str, in_snapshot: bool) -> None:
        """A post was sent a row that is not the hub's: by the digest it must find out.

        A snapshot with such a row must not even be taken.
        """
        if not in_snapshot:
            self._altered_s[line.post.number, topic] = self._world.agenda.now_s
            self._garbled.setdefault((line.post.number, topic), False)
            self._ever_garbled.add((line.post.number, topic))

    def _lose(self, deed: Deed, there: set[str]) -> None:
        deed.fragile = True
        if deed.label not in there:
            deed.excused = "its post's file is an older one, or damaged"

    # At the end.

    def settled(self, posts: list[SimPost], update: bool) -> str:
        """Return what has not come to rest yet, "" where everybody is in step.

        `update`: what an older hub could not take has been tried again.
        """
        hub = self._hub
        if not hub.up:
            return "the hub is down"
        heads = hub.parts.log.heads
        for post in posts:
            if post.session is None or post.link is None or not post.link.running:
                return f"{post.name} is down"
            if post.link.talk.status is not LinkStatus.ONLINE:
                return f"{post.name} is {post.link.talk.status.value}: {post.link.talk.problem}"
            waiting = post.stores.outbox.counts().waiting
            if waiting:
                return f"{waiting} operations wait on {post.name}"
            if late := self._late(post):
                return f"{post.name} was not told that {late} was taken"
            if update and (aside := self._aside(post)):
                return f"{post.name} was not told that {aside} was taken"
            for topic in TOPICS_OF[post.profile]:
                head, replica = heads[topic], post.stores.replica
                if (replica.tseq(topic), replica.digest(topic)) != (head.tseq, head.digest):
                    return f"{post.name} has another {topic} than the hub"
        return ""

    def _late(self, post: SimPost) -> str:
        """Return an article of a post that lay in quarantine before the hub was set back."""
        assert self._witness.now is not None
        there = self._witness.now.topics["articles"].rows
        for deed in self._history.of(post.number):
            aside = deed.kind == "article.create" and deed.status is m.Status.QUARANTINED
            told_last = not deed.fragile and post.number not in self.outbox_lost
            if aside and told_last and deed.about in there:
                return deed.label
        return ""

    def _aside(self, post: SimPost) -> str:
        for deed in self._history.of(post.number):
            aside = deed.fate is Fate.LATER and deed.status is m.Status.QUARANTINED
            if aside and not deed.fragile and post.number not in self.outbox_lost:
                return deed.label
        return ""

    def final(self, posts: list[SimPost]) -> None:
        """Check the ledgers against what people did, and every row against the log."""
        with self._hub.look() as db:
            self._witness.check_rows(db)
            went_back = len(self._witness.epochs) > 1
            self._books.check(db, self.outbox_lost, went_back)
            self._check_posts(posts, db)

    def _check_posts(self, posts: list[SimPost], db: Any) -> None:
        for post in posts:
            for topic in TOPICS_OF[post.profile]:
                held = post.stores.reader.read(topic)
                assert self._witness.now is not None
                if dict(held.rows) != self._witness.now.topics[topic].rows:
                    raise self._world.broken(f"{post.name}: rows of {topic} are not the hub's")
            counts = post.stores.outbox.counts()
            aside = len(quarantined(post))
            if post.number in self.outbox_lost:
                aside = counts.quarantined  # Bits of a reply may have flipped; its status stays.
            if counts != Counts(0, aside):
                raise self._world.broken(f"{post.name}: {counts} at the end")
            self._check_sales(post)
            self._check_prices(post)
            if post.heads.held.contradictions:
                found = post.heads.held.contradictions
                raise self._world.broken(f"{post.name} is contradicted: {found}")
            told = {notice.code for notice in post.notices}
            if post.number in self._must_tell and "outbox_damaged" not in told:
                raise self._world.broken(f"{post.name} does not say that an operation was damaged")
            for fault in customers.faults_at(post, self._history, db):
                raise self._world.broken(f"{post.name} {fault}")

    def _check_prices(self, post: SimPost) -> None:
        """What no price is scheduled for any more costs the same at every post as at the hub."""
        assert self._witness.now is not None
        assert post.session is not None
        post.session.poll()  # The disk is in step; what came last may not be in view yet.
        topics = self._witness.now.topics
        to_come = {orjson.loads(row)["article_id"] for row in topics["prices"].rows.values()}
        for key, row in topics["articles"].rows.items():
            shown = post.session.catalogue.article(key)
            cents = None if shown is None else shown.price_cents
            if key not in to_come and cents != orjson.loads(row)["price_cents"]:
                raise self._world.broken(f"{post.name} shows {key[-4:]} at {cents}, the hub not")


def _waits(deed: Deed, waiting: dict[Place, str]) -> bool:
    """Return whether this very deed waits there, not another that has its number."""
    return waiting.get((deed.outbox, deed.n)) in (deed.label, "")
