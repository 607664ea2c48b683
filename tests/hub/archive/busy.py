"""A journal with everything in it that makes a walk turn: late and unsigned and repeated tickets,
refunds, exercises, X and Z, closings, other keys of a till and of the hub."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from common.commands import SaleRecord, TillRecords, record_kind
from common.ids import IdMint
from common.journal.drawer import CashData, DrawerData, SessionData
from common.journal.duplicate import CopyData
from common.journal.event import ClockData, EventData, What
from common.journal.kinds import Period, RecordType
from common.journal.opened import OpenedData
from common.journal.record import Signer
from common.journal.void import VoidData, Voided
from common.models import CustomerRef, Ticket, decode_row, original_of
from common.rules import refund_line, ticket_line
from common.succession import vouch
from common.topics import Profile
from hub.alerts import AlertBook
from hub.closings import Closings
from hub.config import ClosingSettings
from hub.journal_check import JournalCheck
from hub.journal_keys import SealingKeys
from hub.watch import Watch
from tests.hub.journals import AT_MS, HUB, Pen, signing_keys
from tests.hub.papers import PARIS_MIN, ticket
from tests.hub.scribe import Scribe
from tests.hub.shop import EPOCH, Post
from tests.tamper.ledger import Ledger

NEXT = signing_keys(50)
STEP = vouch(HUB, NEXT.public, AT_MS)
DAY_S = 86_400
EVERY_LINE = frozenset(
    {
        *("founded", "key", "hub_key", "taken", "unsigned", "missing", "invalid", "repeated"),
        *("closing", "event"),
    }
)
EVERY_RECORD = frozenset(RecordType) - {RecordType.X}


class Busy:
    """What happens in such a shop; `ledger`: what somebody may do to it afterwards."""

    sealed_by = SealingKeys(NEXT, (STEP,))

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder)
        self.shop = self.ledger.shop
        self.first, self.second = self.ledger.tills

    def days(self) -> "Busy":
        """Let two days and a month go by, and close the database."""
        self._first_day()
        self._close(Period.DAY)
        self._second_day()
        self._close(Period.MONTH)
        self._third_day()
        self._close(Period.DAY)
        self.ledger.sell(1)
        self.shop.close()
        return self

    def _first_day(self) -> None:
        ledger, pen = self.ledger, self.ledger.pens[0]
        ledger.sell(0)
        ledger.sell(1)
        line = ticket_line("", "x", 1000, 100, 550)
        late = pen.sale(ticket(self.first, 2, (line,)))
        ledger.numbers[0] = 2
        ledger.sell(0)
        self._take(self.first, "sale.record", late, 2)
        self._take(self.second, "sale.record", SaleRecord(ticket(self.second, 90, (line,))), 1)
        ledger.pens.reverse()
        ledger.sell(0)  # What the other till signed.
        ledger.pens.reverse()
        self.shop.clock.pass_s(DAY_S)

    def _second_day(self) -> None:
        ledger, pen, clock = self.ledger, self.ledger.pens[1], self.shop.clock
        ledger.sell(1)
        line = replace(ticket_line("", "=y", 2000, 350, 2000), code="123", note="cut, in two")
        sold = ticket(self.second, 50, (line,), at_ms=clock.ms)
        whose = CustomerRef("c1" * 16, "ab" * 32)
        sold = replace(sold, customer=whose, note="=Birthday, on Friday")
        self._take(self.second, "sale.record", pen.sale(sold), 2)
        left = EventData(What.LOGOUT, AT_MS, {"operator": "=Amélie", "idle_s": 300}, 2)
        back = ticket(self.second, 51, (refund_line(line, 1000),), at_ms=clock.ms)
        for kind, records in (
            ("session_opened", pen.write(RecordType.SESSION_OPENED, SessionData(5000))),
            ("refund", pen.refund(back, original_of(sold))),
            ("copy", pen.write(RecordType.COPY, CopyData(original_of(sold), 1))),
            ("drawer", pen.write(RecordType.DRAWER, DrawerData("change"))),
            ("cash_in", pen.write(RecordType.CASH_IN, CashData(500, "coins"))),
            ("cash_out", pen.write(RecordType.CASH_OUT, CashData(700, "bread"))),
            ("event", pen.write(RecordType.EVENT, left)),
            ("clock", pen.write(RecordType.CLOCK, ClockData(AT_MS, AT_MS + 3_600_000, True))),
            ("void", pen.write(RecordType.VOID, VoidData(Voided.BASKET, (line,), 700, "left"))),
            ("z", pen.report(RecordType.Z, counted_cents=0)),
        ):
            self._take(self.second, record_kind(RecordType(kind)), TillRecords(tuple(records)), 1)
        # The same ticket, in a chain that began anew.
        anew = Pen(1, self.first.device.id)
        anew.begin("aa" * 16, OpenedData("set_back", f"{1:032x}", 2, "0" * 64))
        kept = self.shop.one("SELECT body FROM ticket WHERE series = 'T1' AND number = 1")
        self._take(self.first, "sale.record", anew.sale(decode_row(kept, Ticket)), 2)
        practice = Pen(1, self.first.device.id)
        practice.begin("77" * 16, OpenedData("training"))
        records = practice.records(ticket(self.first, 60, (line,), at_ms=clock.ms))
        self._take(self.first, "training.record", TillRecords(tuple(records)), 1)
        clock.pass_s(DAY_S)

    def _third_day(self) -> None:
        """Other keys; and what is sold today bears a date of before."""
        self._rotate()
        self.shop.keys = self.sealed_by
        self.shop.reopen()
        line = (ticket_line("", "x", 1000, 100, 550),)
        number = self.ledger.numbers[0] = self.ledger.numbers[0] + 1
        late = ticket(self.first, number, line, at_ms=self.shop.clock.ms - 2 * DAY_S * 1000)
        self._take(self.first, "sale.record", self.ledger.pens[0].sale(late), 2)
        self.ledger.sell(0)

    def _rotate(self) -> None:
        post = self.shop.post(Profile.TILL, 3)
        scribe = Scribe(post.device.id, Signer(signing_keys(3)))
        following = Signer(signing_keys(33))
        records = [scribe.drawer(), scribe.names(following)]
        scribe.signer = following
        records.append(scribe.drawer())
        draft = self.shop.journal.draft()
        now_ms = self.shop.clock.ms
        draft.event(What.SETTINGS, now_ms, name="closing.at", to=4)
        with self.shop.store.group():
            assert [draft.take(post.device, one, now_ms).fault for one in records] == [None] * 3
            draft.write(EPOCH, now_ms)
        self.shop.journal.committed(draft)

    def _take(self, post: Post, kind: str, args: Any, schema: int) -> None:
        self.shop.accept(post.send(kind, args, schema))

    def _close(self, period: Period) -> None:
        now_ms = self.shop.clock.now_ms
        mint = IdMint(now_ms, Random(len(period)).randbytes)
        alerts = AlertBook(self.shop.store, self.shop.log, mint, now_ms)
        watch = Watch(self.shop.store, alerts, 0, now_ms, self.shop.clock.seconds)
        check = JournalCheck(self.shop.store, self.shop.journal, alerts, now_ms)
        while check.behind:
            check.tick()
        clock = now_ms, lambda _at_ms: PARIS_MIN
        settings = ClosingSettings()
        closings = Closings(
            self.shop.store, self.shop.journal, check, alerts, watch, settings, clock
        )
        closings.close(period)


def busy_days(folder: Path) -> Ledger:
    """Return such a shop after its days, closed: made once in a process, and copied."""
    ledger, content = _days()
    return ledger.copied(folder, content)


@cache
def _days() -> tuple[Ledger, bytes]:
    with TemporaryDirectory() as scratch:
        ledger = Busy(Path(scratch)).days().ledger
        return ledger, ledger.path.read_bytes()
