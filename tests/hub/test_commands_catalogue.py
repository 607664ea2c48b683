"""A list or a set of prices is taken whole or not at all; stock is counted in only once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common.commands import CategoryPut
from common.models import CATEGORY_COLOURS, Article, Category, StockLevel
from hub.records import catalogue, trail
from tests.hub.shop_bench import ShopBench, Taken, check_all, entry

GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path, articles=())
    yield made
    check_all(made)
    made.store.close()


def by_code(bench: ShopBench, code: str) -> Article:
    """Return an article as its followers hold it."""
    (found,) = [row for row in bench.rows("articles", Article) if code in row.codes]
    return found


def levels(bench: ShopBench) -> dict[str, tuple[int, int]]:
    """Return (quantity, minimum) by article."""
    rows = bench.rows("stock", StockLevel)
    return {row.article_id: (row.quantity_milli, row.minimum_milli) for row in rows}


def test_a_list_makes_articles_their_category_and_stock(bench: ShopBench) -> None:
    taken = bench.take(
        bench.console.put(
            entry("A", category="Fruit"),
            entry("B", category="Fruit", stock_milli=None),
            entry("C", category="Wine", colour="red", minimum_milli=2000),
        )
    )
    assert taken.statuses == ["accepted"]
    assert taken.answers[0].topics == {"categories": 2, "articles": 3, "stock": 2}
    fruit, wine = bench.rows("categories", Category)
    assert (fruit.name, fruit.colour, fruit.rank) == ("Fruit", CATEGORY_COLOURS[0], 0)
    assert (wine.name, wine.colour, wine.rank) == ("Wine", "red", 1)
    first, second, third = (by_code(bench, code) for code in "ABC")
    assert first == Article(first.id, "Item A", fruit.id, 250, 550, ("A",))
    assert (second.category_id, third.category_id) == (fruit.id, wine.id)
    assert levels(bench) == {first.id: (10_000, 0), third.id: (10_000, 2000)}
    moved = "SELECT group_concat(DISTINCT reason || source_id) FROM stock_movement"
    assert bench.one(moved) == f"import{bench.console.outbox}"


def test_a_category_is_made_once_and_kept_as_it_is(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A", category="Fruit", colour="green")))
    bench.take(bench.office.put(entry("B", category="Fruit", colour="red")))
    (fruit,) = bench.rows("categories", Category)
    assert (fruit.name, fruit.colour) == ("Fruit", "green")
    assert bench.one("SELECT count(*) FROM category") == 1
    assert by_code(bench, "B").category_id == fruit.id


def test_colours_come_round_again(bench: ShopBench) -> None:
    names = [f"{place:02}" for place in range(len(CATEGORY_COLOURS) + 1)]
    bench.take(bench.console.put(*(entry(f"c{name}", category=name) for name in names)))
    given = {row.name: row.colour for row in bench.rows("categories", Category)}
    assert [given[name] for name in names] == [*CATEGORY_COLOURS, CATEGORY_COLOURS[0]]


def test_a_list_makes_parts_of_categories(bench: ShopBench) -> None:
    bench.take(
        bench.console.put(
            entry("A", category="Drinks", subcategory="Wine", colour="red"),
            entry("B", category="Drinks", subcategory="Water"),
            entry("C", category="Drinks"),
            entry("D", category="Food", subcategory="Wine"),
        )
    )
    rows = {(row.parent_id, row.name): row for row in bench.rows("categories", Category)}
    drinks, food = rows["", "Drinks"], rows["", "Food"]
    wine, water = rows[drinks.id, "Wine"], rows[drinks.id, "Water"]
    assert len(rows) == 5
    assert [row.colour for row in (drinks, wine, water)] == ["red"] * 3
    assert [row.rank for row in (drinks, food, wine, water)] == [0, 1, 0, 1]
    filed = [by_code(bench, code).category_id for code in "ABCD"]
    assert filed == [wine.id, water.id, drinks.id, rows[food.id, "Wine"].id]


def test_a_name_alone_is_the_part_of_that_name_where_there_is_one(bench: ShopBench) -> None:
    bench.take(
        bench.console.put(
            entry("A", category="Drinks", subcategory="Wine"),
            entry("B", category="Drinks", subcategory="Water"),
            entry("C", category="Food", subcategory="Water"),
        )
    )
    bench.take(bench.console.put(entry("A", category="Wine"), entry("B", category="Water")))
    rows = {row.id: row for row in bench.rows("categories", Category)}
    wine, water = (rows[by_code(bench, code).category_id] for code in "AB")
    assert rows[wine.parent_id].name == "Drinks"
    assert (water.name, water.parent_id) == ("Water", ""), "two parts have that name"
    assert len(rows) == 6


def a_category(number: int, name: str, parent: int = 0) -> Category:
    return Category(f"{number:032x}", name, "teal", 3, f"{parent:032x}" if parent else "")


def put(bench: ShopBench, row: Category) -> tuple[list[str], list[str]]:
    taken = bench.take(bench.office.command("category.put", CategoryPut(row)))
    return taken.statuses, taken.codes


def test_a_category_is_made_changed_and_put_under_another(bench: ShopBench) -> None:
    drinks, wine = a_category(1, "Drinks"), a_category(2, "Wine", parent=1)
    for row in (drinks, a_category(2, "Wines"), wine):
        assert put(bench, row)[0] == ["accepted"]
    assert {row.id: row for row in bench.rows("categories", Category)} == {
        drinks.id: drinks,
        wine.id: wine,
    }
    again = bench.take(bench.office.command("category.put", CategoryPut(wine)))
    assert (again.statuses, again.changes) == (["accepted"], [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (a_category(1, "Drinks", parent=1), "category_loop"),
        (a_category(1, "Drinks", parent=2), "category_loop"),
        (a_category(1, "Drinks", parent=3), "category_has_parts"),
        (a_category(3, "Food", parent=2), "category_too_deep"),
        (a_category(3, "Food", parent=9), "unknown_category"),
        (a_category(4, "Wine", parent=1), "repeated_category"),
        (a_category(3, "Drinks"), "repeated_category"),
    ],
)
def test_what_would_be_no_tree_of_two_levels_is_refused(
    bench: ShopBench, row: Category, code: str
) -> None:
    for each in (a_category(1, "Drinks"), a_category(2, "Wine", parent=1), a_category(3, "Food")):
        put(bench, each)
    before = bench.rows("categories", Category)
    assert put(bench, row) == (["refused"], [code])
    assert bench.rows("categories", Category) == before


def test_an_update_keeps_id_codes_and_counted_stock(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A"), entry("B")))
    before = by_code(bench, "A")
    both = Article(before.id, before.name, before.category_id, 250, 550, ("A", "A2"))
    with bench.store.group() as db:
        catalogue.put_article(db, both)
    renamed = entry("A2", name="New", category="Other", price_cents=9, vat_bp=2000, stock_milli=1)
    taken = bench.take(bench.console.put(renamed))
    assert taken.answers[0].topics.keys() == {"categories", "articles"}
    after = by_code(bench, "A2")
    assert (after.id, after.name, after.codes) == (before.id, "New", ("A", "A2"))
    assert (after.price_cents, after.vat_bp) == (9, 2000)
    assert after.category_id != before.category_id
    assert levels(bench)[before.id] == (10_000, 0)


def test_the_same_list_again_changes_nothing(bench: ShopBench) -> None:
    entries = (entry("A", minimum_milli=500), entry("B"))
    bench.take(bench.console.put(*entries))
    heads = dict(bench.log.heads)
    again = bench.take(bench.console.put(*entries))
    assert again.statuses == ["accepted"]
    assert again.answers[0].topics == {}
    assert again.changes == []
    assert bench.log.heads == heads


def test_a_minimum_is_updated_and_stock_is_not(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A"), entry("B", stock_milli=None)))
    taken = bench.take(
        bench.console.put(
            entry("A", minimum_milli=3000, stock_milli=77), entry("B", minimum_milli=0)
        )
    )
    assert taken.answers[0].topics.keys() == {"stock"}
    assert levels(bench) == {by_code(bench, "A").id: (10_000, 3000), by_code(bench, "B").id: (0, 0)}
    bench.take(bench.console.put(entry("A", minimum_milli=None)))
    assert levels(bench)[by_code(bench, "A").id] == (10_000, 3000)


def test_a_code_twice_in_a_list_is_one_article(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A"), entry("A", name="Last", stock_milli=5)))
    (article,) = bench.rows("articles", Article)
    assert article.name == "Last"
    assert levels(bench) == {article.id: (10_000, 0)}


def test_prices_are_set_all_or_none(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A"), entry("B")))
    first, second = (by_code(bench, code).id for code in "AB")
    before = bench.picture()
    refused = bench.take(bench.office.prices([(first, 1), (second, 2), (GHOST, 3)]))
    assert (refused.statuses, refused.codes) == (["refused"], ["unknown_article"])
    assert refused.answers[0].params == {"article": GHOST}
    untouched = ("article", "barcode", "live_row", "change", "topic_head", "heads", "gseq")
    after = bench.picture()
    assert [after[name] for name in untouched] == [before[name] for name in untouched]
    taken = bench.take(bench.office.prices([(first, 1), (second, 2)]))
    assert taken.statuses == ["accepted"]
    assert (by_code(bench, "A").price_cents, by_code(bench, "B").price_cents) == (1, 2)
    assert taken.changes[0].changes[0].outbox == bench.office.outbox


def test_a_price_that_stands_already_is_no_change(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A")))
    taken = bench.take(bench.office.prices([(by_code(bench, "A").id, 250)]))
    assert (taken.statuses, taken.changes) == (["accepted"], [])


def created(bench: ShopBench, code: str = "N1", article_id: str = "e1" * 16) -> Article:
    """Return an article as a till makes it, in the category of `A`."""
    category = by_code(bench, "A").category_id
    return Article(article_id, "Lavender honey", category, 690, 550, (code,))


def make_and_sell(bench: ShopBench, new: Article, quantity_milli: int) -> Taken:
    """Let a till make an article and sell so much of it."""
    sold = bench.ticket((new.id, quantity_milli))
    return bench.take(bench.till.command("article.create", {"article": new}), bench.till.sale(sold))


def test_an_article_made_at_a_till_is_everybodys_and_sold_by_its_id(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A", stock_milli=None)))
    new = created(bench)
    taken = make_and_sell(bench, new, 2000)
    assert taken.statuses == ["accepted", "accepted"]
    assert by_code(bench, "N1") == new
    assert levels(bench)[new.id] == (-2000, 0)
    assert "flag_unknown_article" not in taken.answers[1].flags
    (told,) = trail.entries(bench.store.db, trail.Wanted(action="article.create"))
    assert (told["subject"], told["details"]["args"]["article"]["codes"]) == (new.name, ["N1"])


def test_one_that_comes_again_changes_nothing(bench: ShopBench) -> None:
    bench.take(bench.console.put(entry("A", stock_milli=None)))
    new = created(bench)
    bench.take(bench.till.command("article.create", {"article": new}))
    bench.take(bench.office.prices([(new.id, 750)]))
    taken = bench.take(bench.till.command("article.create", {"article": new}))
    assert (taken.statuses, taken.answers[0].flags) == (["accepted"], ("flag_repeated_id",))
    assert by_code(bench, "N1").price_cents == 750


@pytest.mark.parametrize("wrong", ["code_taken", "unknown_category"])
def test_one_that_cannot_be_is_put_aside_and_no_other_changes(bench: ShopBench, wrong: str) -> None:
    bench.take(bench.console.put(entry("A", stock_milli=None)))
    before = by_code(bench, "A")
    new = created(bench, "A" if wrong == "code_taken" else "N1")
    if wrong == "unknown_category":
        new = replace(new, category_id=GHOST)
    taken = make_and_sell(bench, new, 1000)
    assert taken.statuses == ["quarantined", "accepted"]
    assert taken.answers[0].code == wrong
    assert taken.answers[1].flags == ("flag_unknown_article",)
    assert bench.rows("articles", Article) == [before]
