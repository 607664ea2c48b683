"""Pictures are given, replaced, taken away; whatever else changes what has one keeps it."""

import base64
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image

from common.commands import CategoryPut
from common.models import Article, Category
from common.pictures import MOST_BYTES, SIDE, picture_id
from hub.audit import audit_file
from hub.records import pictures
from tests.hub.shop_bench import ShopBench, Taken, check_all, entry


def picture(shade: int) -> bytes:
    """Return a picture of one shade, as the hub takes it."""
    file = BytesIO()
    Image.new("RGB", (SIDE, SIDE), (shade, shade, shade)).save(file, "JPEG")
    return file.getvalue()


RED, BLUE = picture(10), picture(200)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ShopBench]:
    made = ShopBench(tmp_path, articles=())
    made.take(made.console.put(entry("A", category="Fruit"), entry("B", category="Fruit")))
    yield made
    check_all(made)
    made.store.close()


def article(bench: ShopBench, code: str = "A") -> Article:
    (found,) = [row for row in bench.rows("articles", Article) if code in row.codes]
    return found


def category(bench: ShopBench) -> Category:
    (found,) = bench.rows("categories", Category)
    return found


def give(bench: ShopBench, of: str, row_id: str, content: bytes) -> Taken:
    args = {"of": of, "id": row_id, "content": base64.b64encode(content).decode()}
    return bench.take(bench.office.command("picture.set", args))


def clear(bench: ShopBench, of: str, *ids: str) -> Taken:
    return bench.take(bench.office.command("picture.clear", {"of": of, "ids": ids}))


def kept(bench: ShopBench) -> list[str]:
    return [name for (name,) in bench.store.db.execute("SELECT id FROM picture ORDER BY id")]


def test_it_is_kept_and_every_follower_s_row_names_it(bench: ShopBench) -> None:
    taken = give(bench, "articles", article(bench).id, RED)
    assert (taken.statuses, taken.answers[0].topics) == (["accepted"], {"articles": 3})
    assert article(bench).picture == picture_id(RED)
    assert article(bench, "B").picture == ""
    assert pictures.content(bench.store.db, picture_id(RED)) == RED
    give(bench, "categories", category(bench).id, BLUE)
    assert category(bench).picture == picture_id(BLUE)
    assert pictures.count(bench.store.db) == (2, len(RED) + len(BLUE))


def test_one_that_nothing_names_any_more_goes(bench: ShopBench) -> None:
    first, second = article(bench), article(bench, "B")
    give(bench, "articles", first.id, RED)
    give(bench, "articles", second.id, RED)
    give(bench, "categories", category(bench).id, RED)
    assert kept(bench) == [picture_id(RED)]
    give(bench, "articles", first.id, BLUE)
    assert kept(bench) == sorted([picture_id(RED), picture_id(BLUE)])
    clear(bench, "articles", first.id, second.id)
    assert kept(bench) == [picture_id(RED)], "the category has it"
    assert (article(bench).picture, article(bench, "B").picture) == ("", "")
    clear(bench, "categories", category(bench).id)
    assert kept(bench) == []


def test_the_same_picture_again_changes_nothing(bench: ShopBench) -> None:
    give(bench, "articles", article(bench).id, RED)
    taken = give(bench, "articles", article(bench).id, RED)
    assert (taken.statuses, taken.answers[0].topics) == (["accepted"], {})
    assert kept(bench) == [picture_id(RED)]


def test_a_list_a_price_and_a_changed_category_keep_it(bench: ShopBench) -> None:
    """An older console, or one that read the row before, names no picture or another one."""
    give(bench, "articles", article(bench).id, RED)
    give(bench, "categories", category(bench).id, BLUE)
    bench.take(bench.console.put(entry("A", category="Fruit", price_cents=777)))
    prices = [{"article_id": article(bench).id, "price_cents": 888}]
    bench.take(bench.office.command("price.set", {"prices": prices}))
    assert (article(bench).price_cents, article(bench).picture) == (888, picture_id(RED))
    for named in ("", picture_id(RED)):
        row = replace(category(bench), colour=f"teal{named}"[:5], picture=named)
        bench.take(bench.office.command("category.put", CategoryPut(row)))
    older = asdict(replace(category(bench), name="Fruits"))
    del older["picture"]
    bench.take(bench.office.command("category.put", {"category": older}))
    assert (category(bench).name, category(bench).picture) == ("Fruits", picture_id(BLUE))


