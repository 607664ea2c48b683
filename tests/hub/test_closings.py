"""Closings of a real journal: what they sum up, when they are made, what does not stop them."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.errors import Refusal
from common.journal.entry import Head, read_entry
from common.journal.kinds import EntryType, Period
from common.journal.resume import resumed
from common.journal.totals import Totals
from common.journal.verify import Verifier
from common.models import convert
from hub.audit import audit_file
from hub.closings import SLICE
from hub.config import ClosingSettings
from hub.records import journal as rows
from tests.hub.closing_shop import DAY_S, HOUR_S, ClosingShop
from tests.hub.papers import lines_of, ticket


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ClosingShop]:
    shop = ClosingShop(tmp_path)
    yield shop
    shop.shop.close()


def sold(shop: ClosingShop, where: str = "1") -> dict[str, Any]:
    """Return what the tickets of the ledger come to, by SQL alone."""
    vat: dict[str, int] = {}
    for (body,) in shop.shop.rows(f"SELECT body FROM ticket WHERE {where}"):
        for line in orjson.loads(body)["vat"]:
            vat[str(line["vat_bp"])] = vat.get(str(line["vat_bp"]), 0) + line["total_cents"]
    paid = shop.shop.rows(
        "SELECT method, sum(amount_cents) FROM ticket_payment WHERE ticket_id IN"
        f" (SELECT id FROM ticket WHERE {where}) GROUP BY method"
    )
    count, total = shop.shop.rows(
        f"SELECT count(*), coalesce(sum(total_cents), 0) FROM ticket WHERE {where}"
    )[0]
    return {"tickets": count, "net_cents": total, "by_rate": vat, "by_method": dict(paid)}


def stated(totals: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same of a closing's sums."""
    return {
        "tickets": totals["tickets"],
        "net_cents": totals["net_cents"],
        "by_rate": {rate: sums["total_cents"] for rate, sums in totals["by_rate"].items()},
        "by_method": totals["by_method"],
    }


def test_a_day_is_closed_by_the_clock_and_comes_to_what_was_sold(shop: ClosingShop) -> None:
    for number in range(10):
        shop.sell(number % 2)
    shop.settle()
    assert shop.closed() == []
    shop.clock.pass_s(DAY_S)
    shop.tick()
    (day,) = shop.closed()
    assert (day["number"], day["begins"], day["to"], day["made"]) == (
        *(1, "2026-03-03", "2026-03-03", "clock"),
    )
    assert stated(day["totals"]) == sold(shop)
    assert day["perpetual"] == day["totals"]
    assert [(c["first"], c["last"]) for c in day["chains"].values()] == [(1, 6), (1, 6)]
    assert sum(day["lines"].values()) == day["last"] - day["first"] + 1
    assert shop.report().flaws == ()
    shop.tick()
    assert len(shop.closed()) == 1


def test_a_closing_while_tills_sell_and_one_is_offline_is_exact(shop: ClosingShop) -> None:
    """One till sells before and after, in the very same second; another one is away."""
    shop.sell(0)
    shop.sell(1)
    away = [shop.make(1) for _ in range(3)]
    shop.clock.pass_s(DAY_S)
    shop.sell(0)
    shop.tick()
    shop.sell(0)
    (first,) = shop.closed()
    assert first["totals"]["tickets"] == 3
    shop.deliver(1)
    shop.clock.pass_s(DAY_S)
    shop.settle()
    _, second = shop.closed()
    assert second["totals"]["tickets"] == 4
    assert {day: sums["tickets"] for day, sums in second["by_date"].items()} == {
        "2026-03-03": 3,
        "2026-03-04": 1,
    }
    assert stated(second["late"]["2026-03-03"])["tickets"] == 3
    (late,) = second["degraded"]
    assert (late["date"], late["first"], late["last"], late["tickets"], late["mode"]) == (
        *("2026-03-03", 3, 5, 3, "degraded"),
    )
    assert (late["from_ms"], late["to_ms"]) == (away[0].at_ms, away[-1].at_ms)
    assert stated(second["perpetual"]) == sold(shop)
    by_date: dict[str, Totals] = {}
    for data in (first, second):
        for day, sums in data["by_date"].items():
            by_date.setdefault(day, Totals()).merge(convert(sums, Totals))
    for day, whole in by_date.items():
        assert stated(whole.plain()) == sold(shop, f"business_date = '{day}'")
    assert shop.report().flaws == ()


def test_months_and_years_agree_with_their_days(shop: ClosingShop) -> None:
    for _ in range(310):
        shop.sell(0)
        shop.clock.pass_s(DAY_S - 60)
        shop.settle()
    days, months, years = (shop.closed(period) for period in Period)
    assert (len(days), len(months), len(years)) == (310, 10, 1)
    assert [month["begins"] for month in months[:2]] == ["2026-03-03", "2026-04-01"]
    assert (years[0]["begins"], years[0]["to"]) == ("2026-03-03", "2026-12-31")
    for longer in (*months, *years):
        whole = Totals()
        held = range(longer["days"]["first"], longer["days"]["last"] + 1)
        for day in days:
            if day["number"] in held:
                whole.merge(convert(day["totals"], Totals))
        assert longer["totals"] == whole.plain()
    assert [d["number"] for d in days] == list(range(1, 311))
    assert shop.report().flaws == ()


