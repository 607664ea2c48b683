"""A delivery is a fact; what it brings is added to what is there, at its own location."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from common.models import Alert, Delivery, StockLevel
from tests.hub.shop_bench import ShopBench, check_all

GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path)
    yield made
    check_all(made)
    made.store.close()


def test_a_delivery_is_kept_and_its_goods_are_in_stock(bench: ShopBench) -> None:
    article = bench.article("A")
    receipt = bench.receipt((article, 1500), (bench.article("B"), 1000), (article, 500), note="!")
    taken = bench.take(bench.depot.delivery(receipt))
    assert taken.statuses == ["accepted"]
    assert set(taken.answers[0].topics) == {"stock", "receipts"}
    assert (bench.level("A"), bench.level("B"), bench.level("C")) == (12_000, 11_000, 10_000)
    device = bench.depot.device
    assert bench.rows("receipts", Delivery) == [
        Delivery(receipt.id, device.id, device.name, bench.now_ms, receipt, ())
    ]
    body = bench.one("SELECT body FROM goods_receipt WHERE id = ?", receipt.id)
    assert orjson.loads(body) == orjson.loads(orjson.dumps(receipt))
    moved = bench.store.db.execute(
        "SELECT delta_milli, source_id FROM stock_movement WHERE reason = 'receipt'"
        " ORDER BY delta_milli"
    )
    assert moved.fetchall() == [(1000, receipt.id), (2000, receipt.id)]


def test_locations_are_kept_apart(bench: ShopBench) -> None:
    article = bench.article("A")
    bench.take(bench.depot.delivery(bench.receipt((article, 4000), location_id="cellar")))
    bench.take(bench.till.sale(bench.ticket((article, 1000), location_id="cellar")))
    assert (bench.level("A"), bench.level("A", "cellar")) == (10_000, 3000)
    held = {row.location_id for row in bench.rows("stock", StockLevel) if row.article_id == article}
    assert held == {"main", "cellar"}


def test_an_unknown_article_is_flagged_and_the_rest_comes_in(bench: ShopBench) -> None:
    receipt = bench.receipt((GHOST, 1000), (bench.article("A"), 1000))
    taken = bench.take(bench.depot.delivery(receipt))
    assert taken.statuses == ["accepted"]
    assert taken.answers[0].flags == ("flag_unknown_article",)
    assert bench.level("A") == 11_000
    (delivery,) = bench.rows("receipts", Delivery)
    assert delivery.flags == ("flag_unknown_article",)
    (alert,) = bench.rows("alerts", Alert)
    assert (alert.subject, alert.device_name) == (GHOST, "Depot")


def test_the_same_delivery_comes_in_once(bench: ShopBench) -> None:
    receipt = bench.receipt((bench.article("A"), 1000))
    bench.take(bench.depot.delivery(receipt))
    taken = bench.take(bench.office.delivery(receipt))
    assert taken.statuses == ["accepted"]
    assert taken.answers[0].flags == ("flag_repeated_id",)
    # Its post shows the delivery until its copy is as far: seed 505553.
    stands = {topic: bench.log.heads[topic].tseq for topic in ("receipts", "stock")}
    assert taken.answers[0].topics == stands
    assert stands["stock"] > 1
    assert bench.level("A") == 11_000
    assert len(bench.rows("receipts", Delivery)) == 1


def test_a_delivery_that_leaves_stock_below_zero_is_no_news(bench: ShopBench) -> None:
    article = bench.article("A")
    bench.take(bench.till.sale(bench.ticket((article, 20_000))))
    taken = bench.take(bench.depot.delivery(bench.receipt((article, 1000))))
    assert taken.answers[0].flags == ()
    assert bench.level("A") == -9000
    assert len(bench.rows("alerts", Alert)) == 1


def test_a_level_beyond_what_can_be_counted_is_kept_aside(bench: ShopBench) -> None:
    with bench.store.group() as db:
        db.execute(
            "INSERT INTO stock_level VALUES (?, 'attic', ?, 0)", (bench.article("A"), 2**63 - 1)
        )
    receipt = bench.receipt((bench.article("A"), 1000), location_id="attic")
    taken = bench.take(
        bench.depot.delivery(receipt),
        bench.depot.delivery(bench.receipt((bench.article("A"), 1000))),
    )
    assert taken.statuses == ["quarantined", "accepted"]
    assert taken.codes == ["handler_failed", ""]
    assert bench.level("A") == 11_000
    assert bench.one("SELECT count(*) FROM goods_receipt WHERE id = ?", receipt.id) == 0
    with bench.store.group() as db:
        db.execute("DELETE FROM stock_level WHERE location_id = 'attic'")
