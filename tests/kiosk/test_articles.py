"""Rows, codes and search of the articles stay in step, whichever way the rows came."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.models import Article, encode_row
from kiosk.articles import Articles, CodeIndex
from tests.kiosk.shop_rows import DRINKS, FOOD, article, encoded, uid


def found(articles: Articles, text: str = "", category_id: str | None = None) -> list[int]:
    return [int(article_id, 16) for article_id in articles.find(text, category_id)]


def test_a_code_belongs_to_the_smallest_id_that_holds_it() -> None:
    codes = CodeIndex()
    codes.add("20", "b")
    codes.add("20", "c")
    codes.add("20", "a")
    assert codes.get("20") == "a"
    codes.remove("20", "b")
    codes.remove("20", "a")
    assert codes.get("20") == "c"
    codes.remove("20", "c")
    assert codes.get("20") is None


@given(st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("abcd")), max_size=30))
def test_codes_are_those_of_their_holders(changes: list[tuple[str, str]]) -> None:
    codes = CodeIndex()
    holding: set[tuple[str, str]] = set()
    for change in changes:
        if change in holding:
            codes.remove(*change)
        else:
            codes.add(*change)
        holding ^= {change}
        for code in "12":
            owners = [owner for held, owner in holding if held == code]
            assert codes.get(code) == min(owners, default=None)


def test_the_exact_code_comes_first() -> None:
    articles = Articles()
    articles.replace(
        encoded(
            article(1, "A 20", codes=("2012",)), article(2, "B"), article(3, "C", codes=("20",))
        )
    )
    assert found(articles, "20") == [3, 1]
    assert found(articles, " 20 ") == [3, 1]
    assert found(articles, "201") == [1]


def test_the_exact_code_of_another_category_does_not() -> None:
    articles = Articles()
    articles.replace(encoded(article(1, codes=("20",)), article(2, "Eau 20", category_id=DRINKS)))
    assert found(articles, "20", DRINKS) == [2]
    assert found(articles, "20", FOOD) == [1]
    assert found(articles, "20", "e" * 32) == []


def test_an_article_no_longer_sold_is_known_but_not_found() -> None:
    articles = Articles()
    gone = article(1, "Baguette", codes=("20",), active=False)
    articles.put(gone.id, encode_row(gone))
    assert articles.get(uid(1)) == gone
    assert articles.by_code("20") == gone
    assert found(articles, "20") == found(articles) == found(articles, "", FOOD) == []


def test_a_change_moves_an_article_everywhere() -> None:
    articles = Articles()
    before = article(1, "Baguette", codes=("20",))
    articles.replace(encoded(before, article(2, "Flûte")))
    after = replace(before, name="Pain", category_id=DRINKS, codes=("21",))
    articles.put(after.id, encode_row(after))
    assert found(articles, "bag") == []
    assert found(articles, "pain") == found(articles, "", DRINKS) == [1]
    assert found(articles, "", FOOD) == [2]
    assert articles.by_code("20") is None
    assert articles.by_code("21") == after
    articles.drop(uid(1))
    articles.drop(uid(1))
    assert found(articles, "pain") == []
    assert articles.by_code("21") is None
    assert len(articles) == 1


def test_a_new_price_shows() -> None:
    articles = Articles()
    articles.replace(encoded(article(1, codes=("20",))))
    assert articles.get(uid(1)) == article(1, codes=("20",))
    dearer = article(1, price_cents=999, codes=("20",))
    articles.put(uid(1), encode_row(dearer))
    assert articles.get(uid(1)) == articles.by_code("20") == dearer
    assert found(articles, "bag") == [1]


rows = st.builds(
    article,
    st.integers(1, 6),
    st.text("abé -", min_size=1, max_size=6),
    st.integers(0, 3),
    st.sampled_from([FOOD, DRINKS]),
    st.lists(st.text("12", min_size=1, max_size=2), max_size=2, unique=True).map(tuple),
    st.booleans(),
)


@given(
    snapshot=st.dictionaries(st.integers(1, 6), rows, max_size=5),
    changes=st.lists(st.tuples(st.booleans(), rows), max_size=12),
)
def test_changed_row_by_row_is_the_same_as_replaced(
    snapshot: dict[int, Article], changes: list[tuple[bool, Article]]
) -> None:
    held = {row.id: row for row in snapshot.values()}
    changing = Articles()
    changing.replace(encoded(*held.values()))
    for is_put, row in changes:
        if is_put:
            held[row.id] = row
            changing.put(row.id, encode_row(row))
        else:
            held.pop(row.id, None)
            changing.drop(row.id)
    replaced = Articles()
    replaced.replace(encoded(*held.values()))
    for code in ("1", "2", "11", "12", "21", "22"):
        assert changing.by_code(code) == replaced.by_code(code)
    for category_id in (None, FOOD, DRINKS):
        for text in ("", "a", "b a", "1", "21", *string.digits[1:3]):
            assert found(changing, text, category_id) == found(replaced, text, category_id)
    assert {row.id: row for row in held.values()} == {key: changing.get(key) for key in held}


def test_a_snapshot_with_an_unreadable_row_changes_nothing() -> None:
    articles = Articles()
    articles.replace(encoded(article(1, codes=("20",))))
    with pytest.raises(ValueError, match="truncated"):
        articles.replace([*encoded(article(2, codes=("21",))), (uid(3), b"{")])
    with pytest.raises(ValueError, match="truncated"):
        articles.put(uid(1), b"{")
    assert found(articles) == found(articles, "", FOOD) == [1]
    assert articles.by_code("20") == article(1, codes=("20",))
    assert articles.by_code("21") is None


def test_one_made_here_is_found_until_the_hub_has_it_or_says_no() -> None:
    articles = Articles()
    articles.replace(encoded(article(1, "Bread", codes=("1",))))
    taken, refused = article(2, "Honey", codes=("2",)), article(3, "Jam", codes=("3",))
    assert articles.set_pending([taken, refused]) == {taken.id, refused.id}
    assert articles.by_code("2") == taken
    assert found(articles, "jam") == [3]
    articles.replace(encoded(article(1, "Bread", codes=("1",))))
    assert found(articles, "honey") == [2]
    dearer = replace(taken, price_cents=999)
    articles.put(taken.id, encode_row(dearer))
    assert articles.set_pending([taken, refused]) == set()
    assert articles.set_pending([]) == {refused.id}
    assert articles.by_code("2") == dearer
    assert articles.by_code("3") is None
    assert found(articles, "jam") == []
