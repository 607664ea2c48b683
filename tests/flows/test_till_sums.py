"""A till's sums through whatever happens to its files, held against the hub's journal each time."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.journal.report import ReportData
from common.journal.till_tally import Span
from common.rules import refund_line
from kiosk import outbox_counts
from kiosk.database import sqlite3
from kiosk.outbox_counts import Counted
from tests.flows.signed_till import SignedTill
from tests.hub.shop import Post
from tests.kiosk.post import BOX


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SignedTill]:
    made = SignedTill(tmp_path)
    yield made
    made.close()


def outbox_file(till: SignedTill) -> Path:
    return till.folder / "outbox.db"


def z_of(till: SignedTill) -> ReportData:
    data: ReportData = till.counter.z(0).data
    return data


def lines_of_records(till: SignedTill) -> list[str]:
    return [record.type.value for record in till.records()]


# Files that are lost, damaged, set back.


def test_a_file_that_is_set_back_goes_on_with_what_the_copy_knows(till: SignedTill) -> None:
    till.counter.open_session(1_000)
    sold = till.sell()
    till.deliver()
    chain = till.session.outbox
    till.session._outbox.renew()
    till.sell()
    z = z_of(till)
    till.deliver()
    assert z.lacks == z.perpetual_lacks == "set_back"
    assert z.before == (Span(chain, 1, 3),)
    assert (z.first_seq, z.last_seq) == (1, 2)
    assert z.sums.tickets.tickets == 2
    assert z.expected_cents == 1_000 + 2 * sold.total_cents
    opened = till.last(RecordType.OPENED)
    assert (opened.why, opened.after, opened.after_seq) == ("set_back", chain, 3)
    assert till.sound().unproved == 0


def test_what_came_after_the_copy_is_at_the_hub_and_the_z_says_that_it_may_lack(
    till: SignedTill,
) -> None:
    first = till.sell()
    till.deliver()
    till.session.close()
    copy = outbox_file(till).read_bytes()
    till.begin()
    till.sell()
    till.deliver()
    till.session.close()
    outbox_file(till).write_bytes(copy)
    till.begin()
    till.session._outbox.renew()  # As it does once the hub, or its replica, tells it.
    z = z_of(till)
    till.deliver()
    assert z.sums.tickets.net_cents == first.total_cents
    assert z.lacks == "set_back"
    report = till.sound()
    assert report.totals.net_cents == 2 * first.total_cents


def test_a_file_that_vanishes_while_the_till_runs_loses_no_sum(till: SignedTill) -> None:
    till.counter.open_session(1_000)
    sold = till.sell()
    till.deliver()
    for path in till.folder.glob("outbox.db*"):
        path.unlink()
    till.session._outbox.look()
    till.stores.mend()
    till.sell()
    z = z_of(till)
    till.deliver()
    assert (z.lacks, z.perpetual_lacks) == ("", "")
    assert z.sums.tickets.net_cents == z.net_cents == 2 * sold.total_cents
    assert till.last(RecordType.OPENED).why == "lost"
    assert till.sound().unproved == 0


def test_a_file_that_is_gone_at_a_start_is_said_in_every_z(till: SignedTill) -> None:
    till.sell()
    till.deliver()
    till.stores.replica.cover("sales", 1)  # The replica knows that there was another outbox.
    till.session.close()
    for path in till.folder.glob("outbox.db*"):
        path.unlink()
    till.begin()
    sold = till.sell()
    first = z_of(till)
    till.sell()
    second = z_of(till)
    till.deliver()
    assert (first.lacks, first.perpetual_lacks) == ("lost", "lost")
    assert (second.lacks, second.perpetual_lacks) == ("", "lost")
    assert second.net_cents == 2 * sold.total_cents
    assert till.sound().unproved == 0


def damaged_meta(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET outbox = 'x' || substr(outbox, 2)")
        db.commit()


def damaged_sums(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE tally SET body = zeroblob(length(body))")
        db.commit()


@pytest.mark.parametrize(
    ("damage", "tickets"), [(damaged_meta, 2), (damaged_sums, 1)], ids=["meta", "sums"]
)
def test_a_damaged_file_goes_on_with_what_can_be_read(
    till: SignedTill, damage: Callable[[Path], None], tickets: int
) -> None:
    till.sell()
    till.deliver()
    till.session.close()
    damage(outbox_file(till))
    till.begin()
    assert [problem.code for problem in till.stores.problems] == ["outbox_damaged"]
    till.sell()
    z = z_of(till)
    till.deliver()
    assert (z.lacks, z.sums.tickets.tickets) == ("damaged", tickets)
    assert till.sound().unproved == 0


def as_an_older_release_left_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE tally")
        db.execute("DROP TABLE copy")
        db.commit()


def test_a_till_of_a_release_that_kept_no_sums_begins_them_and_says_so(till: SignedTill) -> None:
    sold = till.sell()
    till.deliver()
    till.session.close()
    as_an_older_release_left_it(outbox_file(till))
    till.begin()
    till.sell()
    z = z_of(till)
    till.sell()
    later = z_of(till)
    till.deliver()
    assert lines_of_records(till) == [*("opened", "sale", "opened", "sale", "z"), "sale", "z"]
    assert (z.first_seq, z.lacks, z.perpetual_lacks) == (3, "summed", "summed")
    assert z.sums.tickets.net_cents == sold.total_cents
    assert (later.lacks, later.perpetual_lacks) == ("", "summed")
    assert later.net_cents == 2 * sold.total_cents
    report = till.sound()
    assert (report.unproved, report.totals.tickets) == (0, 3)
    assert [code for (code,) in till.shop.rows("SELECT code FROM alert")] == []


def test_a_file_in_which_an_older_release_sold_on_begins_its_sums_anew(till: SignedTill) -> None:
    """Somebody put the older release back for a day: nothing was counted, and nobody pretends."""
    till.sell()
    book = till.session._outbox.book()
    till.sell()
    till.deliver()
    till.session.close()
    assert book.tally is not None
    with closing(sqlite3.connect(outbox_file(till))) as db:
        counted = Counted(book.chain.head.seq, book.number, book.tally)
        outbox_counts.note(db, BOX, book.chain.head.chain, counted)
        db.commit()
    till.begin()
    till.sell()
    z = z_of(till)
    till.deliver()
    assert (z.lacks, z.first_seq, z.sums.tickets.tickets) == ("summed", 4, 1)
    assert till.sound().unproved == 0


def test_a_copy_that_goes_on_beside_its_till_states_sums_of_other_records(
    till: SignedTill,
) -> None:
    """Its records are noted as invalid; its Z cannot be recomputed, and is no lie."""
    till.sell()
    till.deliver()
    till.session.close()
    copy = outbox_file(till).read_bytes()
    till.begin()
    till.sell(till.line(1))
    till.deliver()
    till.session.close()
    outbox_file(till).write_bytes(copy)
    till.begin()
    till.sell(till.line(2))
    till.sell(till.line(3))
    till.counter.z(0)
    till.sell()
    till.counter.z(0)
    Late(till).send(0, 1, 2, 3, 4)
    report = till.report()
    assert report.flaws == ()
    assert (report.invalid, report.unproved) == (2, 1)
    assert report.totals.tickets == 5


# Records that come late.


class Late:
    """The till's operations, sent one by one under other numbers, in whatever order."""

    def __init__(self, till: SignedTill) -> None:
        self._till = till
        self._received = till.received()
        self._post = Post(till.at_hub, "7" * 32)

    def send(self, *places: int) -> None:
        """Send some of them, by place from 0."""
        shop = self._till.shop
        for place in places:
            command = self._received[place].command
            shop.accept(self._post.send_bytes(command.body, command.schema))


