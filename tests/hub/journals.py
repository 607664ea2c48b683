"""The journal of a test's shop: keys made of numbers, a book over a store, signed sales."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from common.commands import SaleSigned
from common.journal.record import (
    ChainHead,
    OpenedData,
    ShopIdentity,
    SignedRecord,
    Signer,
)
from common.models import Ticket
from common.seal import SigningKeys, signing_keys_of
from hub.journal import JournalBook
from hub.journal_keys import SealingKeys
from hub.store import Store
from kiosk.journal import Writer, write_sale
from kiosk.outbox_chain import Chain

AT_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC
SHOP = ShopIdentity("Épicerie du Port", "12345678900011", "FR12345678901", "1 quai du Port")


def signing_keys(number: int) -> SigningKeys:
    """Return the signing pair of a test's device, 0 for the hub's identity."""
    return signing_keys_of(blake2b(b"sign %d" % number, digest_size=32).digest())


HUB = signing_keys(0)


def journal_of(store: Store) -> JournalBook:
    """Return the journal of a store, signed by the tests' hub."""
    return JournalBook(store, SealingKeys(HUB), lambda: AT_MS)


@dataclass(slots=True)
class Pen:
    """What a till writes its records with."""

    number: int
    device_id: str
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        self.begin(f"{self.number:032x}", OpenedData("first"))

    def begin(self, chain: str, opened: OpenedData) -> None:
        """Begin a chain."""
        self.chain = Chain(ChainHead(chain), opened)

    def records(self, ticket: Ticket) -> Sequence[SignedRecord]:
        """Return the records of a sale."""
        writer = Writer(self.device_id, f"till {self.number}", SHOP)
        written = write_sale(self.chain, ticket, writer, Signer(signing_keys(self.number)))
        self.chain = Chain(written.head, self.chain.opened)
        return written.records

    def sale(self, ticket: Ticket) -> SaleSigned:
        """Return a sale's arguments."""
        return SaleSigned(tuple(self.records(ticket)))
