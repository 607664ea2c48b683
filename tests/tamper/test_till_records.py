"""What a dishonest till could state beside its sales, and what names it.

The till's own key signs all of it: no signature is wrong here. Docstrings as in
`test_tampering.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.commands import SaleSigned, TillRecords
from common.journal.drawer import CashData
from common.journal.kinds import RecordType
from common.journal.opened import SUMMED, OpenedData, carried_over, unknown
from common.journal.record import SignedRecord
from common.journal.report import ReportData, report_of
from common.journal.sale import sale_data
from common.models import Ticket, original_of
from common.rules import refund_line
from common.topics import Profile
from hub.journal_verify import verify_file
from tests.hub.journals import HUB, Pen
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import Shop, goods
from tests.tamper.ledger import Ledger

pytestmark = pytest.mark.tamper


class Till:
    """A till whose records are written by hand. `flaws`: what a verification finds of them."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder)
        self.shop.hurry()
        self.articles = self.shop.stock(goods(2, stock_milli=1_000_000))
        self.post = self.shop.post(Profile.TILL)
        self.pen = Pen(1, self.post.device.id)
        self.sold = 0

    def paid(self, milli: int = 1000) -> Ticket:
        """Return a ticket."""
        self.sold += 1
        lines = lines_of((self.articles[0], milli))
        return ticket(self.post, self.sold, lines, at_ms=self.shop.clock.ms)

    def sell(self) -> Ticket:
        """Sell, and send it."""
        paid = self.paid()
        self.send("sale.record", self.pen.records(paid))
        return paid

    def send(self, kind: str, records: Any) -> tuple[str, ...]:
        """Send records; return the flags of the reply."""
        signed: tuple[SignedRecord, ...] = tuple(records)
        args = SaleSigned(signed) if kind == "sale.record" else TillRecords(signed)
        (reply,) = self.shop.accept(self.post.send(kind, args, 2 if kind == "sale.record" else 1))
        return reply.flags

    def z(self, lie: Callable[[ReportData], ReportData] = lambda data: data) -> int:
        """End the cash session with a Z, the truth of it changed; return its line."""
        held = self.pen.book.tally
        assert held is not None
        truth = report_of(held, self.pen.chain.head.seq, 0)
        self.send("z.record", self.pen.write(RecordType.Z, lie(truth)))
        return int(self.shop.one("SELECT max(seq) FROM journal"))

    def flaws(self) -> list[tuple[int, str]]:
        """Return (line, record) of what does not hold."""
        report = verify_file(self.shop.path, HUB.public)
        return [(flaw.seq, flaw.where) for flaw in report.flaws]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.shop.close()


def without_a_ticket(data: ReportData) -> ReportData:
    held = data.sums
    less = replace(held.tickets, tickets=held.tickets.tickets - 1)
    return replace(data, sums=replace(held, tickets=less))


def with_less_in_the_drawer(data: ReportData) -> ReportData:
    return replace(data, expected_cents=data.expected_cents - 100, difference_cents=0)


