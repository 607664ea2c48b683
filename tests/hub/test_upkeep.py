"""Windows close and the log is cut a little at a time, numbered like anything else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.models import Alert, Delivery, Sale, Takings
from common.people import Role
from hub.audit_people import audit_trail
from hub.changes import OWN
from hub.config import KeepSettings, PeopleSettings
from hub.records import sessions, trail
from hub.records.sessions import Session
from hub.upkeep import DAY_MS, SLICE, Upkeep
from tests.hub.shop_bench import ShopBench, check_all, entry

LATE_MS = 60_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


def upkeep(bench: ShopBench, window_days: int = 7, log_changes: int = 200_000) -> Upkeep:
    keep = KeepSettings(window_days=window_days, log_changes=log_changes)
    return Upkeep(bench.store, bench.log, keep, lambda: bench.now_ms, PeopleSettings())


def trade(bench: ShopBench) -> str:
    """Sell with an alert, and receive; return the ticket's id."""
    article = bench.article("A")
    ticket = bench.ticket((article, 1000), clock_diff_ms=10**6)
    receipt = bench.receipt((article, 1000))
    taken = bench.take(bench.till.sale(ticket), bench.depot.delivery(receipt))
    assert taken.statuses == ["accepted", "accepted"]
    return ticket.id


def windows(bench: ShopBench) -> list[int]:
    """Return how many rows each windowed topic holds."""
    topics = (("sales", Sale), ("receipts", Delivery), ("alerts", Alert), ("takings", Takings))
    return [len(bench.rows(topic, kind)) for topic, kind in topics]


def test_what_is_within_the_window_stays(bench: ShopBench) -> None:
    trade(bench)
    bench.now_ms += 7 * DAY_MS
    before = bench.picture()
    assert upkeep(bench).turn() == []
    assert bench.picture() == before


def test_what_left_the_window_is_dropped_by_numbered_changes(bench: ShopBench) -> None:
    old = trade(bench)
    bench.now_ms += 4 * DAY_MS
    new = trade(bench)
    heads, gseq = dict(bench.log.heads), bench.log.gseq
    bench.now_ms += 4 * DAY_MS
    changes = {part.topic: part for part in upkeep(bench).turn()}
    assert changes.keys() == {"sales", "receipts", "alerts", "takings"}
    for topic, part in changes.items():
        assert (part.gseq, part.first_tseq) == (gseq + 1, heads[topic].tseq + 1)
        assert [(c.row, c.outbox, c.n) for c in part.changes] == [(None, OWN.outbox, OWN.n)]
        assert bench.log.heads[topic].tseq == heads[topic].tseq + 1
    assert [change.key for change in changes["sales"].changes] == [old]
    assert [sale.id for sale in bench.rows("sales", Sale)] == [new]
    assert windows(bench) == [1, 1, 1, 1]
    assert upkeep(bench).turn() == []


def test_what_left_the_window_stays_in_the_ledgers(bench: ShopBench) -> None:
    trade(bench)
    bench.now_ms += 30 * DAY_MS
    upkeep(bench).turn()
    assert windows(bench) == [0, 0, 0, 0]
    tables = ("ticket", "goods_receipt", "alert", "takings")
    assert [bench.one(f"SELECT count(*) FROM {name}") for name in tables] == [1, 1, 1, 1]
    assert bench.level("A") == 10_000
    bench.restart()
    assert windows(bench) == [0, 0, 0, 0]


def test_a_sale_goes_at_its_millisecond_and_takings_at_their_date(bench: ShopBench) -> None:
    trade(bench)
    bench.now_ms += 7 * DAY_MS
    assert upkeep(bench).turn() == []
    bench.now_ms += 1
    assert {part.topic for part in upkeep(bench).turn()} == {"sales", "receipts", "alerts"}
    bench.now_ms += DAY_MS
    assert {part.topic for part in upkeep(bench).turn()} == {"takings"}


def test_takings_that_left_and_are_added_to_come_back_with_their_whole_sum(
    bench: ShopBench,
) -> None:
    late = bench.ticket(("", 1000))
    trade(bench)
    bench.now_ms += 30 * DAY_MS
    upkeep(bench).turn()
    bench.take(bench.till.sale(late))
    (sums,) = bench.rows("takings", Takings)
    assert (sums.tickets, sums.total_cents) == (2, 500)
    upkeep(bench).turn()
    assert windows(bench)[3] == 0


