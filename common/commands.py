"""What a kiosk asks the hub to do: arguments as frozen values, and the table of command kinds.

Owns the arguments' fields by schema version, whether a kind is a fact or a request, and who may
send it; the frame and the body around them are `messages.py`'s. No behaviour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta

from common.journal.contents import read_data
from common.journal.customer import CustomerOpening
from common.journal.kinds import NOTED_TYPES, RecordType
from common.journal.purge import ArchiveData
from common.journal.record import RECORDS_AT_ONCE, SignedRecord, read_record
from common.journal.refund import RefundData
from common.journal.sale import ticket_of
from common.messages import Count, Hex16
from common.models import (
    Article,
    Barcode,
    Category,
    Customer,
    GoodsReceipt,
    Id,
    Label,
    Milli,
    NoId,
    Original,
    ParkedTicket,
    PersonName,
    PriceCents,
    Ticket,
    TimeMs,
    convert,
)
from common.money import VatBp
from common.people import Role
from common.pictures import Pictured, PictureText
from common.topics import Profile

Records = Annotated[tuple[SignedRecord, ...], Meta(min_length=1, max_length=RECORDS_AT_ONCE)]


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A ticket was paid."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class SaleSigned:
    """A ticket was paid: its till's signed records, the sale the last of them.

    Before it stands the record of the chain's beginning, where the chain begins with this sale.
    `opening`: who the customer on the ticket is, which is not signed and can be erased.
    """

    records: Records
    opening: CustomerOpening | None = None

    @property
    def ticket(self) -> Ticket:
        """Return the ticket; raises ValueError where the last record is no ticket."""
        return ticket_of(read_record(self.records[-1].body))


@dataclass(frozen=True, slots=True)
class RefundSigned:
    """Goods and money were given back: as `SaleSigned`."""

    records: Records
    opening: CustomerOpening | None = None


@dataclass(frozen=True, slots=True)
class TillRecords:
    """Something else happened at a till: its signed records, the last of the command's type."""

    records: Records


@dataclass(frozen=True, slots=True)
class GoodsReceive:
    """A delivery was counted and put away."""

    receipt: GoodsReceipt


@dataclass(frozen=True, slots=True)
class NewPrice:
    """One article's new price, cents TTC."""

    article_id: Id
    price_cents: PriceCents


