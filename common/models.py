"""The shop's nouns as frozen values: what a topic's row, a ticket, a receipt holds.

Owns their fields and units, and their canonical bytes (`encode_row`, `decode_row`). A row is what
whoever follows its topic sees, all columns; anything narrower is another topic. Cents, thousandths
(`_milli`), basis points (`_bp`), milliseconds since 1970 UTC (`_ms`). No rules, no storage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

import msgspec
import orjson
from msgspec import Meta

from common.money import BASIS, LIMIT, Cents, VatBp, VatLine
from common.people import Role

# Patterns end in \Z: $ would let a line break through.
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Key = Annotated[str, Meta(min_length=1, max_length=100)]
# "": none, nobody.
NoId = Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")]
PersonId = NoId
# The hash of a picture's bytes, by which it is named; "": none.
PictureId = NoId
PersonName = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=500)]
# Short enough that a key of an article and a location is a `Key`.
LocationId = Annotated[str, Meta(min_length=1, max_length=60)]
LockSeconds = Annotated[int, Meta(ge=0, le=86_400)]
LabelPrefixes = Annotated[
    tuple[Annotated[str, Meta(pattern=r"^2[0-9]\Z")], ...], Meta(max_length=10)
]
PriceCents = Annotated[int, Meta(ge=0, le=10**9)]
Milli = Annotated[int, Meta(ge=-LIMIT, le=LIMIT)]
# The sum of any number of movements, of tickets: a row that was published can always be read.
SumMilli = Annotated[int, Meta(ge=-(2**62), le=2**62)]
SumCents = SumMilli
TimeMs = Annotated[int, Meta(ge=0, le=2**47)]
Commitment = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
# Of one line each: what people write beside a ticket or one of its lines, and of a customer.
TicketNote = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
LineNote = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,100}\Z")]
CustomerName = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}\Z")]
CustomerText = TicketNote
CustomerCode = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,40}\Z")]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Barcode = Annotated[str, Meta(pattern=r"^[0-9A-Za-z._/+-]{1,48}\Z")]


@dataclass(frozen=True, slots=True)
class Shop:
    """The one row of topic `shop`: whose till this is, as it must stand on a ticket.

    `lock_after_s`: a post that nobody touches for so long locks itself; 0: never. `price_labels`,
    `weight_labels`: prefixes ("21") of codes that the shop's scales print, cents or grams inside.
    `methods`: how customers may pay; (): in every way. `cash_step_cents`: what cash is rounded to.
    `session_required`: a till sells once its cash session is open; `blind_count`: who counts a
    drawer sees only afterwards what must be in it.
    """

    id: Key
    name: Label
    siret: Note = ""
    vat_number: Note = ""
    address: Note = ""
    location_id: LocationId = "main"
    lock_after_s: LockSeconds = 120
    price_labels: LabelPrefixes = ()
    weight_labels: LabelPrefixes = ()
    methods: Annotated[tuple[Key, ...], Meta(max_length=20)] = ()
    cash_step_cents: Annotated[int, Meta(ge=0, le=100)] = 0
    session_required: bool = False
    blind_count: bool = False


CATEGORY_COLOURS: Final = (
    *("orange", "blue", "green", "teal", "purple"),
    *("pink", "indigo", "amber", "red", "slate"),
)
"""The roles of the kiosks' theme that are a category's, in the order in which they are given."""


def colour_at(place: int) -> str:
    """Return the colour of a new category at this place, from 0."""
    return CATEGORY_COLOURS[place % len(CATEGORY_COLOURS)]


@dataclass(frozen=True, slots=True)
class Category:
    """A row of topic `categories`; `colour` names a role of the kiosk's theme, never a colour.

    `parent_id`: the category that this one is a part of, "" for none. A part has no parts.
    `picture`: by what it is asked of the hub, "" for none.
    """

    id: Id
    name: Label
    colour: Key = "slate"
    rank: int = 0
    parent_id: NoId = ""
    picture: PictureId = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A row of topic `articles`. `codes`: its barcodes, first the main one. `picture`: as above."""

    id: Id
    name: Label
    category_id: Id
    price_cents: PriceCents
    vat_bp: VatBp
    codes: tuple[Barcode, ...] = ()
    active: bool = True
    picture: PictureId = ""