def test_a_sale_that_comes_after_its_z_is_in_it(till: SignedTill) -> None:
    for _ in range(4):
        till.sell()
    till.counter.z(0)
    till.sell()
    till.counter.z(0)
    late = Late(till)
    late.send(0, 1, 3, 4)
    assert (till.report().flaws, till.report().unproved) == ((), 1)
    late.send(5, 6)
    assert till.report().unproved == 1
    late.send(2)
    report = till.sound()
    assert (report.unproved, report.totals.tickets) == (0, 5)


def test_a_z_that_comes_late_leaves_the_next_one_unproved_and_no_more(till: SignedTill) -> None:
    till.sell()
    till.counter.z(0)
    till.sell()
    till.counter.z(0)
    till.sell()
    till.counter.z(0)
    late = Late(till)
    late.send(0, 2, 3, 1, 4, 5)
    report = till.sound()
    assert (report.unproved, report.totals.tickets) == (2, 3)


def test_an_x_needs_what_it_covers_and_no_more(till: SignedTill) -> None:
    till.sell()
    till.counter.z(0)
    till.sell()
    sold = till.sell()
    till.counter.x()
    refund = refund_line(sold.lines[0], 1000)
    assert refund.total_cents < 0
    late = Late(till)
    late.send(0, 1, 3, 4)
    assert till.report().unproved == 1
    late.send(2)
    assert till.sound().unproved == 0


# Power.


def test_nothing_is_counted_that_is_not_on_disk(till: SignedTill) -> None:
    till.sell()
    before = till.counter.tally
    connection = till.session._outbox._database.connection
    connection.execute("PRAGMA max_page_count = 1").fetchone()
    with pytest.raises(Exception, match="disk"):
        till.sell(*[till.line()] * 400)
    connection.execute("PRAGMA max_page_count = 1073741823").fetchone()
    assert till.counter.tally == before
    till.sell()
    z = z_of(till)
    till.deliver()
    assert z.sums.tickets.tickets == 2
    till.sound()


def test_sums_lie_sealed(till: SignedTill) -> None:
    till.sell()
    till.session._outbox.renew()
    till.sell()
    till.session.close()
    for name in os.listdir(till.folder):
        raw = (till.folder / name).read_bytes()
        assert b"net_cents" not in raw, name
    till.begin()


def test_a_chain_says_what_it_carries_on_in_its_first_record(till: SignedTill) -> None:
    till.sell()
    till.session._outbox.renew()
    till.sell()
    till.deliver()
    opened: OpenedData = till.last(RecordType.OPENED)
    assert opened.carried is not None
    assert opened.carried.session.tickets.tickets == 1
