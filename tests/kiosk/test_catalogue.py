"""The shop as screens see it: the replica, and over it what is still on its way, marked."""

from dataclasses import replace

import pytest

from common.models import Article, Category, Shop, encode_row, stock_key
from common.topics import TOPICS
from kiosk.catalogue import Catalogue, Stock
from tests.kiosk.shop_rows import (
    DRINKS,
    FOOD,
    NOW_MS,
    article,
    delivery,
    encoded,
    goods_receipt,
    level,
    put,
    sale,
    small_shop,
    ticket,
    uid,
)

BREAD_KEY = stock_key(uid(1), "main")


def names(articles: list[Article]) -> list[str]:
    return [article.name for article in articles]


def test_an_empty_catalogue_has_nothing() -> None:
    catalogue = Catalogue()
    assert catalogue.shop is None
    assert catalogue.location_id == "main"
    assert catalogue.categories() == []
    assert catalogue.search() == []
    assert catalogue.sales(10) == []
    assert catalogue.deliveries(10) == []
    assert catalogue.stock(uid(1)) is None
    assert catalogue.stock_milli(uid(1)) == 0
    assert catalogue.by_code("1") is None


@pytest.mark.parametrize("topic", TOPICS)
def test_takes_every_topic(topic: str) -> None:
    catalogue = Catalogue()
    catalogue.replace(topic, [])
    catalogue.drop(topic, "gone")


def test_an_unknown_topic_is_a_fault() -> None:
    with pytest.raises(KeyError, match="weather"):
        Catalogue().put("weather", "1", b"{}")


def test_the_shop_names_its_location() -> None:
    catalogue = small_shop()
    put(catalogue, "shop", Shop("shop", "Dubois", location_id="rue-haute"))
    assert catalogue.shop == Shop("shop", "Dubois", location_id="rue-haute")
    assert catalogue.location_id == "rue-haute"
    assert catalogue.stock(uid(1)) is None
    assert catalogue.stock_milli(uid(1), "main") == 4_000


def test_categories_by_rank_then_name_as_people_sort() -> None:
    catalogue = small_shop()
    put(catalogue, "categories", Category(uid(8), "Épices", rank=2), Category(uid(9), "Zeste"))
    assert [row.name for row in catalogue.categories()] == [
        "Zeste",
        "Boissons",
        "Épicerie",
        "Épices",
    ]
    assert catalogue.category(FOOD) == Category(FOOD, "Épicerie", "green", rank=2)
    catalogue.drop("categories", FOOD)
    assert catalogue.category(FOOD) is None


WINE = Category(uid(50), "Vins", "purple", parent_id=DRINKS)


def test_a_category_has_the_articles_of_its_parts() -> None:
    catalogue = small_shop()
    put(catalogue, "categories", WINE, Category(uid(51), "Eaux", parent_id=DRINKS))
    assert [row.name for row in catalogue.categories()] == ["Boissons", "Épicerie"]
    assert [row.name for row in catalogue.categories(DRINKS)] == ["Eaux", "Vins"]
    assert catalogue.parent_id(WINE.id) == DRINKS
    put(catalogue, "articles", article(60, "Rouge", category_id=WINE.id, codes=("60",)))
    assert names(catalogue.search("", DRINKS)) == ["Eau minérale 1,5 L", "Rouge"]
    assert names(catalogue.search("", WINE.id)) == ["Rouge"]
    assert names(catalogue.search("60", DRINKS)) == ["Rouge"]
    assert names(catalogue.search("60", FOOD)) == []
    put(catalogue, "articles", article(60, "Blanc", category_id=WINE.id, codes=("60",)))
    assert names(catalogue.search("", DRINKS)) == ["Blanc", "Eau minérale 1,5 L"]
    before = catalogue.listing
    put(catalogue, "categories", replace(WINE, parent_id=FOOD))
    assert catalogue.listing != before
    assert names(catalogue.search("", DRINKS)) == ["Eau minérale 1,5 L"]
    assert "Blanc" in names(catalogue.search("", FOOD))
    catalogue.drop("articles", uid(60))
    assert "Blanc" not in names(catalogue.search("", FOOD))