@dataclass(frozen=True, slots=True)
class PriceSet:
    """New prices, all of them or none."""

    prices: Annotated[tuple[NewPrice, ...], Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class PlannedPrice:
    """What an article will cost, cents TTC, from a moment on by the hub's clock."""

    article_id: Id
    price_cents: PriceCents
    from_ms: TimeMs


@dataclass(frozen=True, slots=True)
class PriceSchedule:
    """Prices to come, all of them or none."""

    prices: Annotated[tuple[PlannedPrice, ...], Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class PriceUnschedule:
    """Prices to come that are not to be, by their ids."""

    scheduled: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One article as a list brings it: found by `code`, its category by name, made if new.

    `stock_milli`, `minimum_milli`: None leaves what the hub has. `subcategory`: which part of the
    category, "" for none. `colour` is a new category's; a new part of one takes that one's.
    """

    code: Barcode
    name: Label
    category: Label
    price_cents: PriceCents
    vat_bp: VatBp
    stock_milli: Milli | None = None
    minimum_milli: Milli | None = None
    colour: Annotated[str, Meta(max_length=100)] = ""
    subcategory: Annotated[str, Meta(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class CataloguePut:
    """Create or update articles from a list."""

    entries: Annotated[tuple[CatalogueEntry, ...], Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class ArticleCreate:
    """An article is new, made where its code was scanned and nobody knew it."""

    article: Article


@dataclass(frozen=True, slots=True)
class CategoryPut:
    """A category is new, or another a little: name, colour, place, what it is a part of."""

    category: Category


@dataclass(frozen=True, slots=True)
class CategoryRemove:
    """A category in which nothing stands is to go.

    `into`: where an article goes that a till made for it before it knew; "": the hub says.
    """

    category: Id
    into: NoId = ""


@dataclass(frozen=True, slots=True)
class PictureSet:
    """An article or a category has this picture from now on; `content` is base64."""

    of: Pictured
    id: Id
    content: PictureText


@dataclass(frozen=True, slots=True)
class PictureClear:
    """Articles or categories have no picture any more."""

    of: Pictured
    ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class QuarantineRef:
    """Which operation in quarantine is meant. `body_hash`: 16 bytes as hex."""

    outbox: Hex16
    n: Count
    body_hash: Hex16


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """A verified copy of the hub's database was put away.

    `file`: where, on the hub's machine. `epoch`, `gseq`, `heads`: what the copy itself says of
    its state; `heads`: up to which n it holds each kiosk's outbox.
    """

    backup: Id
    made_ms: TimeMs
    file: Annotated[str, Meta(min_length=1, max_length=4096)]
    size_bytes: Count
    epoch: Hex16
    gseq: Count
    heads: Annotated[dict[Hex16, Count], Meta(max_length=4000)]


@dataclass(frozen=True, slots=True)
class PersonPut:
    """A person is new, renamed, of another role, or works here no more. Never a PIN."""

    person: Id
    name: PersonName
    role: Role
    active: bool = True


@dataclass(frozen=True, slots=True)
class TicketPark:
    """A basket was put aside, for any till to go on with."""

    ticket: ParkedTicket


@dataclass(frozen=True, slots=True)
class TicketRecall:
    """A till wants to go on with a parked ticket: granted to one."""

    parked: Id


class Unparked(StrEnum):
    """How a parked ticket ended, or was taken up by its own till without asking."""

    TAKEN = "taken"
    SOLD = "sold"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class TicketUnpark:
    """A till has taken a parked ticket of its own up while the hub was away, or is done with it."""

    parked: Id
    outcome: Unparked


@dataclass(frozen=True, slots=True)
class CustomerPut:
    """A customer is new, or is somebody a little different; all of it each time."""

    customer: Customer


@dataclass(frozen=True, slots=True)
class CustomerErase:
    """A customer is to be forgotten: name and all, here and on every post."""

    customer: Id


Arguments = (
    SaleRecord
    | SaleSigned
    | RefundSigned
    | TillRecords
    | GoodsReceive
    | PriceSet
    | PriceSchedule
    | PriceUnschedule
    | CataloguePut
    | ArticleCreate
    | CategoryPut
    | CategoryRemove
    | PictureSet
    | PictureClear
    | QuarantineRef
    | BackupRecord
    | ArchiveData
    | PersonPut
    | TicketPark
    | TicketRecall
    | TicketUnpark
    | CustomerPut
    | CustomerErase
)


class Nature(Enum):
    """A fact happened: taken, and flagged if odd. A request may be refused."""

    FACT = "fact"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class CommandKind:
    """One line of the table: arguments' class by schema version, nature, who may send it.

    `profiles`: on which posts. `roles`: people of which roles, where a post has people; the
    console is the hub's owner, and needs none, nor does what a post notes by itself.
    """

    name: str
    schemas: Mapping[int, type[Arguments]]
    nature: Nature
    profiles: frozenset[Profile]
    roles: frozenset[Role] = frozenset()

    @property
    def schema(self) -> int:
        """Return the newest schema version, the one that this release sends."""
        return max(self.schemas)


def _command_table(*kinds: CommandKind) -> Mapping[str, CommandKind]:
    table = {kind.name: kind for kind in kinds}
    if len(table) != len(kinds):
        raise ValueError("a command kind stands twice")
    return table


NOTED: Final = "journal.record"
"""By which command comes what a till notes by itself; nobody gives it."""


def record_kind(record: RecordType) -> str:
    """Return by which command a till's record comes."""
    return NOTED if record in NOTED_TYPES else f"{record.value}.record"


TICKETS: Final = frozenset({"sale.record", "refund.record"})
"""The commands that bring a ticket."""


def sold_ticket(args: Mapping[str, Any]) -> Ticket:
    """Return the ticket of a sale or a refund, of whichever schema; raises ValueError for none."""
    if "records" in args:
        return convert(args, SaleSigned).ticket
    return convert(args, SaleRecord).ticket


def refunded(args: Mapping[str, Any]) -> Original | None:
    """Return which ticket the ticket of these arguments gives back, None where it is a sale."""
    if "records" not in args:
        return None
    record = read_record(convert(args, TillRecords).records[-1].body)
    if record.type is not RecordType.REFUND:
        return None
    data: RefundData = read_data(record.type, record.data)
    return data.original


_MANAGING_POSTS: Final = frozenset({Profile.OFFICE, Profile.CONSOLE})
_TILLS: Final = frozenset({Profile.TILL})
_MANAGERS: Final = frozenset({Role.MANAGER, Role.ADMIN})
_SELLERS: Final = frozenset({Role.CASHIER, Role.SELLER}) | _MANAGERS
_STOCKERS: Final = frozenset({Role.DEPOT, Role.SELLER}) | _MANAGERS
_TRUSTED: Final = frozenset({Role.SELLER}) | _MANAGERS


_SELLING_POSTS: Final = _MANAGING_POSTS | {Profile.TILL}


def _till(
    record: RecordType, roles: frozenset[Role], arguments: type[Arguments] = TillRecords
) -> CommandKind:
    """Return the line of what a till records beside its sales."""
    schemas = {1: arguments}
    return CommandKind(record_kind(record), schemas, Nature.FACT, frozenset({Profile.TILL}), roles)


COMMANDS: Final = _command_table(
    CommandKind(
        "sale.record",
        {1: SaleRecord, 2: SaleSigned},
        Nature.FACT,
        frozenset({Profile.TILL}),
        _SELLERS,
    ),
    # Money or goods that leave without a sale ask for more than a cashier, or for a second person.
    _till(RecordType.REFUND, _TRUSTED, RefundSigned),
    _till(RecordType.VOID, _SELLERS),
    _till(RecordType.COPY, _SELLERS),
    _till(RecordType.DRAWER, _TRUSTED),
    _till(RecordType.CASH_IN, _SELLERS),
    _till(RecordType.CASH_OUT, _MANAGERS),
    _till(RecordType.SESSION_OPENED, _SELLERS),
    _till(RecordType.X, _SELLERS),
    _till(RecordType.Z, _TRUSTED),
    _till(RecordType.TRAINING, _SELLERS),
    _till(RecordType.EVENT, frozenset()),
    CommandKind(
        "goods.receive",
        {1: GoodsReceive},
        Nature.FACT,
        frozenset({Profile.DEPOT, Profile.OFFICE}),
        _STOCKERS,
    ),
    CommandKind("ticket.park", {1: TicketPark}, Nature.FACT, _TILLS, _SELLERS),
    CommandKind("ticket.recall", {1: TicketRecall}, Nature.REQUEST, _TILLS, _SELLERS),
    CommandKind("ticket.unpark", {1: TicketUnpark}, Nature.FACT, _TILLS, _SELLERS),
    CommandKind("price.set", {1: PriceSet}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("price.schedule", {1: PriceSchedule}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind(
        "price.unschedule", {1: PriceUnschedule}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS
    ),
    CommandKind("catalogue.put", {1: CataloguePut}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    # It lies on the counter and is sold: a till needs no hub to go on with it.
    CommandKind("article.create", {1: ArticleCreate}, Nature.FACT, _TILLS, _MANAGERS),
    CommandKind("category.put", {1: CategoryPut}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("category.remove", {1: CategoryRemove}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("picture.set", {1: PictureSet}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("picture.clear", {1: PictureClear}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("quarantine.retry", {1: QuarantineRef}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("quarantine.close", {1: QuarantineRef}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    CommandKind("backup.record", {1: BackupRecord}, Nature.REQUEST, frozenset({Profile.CONSOLE})),
    CommandKind("journal.archived", {1: ArchiveData}, Nature.REQUEST, frozenset({Profile.CONSOLE})),
    CommandKind("person.put", {1: PersonPut}, Nature.REQUEST, _MANAGING_POSTS, _MANAGERS),
    # Somebody stood there and said who they are: a till needs no hub to go on with them.
    CommandKind("customer.put", {1: CustomerPut}, Nature.FACT, _SELLING_POSTS, _SELLERS),
    CommandKind("customer.erase", {1: CustomerErase}, Nature.REQUEST, _SELLING_POSTS, _MANAGERS),
)
