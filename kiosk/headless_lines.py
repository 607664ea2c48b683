"""The lines that a headless kiosk understands: one JSON object each, checked as it is read.

Owns their fields. What they do is `headless.py`'s; the docstring there documents them.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from common.errors import Refusal
from common.models import Date

LINE_BYTES: Final = 1024 * 1024
_Milli = Annotated[int, Meta(ge=1, le=10**12)]
_Named = Annotated[str, Meta(min_length=1, max_length=60)]
_Pin = Annotated[str, Meta(min_length=1, max_length=64)]
_Code = Annotated[str, Meta(min_length=1, max_length=48)]


class _Line(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", kw_only=True):
    """`tag` comes back in whatever answers the line."""

    tag: Any = None


class Goods(Struct, frozen=True, forbid_unknown_fields=True):
    """So much of an article, named by one of its barcodes or by its id; `note`: under its line."""

    code: _Code = ""
    article: str = ""
    quantity_milli: _Milli = 1000
    note: str = ""


class Cash(Struct, frozen=True, forbid_unknown_fields=True):
    """Paid in cash, with this much on the counter."""

    cash_given_cents: Annotated[int, Meta(ge=0, le=10**12)]


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """So much by one method; None: all that is left to pay."""

    method: _Named
    given_cents: Annotated[int, Meta(ge=0, le=10**12)] | None = None


class Sell(_Line, tag="sell", frozen=True):
    """Sell; `payment` is a method that pays all, what was given in cash, or several payments.

    `customer`: the id of whose it is; `note`: what is to stand on the ticket.
    """

    lines: list[Goods]
    payment: str | Cash | Annotated[list[Given], Meta(min_length=1, max_length=20)] = "card"
    customer: str = ""
    note: str = ""


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket as its paper names it."""

    series: _Named
    number: Annotated[int, Meta(ge=1, le=10**9)]
    business_date: Date


class Refund(_Line, tag="refund", frozen=True):
    """Give back a `ticket` that is known here, by id, whole unless `lines` say how much of it; or
    these lines of an `original` that only its paper names. `payment`: "cash" or "card"."""

    reason: str
    ticket: str = ""
    original: Paper | None = None
    lines: list[Goods] | None = None
    payment: str = "cash"


class Void(_Line, tag="void", frozen=True):
    """Give up a "basket" before it is paid, or a "line"."""

    lines: list[Goods]
    reason: str
    extent: str = "basket"


class Copy(_Line, tag="copy", frozen=True):
    """Print a ticket once more, by its id."""

    ticket: str


class Drawer(_Line, tag="drawer", frozen=True):
    """Open the drawer without a sale."""

    reason: str


class CashIn(_Line, tag="cash_in", frozen=True):
    """Put cash in."""

    amount_cents: int
    reason: str


class CashOut(_Line, tag="cash_out", frozen=True):
    """Take cash out."""

    amount_cents: int
    reason: str


class OpenSession(_Line, tag="open_session", frozen=True):
    """Begin a cash session with so much in the drawer."""

    float_cents: int


class X(_Line, tag="x", frozen=True):
    """State what the cash session comes to so far."""

    counted_cents: int | None = None


class Z(_Line, tag="z", frozen=True):
    """State what the cash session came to, and end it."""

    counted_cents: int


class Training(_Line, tag="training", frozen=True):
    """Let what follows be exercises, or count again."""

    on: bool


class Sums(_Line, tag="sums", frozen=True):
    """Say where the till's sums stand."""


class Park(_Line, tag="park", frozen=True):
    """Put these lines aside, for any till to go on with."""

    lines: list[Goods]
    note: str = ""
    before: str = ""


class Parked(_Line, tag="parked", frozen=True):
    """List the parked tickets."""


class Recall(_Line, tag="recall", frozen=True):
    """Go on with a parked ticket."""

    parked: str


class Unpark(_Line, tag="unpark", frozen=True):
    """Say what became of one that was recalled here."""

    parked: str
    outcome: str = "sold"