def test_a_part_whose_category_is_not_there_stands_on_the_first_level() -> None:
    catalogue = small_shop()
    put(catalogue, "categories", WINE, Category(uid(51), "Rouges", parent_id=WINE.id))
    assert [row.name for row in catalogue.categories()] == ["Rouges", "Boissons", "Épicerie"]
    catalogue.drop("categories", DRINKS)
    assert [row.name for row in catalogue.categories()] == ["Rouges", "Vins", "Épicerie"]
    assert catalogue.categories(DRINKS) == []


def test_pictures_that_rows_name() -> None:
    catalogue = small_shop()
    assert list(catalogue.pictures()) == []
    bread, first, second, third = uid(1), "1" * 32, "2" * 32, "3" * 32
    row = catalogue.article(bread)
    assert row is not None
    listing = catalogue.listing
    put(catalogue, "articles", replace(row, picture=first))
    assert catalogue.listing == listing, "nothing is searched again for a picture"
    put(catalogue, "categories", replace(WINE, picture=second))
    assert list(catalogue.pictures()) == [second, first]
    assert catalogue.picture("articles", bread) == first
    assert catalogue.picture("categories", WINE.id) == second
    assert catalogue.picture("articles", "f" * 32) == catalogue.picture("categories", FOOD) == ""
    put(catalogue, "articles", replace(row, picture=third))
    assert list(catalogue.pictures()) == [second, third]
    catalogue.replace("articles", [(bread, encode_row(replace(row, picture=first)))])
    assert list(catalogue.pictures()) == [second, first]
    catalogue.drop("articles", bread)
    assert list(catalogue.pictures()) == [second]


def test_search() -> None:
    catalogue = small_shop()
    assert names(catalogue.search()) == [
        "Baguette tradition",
        "Eau minérale 1,5 L",
        "Œufs plein air x12",
    ]
    assert names(catalogue.search("oeuf")) == ["Œufs plein air x12"]
    assert names(catalogue.search("", DRINKS)) == ["Eau minérale 1,5 L"]
    assert names(catalogue.search("tra bag")) == ["Baguette tradition"]
    assert names(catalogue.search("022534")) == ["Eau minérale 1,5 L"]
    assert names(catalogue.search("e", limit=1)) == ["Eau minérale 1,5 L"]
    assert catalogue.search_ids("e", limit=1) == [uid(2)]
    assert catalogue.search_ids() == [uid(1), uid(2), uid(3)]
    assert catalogue.article_count == 4


def test_articles_by_id_and_code() -> None:
    catalogue = small_shop()
    bread = catalogue.article(uid(1))
    assert bread is not None
    assert bread.name == "Baguette tradition"
    assert catalogue.by_code("2000000000015") is bread
    assert catalogue.by_code("200000000001") is None


def test_a_snapshot_replaces_all_and_only_its_topic() -> None:
    catalogue = small_shop()
    catalogue.replace("articles", encoded(article(9, "Nouveau")))
    assert names(catalogue.search()) == ["Nouveau"]
    assert catalogue.article(uid(1)) is None
    assert catalogue.stock_milli(uid(1)) == 4_000


@pytest.mark.parametrize(
    ("quantity", "minimum", "sold_out", "low"),
    [
        (5_000, 5_000, False, False),
        (4_999, 5_000, False, True),
        (1, 0, False, False),
        (0, 0, True, True),
        (-1_000, 5_000, True, True),
    ],
)
def test_stock_is_low_below_its_minimum(
    quantity: int, minimum: int, sold_out: bool, low: bool
) -> None:
    stock = Stock(quantity, minimum, pending=False)
    assert (stock.sold_out, stock.low) == (sold_out, low)


def test_pending_stock_counts_at_once_and_is_marked() -> None:
    catalogue = small_shop()
    assert catalogue.stock(uid(1)) == Stock(4_000, 5_000, pending=False)
    changed = catalogue.set_pending({BREAD_KEY: -1_000}, [], [])
    assert changed == {("stock", BREAD_KEY)}
    assert catalogue.stock(uid(1)) == Stock(3_000, 5_000, pending=True)
    assert catalogue.stock_milli(uid(1)) == 3_000
    assert catalogue.is_pending(uid(1))
    assert not catalogue.is_pending(uid(2))
    # The replica catches up in the same step: the figure stays, the mark goes.
    put(catalogue, "stock", level(1, 3_000, 5_000))
    assert catalogue.set_pending({}, [], []) == {("stock", BREAD_KEY)}
    assert catalogue.stock(uid(1)) == Stock(3_000, 5_000, pending=False)


