"""The journal of a test's shop: keys made of numbers, a book over a store, signed sales."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from common.commands import SaleSigned
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData, begins_with
from common.journal.record import ChainHead, ShopIdentity, SignedRecord, Signer
from common.journal.refund import RefundData
from common.journal.report import report_of
from common.journal.sale import line_vat_cents, sale_data
from common.journal.till_tally import TillTally
from common.models import Original, Ticket
from common.seal import SigningKeys, signing_keys_of
from hub.journal import JournalBook
from hub.journal_keys import SealingKeys
from hub.store import Store
from kiosk.book import Book
from kiosk.journal import Pen as KioskPen
from kiosk.journal import Writer
from kiosk.outbox_chain import Chain
from kiosk.till import Moment

AT_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC
MOMENT = Moment("Amélie", AT_MS, 60, -12, "2026-03-03")
SHOP = ShopIdentity("Épicerie du Port", "12345678900011", "FR12345678901", "1 quai du Port")


def signing_keys(number: int) -> SigningKeys:
    """Return the signing pair of a test's device, 0 for the hub's identity."""
    return signing_keys_of(blake2b(b"sign %d" % number, digest_size=32).digest())


HUB = signing_keys(0)


def journal_of(store: Store) -> JournalBook:
    """Return the journal of a store, signed by the tests' hub."""
    return JournalBook(store, SealingKeys(HUB), lambda: AT_MS)


def moment_of(ticket: Ticket) -> Moment:
    """Return when a ticket was made."""
    return Moment(
        ticket.operator,
        ticket.at_ms,
        ticket.utc_offset_min,
        ticket.clock_diff_ms,
        ticket.business_date,
    )


def write_sale(book: Book, ticket: Ticket, writer: Writer, signer: Signer) -> KioskPen:
    """Return the kiosk's pen that has written the record of a ticket."""
    pen = KioskPen(book, moment_of(ticket), writer, signer)
    pen.write(RecordType.SALE, sale_data(ticket), numbers=1)
    return pen


@dataclass(slots=True)
class Pen:
    """What a till writes its records with: its book, as an outbox would keep it."""

    number: int
    device_id: str
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.begin(f"{self.number:032x}", OpenedData("first"))

    @property
    def chain(self) -> Chain:
        """Return where the chain stands."""
        return self.book.chain

    def begin(self, chain: str, opened: OpenedData) -> None:
        """Begin a chain, with the sums that it carries on."""
        begun = Chain(ChainHead(chain), opened)
        self.book = Book(f"{self.number:02d}-TEST", 1, begun, begins_with(opened))

    def records(self, ticket: Ticket) -> Sequence[SignedRecord]:
        """Return the records of a sale."""
        return self.write(RecordType.SALE, sale_data(ticket), ticket)

    def write(
        self, kind: RecordType, data: Any, ticket: Ticket | None = None
    ) -> Sequence[SignedRecord]:
        """Return the records of anything, of a ticket's moment or of the tests'."""
        moment = MOMENT if ticket is None else moment_of(ticket)
        writer = Writer(self.device_id, f"till {self.number}", SHOP)
        pen = KioskPen(self.book, moment, writer, Signer(signing_keys(self.number)))
        pen.write(kind, data)
        self.book = pen.book
        return pen.records

    def report(self, kind: RecordType, counted_cents: int | None = None) -> Sequence[SignedRecord]:
        """Return the records of an X or a Z."""
        tally = self.book.tally or TillTally()
        return self.write(kind, report_of(tally, self.chain.head.seq, counted_cents))

    def refund(self, ticket: Ticket, original: Original) -> Sequence[SignedRecord]:
        """Return the records of a refund."""
        data = RefundData(ticket, line_vat_cents(ticket), original, "broken")
        return self.write(RecordType.REFUND, data, ticket)

    def sale(self, ticket: Ticket) -> SaleSigned:
        """Return a sale's arguments."""
        return SaleSigned(tuple(self.records(ticket)))
