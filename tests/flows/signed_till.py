"""A till's shipped session and files, and a hub's pipeline and journal beside it, without sockets.

The till's operations go to the hub when a test says so, as they lie in its outbox. Owns what a test
asks afterwards: whether the journal holds, the database agrees, and what the till's records say.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from common import messages as m
from common.journal.contents import content_of
from common.journal.kinds import RecordType
from common.journal.record import Record, read_record
from common.models import Article, Payment, Ticket, TicketLine
from common.rules import cash, ticket_line, total_cents
from common.seal import CurveKeys
from common.topics import TOPICS_OF, Profile
from hub.audit import audit_file
from hub.journal_verify import Report, verify_file
from hub.pipeline import Received
from kiosk.device import Device, HubPlace
from kiosk.keys import DeviceKeys
from kiosk.link_life import Post as RunningPost
from kiosk.outbox_file import Maker
from kiosk.session import Session
from kiosk.stores import Stores, open_stores
from tests.hub.journals import HUB, signing_keys
from tests.hub.shop import Shop, goods
from tests.kiosk.post import BOX, HandClocks, seeded_bytes


class NoLink:
    """A link that joins nothing."""

    def start(self) -> None:
        """Nothing begins."""

    def ring(self) -> None:
        """Nobody looks into the outbox."""

    def stop(self) -> None:
        """Nothing ends."""


class SignedTill:
    """One till and its hub. `number`: the device's."""

    def __init__(self, folder: Path, number: int = 1, shop: Shop | None = None) -> None:
        self.folder = folder / f"till{number}"
        self.folder.mkdir()
        self.number = number
        self.shop = shop or Shop(folder)
        self.shop.hurry()
        self.at_hub = self.shop.post(Profile.TILL, number).device
        self.articles: Sequence[Article] = ()
        if shop is None:
            self.articles = self.shop.stock(goods(6, stock_milli=1_000_000))
        self.clocks = HandClocks()
        self.starts = 0
        self.session: Session
        self.stores: Stores
        self.begin()

    @property
    def counter(self) -> Any:
        """Return the session's counter."""
        return self.session.counter

    # The till's life.

    def begin(self) -> None:
        """Switch the till on."""
        self.starts += 1
        random_bytes = seeded_bytes(100 * self.number + self.starts)
        maker = Maker(self.number, random_bytes, BOX)
        self.stores = open_stores(self.folder, maker, TOPICS_OF[Profile.TILL])
        place = HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
        name = self.at_hub.name
        device = Device(self.at_hub.id, self.number, name, Profile.TILL, place)
        keys = DeviceKeys(CurveKeys(bytes(32), bytes(32)), signing_keys(self.number))
        post = RunningPost(device, keys, self.stores, self.clocks.clocks, lambda _device: None)
        link = NoLink()
        self.session = Session(post, (), random_bytes, make_link=lambda _post, _arrivals: link)

    def restart(self) -> None:
        """Switch it off and on."""
        self.session.close()
        self.begin()

    def close(self) -> None:
        """Switch off the till and its hub."""
        self.session.close()
        with suppress(Exception):
            self.shop.close()

    # What happens.

    def line(self, place: int = 0, milli: int = 1000) -> TicketLine:
        """Return a line of an article of the shop."""
        a = self.articles[place]
        return ticket_line(a.id, a.name, milli, a.price_cents, a.vat_bp)

    def sell(self, *lines: TicketLine, method: str = "cash") -> Ticket:
        """Sell; one of the first article unless told otherwise."""
        sold = lines or (self.line(),)
        total = total_cents(sold)
        paid = cash(total, total) if method == "cash" else Payment(method, total, total)
        return self.session.sell(sold, (paid,))

    def received(self) -> list[Received]:
        """Return what waits, as the hub receives it."""
        outbox = self.session._outbox
        return [
            Received(self.at_hub, m.Command(outbox.id, q.n, 0, q.schema, q.body_hash, q.body), b"t")
            for q in outbox.waiting().queued
        ]

    def deliver(self, *received: Received) -> list[m.Reply]:
        """Let the hub take these, all that waits unless told otherwise, and the till hear of it."""
        replies = self.shop.accept(*(received or self.received()))
        self.session._outbox.note_replies(replies)
        return replies

    # What is there then.

    def records(self, chain: str = "") -> list[Record]:
        """Return the records that the hub has taken in, in order; of one chain, or all."""
        found = self.shop.rows(
            "SELECT record FROM journal WHERE type = 'taken' AND chain LIKE ? ORDER BY seq",
            chain or "%",
        )
        return [read_record(bytes(body).decode()) for (body,) in found]

    def last(self, kind: RecordType) -> Any:
        """Return what the last record of a type holds, at the hub."""
        return content_of([r for r in self.records() if r.type is kind][-1])[1]

    def report(self) -> Report:
        """Return what a verification finds."""
        return verify_file(self.shop.path, HUB.public)

    def sound(self) -> Report:
        """Return it where nothing is wrong: the journal holds, and the database agrees."""
        report = self.report()
        assert report.flaws == ()
        assert audit_file(self.shop.path) == []
        return report
