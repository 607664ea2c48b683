"""Operations whose effect the replica does not hold yet, and what they do to the view.

Owns "view = replica + pending": which operation still counts on which topic, by the n that a topic
covers and by the hub's reply. Pure; nothing is stored and no row is changed here.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final

import orjson

from common import messages as m
from common.commands import (
    TICKETS,
    ArticleCreate,
    CustomerPut,
    GoodsReceive,
    TicketPark,
    TicketUnpark,
    Unparked,
    refunded,
    sold_ticket,
)
from common.models import (
    Article,
    Customer,
    GoodsReceipt,
    Original,
    ParkedTicket,
    Ticket,
    convert,
    stock_key,
)
from kiosk.outbox import Kept

EFFECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "sale.record": ("sales", "stock"),
    "refund.record": ("sales", "stock"),
    "goods.receive": ("receipts", "stock"),
    "ticket.park": ("parked",),
    "ticket.unpark": ("parked",),
    "customer.put": ("customers",),
    "article.create": ("articles",),
}
"""The topics whose view an operation changes before the hub has taken it."""


@dataclass(frozen=True, slots=True)
class View:
    """What to lay over the replica: stock key → thousandths; papers and other rows, oldest first.

    `refunds`: ticket → which one it gives back.
    `unparked`: what became of parked tickets, by their ids.
    """

    stock: dict[str, int] = field(default_factory=dict)
    tickets: tuple[Ticket, ...] = ()
    refunds: dict[str, Original] = field(default_factory=dict)
    receipts: tuple[GoodsReceipt, ...] = ()
    parked: tuple[ParkedTicket, ...] = ()
    unparked: dict[str, Unparked] = field(default_factory=dict)
    customers: tuple[Customer, ...] = ()
    articles: tuple[Article, ...] = ()


@dataclass(slots=True)
class _Entry:
    """One operation. `topics`: where its effect is not known to be in the replica."""

    n: int
    topics: set[str]
    stock: dict[str, int]
    ticket: Ticket | None = None
    original: Original | None = None
    receipt: GoodsReceipt | None = None
    parked: ParkedTicket | None = None
    unparked: tuple[str, Unparked] | None = None
    customer: Customer | None = None
    article: Article | None = None
    reply: m.Reply | None = None


class Pending:
    """The pending operations of a post that follows `topics`."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._followed = frozenset(topics)
        self._entries: dict[int, _Entry] = {}
        self._stands: dict[str, tuple[int, int]] = {}
        self._changed = False

    def restart(self, kept: Iterable[Kept], unmet: Set[str] = frozenset()) -> None:
        """Take these operations instead of all there were.

        `unmet`: topics without rows yet, on which only those without a reply count.
        """
        self._entries = {}
        self._changed = True
        for operation in kept:
            self.add(operation, frozenset() if operation.reply is None else unmet)

    def add(self, operation: Kept, unmet: Set[str] = frozenset()) -> None:
        """Count an operation in; kinds without an effect on a followed topic are passed over."""
        topics = (set(EFFECTS.get(operation.kind, ())) & self._followed) - unmet
        if not topics:
            return
        try:
            args = convert(orjson.loads(operation.body), m.CommandBody).args
            entry = _entry(operation, args, topics)
        except ValueError:
            return  # Of another release's shape: the hub will say what it is, nobody shows it.
        self._entries[entry.n] = entry
        self._changed = True
        self._end_covered(entry)

    def reply(self, reply: m.Reply) -> None:
        """Take the hub's answer to one of them."""
        entry = self._entries.get(reply.n)
        if entry is not None:
            entry.reply = reply
            self._end_covered(entry)

    def stand(self, topic: str, tseq: int, last_n: int) -> None:
        """The replica's topic now stands at `tseq` and holds effects up to `last_n`."""
        if self._stands.get(topic) == (tseq, last_n):
            return
        self._stands[topic] = (tseq, last_n)
        for entry in list(self._entries.values()):
            if topic in entry.topics:
                self._end_covered(entry)

    def last_n(self, topic: str) -> int:
        """Return up to which n a topic holds effects, as far as it was said."""
        return self._stands.get(topic, (0, 0))[1]

    def other_numbers(self) -> None:
        """Operations are numbered anew: no topic holds the effect of any of these numbers."""
        self._stands = {topic: (tseq, 0) for topic, (tseq, _) in self._stands.items()}

    def take_view(self) -> View | None:
        """Return what to lay over the replica where that changed since the last call."""
        if not self._changed:
            return None
        self._changed = False
        view = View()
        tickets, receipts, parked, customers, articles = [], [], [], [], []
        for entry in self._entries.values():
            if "stock" in entry.topics:
                for key, delta in entry.stock.items():
                    view.stock[key] = view.stock.get(key, 0) + delta
            if entry.ticket is not None and "sales" in entry.topics:
                tickets.append(entry.ticket)
                if entry.original is not None:
                    view.refunds[entry.ticket.id] = entry.original
            if entry.receipt is not None and "receipts" in entry.topics:
                receipts.append(entry.receipt)
            if "parked" in entry.topics:
                if entry.parked is not None:
                    parked.append(entry.parked)
                if entry.unparked is not None:
                    view.unparked[entry.unparked[0]] = entry.unparked[1]
            if entry.customer is not None and "customers" in entry.topics:
                customers.append(entry.customer)
            if entry.article is not None and "articles" in entry.topics:
                articles.append(entry.article)
        return View(
            *(view.stock, tuple(tickets), view.refunds, tuple(receipts), tuple(parked)),
            *(view.unparked, tuple(customers), tuple(articles)),
        )

    def _end_covered(self, entry: _Entry) -> None:
        over = {topic for topic in entry.topics if self._is_over(entry, topic)}
        if over:
            entry.topics -= over
            self._changed = True
        if not entry.topics:
            del self._entries[entry.n]

    def _is_over(self, entry: _Entry, topic: str) -> bool:
        tseq, last_n = self._stands.get(topic, (0, 0))
        reply = entry.reply
        if last_n >= entry.n:
            return True
        if reply is None:
            return False
        return reply.status is not m.Status.ACCEPTED or tseq >= reply.topics.get(topic, 0)


def _entry(operation: Kept, args: dict[str, object], topics: set[str]) -> _Entry:
    stock: dict[str, int] = {}
    entry = _Entry(operation.n, topics, stock, reply=operation.reply)
    if operation.kind in TICKETS:
        entry.ticket = ticket = sold_ticket(args)
        entry.original = refunded(args)
        for line in ticket.lines:
            if line.article_id:
                key = stock_key(line.article_id, ticket.location_id)
                stock[key] = stock.get(key, 0) - line.quantity_milli
    elif operation.kind == "ticket.park":
        entry.parked = basket = convert(args, TicketPark).ticket
        if basket.before:
            entry.unparked = basket.before, Unparked.DROPPED
    elif operation.kind == "ticket.unpark":
        unpark = convert(args, TicketUnpark)
        entry.unparked = unpark.parked, unpark.outcome
    elif operation.kind == "customer.put":
        entry.customer = convert(args, CustomerPut).customer
    elif operation.kind == "article.create":
        entry.article = convert(args, ArticleCreate).article
    else:
        entry.receipt = receipt = convert(args, GoodsReceive).receipt
        for taken in receipt.lines:
            key = stock_key(taken.article_id, receipt.location_id)
            stock[key] = stock.get(key, 0) + taken.quantity_milli
    return entry
