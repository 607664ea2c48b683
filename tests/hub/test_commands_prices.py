"""Scheduled prices at the hub: kept for their moment, held from then on, each once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.models import Article, ScheduledPrice
from hub.audit import audit
from hub.prices_due import PricesDue
from tests.hub.shop_bench import ShopBench, Taken, check_all, entry

HOUR_MS = 3_600_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    assert list(audit(made.store.db)) == []
    made.store.close()


def schedule(bench: ShopBench, *planned: tuple[str, int, int]) -> Taken:
    """Schedule (code, cents, in how many hours)."""
    prices = [
        {"article_id": bench.article(code), "price_cents": cents, "from_ms": moment(bench, hours)}
        for code, cents, hours in planned
    ]
    return bench.take(bench.office.command("price.schedule", {"prices": prices}))


def moment(bench: ShopBench, hours: int) -> int:
    return bench.now_ms + hours * HOUR_MS


def to_come(bench: ShopBench) -> list[tuple[str, int]]:
    rows = bench.rows("prices", ScheduledPrice)
    return [(row.article_id, row.price_cents) for row in sorted(rows, key=lambda r: r.from_ms)]


def price(bench: ShopBench, code: str) -> int:
    (found,) = [row for row in bench.rows("articles", Article) if row.codes[0] == code]
    return found.price_cents


def pass_hours(bench: ShopBench, hours: int) -> list[str]:
    """Let time pass; return which topics the hub then publishes."""
    bench.now_ms += hours * HOUR_MS
    return [each.topic for each in PricesDue(bench.store, bench.log, lambda: bench.now_ms).turn()]


def test_a_price_to_come_is_everybodys_and_holds_from_its_moment_on(bench: ShopBench) -> None:
    assert schedule(bench, ("A", 300, 2), ("B", 400, 1)).statuses == ["accepted"]
    assert to_come(bench) == [(bench.article("B"), 400), (bench.article("A"), 300)]
    assert (price(bench, "A"), price(bench, "B")) == (250, 250)
    assert pass_hours(bench, 1) == ["articles", "prices"]
    assert (price(bench, "A"), price(bench, "B")) == (250, 400)
    assert pass_hours(bench, 0) == []
    pass_hours(bench, 1)
    assert price(bench, "A") == 300
    assert to_come(bench) == []


def test_after_a_stop_of_many_moments_the_latest_holds(bench: ShopBench) -> None:
    schedule(bench, ("A", 300, 1), ("A", 320, 3), ("A", 310, 2))
    bench.restart()
    pass_hours(bench, 9)
    assert (price(bench, "A"), to_come(bench)) == (320, [])


def test_for_the_same_moment_the_last_said_holds(bench: ShopBench) -> None:
    schedule(bench, ("A", 300, 1))
    assert schedule(bench, ("A", 333, 1)).statuses == ["accepted"]
    assert to_come(bench) == [(bench.article("A"), 333)]


@pytest.mark.parametrize("by_list", [False, True])
def test_what_is_set_after_a_moment_holds_though_the_hub_was_late(
    bench: ShopBench, by_list: bool
) -> None:
    schedule(bench, ("A", 300, 1), ("A", 350, 5))
    bench.now_ms += 2 * HOUR_MS
    if by_list:
        bench.take(bench.office.put(entry("A", price_cents=199)))
    else:
        bench.take(bench.office.prices([(bench.article("A"), 199)]))
    assert pass_hours(bench, 0) == []
    assert price(bench, "A") == 199
    pass_hours(bench, 4)
    assert price(bench, "A") == 350


def test_one_that_is_cancelled_never_holds(bench: ShopBench) -> None:
    schedule(bench, ("A", 300, 1))
    (row,) = bench.rows("prices", ScheduledPrice)
    cancel = {"scheduled": [row.id]}
    taken = bench.take(*(bench.office.command("price.unschedule", cancel) for _ in range(2)))
    assert (taken.statuses, taken.codes[1]) == (["accepted", "refused"], "unknown_schedule")
    assert pass_hours(bench, 2) == []
    assert price(bench, "A") == 250


def test_all_of_a_list_or_none(bench: ShopBench) -> None:
    assert schedule(bench, ("A", 300, 1), ("B", 300, -1)).codes == ["price_in_past"]
    prices = [{"article_id": "9" * 32, "price_cents": 1, "from_ms": moment(bench, 1)}]
    taken = bench.take(bench.office.command("price.schedule", {"prices": prices}))
    assert taken.codes == ["unknown_article"]
    assert to_come(bench) == []


def test_a_till_schedules_nothing(bench: ShopBench) -> None:
    prices = [{"article_id": bench.article("A"), "price_cents": 1, "from_ms": moment(bench, 1)}]
    taken = bench.take(bench.till.command("price.schedule", {"prices": prices}))
    assert taken.codes == ["profile_not_allowed"]
