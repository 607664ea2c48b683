"""The session: the one object that a post's screens, or a program in their stead, meet.

Owns the way in (`receive`, `send`, and what a till's `counter` records: on disk when they return)
and the way out (`poll`: what the link left, folded into the catalogue). One owner thread. No Kivy,
no socket: the screens poll when `on_wake` tells them to.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import msgspec

from common import messages as m
from common.commands import COMMANDS, Arguments
from common.errors import Problem, Refusal
from common.ids import IdMint
from common.models import (
    Customer,
    GoodsReceipt,
    Payment,
    ReceiptLine,
    Ticket,
    TicketLine,
    convert,
)
from common.outgoing import Queued
from common.topics import TOPICS_OF, Profile
from kiosk.arrivals import Arrivals, Batch, LinkView
from kiosk.asking import Asked, Asking
from kiosk.counter import Counter
from kiosk.devices.devices import Devices
from kiosk.drawers import Drawers
from kiosk.events import Events
from kiosk.held import HeldRequest
from kiosk.link import Link
from kiosk.link_life import Post
from kiosk.membership import revoked_of
from kiosk.mirror import Mirror
from kiosk.notes import Notes
from kiosk.older import OlderTickets
from kiosk.outbox import Kept
from kiosk.parking import Parking
from kiosk.picture_files import FOLDER, PictureFiles
from kiosk.pictures import Pictures
from kiosk.reception import Keeping, Reception
from kiosk.recorder import Recorder
from kiosk.replica_file import Topic
from kiosk.state import DeviceInfo, LinkStatus, SessionState, Update
from kiosk.till import Till
from kiosk.undelivered import SHOWN, Undelivered, undelivered
from kiosk.worker import Worker

_log = logging.getLogger(__name__)
_LOOKED_AT: Final = 500
"""So many of its own tickets a till looks at for card payments that it did not note."""


class PostLink(Protocol):
    """What joins a post to its hub: `Link` over sockets, or a simulation's."""

    def start(self) -> None:
        """Begin; returns at once."""

    def ring(self) -> None:
        """Look into the outbox."""

    def stop(self) -> None:
        """End, and leave the files alone from then on."""