def test_two_operations_that_cancel_out_are_still_pending() -> None:
    catalogue = small_shop()
    assert catalogue.set_pending({BREAD_KEY: 0}, [], []) == {("stock", BREAD_KEY)}
    assert catalogue.stock(uid(1)) == Stock(4_000, 5_000, pending=True)


def test_pending_stock_of_an_article_without_stock_row() -> None:
    catalogue = small_shop()
    catalogue.set_pending({stock_key(uid(7), "main"): 2_000}, [], [])
    assert catalogue.stock(uid(7)) == Stock(2_000, 0, pending=True)


def test_set_pending_tells_only_what_changed() -> None:
    catalogue = small_shop()
    first, second, receipt = ticket(11), ticket(12), goods_receipt(21)
    other = stock_key(uid(2), "main")
    catalogue.set_pending({BREAD_KEY: -1_000, other: -2_000}, [first], [receipt])
    assert catalogue.set_pending({BREAD_KEY: -1_000, other: -2_000}, [first], [receipt]) == set()
    assert catalogue.set_pending({BREAD_KEY: -1_000, other: -3_000}, [second], []) == {
        ("stock", other),
        ("sales", first.id),
        ("sales", second.id),
        ("receipts", receipt.id),
    }


def test_what_is_pending_is_copied() -> None:
    catalogue = small_shop()
    mine = {BREAD_KEY: -1_000}
    catalogue.set_pending(mine, [], [])
    mine[BREAD_KEY] = -9_000
    assert catalogue.stock_milli(uid(1)) == 3_000
    assert catalogue.set_pending(mine, [], []) == {("stock", BREAD_KEY)}


def test_sales_newest_first_with_those_on_their_way() -> None:
    catalogue = small_shop()
    put(
        catalogue,
        "sales",
        sale(ticket(1, NOW_MS)),
        sale(ticket(3, NOW_MS + 2_000, "C2"), "Caisse 2", ("flag_clock",)),
    )
    catalogue.set_pending({}, [ticket(4, NOW_MS + 3_000), ticket(2, NOW_MS + 1_000)], [])
    assert [
        (sold.ticket.number, sold.device_name, sold.flags, sold.pending)
        for sold in catalogue.sales(10)
    ] == [
        (4, "", (), True),
        (3, "Caisse 2", ("flag_clock",), False),
        (2, "", (), True),
        (1, "Caisse 1", (), False),
    ]
    assert [sold.ticket.number for sold in catalogue.sales(2)] == [4, 3]
    assert [sold.ticket.number for sold in catalogue.sales(10, "C1")] == [4, 2, 1]
    assert [sold.ticket.number for sold in catalogue.sales(10, "C2")] == [3]


def test_a_ticket_that_the_replica_has_is_not_shown_twice() -> None:
    catalogue = small_shop()
    mine = ticket(1)
    catalogue.set_pending({}, [mine], [])
    put(catalogue, "sales", sale(mine))
    assert [(sold.ticket.number, sold.pending) for sold in catalogue.sales(10)] == [(1, False)]


def test_deliveries_newest_first_with_those_on_their_way() -> None:
    catalogue = small_shop()
    put(catalogue, "receipts", delivery(goods_receipt(1)), delivery(goods_receipt(2, NOW_MS + 9)))
    mine = goods_receipt(3, NOW_MS + 5)
    catalogue.set_pending({}, [], [mine, goods_receipt(2, NOW_MS + 9)])
    assert [
        (taken.receipt.id, taken.device_name, taken.pending) for taken in catalogue.deliveries(10)
    ] == [(uid(2), "Réserve", False), (uid(3), "", True), (uid(1), "Réserve", False)]
    assert len(catalogue.deliveries(1)) == 1


def test_what_was_handed_out_never_changes() -> None:
    catalogue = small_shop()
    bread = catalogue.article(uid(1))
    assert bread is not None
    page = catalogue.search("bag")
    put(catalogue, "articles", replace(bread, price_cents=999))
    assert page == [bread]
    assert bread.price_cents == 120
    assert catalogue.search("bag") == [replace(bread, price_cents=999)]


def test_a_row_that_cannot_be_read_is_a_fault_or_not_shown() -> None:
    with pytest.raises(ValueError, match="truncated"):
        Catalogue().put("articles", uid(1), b"{")
    catalogue = Catalogue()
    catalogue.put("shop", "shop", encode_row(article(1)).replace(b'"name":', b'"other":'))
    assert catalogue.shop is None