LIES: dict[str, Callable[[ReportData], ReportData]] = {
    "tickets": without_a_ticket,
    "drawer": with_less_in_the_drawer,
    "net": lambda data: replace(data, net_cents=data.net_cents - 1),
    "absolute": lambda data: replace(data, absolute_cents=data.absolute_cents - 1),
    "reach": lambda data: replace(data, first_seq=data.first_seq + 1),
    "end": lambda data: replace(data, last_seq=data.last_seq - 1),
    "lacks": lambda data: replace(data, lacks="damaged"),
    "voids": lambda data: replace(data, sums=replace(data.sums, copies=7)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_z_that_lies(till: Till, lie: str) -> None:
    """A till states in a Z other sums than those of its records, and signs it: that Z is named."""
    till.sell()
    till.z()
    till.sell()
    till.sell()
    line = till.z(LIES[lie])
    till.sell()
    after = till.z()
    named = [(line, f"{till.pen.chain.head.chain[:8]}-6")]
    if lie in ("net", "absolute"):
        # The next one does not go on from what this one states.
        named.append((after, f"{till.pen.chain.head.chain[:8]}-8"))
    assert till.flaws() == named


def test_a_lie_that_is_told_on(till: Till) -> None:
    """The two totals that never end are made smaller in a Z, and every later one goes on from
    there: the first Z is named."""
    till.sell()
    line = till.z(LIES["net"])
    held = till.pen.book.tally
    assert held is not None
    held.net_cents -= 1
    till.sell()
    till.z()
    assert [seq for seq, _ in till.flaws()] == [line]


def test_a_sale_that_is_called_an_exercise(till: Till) -> None:
    """A till puts an exercise among its sales, which would be in no total: the record is noted as
    invalid, a manager is told, and it is named in every verification's count."""
    till.sell()
    paid = till.paid()
    data = {"of": "sale", "data": sale_data(paid)}
    flags = till.send("training.record", till.pen.write(RecordType.TRAINING, Exercise(data)))
    assert flags == ("flag_record_invalid",)
    report = verify_file(till.shop.path, HUB.public)
    assert (report.invalid, report.exercises) == (1, 1)


class Exercise(dict[str, Any]):
    """The data of an exercise that no honest pen writes."""


def test_a_refund_that_nobody_asked_for(till: Till) -> None:
    """A till gives a sale back behind the customer's back: the absolute total grows by it, the
    ticket names its original, and what is given back twice is told."""
    sold = till.sell()
    lines = [refund_line(line, line.quantity_milli) for line in sold.lines]
    flags = []
    for _ in range(2):
        till.sold += 1
        back = ticket(till.post, till.sold, lines, at_ms=till.shop.clock.ms)
        flags.append(till.send("refund.record", till.pen.refund(back, original_of(sold))))
    assert flags == [(), ("flag_refund_repeated",)]
    totals = verify_file(till.shop.path, HUB.public).totals
    assert totals.net_cents == -sold.total_cents
    assert totals.absolute_cents == 3 * sold.total_cents


def test_sums_that_begin_anew(till: Till) -> None:
    """A till begins its sums anew after a Z, as if an older release had been there: the record that
    says so is named."""
    till.sell()
    till.z()
    head = till.pen.chain.head
    begun = unknown(SUMMED, head.seq + 1)
    opened = OpenedData(SUMMED, head.chain, head.seq, head.digest, begun)
    records = till.pen.write(RecordType.OPENED, opened)
    till.pen.book = replace(till.pen.book, tally=begun)
    till.send("sale.record", (*records, *till.pen.records(till.paid())))
    line = int(till.shop.one("SELECT max(seq) FROM journal")) - 1
    assert till.flaws()[0] == (line, f"{head.chain[:8]}-4")


def test_a_chain_that_forgets(till: Till) -> None:
    """A till whose file was lost goes on with smaller sums than it had: the record by which its new
    chain begins is named."""
    till.sell()
    till.sell()
    head, tally = till.pen.chain.head, till.pen.book.tally
    carried = carried_over(tally, head.chain, head.seq, "lost")
    carried.net_cents -= 100
    carried.session.tickets.net_cents -= 100
    till.pen.begin("ee" * 16, OpenedData("lost", head.chain, head.seq, head.digest, carried))
    till.sell()
    line = int(till.shop.one("SELECT max(seq) FROM journal")) - 1
    assert till.flaws() == [(line, "eeeeeeee-1")]


def test_a_z_of_another_end(till: Till) -> None:
    """A Z says that it ends before the record before it, which is held back: that Z is named, while
    nobody knows what it covers."""
    till.sell()
    held = till.pen.write(RecordType.CASH_IN, CashData(500, "coins"))
    line = till.z(LIES["end"])
    assert [seq for seq, _ in till.flaws()] == [line]
    till.send("cash_in.record", held)
    assert [seq for seq, _ in till.flaws()] == [line]


def test_a_z_changed_in_the_database(tmp_path: Path) -> None:
    """The sums of a Z are changed in the database, triggers dropped: that record is named."""
    ledger = Ledger(tmp_path)
    ledger.sell(0)
    report = TillRecords(tuple(ledger.pens[0].report(RecordType.Z, 0)))
    ledger.shop.accept(ledger.tills[0].send("z.record", report))
    seq = int(ledger.shop.one("SELECT max(seq) FROM journal"))
    ledger.sell(0)
    ledger.shop.close()
    ledger.change_record(seq, '"counted_cents":0', '"counted_cents":1')
    assert [flaw.seq for flaw in ledger.flaws()] == [seq]