def test_many_are_dropped_slice_by_slice(bench: ShopBench) -> None:
    sales = [bench.till.sale(bench.ticket(("", 1000))) for _ in range(SLICE + 20)]
    bench.take(*sales)
    bench.now_ms += 30 * DAY_MS
    keeper = upkeep(bench)
    assert {p.topic: len(p.changes) for p in keeper.turn()} == {"sales": SLICE, "takings": 1}
    assert {p.topic: len(p.changes) for p in keeper.turn()} == {"sales": 20}
    assert keeper.turn() == []


def test_the_log_is_cut_to_what_is_kept(bench: ShopBench) -> None:
    bench.take(bench.console.put(*(entry(f"n{place}") for place in range(150))))
    assert upkeep(bench, log_changes=100).turn() == []
    head = bench.log.heads["articles"]
    assert (head.tseq, head.low) == (153, 53)
    assert bench.one("SELECT count(*) FROM change WHERE topic = 'articles'") == 100
    assert bench.log.heads["categories"].low == 0
    check_all(bench)
    before = bench.picture()
    assert upkeep(bench, log_changes=100).turn() == []
    assert bench.picture() == before


def test_on_a_full_disk_upkeep_waits_and_goes_on_later(bench: ShopBench) -> None:
    for _ in range(40):
        trade(bench)
    bench.now_ms += 30 * DAY_MS
    bench.fill_disk()
    before = bench.picture()
    assert upkeep(bench).turn() == []
    assert bench.picture() == before
    bench.free_disk()
    assert {part.topic: len(part.changes) for part in upkeep(bench).turn()} == {
        "sales": 40,
        "receipts": 40,
        "alerts": 40,
        "takings": 1,
    }


def test_a_clock_before_the_first_window_drops_nothing(bench: ShopBench) -> None:
    trade(bench)
    bench.now_ms = LATE_MS
    assert upkeep(bench).turn() == []
    assert windows(bench) == [1, 1, 1, 1]


# The audit trail, and sessions.


def entries(bench: ShopBench) -> list[int]:
    rows = bench.store.db.execute("SELECT id FROM audit_entry ORDER BY id")
    return [row[0] for row in rows]


def noted(bench: ShopBench, count: int) -> None:
    with bench.store.group() as db:
        for _ in range(count):
            trail.add(db, trail.Entry(bench.now_ms, "login"))


def tidy(bench: ShopBench, people: PeopleSettings) -> Upkeep:
    return Upkeep(bench.store, bench.log, KeepSettings(), lambda: bench.now_ms, people)


def test_old_entries_are_cut_a_day_late_and_the_cut_is_told(bench: ShopBench) -> None:
    noted(bench, 5)
    kept = PeopleSettings(audit_days=10)
    bench.now_ms += 10 * DAY_MS
    noted(bench, 2)
    tidy(bench, kept).turn()
    whole = entries(bench)
    bench.now_ms += DAY_MS + 1
    made = tidy(bench, kept)
    for _ in range(3):
        made.turn()
    # Those of the first day are gone, and one says so; a second cut waits for more.
    assert entries(bench) == [*whole[-2:], whole[-1] + 1]
    assert list(audit_trail(bench.store.db)) == []


def test_beyond_so_many_the_oldest_are_cut_by_slices(bench: ShopBench) -> None:
    noted(bench, 2 * SLICE + 300)
    made = tidy(bench, PeopleSettings(audit_rows=200))
    made.turn()
    assert len(entries(bench)) > SLICE
    for _ in range(4):
        made.turn()
    assert 198 <= len(entries(bench)) <= 204
    assert list(audit_trail(bench.store.db)) == []


def test_sessions_of_long_ago_are_dropped(bench: ShopBench) -> None:
    now_ms = bench.now_ms
    with bench.store.group() as db:
        for number, end_ms in enumerate((now_ms + 1, now_ms + DAY_MS)):
            token = sessions.token_of(str(number))
            sessions.add(db, Session(token, "a" * 32, "d", Role.CASHIER, now_ms, end_ms))
    bench.now_ms = now_ms + 60 * DAY_MS + 2
    tidy(bench, PeopleSettings()).turn()
    assert sessions.session(bench.store.db, "0") is None
    assert sessions.session(bench.store.db, "1") is not None
