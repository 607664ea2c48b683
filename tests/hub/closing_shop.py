"""A shop whose hub closes its journal: tills with pens, a clock by hand, no socket, no thread.

Time is the shop's clock; local time is an hour ahead of UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from common.commands import TillRecords, record_kind
from common.ids import IdMint
from common.journal.entry import Line, read_entry
from common.journal.kinds import EntryType, Period, RecordType
from common.journal.opened import TRAINING, OpenedData
from common.models import Article, Payment, Ticket, TicketLine
from common.topics import Profile
from hub.alerts import AlertBook
from hub.closings import Closings
from hub.config import ClosingSettings
from hub.journal_check import JournalCheck
from hub.journal_verify import Report, verify_file
from hub.pipeline import Received
from hub.records import journal as rows
from hub.watch import Watch
from kiosk.outbox_chain import training_id
from tests.hub.journals import HUB, Pen
from tests.hub.papers import PARIS_MIN, lines_of, ticket
from tests.hub.shop import Post, Shop, goods

HOUR_S = 3600
DAY_S = 24 * HOUR_S


@dataclass(slots=True)
class Till:
    """A till with its pen, and that of its exercises; what it has not sent waits in `waiting`."""

    post: Post
    pen: Pen
    school: Pen
    waiting: list[Received]
    number: int = 0


class ClosingShop:
    """A hub that closes, with tills that sell. `settings`: when."""

    def __init__(
        self, folder: Path, tills: int = 2, settings: ClosingSettings | None = None
    ) -> None:
        self.shop = Shop(folder)
        self.shop.hurry()
        self.clock = self.shop.clock
        self.settings = settings or ClosingSettings()
        self.articles: Sequence[Article] = self.shop.stock(goods(6, stock_milli=10**9))
        self.tills: list[Till] = []
        self._begin()
        for number in range(1, tills + 1):
            self.add_till(number)

    def _begin(self) -> None:
        shop, now_ms = self.shop, self.clock.now_ms
        mint = IdMint(now_ms, Random(7).randbytes)
        alerts = AlertBook(shop.store, shop.log, mint, now_ms)
        self.watch = Watch(shop.store, alerts, 0, now_ms, self.clock.seconds)
        self.check = JournalCheck(shop.store, shop.journal, alerts, now_ms)
        clock = now_ms, lambda _at_ms: PARIS_MIN
        self.closings = Closings(
            shop.store, shop.journal, self.check, alerts, self.watch, self.settings, clock
        )

    def add_till(self, number: int) -> Till:
        """Enrol a till."""
        post = self.shop.post(Profile.TILL, number, f"Caisse {number}")
        pen, school = Pen(number, post.device.id), Pen(number, post.device.id)
        school.begin(training_id(pen.chain.head.chain), OpenedData(TRAINING))
        till = Till(post, pen, school, [])
        self.tills.append(till)
        self.watch.readmit(post.device)
        return till

    def restart(self) -> None:
        """Stop the hub and start it again."""
        self.shop.reopen()
        self.shop.hurry()
        self._begin()

    def tick(self) -> None:
        """Let a second pass at the hub, as its loop does."""
        self.clock.pass_s(1)
        self.check.tick()
        self.closings.tick()

    def settle(self) -> None:
        """Let the hub verify all there is, and close what is due."""
        self.tick()
        while self.check.behind:
            self.tick()
        self.tick()

    # Tills.

    def make(
        self,
        till: int = 0,
        lines: Sequence[TicketLine] = (),
        payments: Sequence[Payment] = (),
    ) -> Ticket:
        """Make a ticket at a till, which waits there."""
        sold = tuple(lines) or lines_of((self.articles[0], 1000), (self.articles[1], 2000))
        made = self.ticket(till, sold, payments)
        at = self.tills[till]
        at.waiting.append(at.post.send("sale.record", at.pen.sale(made), 2))
        return made

    def ticket(
        self, till: int, lines: Sequence[TicketLine], payments: Sequence[Payment] = ()
    ) -> Ticket:
        """Return the next ticket of a till; nobody has recorded it yet."""
        at = self.tills[till]
        at.number += 1
        return ticket(at.post, at.number, lines, payments, at_ms=self.clock.ms)

    def note(
        self,
        till: int,
        kind: RecordType,
        data: Any,
        ticket: Ticket | None = None,
        exercise: bool = False,
    ) -> None:
        """Record something else at a till, of a ticket's moment; it waits there."""
        at = self.tills[till]
        records = (at.school if exercise else at.pen).write(kind, data, ticket)
        command = record_kind(RecordType.TRAINING if exercise else kind)
        at.waiting.append(at.post.send(command, TillRecords(tuple(records)), 1))

    def deliver(self, till: int = 0) -> None:
        """Let the hub have what waits at a till."""
        at = self.tills[till]
        self.watch.heard(at.post.device)
        waiting, at.waiting = at.waiting, []
        self.shop.accept(*waiting)

    def sell(self, till: int = 0, lines: Sequence[TicketLine] = ()) -> Ticket:
        """Sell something at a till that is connected."""
        made = self.make(till, lines)
        self.deliver(till)
        self.clock.pass_s(60)
        return made

    # Closings.

    def close(self, period: Period = Period.DAY) -> dict[str, Any]:
        """Close by hand; return what the last closing states."""
        return self.closings.close(period)[-1]

    def closed(self, period: Period = Period.DAY) -> list[dict[str, Any]]:
        """Return what the closings of a kind state."""
        found = [read_entry(line.body).data for line in self._closing_lines()]
        return [data for data in found if data["period"] == period]

    def _closing_lines(self) -> list[Line]:
        return list(rows.of_type(self.shop.store.db, EntryType.CLOSING))

    def report(self) -> Report:
        """Return what a verification of the whole finds."""
        return verify_file(self.shop.path, HUB.public)