def test_a_hub_that_was_off_closes_at_its_next_start_before_posts_are_heard(
    shop: ClosingShop,
) -> None:
    shop.sell(0)
    shop.clock.pass_s(29 * DAY_S)
    shop.restart()
    shop.tick()
    days, months, _ = (shop.closed(period) for period in Period)
    assert [(d["begins"], d["to"], d["totals"]["tickets"]) for d in days] == [
        ("2026-03-03", "2026-03-31", 1)
    ]
    assert [(d["begins"], d["to"]) for d in months] == [("2026-03-03", "2026-03-31")]
    assert shop.report().flaws == ()


def test_a_clock_that_is_off_on_purpose_leaves_it_to_people(tmp_path: Path) -> None:
    shop = ClosingShop(tmp_path, settings=ClosingSettings(automatic=False))
    shop.sell(0)
    shop.clock.pass_s(40 * DAY_S)
    shop.settle()
    assert shop.closed() == []
    day = shop.close()
    assert (day["number"], day["begins"], day["to"], day["made"]) == (
        *(1, "2026-03-03", "2026-04-12", "hand"),
    )
    shop.shop.close()


def test_closing_by_hand_closes_what_is_open_and_nothing_twice(shop: ClosingShop) -> None:
    shop.sell(0)
    assert shop.close()["totals"]["tickets"] == 1
    shop.sell(0)
    again = shop.close()
    assert (again["number"], again["begins"], again["late"]) == (2, "2026-03-03", {})
    month = shop.close(Period.MONTH)
    assert (month["days"], month["totals"]["tickets"]) == ({"first": 1, "last": 2}, 2)
    shop.sell(1)
    year = shop.close(Period.YEAR)
    assert (year["days"], year["totals"]["tickets"]) == ({"first": 1, "last": 3}, 3)
    assert [d["number"] for d in shop.closed(Period.MONTH)] == [1, 2]
    # A year of which nothing is open is closed with a day of its own.
    assert shop.close(Period.YEAR)["days"] == {"first": 4, "last": 4}
    shop.clock.pass_s(DAY_S)
    shop.settle()
    assert len(shop.closed()) == 4
    assert shop.report().flaws == ()


def test_the_tills_that_were_silent_and_what_is_missing_are_named(shop: ClosingShop) -> None:
    shop.sell(0)
    shop.make(1)
    lost = shop.tills[1].waiting.pop()
    shop.tills[1].post.n -= 1
    assert lost
    for _ in range(3):
        shop.tick()
    (silent,) = shop.close()["silent"]
    assert (silent["name"], silent["records"], silent["presence"]) == ("Caisse 2", 0, "never")
    shop.sell(1)
    day = shop.close()
    assert [(one["name"], one["records"]) for one in day["silent"]] == [("Caisse 1", 0)]
    missing = day["chains"][shop.tills[1].pen.chain.head.chain]["missing"]
    assert [(run["first"], run["last"]) for run in missing] == [(1, 2)]
    assert shop.report().flaws == ()


def test_a_ticket_that_fills_a_gap_counts_in_the_next_closing(shop: ClosingShop) -> None:
    """It comes out of quarantine, say: its number is before what was closed already."""
    shop.make(0)
    (first,) = shop.tills[0].waiting
    shop.tills[0].waiting.clear()
    shop.tills[0].post.n -= 1
    shop.sell(0)
    shop.close()
    again = shop.tills[0].post.send_bytes(first.command.body, 2)
    shop.shop.accept(again)
    day = shop.close()
    (chain,) = day["chains"].values()
    assert (chain["first"], chain["last"], chain["filled"], chain["missing"]) == (4, 3, 2, [])
    assert (day["totals"]["tickets"], day["degraded"]) == (1, [])
    assert shop.report().flaws == ()


def test_a_closing_waits_for_what_is_not_verified_and_sales_do_not(shop: ClosingShop) -> None:
    for _ in range(SLICE + 10):
        shop.sell(0)
    with pytest.raises(Refusal) as refused:
        shop.close()
    assert refused.value.problem.code == "journal_behind"
    assert 0 < refused.value.problem.params["lines"] < SLICE
    shop.sell(1)
    # It was asked for: the hub hurries on, and has it verified by the next second.
    shop.tick()
    assert shop.close()["totals"]["tickets"] == SLICE + 11


