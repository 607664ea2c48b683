"""A shop's journal through a year, without sockets: tills sign, the hub takes in, verifies, closes.

The journal's code is the shipped one: the till's pen, the hub's drafts with the tickets beside,
the check behind the commits, closings by the clock. Time is the shop's own; what each of these
costs is measured apart.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Final

from common import seal
from common.ids import IdMint
from common.journal.record import SignedRecord
from common.models import Ticket
from common.rules import business_date
from common.topics import Profile
from hub.alerts import AlertBook
from hub.changes import ChangeLogBook
from hub.closings import Closings
from hub.config import ClosingSettings
from hub.journal import JournalBook
from hub.journal_check import SLICE, JournalCheck
from hub.journal_keys import SealingKeys
from hub.records import devices, sales
from hub.records.devices import ACTIVE, Device
from hub.records.sales import Arrival
from hub.store import Connection, Store
from hub.watch import Watch
from tests.bench.shop import Post
from tests.bench.workload import TICKET_LINES, Pen, one_ticket

TILLS: Final = 4
GROUP: Final = 32
"""Tickets a commit: what comes together while the commit before is written."""
DAYS: Final = 365
DAY_MS: Final = 86_400_000
OFFSET_MIN: Final = 60
NEW_YEAR_MS: Final = 1_767_222_000_000  # 1 January 2026, 0:00 in Paris
OPENS_MS: Final = 9 * 3_600_000
CLOSES_MS: Final = 27 * 3_600_000 + 1_000
TEMPLATES: Final = 64
EPOCH: Final = f"{NEW_YEAR_MS:016x}" + "5e" * 8


@dataclass(slots=True)
class Spent:
    """Seconds by what they were spent on; `closings_s`: of each night, with a longer one."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    closings_s: list[float] = field(default_factory=list)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count the time of a block, by the wall and of the processor."""
        began, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - began
            self.cpu[what] += time.process_time() - cpu


class JournalShop:
    """A hub's database with tills, in an empty folder. `identity`: the hub's key."""

    def __init__(self, folder: Path) -> None:
        self.now_ms = NEW_YEAR_MS + OPENS_MS
        self.identity = seal.new_signing_keys()
        self.store = Store.create(folder / "comptoir.db")
        self.path = self.store.path
        self.spent = Spent()
        mint = IdMint(lambda: self.now_ms, Random(1).randbytes)
        with self.store.group() as db:
            ChangeLogBook.found(self.store, EPOCH)
            self._tills = [_enrol(db, number, mint()) for number in range(1, TILLS + 1)]
        log = ChangeLogBook(self.store)
        self.book = JournalBook(self.store, SealingKeys(self.identity), lambda: self.now_ms)
        alerts = AlertBook(self.store, log, mint, lambda: self.now_ms)
        watch = Watch(self.store, alerts, 0, lambda: self.now_ms, time.monotonic)
        self.check = JournalCheck(self.store, self.book, alerts, lambda: self.now_ms)
        clock = (lambda: self.now_ms), (lambda _at_ms: OFFSET_MIN)
        self.closings = Closings(
            self.store, self.book, self.check, alerts, watch, ClosingSettings(), clock
        )
        self._mint = mint
        rng = Random(2)
        articles = [f"{number:032x}" for number in range(500)]
        self._templates = [
            one_ticket(rng, "0" * 32, 1, rng.sample(articles, TICKET_LINES))
            for _ in range(TEMPLATES)
        ]
        self.tickets = 0

    def sell(self, count: int) -> None:
        """Let tills sell so much, in commits of `GROUP`; the hub verifies on behind them."""
        for first in range(0, count, GROUP):
            self._commit(min(GROUP, count - first))
            with self.spent.on("check"):
                self.check.advance(SLICE)

    def _commit(self, count: int) -> None:
        with self.spent.on("tills"):
            made = [self._make() for _ in range(count)]
        with self.spent.on("hub"):
            draft = self.book.draft()
            with self.store.group() as db:
                for device, ticket, records in made:
                    for signed in records:
                        draft.take(device, signed, self.now_ms)
                    sales.add_ticket(db, ticket, Arrival(device.id, device.name, self.now_ms))
                draft.write(EPOCH, self.now_ms)
            self.book.committed(draft)

    def _make(self) -> tuple[Device, Ticket, tuple[SignedRecord, ...]]:
        device, pen = self._tills[self.tickets % TILLS]
        template = self._templates[self.tickets % TEMPLATES]
        self.tickets += 1
        ticket = replace(
            template,
            id=self._mint(),
            number=self.tickets,
            at_ms=self.now_ms,
            business_date=business_date(self.now_ms, OFFSET_MIN),
        )
        return device, ticket, pen.records(ticket)

    def night(self) -> None:
        """Go to the closing time, let the hub close what is due, and go to the next morning."""
        day_ms = (self.now_ms - NEW_YEAR_MS) // DAY_MS * DAY_MS + NEW_YEAR_MS
        with self.spent.on("check"):
            while self.check.behind:
                self.check.advance(SLICE)
        self.now_ms = day_ms + CLOSES_MS
        before = self.spent.seconds["closings"]
        with self.spent.on("closings"):
            self.closings.tick()
        self.spent.closings_s.append(self.spent.seconds["closings"] - before)
        self.now_ms = day_ms + DAY_MS + OPENS_MS

    def year(self, records: int) -> None:
        """Let a year pass with so many sales, closed each night."""
        for day in range(DAYS):
            self.sell(records * (day + 1) // DAYS - records * day // DAYS)
            self.night()

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def _enrol(db: Connection, number: int, device_id: str) -> tuple[Device, Pen]:
    signing = seal.new_signing_keys()
    curve = seal.new_curve_keys()
    device = Device(
        device_id, number, f"Caisse {number}", Profile.TILL, ACTIVE, curve.public, signing.public, 0
    )
    devices.add_device(db, device)
    post = Post(
        device.id, number, device.name, "till", curve.public.hex(), "", signing.secret.hex()
    )
    return device, Pen(post)
