"""The sums that tills state in X and Z, counted again by the hub's verification and the stand-alone
one: honest or not, all there or late, across archives; both say the same."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from common.commands import SaleSigned, TillRecords
from common.journal.drawer import CashData, CountData, CountedFor, Pieces
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData, begins_with, carried_over
from common.journal.record import SignedRecord
from common.journal.report import report_of
from hub.archive import verifier
from hub.archive.spans import Span
from hub.journal_verify import verify_file
from tests.hub.archive.rig import Archives
from tests.hub.journals import HUB
from tests.hub.papers import lines_of, ticket
from tests.tamper.ledger import Ledger
from tests.tamper.test_till_records import LIES, Till

Sent = tuple[str, tuple[SignedRecord, ...]]
SEEDS = range(25)
COUNT = CountData(CountedFor.CLOSE, (Pieces(2_000, 1), Pieces(100, 3)), "coins lost", 300)


class Tills:
    """Two tills that do anything. `late`: what they have written, and not sent yet."""

    def __init__(self, folder: Path, rng: Random, honest: bool) -> None:
        self.ledger = Ledger(folder)
        self.rng, self.honest = rng, honest
        self.late: tuple[list[Sent], list[Sent]] = [], []
        self.chains = 0
        for till in range(2):
            self._send(till, self._cash(till))

    def days(self, steps: int) -> None:
        """Do so many things."""
        doings: tuple[tuple[Callable[[int], Sent], int], ...] = (
            (self._sale, 8),
            (self._cash, 2),
            (self._x, 2),
            (self._z, 3),
            (self._anew, 1),
        )
        names, weights = zip(*doings, strict=True)
        for _ in range(steps):
            till = self.rng.randrange(2)
            (do,) = self.rng.choices(names, weights)
            sent = do(till)
            if self.rng.random() < 0.12:
                self.late[till].append(sent)
            else:
                self._send(till, sent)
            self.bring(0.1)
            self.ledger.shop.clock.pass_s(60)

    def bring(self, chance: float = 0.6) -> None:
        """Send some of what is late, in any order."""
        for till, waiting in enumerate(self.late):
            if waiting and self.rng.random() < chance:
                self._send(till, waiting.pop(self.rng.randrange(len(waiting))))

    def _send(self, till: int, sent: Sent) -> None:
        kind, records = sent
        post = self.ledger.tills[till]
        made = (SaleSigned(records), 2) if kind == "sale.record" else (TillRecords(records), 1)
        self.ledger.shop.accept(post.send(kind, *made))

    def _sale(self, till: int) -> Sent:
        ledger = self.ledger
        ledger.numbers[till] += 1
        lines = lines_of((ledger.articles[0], self.rng.randrange(1, 5) * 1000))
        post, number = ledger.tills[till], ledger.numbers[till]
        sold = ticket(post, number, lines, at_ms=ledger.shop.clock.ms)
        return "sale.record", tuple(ledger.pens[till].records(sold))

    def _cash(self, till: int) -> Sent:
        data = CashData(self.rng.randrange(1, 900), "coins")
        return "cash_in.record", tuple(self.ledger.pens[till].write(RecordType.CASH_IN, data))

    def _x(self, till: int) -> Sent:
        return "x.record", tuple(self.ledger.pens[till].report(RecordType.X))

    def _z(self, till: int) -> Sent:
        pen = self.ledger.pens[till]
        assert pen.book.tally is not None
        # Of this release, or of one that says nothing of how a drawer was counted.
        count = self.rng.choice([None, COUNT])
        stated = report_of(pen.book.tally, pen.chain.head.seq, 2_300, "", count)
        if not self.honest and self.rng.random() < 0.3:
            stated = LIES[self.rng.choice(sorted(LIES))](stated)
        return "z.record", tuple(pen.write(RecordType.Z, stated))

    def _anew(self, till: int) -> Sent:
        pen, self.chains = self.ledger.pens[till], self.chains + 1
        head, tally = pen.chain.head, pen.book.tally
        why = self.rng.choice(["lost", "set_back"])
        carried = carried_over(tally, head.chain, head.seq, why)
        if not self.honest and self.rng.random() < 0.5:
            carried.net_cents -= 1
        opened = OpenedData(why, head.chain, head.seq, head.digest, carried)
        pen.begin(f"{self.chains:02x}{till:030x}", opened)
        assert pen.book.tally == begins_with(opened)
        return self._cash(till)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_name_the_same_statements(tmp_path: Path, seed: int) -> None:
    tills = Tills(tmp_path, Random(seed), honest=False)
    tills.days(60)
    tills.ledger.shop.close()
    archives = Archives(tmp_path, tills.ledger)
    theirs = verify_file(archives.ledger.path, HUB.public)
    report = verifier.verify(str(archives.make().path))
    mine = [(one.seq, one.where) for one in report.found.sorted() if one.seq]
    assert mine == [(flaw.seq, flaw.where) for flaw in theirs.flaws]
    assert report.unproved == theirs.unproved


@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_what_comes_after_a_purge(tmp_path: Path, seed: int) -> None:
    """What waited for late records when a purge cut the journal still waits for them after it."""
    tills = Tills(tmp_path, Random(seed), honest=True)
    tills.days(40)
    tills.ledger.shop.close()
    archives = Archives(tmp_path, tills.ledger)
    ((cut,),) = archives.ledger.rows("SELECT max(seq) FROM journal_seal")
    first = archives.make("1.zip", Span(up_to=cut - tills.rng.randrange(10))).path
    archives.purge(first)
    archives.ledger.shop.reopen()
    for _ in range(6):
        tills.bring()
    tills.days(20)
    archives.ledger.shop.close()
    theirs = verify_file(archives.ledger.path, HUB.public)
    second = archives.make("2.zip").path
    for known in ([str(second)], [str(first), str(second)]):
        reports = [verifier.verify(path) for path in known]
        assert [report.found.kept for report in reports] == [[] for _ in known]
        assert reports[-1].unproved == theirs.unproved
    assert theirs.flaws == ()


def test_a_z_that_is_late_blames_none(tmp_path: Path) -> None:
    """A record and a Z are late, the next Z is there already: neither is held against sums that
    nobody knew yet, and both are counted as unproved."""
    till = Till(tmp_path)
    till.sell()
    late = till.pen.write(RecordType.CASH_IN, CashData(500, "coins"))
    till.sell()
    first = till.pen.report(RecordType.Z, 0)
    till.z()
    for kind, records, unproved in (("cash_in.record", late, 1), ("z.record", first, 2)):
        till.send(kind, records)
        report = verify_file(till.shop.path, HUB.public)
        assert (report.flaws, report.unproved) == ((), unproved)
    till.shop.close()