def test_a_fault_is_stated_alarmed_and_stops_nothing(shop: ClosingShop) -> None:
    shop.sell(0)
    shop.close()
    shop.sell(0)
    with closing(sqlite3.connect(shop.shop.path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER journal_no_update")
        seq = db.execute("SELECT max(seq) FROM journal").fetchone()[0]
        db.execute("UPDATE journal SET record = x'7b7d' WHERE seq = ?", (seq,))
    day = shop.close()
    assert [(fault["line"], fault["fault"]) for fault in day["faults"]] == [(seq, "record")]
    assert day["totals"]["tickets"] == 0
    alerts = {row["code"]: row["subject"] for row in shop.shop.live("alerts").values()}
    assert alerts["closing_unsound"] == "day-2"
    assert alerts["journal_unsound"].startswith(f"{seq}:")
    shop.sell(0)
    last = shop.close()
    assert (last["faults"], last["totals"]["tickets"]) == ([], 1)
    # The record is named, and no closing is blamed for it.
    assert {flaw.seq for flaw in shop.report().flaws if flaw.seq} == {seq}


def test_a_disk_that_fails_puts_a_closing_off(shop: ClosingShop) -> None:
    shop.sell(0)
    shop.clock.pass_s(DAY_S)
    shop.shop.store.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(shop.shop.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        shop.tick()
        assert shop.closed() == []
        other.execute("ROLLBACK")
    shop.tick()
    assert len(shop.closed()) == 1
    assert shop.report().flaws == ()


def test_a_start_goes_on_from_what_was_verified(shop: ClosingShop) -> None:
    shop.sell(0)
    shop.close()
    shop.sell(1)
    shop.clock.pass_s(HOUR_S)
    shop.settle()
    before = shop.check.standing
    shop.restart()
    assert shop.check.behind == 0
    assert shop.check.standing == before
    assert shop.close()["number"] == 2
    assert shop.report().flaws == ()


def test_a_walk_can_begin_at_a_daily_closing(shop: ClosingShop) -> None:
    """What was before it need not be there any more."""
    shop.make(1)
    shop.tills[1].waiting.clear()
    shop.tills[1].post.n -= 1
    for _ in range(3):
        shop.sell(0)
        shop.sell(1)
    shop.close(Period.MONTH)
    shop.sell(0)
    shop.close()
    shop.sell(1)
    shop.close(Period.YEAR)
    shop.settle()
    db = shop.shop.store.db
    trusted = set(shop.shop.journal.signer.keys.values())
    whole = Verifier(trusted)
    assert list(whole.walk(rows.lines(db), rows.seals(db))) == []
    days = 0
    for line in rows.of_type(db, EntryType.CLOSING):
        entry = read_entry(line.body)
        if entry.data["period"] != Period.DAY:
            continue
        days += 1
        head = Head(entry.chain, line.seq, line.digest)
        begun = resumed(head, entry.data, entry.at_ms, trusted)
        later = Verifier(trusted, standing=begun)
        after = rows.lines(db, line.seq), rows.seals(db, line.seq)
        assert list(later.walk(*after)) == []
        later.standing.began_ms = whole.standing.began_ms
        assert later.standing == whole.standing
    assert days == 3


def test_a_ticket_that_stands_in_two_records_counts_once(shop: ClosingShop) -> None:
    """A till whose records were invalid sends them again under a new outbox, for example."""
    till = shop.tills[0]
    paid = ticket(till.post, 1, lines_of((shop.articles[0], 1000)), at_ms=shop.clock.ms)
    shop.shop.accept(till.post.send("sale.record", till.pen.sale(paid), 2))
    (reply,) = shop.shop.accept(till.post.send("sale.record", till.pen.sale(paid), 2))
    assert reply.flags == ("flag_repeated_id",)
    day = shop.close()
    assert day["lines"]["repeated"] == 1
    assert stated(day["totals"]) == sold(shop)
    assert day["totals"]["tickets"] == 1
    report = shop.report()
    assert (report.flaws, report.totals.tickets) == ((), 1)
    assert audit_file(shop.shop.path) == []


def test_a_ticket_that_counts_twice_is_found(shop: ClosingShop) -> None:
    """Two records hold it, and no line takes one out: the walk alone cannot tell."""
    till = shop.tills[0]
    paid = ticket(till.post, 1, lines_of((shop.articles[0], 1000)), at_ms=shop.clock.ms)
    shop.shop.accept(till.post.send("sale.record", till.pen.sale(paid), 2))
    draft = shop.shop.journal.draft()
    with shop.shop.store.group():
        (again,) = till.pen.records(paid)
        draft.take(till.post.device, again, shop.clock.ms)
        draft.write(shop.shop.log.epoch, shop.clock.ms)
    shop.shop.journal.committed(draft)
    assert [(flaw.seq, flaw.where) for flaw in shop.report().flaws] == [(0, f"ticket {paid.id}")]
    shop.sell(0)
    assert [flaw.where for flaw in shop.report().flaws] == [f"ticket {paid.id}"]