@dataclass(frozen=True, slots=True)
class ScheduledPrice:
    """A row of topic `prices`: what an article costs from a moment on, by the hub's clock.

    Posts heed it by themselves at that moment; the hub makes it the article's and drops the row.
    """

    id: Id
    article_id: Id
    price_cents: PriceCents
    from_ms: TimeMs


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A row of topic `stock`: what one location holds of one article; id is `article:location`."""

    id: Key
    article_id: Id
    location_id: LocationId
    quantity_milli: SumMilli
    minimum_milli: Milli = 0


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One line of a ticket, by value. `article_id` is "" for a free line or an unknown code."""

    article_id: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")]
    label: Label
    quantity_milli: Milli
    unit_price_cents: PriceCents
    vat_bp: VatBp
    total_cents: Cents
    discount_cents: Cents = 0
    code: Annotated[str, Meta(max_length=48)] = ""
    note: LineNote = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """`amount_cents` is what settles the ticket; `given_cents - amount_cents` is the change."""

    method: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]
    amount_cents: Cents
    given_cents: Cents


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """Whose ticket it is, without a word about them: an id, and the commitment to who that was.

    `journal/customer.py` makes it; it says nothing any more once the customer is erased.
    """

    id: Id
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class Ticket:
    """A paid sale as its till made it: final, numbered in the till's own series, VAT included.

    `at_ms` is the till's clock in UTC, `utc_offset_min` its zone, `clock_diff_ms` hub time minus
    till time as last measured; `business_date` is the shop's day. `operator`, `operator_id`: the
    person's name at that moment, and id, "" where nobody was logged in.
    """

    id: Id
    series: Key
    number: Annotated[int, Meta(ge=1, le=10**9)]
    at_ms: TimeMs
    utc_offset_min: Annotated[int, Meta(ge=-900, le=900)]
    business_date: Date
    clock_diff_ms: Annotated[int, Meta(ge=-(2**47), le=2**47)]
    operator: Annotated[str, Meta(max_length=100)]
    location_id: LocationId
    lines: Annotated[tuple[TicketLine, ...], Meta(min_length=1, max_length=500)]
    vat: Annotated[tuple[VatLine, ...], Meta(max_length=50)]
    payments: Annotated[tuple[Payment, ...], Meta(max_length=50)]
    total_cents: Cents
    operator_id: PersonId = ""
    customer: CustomerRef | None = None
    note: TicketNote = ""


@dataclass(frozen=True, slots=True)
class Original:
    """Another ticket, as one finds it by its paper. `id`: "" where there is only the paper."""

    id: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")]
    series: Key
    number: Annotated[int, Meta(ge=1, le=10**9)]
    business_date: Date


@dataclass(frozen=True, slots=True)
class Sale:
    """A row of topic `sales`: a ticket as the hub took it. `flags`: codes of what looked odd.

    `refunds`: the ticket that this one gives back, whose amounts are negative then; else None.
    """

    id: Id
    device_id: Id
    device_name: Label
    received_ms: TimeMs
    ticket: Ticket
    flags: tuple[str, ...] = ()
    refunds: Original | None = None


