"""The journal verified behind the commits: a little each second, what is found told once."""

from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.models import Article
from common.topics import Profile
from hub.alerts import AlertBook
from hub.journal import JournalBook
from hub.journal_check import KEPT_EVERY_MS, SLICE, JournalCheck
from hub.journal_verify import verify_file
from tests.hub.journals import HUB, Pen
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import Post, Shop, goods

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"


@dataclass(slots=True)
class Till:
    """One till that sells, and the check behind it."""

    shop: Shop
    post: Post = field(init=False)
    pen: Pen = field(init=False)
    article: Article = field(init=False)
    book: JournalBook = field(init=False)
    check: JournalCheck = field(init=False)
    sold: int = 0

    def __post_init__(self) -> None:
        self.shop.hurry()
        (self.article,) = self.shop.stock(goods(1, stock_milli=10_000_000))
        self.post = self.shop.post(Profile.TILL)
        self.pen = Pen(1, self.post.device.id)
        self.start()

    def start(self) -> None:
        """Begin as a hub that starts on what is on disk."""
        shop = self.shop
        # Through the book that the pipeline appends by.
        self.book = shop.journal
        alerts = AlertBook(shop.store, shop.log, shop.mint, shop.clock.now_ms)
        self.check = JournalCheck(shop.store, self.book, alerts, shop.clock.now_ms)

    def sell(self, times: int = 1, signature: str = "") -> None:
        """Sell something; `signature`: what stands under it instead of the till's."""
        for _ in range(times):
            self.sold += 1
            paid = ticket(self.post, self.sold, lines_of((self.article, 1000)))
            args = self.pen.sale(paid)
            if signature:
                *before, last = args.records
                forged = replace(last, signatures={"ed25519": signature})
                args = replace(args, records=(*before, forged))
            self.shop.accept(self.post.send("sale.record", args, 2))

    def verify_all(self) -> int:
        """Let seconds pass until there is no more to verify; return how many it took."""
        for second in range(1000):
            if self.check.seq == self.book.head.seq:
                return second
            self.check.tick()
        raise AssertionError("it does not come to an end")

    def alerts(self) -> list[str]:
        """Return what was told of the journal."""
        rows = self.shop.rows("SELECT subject FROM alert WHERE code = 'journal_unsound'")
        return [subject for (subject,) in rows]

    def change(self, seq: int) -> None:
        """Write another amount into a record, as somebody with SQL would."""
        with closing(sqlite3.connect(self.shop.path, isolation_level=None)) as db:
            for (name,) in db.execute(TRIGGERS).fetchall():
                db.execute(f'DROP TRIGGER "{name}"')
            db.execute(
                "UPDATE journal SET record = CAST(replace(record, '\"total_cents\":', "
                "'\"total_cents\":9') AS BLOB) WHERE seq = ?",
                (seq,),
            )


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def test_it_follows_the_commits_a_slice_a_second(till: Till) -> None:
    till.sell(SLICE)
    lines = till.book.head.seq
    assert till.check.tick() == []
    assert till.check.seq == SLICE < lines
    assert till.verify_all() == 1
    assert (till.check.seq, till.alerts()) == (lines, [])
    before = till.shop.one("SELECT total_changes()")
    assert till.check.tick() == []
    assert till.shop.one("SELECT total_changes()") == before


def test_a_restart_goes_on_from_where_it_was_kept(till: Till) -> None:
    till.sell(SLICE)
    till.verify_all()
    kept = till.check.seq
    till.sell(3)
    till.verify_all()
    till.start()
    assert till.check.seq == kept, "it writes each minute, not each second"
    till.verify_all()
    till.shop.clock.pass_s(KEPT_EVERY_MS / 1000)
    till.sell()
    till.verify_all()
    till.start()
    assert till.check.seq == till.book.head.seq


def test_after_a_restart_a_chain_is_known_as_far_as_it_was_verified(till: Till) -> None:
    till.sell(3)
    till.verify_all()
    till.shop.reopen()
    till.start()
    till.sell(3)
    till.verify_all()
    assert till.alerts() == []


def test_what_was_kept_for_another_journal_counts_for_nothing(till: Till) -> None:
    till.sell(3)
    till.verify_all()
    with till.shop.store.group():
        kept = till.shop.store.meta("journal_checked")
        other = kept.replace(till.book.head.digest, "0" * 64)
        till.shop.store.set_meta("journal_checked", other)
    assert other != kept
    till.start()
    assert till.check.seq == 0
    with till.shop.store.group():
        till.shop.store.set_meta("journal_checked", "{")
    till.start()
    assert till.check.seq == 0


def test_a_changed_line_is_told_once_and_selling_goes_on(till: Till) -> None:
    till.sell(5)
    seq = till.book.head.seq
    till.change(seq - 2)
    till.change(seq - 1)
    (changes,) = till.check.tick()
    assert changes.topic == "alerts"
    assert till.alerts() == [f"{seq - 2}: record"]
    till.sell(5)
    till.verify_all()
    till.change(till.book.head.seq)
    till.sell()
    till.verify_all()
    assert len(till.alerts()) == 1


def test_a_signature_that_does_not_hold_is_noted_for_good(till: Till, tmp_path: Path) -> None:
    till.sell(2)
    till.sell(signature="00" * 64)
    bad = till.book.head.seq
    till.sell(2)
    assert till.verify_all() == 2, "what it notes itself it verifies as well"
    (alert,) = till.alerts()
    assert alert.startswith(f"{bad} ")
    ((said,),) = till.shop.rows("SELECT entry FROM journal WHERE type = 'invalid'")
    assert f'"entry":{bad}'.encode() in said
    report = verify_file(till.shop.path, HUB.public)
    assert (report.flaws, report.invalid, report.totals.tickets) == ((), 1, 5)
    till.verify_all()
    assert len(till.alerts()) == 1


def test_each_bad_signature_is_noted_and_the_first_told(till: Till) -> None:
    for _ in range(2):
        till.sell(signature="00" * 64)
        till.verify_all()
    assert len(till.alerts()) == 1
    assert till.shop.one("SELECT count(*) FROM journal WHERE type = 'invalid'") == 2
    assert verify_file(till.shop.path, HUB.public).flaws == ()


def test_a_disk_that_takes_no_alert_only_puts_it_off(till: Till) -> None:
    till.sell(3)
    till.change(till.book.head.seq)
    till.shop.store.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    assert till.check.tick() == []
    assert till.check.tick() == []
    till.shop.store.db.execute("DROP TRIGGER full")
    assert len(till.check.tick()) == 1
    assert len(till.alerts()) == 1