class PutCustomer(_Line, tag="customer", frozen=True):
    """Make a customer, or have one of this `id` be so from now on."""

    name: str
    id: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    note: str = ""
    vat_number: str = ""
    siret: str = ""
    active: bool = True


class FindCustomers(_Line, tag="customers", frozen=True):
    """Find customers by what people say of them."""

    text: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class Receive(_Line, tag="receive", frozen=True):
    """Take in a delivery."""

    lines: list[Goods]
    note: str = ""


class Send(_Line, tag="send", frozen=True):
    """Queue any command."""

    kind: str
    args: dict[str, Any]


class State(_Line, tag="state", frozen=True):
    """Say how the post stands."""


class Undelivered(_Line, tag="undelivered", frozen=True):
    """List what the hub has not taken."""

    limit: Annotated[int, Meta(ge=0, le=10_000)] = 100


class Digests(_Line, tag="digests", frozen=True):
    """Say where every topic on disk stands."""


class Rows(_Line, tag="rows", frozen=True):
    """Give all rows of a topic on disk."""

    topic: str


class Stock(_Line, tag="stock", frozen=True):
    """Say what the shop holds of an article, pending operations counted in."""

    code: _Code = ""
    article: str = ""


class Wait(_Line, tag="wait", frozen=True):
    """Wait until the link stands so, and at most so many operations wait."""

    link: str | None = None
    waiting: Annotated[int, Meta(ge=0)] | None = None
    timeout_s: Annotated[float, Meta(ge=0, le=3600)] = 30.0


class Follow(_Line, tag="follow", frozen=True):
    """Say which topics' changes to give: true for all, false for none."""

    topics: list[str] | bool


class Login(_Line, tag="login", frozen=True):
    """Log somebody in, named by id or name."""

    person: _Named
    pin: _Pin

    def __repr__(self) -> str:
        """Say whose PIN, not which."""
        return f"Login({self.person})"


class Logout(_Line, tag="logout", frozen=True):
    """End the session."""


class Lock(_Line, tag="lock", frozen=True):
    """Let nobody go on before a PIN was given."""


class Override(_Line, tag="override", frozen=True):
    """Have a second person allow one action of a kind."""

    kind: str
    person: _Named
    pin: _Pin

    def __repr__(self) -> str:
        """Say whose PIN, not which."""
        return f"Override({self.kind}, {self.person})"


class SetPin(_Line, tag="set_pin", frozen=True):
    """Give somebody another PIN."""

    person: _Named
    pin: _Pin

    def __repr__(self) -> str:
        """Say whose PIN, not which."""
        return f"SetPin({self.person})"


class Held(_Line, tag="held", frozen=True):
    """List the requests that wait for somebody to log in."""


class Drop(_Line, tag="drop", frozen=True):
    """Give a held request up."""

    id: str


class Quit(_Line, tag="quit", frozen=True):
    """End."""


Line = (
    Sell
    | Refund
    | Void
    | Copy
    | Drawer
    | CashIn
    | CashOut
    | OpenSession
    | X
    | Z
    | Training
    | Sums
    | Park
    | Parked
    | Recall
    | Unpark
    | PutCustomer
    | FindCustomers
    | Receive
    | Send
    | State
    | Undelivered
    | Digests
    | Rows
    | Stock
    | Wait
    | Follow
    | Login
    | Logout
    | Lock
    | Override
    | SetPin
    | Held
    | Drop
    | Quit
)
_DECODER: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)
_TAG: Final = msgspec.json.Decoder(dict[str, Any])


def read_line(text: bytes) -> Line:
    """Return what a line asks for; raises Refusal `bad_line`."""
    if len(text) > LINE_BYTES:
        raise Refusal("bad_line", reason=f"{len(text)} bytes, at most {LINE_BYTES}")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("bad_line", reason=str(error)) from error


def tag_of(text: bytes) -> Any:
    """Return the tag of a line that is not understood, where it has one."""
    try:
        return _TAG.decode(text[:LINE_BYTES]).get("tag")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