@dataclass(frozen=True, slots=True)
class Takings:
    """A row of topic `takings`: what one till took on one business date; id is `date:device`."""

    id: Key
    business_date: Date
    device_id: Id
    device_name: Label
    tickets: int
    total_cents: SumCents
    by_method: dict[str, int]
    by_vat_bp: dict[str, int]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """`quantity_milli` of one article brought in."""

    article_id: Id
    quantity_milli: Annotated[int, Meta(ge=1, le=LIMIT)]


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """A delivery as counted by the person who took it in."""

    id: Id
    at_ms: TimeMs
    utc_offset_min: Annotated[int, Meta(ge=-900, le=900)]
    clock_diff_ms: Annotated[int, Meta(ge=-(2**47), le=2**47)]
    operator: Annotated[str, Meta(max_length=100)]
    location_id: LocationId
    lines: Annotated[tuple[ReceiptLine, ...], Meta(min_length=1, max_length=500)]
    note: Note = ""
    operator_id: PersonId = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of topic `receipts`: a goods receipt as the hub took it."""

    id: Id
    device_id: Id
    device_name: Label
    received_ms: TimeMs
    receipt: GoodsReceipt
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A row of topic `alerts`: something a manager should know. `code` is a key of `ERRORS`."""

    id: Id
    at_ms: TimeMs
    code: Key
    subject: Note
    device_name: Note = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A row of topic `people`: somebody who works here. Nothing of a PIN but that there is one.

    `pin_set_ms`: when it was set, by the hub's clock; 0: there is none, and no way to log in.
    """

    id: Id
    name: PersonName
    role: Role
    active: bool = True
    has_pin: bool = False
    pin_set_ms: TimeMs = 0


class PriceFrom(StrEnum):
    """Where a basket line's price is from: only the catalogue's is compared with that of now."""

    CATALOGUE = "catalogue"
    LABEL = "label"
    HAND = "hand"


Bp = Annotated[int, Meta(ge=0, le=BASIS)]
DiscountCents = Annotated[int, Meta(ge=0, le=LIMIT)]


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """A line of a basket that was put aside, by value; its discount in cents or in `_bp`."""

    article_id: NoId
    label: Label
    quantity_milli: Annotated[int, Meta(ge=1, le=LIMIT)]
    unit_price_cents: PriceCents
    vat_bp: VatBp
    code: Annotated[str, Meta(max_length=48)] = ""
    price_from: PriceFrom = PriceFrom.CATALOGUE
    discount_cents: DiscountCents = 0
    discount_bp: Bp = 0
    note: Note = ""


@dataclass(frozen=True, slots=True)
class ParkedTicket:
    """A basket put aside, with a discount of the whole; no ticket yet, and nothing is sold by it.

    `note`: what finds it again, a name. `before`: the parked ticket that it goes on from, or "".
    `training`: an exercise, for tills that practise. `customer`: the id of whose it is, or "";
    `mention`: what is to stand on the ticket.
    """

    id: Id
    at_ms: TimeMs
    utc_offset_min: Annotated[int, Meta(ge=-900, le=900)]
    clock_diff_ms: Annotated[int, Meta(ge=-(2**47), le=2**47)]
    operator: Annotated[str, Meta(max_length=100)]
    lines: Annotated[tuple[ParkedLine, ...], Meta(min_length=1, max_length=500)]
    total_cents: Cents
    note: Annotated[str, Meta(max_length=60)] = ""
    operator_id: PersonId = ""
    discount_cents: DiscountCents = 0
    discount_bp: Bp = 0
    before: NoId = ""
    training: bool = False
    customer: NoId = ""
    mention: TicketNote = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """A row of topic `parked`: a basket that waits, or that one till has in hand.

    `holder_id`: which till, since `held_ms`; "" and 0 while it waits. `also_at`: another till
    that has taken it as well, "" as it should be.
    """

    id: Id
    device_id: Id
    device_name: Label
    received_ms: TimeMs
    ticket: ParkedTicket
    holder_id: NoId = ""
    holder_name: Note = ""
    held_ms: TimeMs = 0
    also_at: Note = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of topic `customers`: somebody who is named on tickets, a person or a company.

    `note`: for whoever sells. `active`: still offered. One that is erased leaves no row.
    """

    id: Id
    name: CustomerName
    phone: CustomerCode = ""
    email: CustomerText = ""
    address: CustomerText = ""
    note: CustomerText = ""
    vat_number: CustomerCode = ""
    siret: CustomerCode = ""
    active: bool = True


Row = (
    Shop
    | Category
    | Article
    | StockLevel
    | Sale
    | Takings
    | Delivery
    | Alert
    | Person
    | Parked
    | Customer
    | ScheduledPrice
)
RowT = TypeVar("RowT")


def encode_row(row: Row) -> bytes:
    """Return the canonical bytes of a row: JSON, fields in the class's order, keys sorted."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def decode_row(row: bytes, kind: type[RowT]) -> RowT:
    """Return the value whose canonical bytes these are; unknown fields are passed over.

    Raises ValueError (orjson's or msgspec's, both subclasses) on anything else.
    """
    return convert(orjson.loads(row), kind)


def convert(value: Any, kind: type[RowT]) -> RowT:
    """Return plain JSON data as a checked value of `kind`; raises msgspec.ValidationError."""
    return msgspec.convert(value, kind)


def original_of(ticket: Ticket) -> Original:
    """Return how another paper names this ticket."""
    return Original(ticket.id, ticket.series, ticket.number, ticket.business_date)


def stock_key(article_id: str, location_id: str) -> str:
    """Return the key of a stock row."""
    return f"{article_id}:{location_id}"


def takings_key(business_date: str, device_id: str) -> str:
    """Return the key of a takings row."""
    return f"{business_date}:{device_id}"


ROW_KINDS: Final[Mapping[str, type[Row]]] = {
    "shop": Shop,
    "categories": Category,
    "articles": Article,
    "stock": StockLevel,
    "sales": Sale,
    "takings": Takings,
    "receipts": Delivery,
    "alerts": Alert,
    "people": Person,
    "parked": Parked,
    "customers": Customer,
    "prices": ScheduledPrice,
}