def test_a_till_s_new_article_brings_none(bench: ShopBench) -> None:
    new = Article(bench.mint(), "Honey", category(bench).id, 690, 550, ("C",), picture="9" * 32)
    taken = bench.take(bench.till.command("article.create", {"article": new}))
    assert taken.statuses == ["accepted"]
    assert article(bench, "C").picture == ""


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"of": "articles", "id": "9" * 32}, "unknown_article"),
        ({"of": "categories", "id": "9" * 32}, "unknown_category"),
        ({"of": "people"}, "unreadable_command"),
        ({"content": ""}, "unreadable_command"),
        ({"content": "?"}, "unreadable_command"),
        ({"content": base64.b64encode(bytes(MOST_BYTES + 3)).decode()}, "unreadable_command"),
        ({"content": "%%%%"}, "picture_unfit"),
        ({"content": base64.b64encode(b"<html>").decode()}, "picture_unfit"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    bench: ShopBench, args: dict[str, Any], code: str
) -> None:
    good = {"of": "articles", "id": article(bench).id, "content": base64.b64encode(RED).decode()}
    taken = bench.take(bench.office.command("picture.set", {**good, **args}))
    assert taken.codes == [code]
    assert kept(bench) == []
    assert article(bench).picture == ""


def test_all_are_cleared_or_none(bench: ShopBench) -> None:
    give(bench, "articles", article(bench).id, RED)
    taken = clear(bench, "articles", article(bench).id, "9" * 32)
    assert taken.codes == ["unknown_article"]
    assert article(bench).picture == picture_id(RED)
    assert kept(bench) == [picture_id(RED)]


def test_the_trail_says_how_long_it_was(bench: ShopBench) -> None:
    give(bench, "articles", article(bench).id, RED)
    row = bench.one("SELECT details FROM audit_entry WHERE action = 'picture.set'")
    assert orjson.loads(row)["args"]["content"] == len(base64.b64encode(RED))


def test_the_check_sees_what_is_wrong_with_them(bench: ShopBench) -> None:
    give(bench, "articles", article(bench).id, RED)
    db = bench.store.db
    assert audit_file(bench.store.path) == []
    for harm, said in (
        ("UPDATE picture SET content = x'00'", "is not what its name says"),
        ("UPDATE picture SET size_bytes = 1", "is not what its name says"),
        ("DELETE FROM picture", "its picture does not exist"),
        ("INSERT INTO picture SELECT 'f' || substr(id, 2), content, size_bytes FROM picture", ""),
    ):
        before = db.execute("SELECT id, content, size_bytes FROM picture").fetchall()
        db.execute(harm)
        found = [one.text for one in audit_file(bench.store.path) if one.check == "pictures"]
        assert (said or "nothing has this picture") in found
        db.execute("DELETE FROM picture")
        db.executemany("INSERT INTO picture VALUES (?, ?, ?)", before)


def test_an_answer_holds_what_fits_and_says_what_there_is_not(bench: ShopBench) -> None:
    give(bench, "articles", article(bench).id, RED)
    give(bench, "articles", article(bench, "B").id, BLUE)
    db, red, blue, none = bench.store.db, picture_id(RED), picture_id(BLUE), "9" * 32
    assert pictures.contents(db, [none, red, blue], 10**6) == {none: None, red: RED, blue: BLUE}
    assert pictures.contents(db, [red, none, blue], len(RED)) == {red: RED, none: None}
    assert pictures.contents(db, [blue, red], 1) == {blue: BLUE}, "one at least, or none ever came"