class Session:
    """A running post, which owns its stores from now on. `closing` is called at its end.

    `notices`: what was found wrong and put right before. `keeping`: what it keeps of its people.
    `devices`: what is plugged in, polled and closed with the session.
    """

    def __init__(
        self,
        post: Post,
        notices: Sequence[Problem] = (),
        random_bytes: Callable[[int], bytes] = os.urandom,
        closing: Callable[[], None] | None = None,
        make_link: Callable[[Post, Arrivals], PostLink] = Link,
        keeping: Keeping | None = None,
        devices: Devices | None = None,
    ) -> None:
        self._closing = closing
        self._stores = post.stores
        self._outbox = post.stores.outbox
        self._clocks = post.clocks
        self._device = post.device
        self._topics = TOPICS_OF[post.device.profile]
        self._mint = IdMint(post.clocks.wall_ms, random_bytes)
        self._till = Till(post.clocks, self._mint)
        self._mirror = Mirror(self._topics, post.stores)
        self.catalogue = self._mirror.catalogue
        self._replies: list[m.Reply] = []
        self._state_changed = True
        self.last_n = 0
        self._closed = False
        self._notices = list(notices)
        self.on_batch: Callable[[Batch], None] | None = None
        self._arrivals = Arrivals()
        self.devices = devices or Devices(clocks=post.clocks)
        self.devices.wake_by(self._arrivals.wake)
        self.devices.printer.name_of = self._customer_name
        self.state = SessionState(
            self._info(),
            since_ms=post.clocks.wall_ms(),
            synced_ms=post.stores.replica.synced_ms,
            clock_diff_ms=self._outbox.clock_diff_ms,
            revoked=revoked_of(post.folder, post.device),
        )
        self._worker = Worker(self._arrivals.wake)
        self._events = Events(post.clocks, self._arrivals.wake)
        self.people = Reception(
            self.catalogue,
            replace(keeping or Keeping(), note=self._events.note),
            post.clocks,
            self._ask,
            self._worker.do,
            self._hub_ms,
            lambda: self.last_n,
            self._show_people,
        )
        self.older = OlderTickets(self._ask, post.clocks.monotonic, self._tell)
        self.drawers = Drawers(self._ask, post.clocks.monotonic, self._tell)
        self.pictures = Pictures(
            None if post.folder is None else PictureFiles(post.folder / FOLDER),
            self.catalogue.pictures,
            *(self._ask, post.clocks.monotonic, self._arrivals.wake),
        )
        self._asking: tuple[Asking, ...] = (self.older, self.drawers, self.pictures)
        self._recorder = Recorder(
            lambda: self._device,
            lambda: self.state,
            self.catalogue,
            self.people,
            post.clocks,
            self._mint,
        )
        self.counter = Counter(
            *(self._outbox, self._till, post.signing, self._recorder, self._events),
            self._appended,
            self.devices.recorded,
            random_bytes,
        )
        self.parking = Parking(
            self.catalogue.parked,
            self.send,
            lambda: self.state,
            self.people,
            self._recorder.stamp,
            post.clocks,
            self._mint,
            lambda: self.counter.training,
        )
        self._notes = self._till_notes(post)
        self._asks = post.asks
        self._count()
        self._note_people()
        self.devices.cards.look_for_tickets(self._own_tickets())
        self._link = make_link(post, self._arrivals)
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
        self._mirror.advance(self._hub_ms())
        touched, replaced = self._mirror.take_changes()
        if "people" in touched or "people" in replaced:
            self.people.look()
        self._worker.take()
        self.people.tick()
        self.pictures.rows_changed(touched, replaced, self.catalogue.picture)
        for each in self._asking:
            each.tick()
        self._note_people()
        if self._notes is not None:
            self._notes.poll()
        if self.devices.poll():
            self._state_changed = True
        update = Update(
            touched,
            replaced,
            self._state_changed,
            tuple(self._replies),
            self.pictures.take_arrived(),
        )
        self._replies.clear()
        self._state_changed = False
        return update

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `poll` has something to do by itself, None for never."""
        notes = None if self._notes is None else self._notes.due_in_s
        next_ms = self.catalogue.prices.next_ms
        price = None if next_ms is None else max(0.0, (next_ms - self._hub_ms()) / 1000)
        others = (self.people.due_in_s, self.devices.due_in_s, notes, price)
        due = (*others, *(each.due_in_s for each in self._asking))
        return min((s for s in due if s is not None), default=None)

    def take_notices(self) -> list[Problem]:
        """Return what was found wrong and put right since the last call, to be shown once each."""
        notices, self._notices = self._notices, []
        return notices

    def stand(self, topic: str) -> Topic:
        """Return where a topic stands on disk, without its rows; raises KeyError."""
        if topic not in self._topics:
            raise KeyError(topic)
        return self._stores.reader.stand(topic)

    def read(self, topic: str) -> Topic:
        """Return a topic as it is on disk, by its canonical bytes; raises KeyError."""
        if topic not in self._topics:
            raise KeyError(topic)
        return self._stores.reader.read(topic)

    def count(self, topic: str) -> int:
        """Return how many rows a topic has on disk."""
        return self._stores.reader.count(topic)

    def undelivered(self, limit: int = SHOWN) -> list[Undelivered]:
        """Return what the hub has not taken: kept apart ones first, then what waits, oldest first.

        Raises Refusal where the disk fails.
        """
        return undelivered(self._outbox.undelivered(limit))

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the topics that this post follows."""
        return self._topics

    @property
    def outbox(self) -> str:
        """Return whose numbers `last_n` and replies count."""
        return self._outbox.id

    @property
    def epoch(self) -> str:
        """Return the epoch of the rows, "" before the hub was met."""
        return self._stores.reader.epoch()

    # What screens do.

    def sell(
        self,
        lines: Sequence[TicketLine],
        payments: Sequence[Payment],
        customer_id: str = "",
        note: str = "",
    ) -> Ticket:
        """Make a ticket; it is on disk on return. Raises Refusal, and nothing is done then.

        `customer_id`: whose it is; `customer_gone` where they were erased meanwhile.
        """
        customer = self.customer(customer_id) if customer_id else None
        return self.counter.sell(lines, payments, customer, note)

    def customer(self, customer_id: str) -> Customer:
        """Return a customer who is to stand on a ticket; raises Refusal `customer_gone`."""
        found = self.catalogue.customers.get(customer_id)
        if found is None:
            raise Refusal("customer_gone")
        return found

    def receive(self, lines: Sequence[ReceiptLine], note: str = "") -> GoodsReceipt:
        """Make a goods receipt; as `sell`."""
        self._recorder.allow("goods.receive")
        receipt = self._till.receipt(lines, note, self._recorder.stamp())
        draft = self._recorder.draft("goods.receive", {"receipt": receipt})
        self._appended("goods.receive", self._outbox.append(draft))
        return receipt

    def send(self, kind: str, args: Mapping[str, Any] | Arguments) -> int:
        """Queue a command and return its n; its reply comes by `poll`. Raises Refusal.

        0: a request of somebody whom the post let in by itself is held until the hub has.
        """
        self._recorder.allow(kind)
        table = COMMANDS[kind]
        try:
            checked = convert(msgspec.to_builtins(args), table.schemas[table.schema])
        except (msgspec.ValidationError, TypeError) as error:
            raise Refusal("malformed", reason=str(error)) from error
        if self.people.must_hold(kind):
            plain = msgspec.to_builtins(checked)
            self.people.hold(self._mint(), kind, plain, self._clocks.wall_ms())
            return 0
        queued = self._outbox.append(self._recorder.draft(kind, checked))
        self._appended(kind, queued)
        return queued.n

    def new_id(self) -> str:
        """Return an id for a row that is new."""
        return self._mint()

    def close(self) -> None:
        """Stop the link and close every file; waiting operations stay where they are."""
        if self._closed:
            return
        self._closed = True
        self._link.stop()
        self.devices.close()
        self._worker.close()
        self.pictures.close()
        self._stores.close()
        if self._closing is not None:
            self._closing()

    # Inside: the way in.

    def _till_notes(self, post: Post) -> Notes | None:
        """Return who notes what happens at a till, None for a post that is none."""
        if post.device.profile is not Profile.TILL:
            return None
        notes = Notes(
            self.counter,
            self._events,
            post.signing,
            post.clocks,
            lambda: self.catalogue.shop,
            lambda: self.state.revoked is None,
        )
        notes.begin(self._outbox.newest_record())
        return notes

    def _own_tickets(self) -> Iterator[Ticket]:
        """Return this post's newest tickets, those on their way too."""
        for sold in self.catalogue.sales(_LOOKED_AT, self.state.device.series):
            yield sold.ticket

    def _customer_name(self, customer_id: str) -> str:
        found = self.catalogue.customers.get(customer_id)
        return "" if found is None else found.name

    def _appended(self, kind: str, queued: Queued) -> None:
        self.last_n = queued.n
        self.people.spend(kind)
        self._mirror.add(Kept(queued.n, kind, queued.body, None))
        self._link.ring()
        self._set(waiting=self.state.waiting + 1)
        if self.on_wake is not None:
            self.on_wake()

    def _send_held(self, request: HeldRequest) -> None:
        draft = self._recorder.draft(request.kind, request.args, request.id)
        self._appended(request.kind, self._outbox.append(draft))

    def _tell(self) -> None:
        self._state_changed = True

    def _ask(self, asked: Asked) -> None:
        self._asks.put(asked)
        self._link.ring()

    # Inside: the way out.

    def _take(self, batch: Batch) -> None:
        self._notices.extend(batch.notices)
        self._mirror.take(batch)
        self._replies.extend(batch.replies)
        self.parking.replies(batch.replies)
        for reply in batch.replies:
            self.people.reply(reply)
        if self._notes is not None:
            self._notes.replies(batch.replies)
            if batch.renumbered:
                self._notes.renumbered()
            if batch.keys_asked:
                self._notes.asked_for_keys()
        for answer in batch.answers:
            if isinstance(answer, m.Answer):
                for each in self._asking:
                    each.hear(answer)
            else:
                self.people.hear(answer)
        self.people.hand_over(self._send_held)
        if batch.replies or batch.renumbered:
            self._count()
        if batch.device is not None:
            self._device = batch.device
        if batch.device is not None or batch.renumbered:
            self._set(device=self._info())
        if batch.link is not None:
            self._show_link(batch.link)

    def _hub_ms(self) -> int:
        """Return what time it is at the hub, as far as this post knows."""
        return self._clocks.wall_ms() + self.state.clock_diff_ms

    def _note_people(self) -> None:
        people = self.people
        self._set(who=people.who, attempt=people.attempt, held=len(people.held))

    def _show_people(self) -> None:
        self._note_people()
        if self._state_changed and self.on_wake is not None:
            self.on_wake()

    def _show_link(self, link: LinkView) -> None:
        since = self.state.since_ms
        if link.status is not self.state.link:
            since = self._clocks.wall_ms()
        self._set(
            link=link.status,
            since_ms=since,
            problem=link.problem,
            synced_ms=link.synced_ms,
            clock_diff_ms=link.clock_diff_ms,
            hub_trouble=link.hub_trouble,
            revoked=link.revoked,
        )
        self.people.link(link.status)
        for each in self._asking:
            each.link(link.status)
        if self._notes is not None:
            self._notes.link(link.status is LinkStatus.OFFLINE)

    def _count(self) -> None:
        try:
            counts = self._outbox.counts()
        except Refusal as refusal:
            # The link mends what is damaged; the counts come with that.
            _log.warning("operations cannot be counted: %s", refusal)
            return
        self._set(waiting=counts.waiting, quarantined=counts.quarantined)

    def _set(self, **fields: Any) -> None:
        if any(getattr(self.state, name) != value for name, value in fields.items()):
            self.state = replace(self.state, **fields)
            self._state_changed = True

    def _info(self) -> DeviceInfo:
        d = self._device
        return DeviceInfo(d.id, d.number, d.name, d.profile, self._outbox.series, d.operator)
