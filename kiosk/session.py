"""The session: the one object that a post's screens, or a program in their stead, meet.

Owns the way in (`sell`, `receive`, `send`: on disk when they return) and the way out (`poll`: what
the link left, folded into the catalogue). One owner thread. No Kivy, no socket: the screens poll
when `on_wake` tells them to.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import orjson

from common import messages as m
from common.errors import Problem, Refusal
from common.ids import IdMint
from common.models import GoodsReceipt, Payment, ReceiptLine, Ticket, TicketLine, convert
from common.outgoing import Queued
from common.topics import TOPICS_OF
from kiosk.arrivals import Arrivals, Batch
from kiosk.catalogue import Catalogue
from kiosk.link import Link
from kiosk.link_life import Post
from kiosk.outbox import Kept
from kiosk.outbox_file import Draft
from kiosk.pending import EFFECTS, Pending
from kiosk.replica import News, Swapped
from kiosk.replica_file import Topic
from kiosk.state import DeviceInfo, SessionState, Update
from kiosk.till import Stamp, Till

_log = logging.getLogger(__name__)
_NONE_REPLIED: Final = 2**62


class Session:
    """A running post, which owns its stores from now on. `closing` is called at its end.

    `notices`: what was found wrong and put right, at the start or later, to be shown once each.
    """

    def __init__(
        self,
        post: Post,
        notices: Sequence[Problem] = (),
        random_bytes: Callable[[int], bytes] = os.urandom,
        closing: Callable[[], None] | None = None,
    ) -> None:
        self._closing = closing
        self._stores = post.stores
        self._outbox = post.stores.outbox
        self._clocks = post.clocks
        self._device = post.device
        self._topics = TOPICS_OF[post.device.profile]
        self._mint = IdMint(post.clocks.wall_ms, random_bytes)
        self._till = Till(post.clocks, self._mint)
        self._pending = Pending(self._topics)
        self._folded_to: dict[str, int] = {}
        self._touched: defaultdict[str, set[str]] = defaultdict(set)
        self._replaced: set[str] = set()
        self._replies: list[m.Reply] = []
        self._state_changed = True
        self.last_n = 0
        self.notices = list(notices)
        self.on_batch: Callable[[Batch], None] | None = None
        self.catalogue = Catalogue()
        self._arrivals = Arrivals()
        self._fill(post.stores.topics)
        post.stores.topics = {}
        self.state = SessionState(
            self._info(),
            since_ms=post.clocks.wall_ms(),
            synced_ms=post.stores.replica.synced_ms,
            clock_diff_ms=self._outbox.clock_diff_ms,
        )
        self._count()
        self._link = Link(post, self._arrivals)
        self._link.start()

    # What screens ask.

    @property
    def on_wake(self) -> Callable[[], None] | None:
        """What to call when there is something to poll; called from any thread."""
        return self._arrivals.on_wake

    @on_wake.setter
    def on_wake(self, wake: Callable[[], None] | None) -> None:
        self._arrivals.on_wake = wake

    def poll(self) -> Update:
        """Fold in what has come, and return what that changed."""
        for batch in self._arrivals.take():
            self._take(batch)
            if self.on_batch is not None:
                self.on_batch(batch)
        self._lay_pending()
        update = Update(
            {topic: frozenset(keys) for topic, keys in self._touched.items()},
            frozenset(self._replaced),
            self._state_changed,
            tuple(self._replies),
        )
        self._touched.clear()
        self._replaced.clear()
        self._replies.clear()
        self._state_changed = False
        return update

    def read(self, topic: str) -> Topic:
        """Return a topic as it is on disk, by its canonical bytes; raises KeyError."""
        if topic not in self._topics:
            raise KeyError(topic)
        return self._stores.reader.read(topic)

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the topics that this post follows."""
        return self._topics

    @property
    def epoch(self) -> str:
        """Return the epoch of the rows, "" before the hub was met."""
        return self._stores.reader.epoch()

    # What screens do.

    def sell(self, lines: Sequence[TicketLine], payments: Sequence[Payment]) -> Ticket:
        """Make a ticket; it is on disk on return. Raises Refusal, and nothing is done then."""
        self._allow("sale.record")
        made: list[Ticket] = []

        def make(series: str, number: int) -> Draft:
            made.append(self._till.ticket(series, number, lines, payments, self._stamp()))
            return self._draft("sale.record", {"ticket": made[-1]})

        self._appended("sale.record", self._outbox.append_ticket(make))
        return made[-1]

    def receive(self, lines: Sequence[ReceiptLine], note: str = "") -> GoodsReceipt:
        """Make a goods receipt; as `sell`."""
        self._allow("goods.receive")
        receipt = self._till.receipt(lines, note, self._stamp())
        draft = self._draft("goods.receive", {"receipt": receipt})
        self._appended("goods.receive", self._outbox.append(draft))
        return receipt

    def send(self, kind: str, args: Mapping[str, Any] | m.Arguments) -> int:
        """Queue a command and return its n; its reply comes by `poll`. Raises Refusal."""
        self._allow(kind)
        table = m.COMMANDS[kind]
        try:
            checked = convert(msgspec.to_builtins(args), table.schemas[table.schema])
        except (msgspec.ValidationError, TypeError) as error:
            raise Refusal("malformed", reason=str(error)) from error
        queued = self._outbox.append(self._draft(kind, checked))
        self._appended(kind, queued)
        return queued.n

    def close(self) -> None:
        """Stop the link and close every file; waiting operations stay where they are."""
        self._link.stop()
        self._stores.close()
        if self._closing is not None:
            self._closing()

    # Inside: the way in.

    def _allow(self, kind: str) -> None:
        table = m.COMMANDS.get(kind)
        if table is None:
            raise Refusal("unknown_command", kind=kind)
        if self._device.profile not in table.profiles:
            raise Refusal("profile_not_allowed", profile=self._device.profile, kind=kind)

    def _stamp(self) -> Stamp:
        location = self.catalogue.location_id
        return Stamp(self._device.operator, location, self.state.clock_diff_ms)

    def _draft(self, kind: str, args: Any) -> Draft:
        body = {"id": self._mint(), "kind": kind, "args": args, "operator": self._device.operator}
        schema = m.COMMANDS[kind].schema
        return Draft(kind, schema, orjson.dumps(body), self._clocks.wall_ms())

    def _appended(self, kind: str, queued: Queued) -> None:
        self.last_n = queued.n
        self._pending.add(Kept(queued.n, kind, queued.body, None))
        self._link.ring()
        self._set(waiting=self.state.waiting + 1)
        self._lay_pending()
        if self.on_wake is not None:
            self.on_wake()

    # Inside: the way out.

    def _take(self, batch: Batch) -> None:
        self.notices.extend(batch.notices)
        if batch.rebuilt:
            self._stores.reopen_reader()
            self._read_anew(self._topics)
        for news in batch.news:
            self._fold(news)
        if batch.renumbered:
            self._pending.restart(self._kept())
            self._set(device=self._info())
        for reply in batch.replies:
            self._pending.reply(reply)
        self._replies.extend(batch.replies)
        if batch.replies or batch.renumbered:
            self._count()
        if batch.device is not None:
            self._device = batch.device
            self._set(device=self._info())
        if batch.link is not None:
            self._show_link(batch)

    def _fold(self, news: News) -> None:
        if isinstance(news, Swapped):
            self._read_anew((news.topic,))
            return
        topic = news.topic
        if news.tseq < self._folded_to.get(topic, 0):
            return  # It was read from disk, with what came after it, when the topic was swapped.
        if news.tseq > self._folded_to.get(topic, 0):
            self._folded_to[topic] = news.tseq
            for key, row, _, _ in news.changes:
                self._fold_row(topic, key, row)
        self._pending.stand(topic, news.tseq, news.last_n)

    def _fold_row(self, topic: str, key: str, row: bytes | None) -> None:
        self._touched[topic].add(key)
        if row is None:
            self.catalogue.drop(topic, key)
            return
        try:
            self.catalogue.put(topic, key, row)
        except ValueError:
            # A newer hub's shape: the replica keeps the bytes, the screens the row they know.
            _log.warning("row %s of %s cannot be shown", key, topic, exc_info=True)

    def _read_anew(self, topics: Iterable[str]) -> None:
        self._fill({topic: self._stores.reader.read(topic) for topic in topics})

    def _fill(self, topics: Mapping[str, Topic]) -> None:
        """Show these topics as they were read; pending operations are settled by them."""
        first = not self._folded_to
        for topic, read in topics.items():
            try:
                self.catalogue.replace(topic, read.rows)
            except ValueError:
                _log.warning("a row of %s cannot be shown", topic, exc_info=True)
            self._folded_to[topic] = read.tseq
            self._pending.stand(topic, read.tseq, read.last_n)
            self._replaced.add(topic)
        if first:
            self._pending.restart(self._kept())

    def _kept(self) -> list[Kept]:
        """Return the operations that may still be pending.

        Those replied to count only where every topic they could show in has met the hub: on a copy
        of nothing the whole past would seem to be on its way.
        """
        shown = {topic for effects in EFFECTS.values() for topic in effects} & set(self._topics)
        stands = [self._stores.reader.stand(topic) for topic in shown]
        met = all(read.tseq and not read.stale for read in stands)
        after = min((read.last_n for read in stands), default=0) if met else _NONE_REPLIED
        return self._outbox.kept(after)

    def _lay_pending(self) -> None:
        view = self._pending.take_view()
        if view is not None:
            changed = self.catalogue.set_pending(view.stock, view.tickets, view.receipts)
            for topic, key in changed:
                self._touched[topic].add(key)

    def _show_link(self, batch: Batch) -> None:
        link = batch.link
        assert link is not None
        since = self.state.since_ms
        if link.status is not self.state.link:
            since = self._clocks.wall_ms()
        self._set(
            link=link.status,
            since_ms=since,
            problem=link.problem,
            synced_ms=link.synced_ms,
            clock_diff_ms=link.clock_diff_ms,
        )

    def _count(self) -> None:
        counts = self._outbox.counts()
        self._set(waiting=counts.waiting, quarantined=counts.quarantined)

    def _set(self, **fields: Any) -> None:
        state = replace(self.state, **fields)
        self._state_changed = self._state_changed or state != self.state
        self.state = state

    def _info(self) -> DeviceInfo:
        d = self._device
        return DeviceInfo(d.id, d.number, d.name, d.profile, self._outbox.series, d.operator)
