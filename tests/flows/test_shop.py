"""Three tills sell the sample's baskets, one is cut off in the middle: all agree in the end."""

from collections import Counter as Sums
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from common.commands import CatalogueEntry
from common.models import Article
from common.sample import SampleShop, sample_basket, sample_shop
from common.wire import digest_hex
from tests.flows.counters import Counters, three_tills_and_an_office
from tests.hub.shop import Shop
from tests.hub.soundness import check

BASKETS = 120


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    shop.hurry()
    yield shop
    shop.close()


def stocked(shop: Shop, sample: SampleShop) -> dict[str, Article]:
    entries = [
        CatalogueEntry(
            article.code,
            article.name,
            article.category,
            article.price_cents,
            article.vat_bp,
            article.stock_thousandths,
            article.stock_min_thousandths,
        )
        for article in sample.articles
    ]
    return dict(zip((e.code for e in entries), shop.stock(entries), strict=True))


def agree(counters: Counters) -> None:
    """Every replica holds the hub's rows, each change applied once, and nothing waits."""
    shop = counters.shop
    for counter in counters.counters:
        assert counter.follower.live
        assert counter.outgoing.waiting == 0
        for topic in counter.topics:
            head = shop.log.heads[topic]
            live = dict(shop.rows("SELECT key, row FROM live_row WHERE topic = ?", topic))
            assert counter.replica.tseq(topic) == head.tseq
            assert digest_hex(counter.replica.digest(topic)) == digest_hex(head.digest)
            assert counter.replica.rows(topic) == live


@pytest.mark.parametrize("seed", range(4))
def test_baskets_over_three_tills_with_a_cut_in_the_middle(shop: Shop, seed: int) -> None:
    sample = sample_shop(seed=1, articles=120)
    articles = stocked(shop, sample)
    counters = three_tills_and_an_office(shop, seed)
    rng = Random(seed)
    tills = counters.counters[:3]
    for counter in counters.counters:
        counter.connect()
    counters.wait(2)
    for number in range(BASKETS):
        if number == BASKETS // 3:
            tills[1].cut()
        if number == BASKETS * 2 // 3:
            tills[1].connect()
        sold = [(articles[a.code], milli) for a, milli in sample_basket(rng, sample.articles)]
        tills[number % 3].sell(*sold)
        if rng.random() < 0.5:
            counters.step(loss=0.1)
    counters.wait(25)

    check(shop)
    agree(counters)
    tickets = [ticket for till in tills for ticket in till.tickets]
    assert shop.one("SELECT count(*) FROM ticket") == len(tickets) == BASKETS
    out = Sums[str]()
    for ticket in tickets:
        for line in ticket.lines:
            out[line.article_id] += line.quantity_milli
    first = {articles[a.code].id: a.stock_thousandths for a in sample.articles}
    levels = {row["article_id"]: row["quantity_milli"] for row in shop.live("stock").values()}
    assert levels == {article: first[article] - out[article] for article in levels}
    for till in tills:
        (row,) = (r for r in shop.live("takings").values() if r["device_id"] == till.post.device.id)
        assert row["total_cents"] == sum(ticket.total_cents for ticket in till.tickets)
        assert row["tickets"] == len(till.tickets)
    flags = {flag for sale in shop.live("sales").values() for flag in sale["flags"]}
    assert flags <= {"flag_negative_stock"}


def test_on_a_good_network_each_change_is_applied_once_and_nothing_is_asked(shop: Shop) -> None:
    articles = list(stocked(shop, sample_shop(seed=1, articles=30)).values())
    counters = three_tills_and_an_office(shop, seed=1)
    for counter in counters.counters:
        counter.connect()
    counters.wait(3)
    swaps = [counter.replica.swaps for counter in counters.counters]
    applied = [counter.replica.applied for counter in counters.counters]
    before = dict(shop.log.heads)
    for number in range(60):
        counters.counters[number % 3].sell((articles[number % 30], 1000))
        counters.step()
        assert not any(counter.asks for counter in counters.counters)
    counters.wait(2)
    agree(counters)
    for place, counter in enumerate(counters.counters):
        new = sum(shop.log.heads[topic].tseq - before[topic].tseq for topic in counter.topics)
        assert counter.replica.swaps == swaps[place]
        assert counter.replica.applied - applied[place] == new


def test_the_last_piece_sold_twice_stands_twice_and_is_seen_by_all(shop: Shop) -> None:
    (article,) = shop.stock([CatalogueEntry("2000000000015", "Pain", "A", 130, 550, 1000)])
    counters = three_tills_and_an_office(shop, seed=1)
    for counter in counters.counters:
        counter.connect()
    counters.wait(2)
    for counter in counters.counters[:3]:
        counter.cut()
    for counter in counters.counters[:2]:
        counter.sell((article, 1000))
    for counter in counters.counters[:3]:
        counter.connect()
    counters.wait(3)
    agree(counters)
    check(shop)
    (level,) = shop.live("stock").values()
    assert level["quantity_milli"] == -1000
    (alert,) = shop.live("alerts").values()
    assert alert["code"] == "flag_negative_stock"
