"""A ticket is a fact: taken whatever it says, entered in every ledger, flagged where it is odd."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from common.models import Alert, Payment, Sale, StockLevel, Takings, Ticket
from common.money import LIMIT
from common.rules import ticket_line
from hub.commands.sales import CLOCK_TOLERANCE_MS
from tests.hub.shop_bench import ShopBench, check_all, entry

GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


def sell(bench: ShopBench, ticket: Ticket) -> tuple[str, ...]:
    """Record a ticket, which is always accepted; return its flags."""
    taken = bench.take(bench.till.sale(ticket))
    assert taken.statuses == ["accepted"]
    flags: tuple[str, ...] = taken.answers[0].flags
    return flags


def alerts(bench: ShopBench) -> list[tuple[str, str]]:
    """Return (code, subject) of every alert, the same in the table and at the office."""
    found = bench.store.db.execute("SELECT code, subject FROM alert ORDER BY id").fetchall()
    assert [(row.code, row.subject) for row in bench.rows("alerts", Alert)] == found
    return [tuple(row) for row in found]


def test_a_sound_ticket_stands_in_every_ledger(bench: ShopBench) -> None:
    ticket = bench.ticket(
        (bench.article("A"), 1000), (bench.article("B"), 2500), (bench.article("A"), 500), ("", 500)
    )
    assert sell(bench, ticket) == ()
    db = bench.store.db
    kept = db.execute("SELECT id, series, number, device_id, total_cents, body FROM ticket")
    row = kept.fetchone()
    assert row[:5] == (ticket.id, "T1", 1, bench.till.device.id, ticket.total_cents)
    assert orjson.loads(row[5]) == orjson.loads(orjson.dumps(ticket))
    assert (bench.level("A"), bench.level("B"), bench.level("C")) == (8500, 7500, 10_000)
    moved = db.execute(
        "SELECT delta_milli, reason, source_id, at_ms FROM stock_movement WHERE reason = 'sale'"
        " ORDER BY delta_milli"
    )
    assert moved.fetchall() == [
        (-2500, "sale", ticket.id, bench.now_ms),
        (-1500, "sale", ticket.id, bench.now_ms),
    ]
    lines = db.execute("SELECT position, article_id, total_cents FROM ticket_line").fetchall()
    assert lines == [(i, line.article_id, line.total_cents) for i, line in enumerate(ticket.lines)]
    device = bench.till.device
    assert bench.rows("sales", Sale) == [
        Sale(ticket.id, device.id, device.name, bench.now_ms, ticket, ())
    ]
    assert alerts(bench) == []


def test_takings_are_summed_by_method_and_rate(bench: ShopBench) -> None:
    cheap, dear = (
        ticket_line("", "Bread", 1000, 100, 550),
        ticket_line("", "Wine", 1000, 1000, 2000),
    )
    both = replace(
        bench.ticket_of(cheap, dear),
        payments=(Payment("cash", 600, 1000), Payment("card", 500, 500)),
    )
    back = bench.ticket_of(ticket_line("", "Bread", -1000, 100, 550))
    for ticket in (both, back, bench.ticket_of(dear)):
        assert sell(bench, ticket) == ()
    other_day = replace(bench.ticket_of(cheap), business_date="2020-01-01")
    sell(bench, other_day)
    bench.take(bench.till2.sale(bench.ticket_of(cheap)))
    sums = {(row.business_date, row.device_name): row for row in bench.rows("takings", Takings)}
    mine = sums[both.business_date, "Till 1"]
    assert (mine.tickets, mine.total_cents) == (3, 2000)
    assert mine.by_method == {"cash": 600, "card": 500 - 100 + 1000}
    assert mine.by_vat_bp == {"550": 0, "2000": 2000}
    assert sums["2020-01-01", "Till 1"].total_cents == 100
    assert sums[both.business_date, "Till 2"].total_cents == 100
    stored = bench.store.db.execute(
        "SELECT tickets, total_cents, by_method, by_vat_bp FROM takings"
        " WHERE business_date = ? AND device_id = ?",
        (both.business_date, bench.till.device.id),
    ).fetchone()
    assert (*stored[:2], orjson.loads(stored[2]), orjson.loads(stored[3])) == (
        3,
        2000,
        mine.by_method,
        mine.by_vat_bp,
    )


def test_sums_beyond_one_tickets_limit_can_be_read(bench: ShopBench) -> None:
    for _ in range(2):
        bench.take(bench.till.sale(bench.ticket(("", 1000), total_cents=LIMIT)))
    (sums,) = bench.rows("takings", Takings)
    assert sums.total_cents == 2 * LIMIT
    for _ in range(2):
        bench.take(bench.depot.delivery(bench.receipt((bench.article("A"), LIMIT))))
    levels = {level.article_id: level for level in bench.rows("stock", StockLevel)}
    assert levels[bench.article("A")].quantity_milli == 2 * LIMIT + 10_000


def test_an_unknown_article_is_flagged_and_the_rest_is_entered(bench: ShopBench) -> None:
    flags = sell(bench, bench.ticket((GHOST, 1000), (bench.article("A"), 1000), ("", 1000)))
    assert flags == ("flag_unknown_article",)
    assert alerts(bench) == [("flag_unknown_article", "Something")]
    assert bench.level("A") == 9000
    assert bench.one("SELECT count(*) FROM stock_movement WHERE article_id = ?", GHOST) == 0
    (sums,) = bench.rows("takings", Takings)
    assert sums.total_cents == 750


def test_stock_that_falls_below_zero_is_flagged_once(bench: ShopBench) -> None:
    article = bench.article("A")
    assert sell(bench, bench.ticket((article, 10_000))) == ()
    assert sell(bench, bench.ticket((article, 1500))) == ("flag_negative_stock",)
    assert sell(bench, bench.ticket((article, 1000))) == ()
    assert bench.level("A") == -2500
    assert alerts(bench) == [("flag_negative_stock", "Item A: -1.5")]


def test_a_return_brings_back_what_was_sold(bench: ShopBench) -> None:
    assert sell(bench, bench.ticket((bench.article("A"), -1000))) == ()
    assert bench.level("A") == 11_000


@pytest.mark.parametrize("change", ["total", "vat", "payments", "line"])
def test_totals_that_differ_are_flagged(bench: ShopBench, change: str) -> None:
    ticket = bench.ticket((bench.article("A"), 1000))
    odd = {
        "total": replace(ticket, total_cents=1),
        "vat": replace(ticket, vat=()),
        "payments": replace(ticket, payments=()),
        "line": replace(ticket, lines=(replace(ticket.lines[0], unit_price_cents=1),)),
    }[change]
    assert sell(bench, odd) == ("flag_totals_differ",)
    assert alerts(bench) == [("flag_totals_differ", f"T1-{odd.number}")]
    (sale,) = bench.rows("sales", Sale)
    assert (sale.ticket, sale.flags) == (odd, ("flag_totals_differ",))
    assert bench.level("A") == 9000


def test_a_repeated_number_is_flagged_and_taken(bench: ShopBench) -> None:
    first = bench.ticket((bench.article("A"), 1000))
    second = bench.ticket((bench.article("A"), 1000), number=first.number)
    elsewhere = bench.ticket((bench.article("A"), 1000), number=first.number, series="T2")
    assert sell(bench, first) == ()
    assert sell(bench, second) == ("flag_repeated_number",)
    assert sell(bench, elsewhere) == ()
    assert bench.level("A") == 7000
    assert alerts(bench) == [("flag_repeated_number", f"T1-{first.number}")]


def test_a_repeated_id_enters_nothing_twice(bench: ShopBench) -> None:
    ticket = bench.ticket((bench.article("A"), 1000))
    sell(bench, ticket)
    sums = bench.rows("takings", Takings)
    assert sell(bench, ticket) == ("flag_repeated_id",)
    assert bench.level("A") == 9000
    assert bench.rows("takings", Takings) == sums
    assert len(bench.rows("sales", Sale)) == 1
    assert alerts(bench) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_a_wrong_clock_is_flagged_beyond_its_tolerance(bench: ShopBench, sign: int) -> None:
    within = bench.ticket(("", 1000), clock_diff_ms=sign * CLOCK_TOLERANCE_MS)
    beyond = bench.ticket(("", 1000), clock_diff_ms=sign * (CLOCK_TOLERANCE_MS + 1000))
    assert sell(bench, within) == ()
    assert sell(bench, beyond) == ("flag_clock",)
    assert alerts(bench) == [("flag_clock", f"T1-{beyond.number}: {sign * 121} s")]


def test_every_flag_at_once_is_still_a_sale(bench: ShopBench) -> None:
    sell(bench, bench.ticket(("", 1000), number=77))
    odd = bench.ticket(
        (GHOST, 1000),
        (bench.article("A"), 11_000),
        number=77,
        total_cents=1,
        clock_diff_ms=-999_999,
    )
    flags = sell(bench, odd)
    assert set(flags) == {
        "flag_totals_differ",
        "flag_repeated_number",
        "flag_clock",
        "flag_unknown_article",
        "flag_negative_stock",
    }
    by_id = {sale.id: sale for sale in bench.rows("sales", Sale)}
    assert by_id[odd.id].flags == flags
    assert {code for code, _ in alerts(bench)} == set(flags)


def test_two_tills_that_sell_the_last_piece_both_stand(bench: ShopBench) -> None:
    bench.take(bench.office.put(entry("L", stock_milli=1000)))
    article = bench.article("L")
    taken = bench.take(
        bench.till.sale(bench.ticket((article, 1000))),
        bench.till2.sale(bench.ticket((article, 1000))),
    )
    assert taken.statuses == ["accepted", "accepted"]
    assert [answer.flags for answer in taken.answers] == [(), ("flag_negative_stock",)]
    assert bench.level("L") == -1000
