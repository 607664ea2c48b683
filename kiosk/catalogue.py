"""What the screens know of the shop: the kiosk's replica and, over it, what is still on its way.

Owns the in-memory fold of every topic for one thread, the screens', and the view "replica +
pending": an operation shows its effect at once, marked. No Kivy, no SQLite, no text for people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from types import MappingProxyType
from typing import Final

from common.models import (
    Alert,
    Article,
    Category,
    Delivery,
    GoodsReceipt,
    Original,
    Person,
    Sale,
    Shop,
    Takings,
    Ticket,
    stock_key,
)
from kiosk.articles import Articles
from kiosk.categories import Categories
from kiosk.customers import Customers
from kiosk.folds import Fold, Rows, StockLevels, Timeline
from kiosk.parked_tickets import ParkedTickets
from kiosk.price_schedule import PriceSchedule
from kiosk.search import Folder

DEFAULT_LOCATION: Final = "main"


@dataclass(frozen=True, slots=True)
class Stock:
    """What a location holds of an article, thousandths, pending operations counted in."""

    quantity_milli: int
    minimum_milli: int
    pending: bool

    @property
    def sold_out(self) -> bool:
        """Return whether nothing is left."""
        return self.quantity_milli <= 0

    @property
    def low(self) -> bool:
        """Return whether it is time to order: below the minimum, or nothing left."""
        return self.quantity_milli < self.minimum_milli or self.sold_out


@dataclass(frozen=True, slots=True)
class SoldTicket:
    """A ticket of the list. `pending`: the hub does not have it yet, so it has no device name.

    `refunds`: the ticket that this one gives back, None for a sale.
    """

    ticket: Ticket
    device_name: str = ""
    flags: tuple[str, ...] = ()
    pending: bool = False
    refunds: Original | None = None


@dataclass(frozen=True, slots=True)
class TakenDelivery:
    """A goods receipt of the list. `pending`: the hub does not have it yet."""

    receipt: GoodsReceipt
    device_name: str = ""
    flags: tuple[str, ...] = ()
    pending: bool = False


class Catalogue:
    """The shop as the screens see it. Used by one thread; nothing it returns ever changes."""

    def __init__(self) -> None:
        self._shop = Rows(Shop)
        self._fold = Folder()
        self._articles = Articles()
        self._categories = Categories(self._fold, self._articles.group)
        self.prices = PriceSchedule()
        self._stock = StockLevels()
        self._sales = Timeline(Sale)
        self._receipts = Timeline(Delivery)
        self._takings = Rows(Takings)
        self._alerts = Rows(Alert)
        self._people = Rows(Person)
        self.parked = ParkedTickets()
        self.customers = Customers()
        self._folds: Final[Mapping[str, Fold]] = {
            "shop": self._shop,
            "categories": self._categories,
            "articles": self._articles,
            "prices": self.prices,
            "stock": self._stock,
            "sales": self._sales,
            "receipts": self._receipts,
            "takings": self._takings,
            "alerts": self._alerts,
            "people": self._people,
            "parked": self.parked,
            "customers": self.customers,
        }
        self._pending_stock: Mapping[str, int] = {}
        self._pending_tickets: Mapping[str, Ticket] = {}
        self._pending_refunds: Mapping[str, Original] = {}
        self._pending_receipts: Mapping[str, GoodsReceipt] = {}

    # What the session folds in.

    def replace(self, topic: str, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take (key, canonical bytes) as the whole of a topic.

        Raises KeyError on an unknown topic, ValueError on a row that is none of the topic's.
        """
        self._folds[topic].replace(rows)

    def put(self, topic: str, key: str, row: bytes) -> None:
        """Take one row, new or changed; raises as `replace` does."""
        self._folds[topic].put(key, row)

    def drop(self, topic: str, key: str) -> None:
        """Give up one row."""
        self._folds[topic].drop(key)

    def set_pending(
        self,
        stock: Mapping[str, int],
        tickets: Sequence[Ticket],
        receipts: Sequence[GoodsReceipt],
        refunds: Mapping[str, Original] = MappingProxyType({}),
    ) -> set[tuple[str, str]]:
        """Take what is sent or waiting and not yet in the replica, all of it each time.

        `stock`: stock key → thousandths to add to the replica's row. `refunds`: ticket → which one
        it gives back. Returns the (topic, key) whose view this changed.
        """
        by_ticket = {ticket.id: ticket for ticket in tickets}
        by_receipt = {receipt.id: receipt for receipt in receipts}
        changed = {
            *_differing("stock", self._pending_stock, stock),
            *_differing("sales", self._pending_tickets, by_ticket),
            *_differing("receipts", self._pending_receipts, by_receipt),
        }
        self._pending_stock = dict(stock)
        self._pending_tickets = by_ticket
        self._pending_refunds = dict(refunds)
        self._pending_receipts = by_receipt
        return changed

    def set_new_articles(self, articles: Iterable[Article]) -> set[str]:
        """Take the articles made here that are not in the replica yet, all of them each time.

        Returns the ids whose view this changed.
        """
        return self._articles.set_pending(articles)

    # What the screens ask.

    @property
    def shop(self) -> Shop | None:
        """Return the shop, None before the first synchronisation."""
        return next(self._shop.values(), None)

    @property
    def location_id(self) -> str:
        """Return the location that this shop sells from."""
        shop = self.shop
        return DEFAULT_LOCATION if shop is None else shop.location_id

    @property
    def article_count(self) -> int:
        """Return how many articles there are, sold any more or not."""
        return len(self._articles)

    def categories(self, parent_id: str = "") -> list[Category]:
        """Return the categories, or the parts of one, by rank, then by name."""
        return self._categories.of(parent_id)

    def parent_id(self, category_id: str) -> str:
        """Return the category that one is a part of, "" for none."""
        return self._categories.parent_id(category_id)

    def category(self, category_id: str) -> Category | None:
        """Return one category."""
        return self._categories.get(category_id)

    def article(self, article_id: str) -> Article | None:
        """Return one article, sold any more or not (`active`)."""
        return self.prices.priced(self._articles.get(article_id))

    def picture(self, topic: str, key: str) -> str:
        """Return which picture an article or a category names, "" for none."""
        if topic == "articles":
            return self._articles.pictures.get(key, "")
        row = self._categories.get(key)
        return "" if row is None else row.picture

    def pictures(self) -> Iterable[str]:
        """Return the pictures that categories and articles name, those of categories first."""
        return (*self._categories.pictures(), *self._articles.pictures.values())

    def vat_rates(self) -> list[int]:
        """Return the VAT rates of the shop's articles, basis points, the most frequent first."""
        return self._articles.vat_rates()

    def by_code(self, code: str) -> Article | None:
        """Return the article with this code, sold any more or not (`active`)."""
        return self.prices.priced(self._articles.by_code(code))

    @property
    def listing(self) -> int:
        """Return another number once the same search may find others, or in another order."""
        return self._articles.listing

    def search_ids(
        self, text: str = "", category_id: str | None = None, limit: int | None = None
    ) -> list[str]:
        """Return ids of articles on sale, best first; see `search`. No limit: all of them."""
        return list(islice(self._articles.find(text, category_id), limit))

    def search_parts(self, text: str, category_id: str | None = None) -> Iterator[Iterable[str]]:
        """Yield what `search_ids` returns in parts, some of them empty, a little work each.

        Only as long as `listing` is the same.
        """
        return self._articles.parts(text, category_id)

    def learn_words(self) -> bool:
        """Get ready for words that are mistyped, a little at a time; false once it is done."""
        return self._articles.learn_words()

    def search(
        self, text: str = "", category_id: str | None = None, limit: int = 200
    ) -> list[Article]:
        """Return articles on sale: exact code, name begins so, words begin so, it stands anywhere.

        Every word typed must be found, in any order; within a rank by name. No text: all by name.
        """
        found = map(self.article, self._articles.find(text, category_id))
        return [article for article in islice(found, limit) if article is not None]

    def stock(self, article_id: str, location_id: str | None = None) -> Stock | None:
        """Return what a location (the shop's own) holds; None when nobody keeps stock of it."""
        key = stock_key(article_id, location_id or self.location_id)
        level = self._stock.get(key)
        delta = self._pending_stock.get(key)
        if level is None:
            return None if delta is None else Stock(delta, 0, pending=True)
        if delta is None:
            return Stock(level.quantity_milli, level.minimum_milli, pending=False)
        return Stock(level.quantity_milli + delta, level.minimum_milli, pending=True)

    def stock_milli(self, article_id: str, location_id: str | None = None) -> int:
        """Return a location's stock in thousandths, pending counted in; 0 when there is none."""
        stock = self.stock(article_id, location_id)
        return 0 if stock is None else stock.quantity_milli

    def is_pending(self, article_id: str, location_id: str | None = None) -> bool:
        """Return whether an operation on this article's stock is still on its way to the hub."""
        return stock_key(article_id, location_id or self.location_id) in self._pending_stock

    def sales(self, limit: int, series: str | None = None) -> list[SoldTicket]:
        """Return the newest tickets first, those on their way marked; `series`: one till's only."""
        pending = (
            SoldTicket(ticket, pending=True, refunds=self._pending_refunds.get(ticket.id))
            for ticket in self._pending_tickets.values()
            if ticket.id not in self._sales and series in (None, ticket.series)
        )
        taken = (
            SoldTicket(sale.ticket, sale.device_name, sale.flags, refunds=sale.refunds)
            for sale in self._sales.newest(series)
        )
        waiting = sorted(pending, key=lambda sold: _newest(sold.ticket))
        both = merge(waiting, taken, key=lambda sold: _newest(sold.ticket))
        return list(islice(both, limit))

    def refunds_of(self, ticket: Ticket) -> list[Ticket]:
        """Return the refunds that this post knows of a ticket, those on their way among them."""
        series, number = ticket.series, ticket.number
        taken = [sale.ticket for sale in self._sales.refunds_of(series, number)]
        waiting = [
            self._pending_tickets[key]
            for key, original in self._pending_refunds.items()
            if (original.series, original.number) == (series, number) and key not in self._sales
        ]
        return [*taken, *waiting]

    def ticket(self, ticket_id: str) -> Ticket | None:
        """Return a ticket that this post knows, on its way or taken."""
        pending = self._pending_tickets.get(ticket_id)
        if pending is not None:
            return pending
        sale = self._sales.get(ticket_id)
        return None if sale is None else sale.ticket

    def deliveries(self, limit: int) -> list[TakenDelivery]:
        """Return the newest goods receipts first, those on their way marked."""
        pending = (
            TakenDelivery(receipt, pending=True)
            for receipt in self._pending_receipts.values()
            if receipt.id not in self._receipts
        )
        taken = (
            TakenDelivery(row.receipt, row.device_name, row.flags)
            for row in self._receipts.newest()
        )
        waiting = sorted(pending, key=lambda entry: _newest(entry.receipt))
        both = merge(waiting, taken, key=lambda entry: _newest(entry.receipt))
        return list(islice(both, limit))

    def takings(self, business_date: str) -> list[Takings]:
        """Return what each till took on a day (YYYY-MM-DD), by the tills' names."""
        rows = (row for row in self._takings.values() if row.business_date == business_date)
        return sorted(rows, key=lambda row: (self._fold(row.device_name), row.id))

    def alerts(self, limit: int) -> list[Alert]:
        """Return what a manager should know, newest first."""
        return sorted(self._alerts.values(), key=lambda row: (-row.at_ms, row.id))[:limit]

    def people(self) -> list[Person]:
        """Return who works here, or did, by name."""
        return sorted(self._people.values(), key=lambda row: (self._fold(row.name), row.id))

    def person(self, person_id: str) -> Person | None:
        """Return one of them."""
        return self._people.get(person_id)


def _newest(paper: Ticket | GoodsReceipt) -> tuple[int, str]:
    """Return a sort key: newest first by the hub's clock."""
    return -(paper.at_ms + paper.clock_diff_ms), paper.id


def _differing(
    topic: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield topic, key
