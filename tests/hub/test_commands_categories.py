"""A category is removed where nothing stands in it; what still names it ends well, whenever it
comes."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.commands import CategoryPut
from common.models import Alert, Article, Category
from hub.audit import audit_file
from hub.changes import ChangeLogBook
from hub.records import catalogue, pictures, trail
from tests.hub.shop_bench import ShopBench, Taken, check_all, entry
from tests.hub.test_commands_pictures import RED

FOOD, DRINKS, WINE, TEA = (f"{number:032x}" for number in range(1, 5))
GHOST = "9" * 32


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    """Return a shop with `Food`, in which `A` is sold, and `Drinks`, of which `Wine` is a part."""
    made = ShopBench(tmp_path, articles=())
    rows = (Category(FOOD, "Food"), Category(DRINKS, "Drinks", rank=1))
    for row in (*rows, Category(WINE, "Wine", parent_id=DRINKS), Category(TEA, "Tea", rank=2)):
        put(made, row)
    assert made.take(made.console.put(entry("A", category="Food"))).statuses == ["accepted"]
    yield made
    check_all(made)
    assert audit_file(made.store.path) == []
    made.store.close()


def put(bench: ShopBench, row: Category) -> Taken:
    return bench.take(bench.office.command("category.put", CategoryPut(row)))


def remove(bench: ShopBench, category_id: str, into: str = "") -> Taken:
    args = {"category": category_id, "into": into}
    return bench.take(bench.office.command("category.remove", args))


def removed(bench: ShopBench, *category_ids: str) -> None:
    for category_id in category_ids:
        assert remove(bench, category_id).statuses == ["accepted"]


def make(bench: ShopBench, category_id: str, code: str = "N", active: bool = True) -> Taken:
    """Let a till make an article for a category."""
    new = Article(bench.mint(), f"New {code}", category_id, 690, 550, (code,), active)
    return bench.take(bench.till.command("article.create", {"article": new}))


def where(bench: ShopBench, code: str = "N") -> str:
    """Return the category of an article, as its followers hold it."""
    (found,) = [row for row in bench.rows("articles", Article) if code in row.codes]
    return found.category_id


def categories(bench: ShopBench) -> list[str]:
    return [row.name for row in bench.rows("categories", Category)]


def test_it_goes_from_every_follower_and_the_trail_says_its_name(bench: ShopBench) -> None:
    taken = remove(bench, WINE)
    assert taken.statuses == ["accepted"]
    (change,) = taken.changes[0].changes
    assert (taken.changes[0].topic, change.key, change.row) == ("categories", WINE, None)
    assert categories(bench) == ["Food", "Drinks", "Tea"]
    told = trail.entries(bench.store.db, trail.Wanted(action="category.remove"))
    assert [(one["subject"], one["details"]["args"]["category"]) for one in told] == [
        ("Wine", WINE)
    ]
    page = ChangeLogBook(bench.store).page("categories", 4)
    assert page is not None
    assert page[0] == 5, "who was away fetches that it is gone"


def test_one_with_articles_stays_and_how_many_is_said(bench: ShopBench) -> None:
    for code, active in (("1", True), ("2", False), ("3", False)):
        make(bench, DRINKS, code, active)
    refused = remove(bench, DRINKS)
    assert (refused.statuses, refused.codes) == (["refused"], ["category_not_empty"])
    standing = {"articles": 3, "inactive": 2, "parts": 1}
    assert refused.answers[0].params == {"category": "Drinks", **standing}
    make(bench, WINE, "4", active=False)
    assert remove(bench, WINE).codes == ["category_not_empty"], "also what is no longer sold"
    assert categories(bench) == ["Food", "Drinks", "Wine", "Tea"]


def test_one_with_parts_alone_stays(bench: ShopBench) -> None:
    assert remove(bench, DRINKS).codes == ["category_not_empty"]
    removed(bench, WINE, DRINKS)
    assert categories(bench) == ["Food", "Tea"]


def test_the_last_one_stays(tmp_path: Path) -> None:
    bench = ShopBench(tmp_path, articles=())
    put(bench, Category(FOOD, "Food"))
    assert remove(bench, FOOD).codes == ["last_category"]
    put(bench, Category(TEA, "Tea"))
    removed(bench, FOOD)
    assert categories(bench) == ["Tea"]
    bench.store.close()


@pytest.mark.parametrize(
    ("category_id", "into", "code"),
    [
        (GHOST, "", "unknown_category"),
        (WINE, GHOST, "unknown_category"),
        (WINE, WINE, "category_into_itself"),
        (WINE, TEA, "category_removed"),
        (TEA, "", "category_removed"),
    ],
)
def test_what_cannot_be_is_refused(
    bench: ShopBench, category_id: str, into: str, code: str
) -> None:
    removed(bench, TEA)
    before = categories(bench)
    assert remove(bench, category_id, into).codes == [code]
    assert categories(bench) == before


@pytest.mark.parametrize(
    ("category_id", "into", "there"),
    [(WINE, "", DRINKS), (TEA, "", FOOD), (WINE, TEA, TEA), (TEA, WINE, WINE)],
)
def test_an_article_that_a_till_made_for_it_is_filed_in_another(
    bench: ShopBench, category_id: str, into: str, there: str
) -> None:
    assert remove(bench, category_id, into).statuses == ["accepted"]
    taken = make(bench, category_id)
    assert (taken.statuses, taken.answers[0].flags) == (["accepted"], ("flag_category_removed",))
    assert where(bench) == there
    (alert,) = bench.rows("alerts", Alert)
    name = {WINE: "Wine", TEA: "Tea"}[category_id]
    assert (alert.code, alert.subject) == ("flag_category_removed", f"New N ({name})")
    (told,) = trail.entries(bench.store.db, trail.Wanted(action="article.create"))
    assert told["details"]["args"]["article"]["category_id"] == category_id
    assert told["details"]["category_id"] == there
    assert bench.one("SELECT count(*) FROM quarantine") == 0


def test_later_removals_are_followed(bench: ShopBench) -> None:
    removed(bench, WINE)
    assert remove(bench, DRINKS, into=TEA).statuses == ["accepted"]
    make(bench, WINE, "N1")
    assert where(bench, "N1") == TEA
    assert remove(bench, TEA).codes == ["category_not_empty"]
    bench.take(bench.console.put(entry("N1", category="Food")))
    removed(bench, TEA)
    make(bench, WINE, "N2")
    make(bench, DRINKS, "N3")
    assert {where(bench, "N2"), where(bench, "N3")} == {FOOD}


def test_what_lay_in_quarantine_is_filed_when_it_is_tried_again(bench: ShopBench) -> None:
    """Its code was taken when it came; by now its category is gone as well."""
    new = Article(bench.mint(), "New", WINE, 690, 550, ("A",))
    sent = bench.till.command("article.create", {"article": new})
    assert bench.take(sent).codes == ["code_taken"]
    removed(bench, WINE)
    owner = catalogue.article_of_code(bench.store.db, "A")
    assert owner is not None
    with bench.store.group() as db:
        catalogue.put_article(db, replace(owner, codes=("B",)))
    bench.take(bench.console.put(entry("B", category="Food", price_cents=1)))
    command = sent.command
    ref = {"outbox": command.outbox, "n": command.n, "body_hash": command.body_hash.hex()}
    assert bench.take(bench.office.command("quarantine.retry", ref)).statuses[-1] == "accepted"
    assert where(bench, "A") == DRINKS


def test_requests_that_name_it_are_refused_for_good(bench: ShopBench) -> None:
    removed(bench, WINE, TEA)
    picture = {"of": "categories", "id": WINE, "content": base64.b64encode(RED).decode()}
    requests: list[tuple[str, Any]] = [
        ("category.put", CategoryPut(Category(WINE, "Wines", parent_id=DRINKS))),
        ("category.put", CategoryPut(Category("a" * 32, "Green", parent_id=TEA))),
        ("picture.set", picture),
        ("picture.clear", {"of": "categories", "ids": [DRINKS, WINE]}),
    ]
    taken = bench.take(*(bench.office.command(*request) for request in requests))
    assert taken.statuses == ["refused"] * len(requests)
    names = [(answer.code, answer.params["category"]) for answer in taken.answers]
    assert names == [("category_removed", name) for name in ("Wine", "Tea", "Wine", "Wine")]
    assert categories(bench) == ["Food", "Drinks"]


def test_a_list_that_names_it_makes_another(bench: ShopBench) -> None:
    removed(bench, TEA)
    bench.take(bench.console.put(entry("B", category="Tea")))
    (tea,) = [row for row in bench.rows("categories", Category) if row.name == "Tea"]
    assert tea.id != TEA
    assert where(bench, "B") == tea.id
    make(bench, TEA)
    assert where(bench) == FOOD, "what named the one before goes where it was said to"


def test_its_picture_goes_with_the_last_that_has_it(bench: ShopBench) -> None:
    content = base64.b64encode(RED).decode()
    for of, row_id in (("categories", WINE), ("articles", bench.article("A"))):
        bench.take(
            bench.office.command("picture.set", {"of": of, "id": row_id, "content": content})
        )
    removed(bench, WINE)
    assert pictures.count(bench.store.db)[0] == 1
    both = {"of": "articles", "ids": [bench.article("A")]}
    bench.take(bench.office.command("picture.clear", both))
    put(bench, Category("a" * 32, "Coffee"))
    wanted = {"of": "categories", "id": "a" * 32, "content": content}
    bench.take(bench.office.command("picture.set", wanted))
    assert pictures.count(bench.store.db)[0] == 1
    removed(bench, "a" * 32)
    assert pictures.count(bench.store.db)[0] == 0


def test_the_same_request_under_another_number_is_done_once(bench: ShopBench) -> None:
    sent = bench.office.command("category.remove", {"category": WINE})
    bench.take(sent)
    again = bench.office.raw(sent.command.body)
    assert bench.take(again).statuses == ["accepted"]
    assert categories(bench) == ["Food", "Drinks", "Tea"]
