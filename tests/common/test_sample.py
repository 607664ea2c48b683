"""The made-up shop holds what its users count on: uniqueness, sane values, the same every time."""

import unicodedata
from random import Random

import pytest

from common.barcodes import BarcodeKind, is_valid, kind
from common.sample import (
    BARCODE_PREFIX,
    BASKET_LINES_PERCENT,
    SampleArticle,
    sample_basket,
    sample_limit,
    sample_shop,
)
from common.sample_departments import DEPARTMENTS
from common.sample_goods import FOOD_MAKERS, WARES_MAKERS

COLOURS = {
    *("slate", "orange", "blue", "green", "teal", "purple", "pink", "indigo", "amber", "red"),
}
MANY = 30_000


def _by_name(name: str) -> SampleArticle:
    plain = {a.name.replace("\N{NO-BREAK SPACE}", " "): a for a in sample_shop(1, 400).articles}
    return plain[name]


def test_the_same_seed_gives_the_same_shop() -> None:
    assert sample_shop(7, 500) == sample_shop(7, 500)
    assert sample_shop(7, 500) != sample_shop(8, 500)


def test_categories_have_a_colour_each() -> None:
    categories = [category for category in sample_shop().categories if not category.parent]
    assert len(categories) == 10
    assert {category.colour for category in categories} == COLOURS
    assert len({category.name for category in categories}) == 10


def test_some_categories_have_parts_with_articles_in_them() -> None:
    shop = sample_shop(1, 240)
    tops = {category.name for category in shop.categories if not category.parent}
    parts = {(category.parent, category.name) for category in shop.categories if category.parent}
    assert {parent for parent, _ in parts} == {"Boulangerie", "Crèmerie", "Boissons"} <= tops
    filed = {(each.category, each.subcategory) for each in shop.articles if each.subcategory}
    assert filed == parts
    assert _by_name("Vin rouge de pays 75 cl").subcategory == "Vins"
    assert _by_name("Vinaigre ménager 1 L").subcategory == ""
    assert _by_name("Limonade artisanale 75 cl").subcategory == ""


def test_ten_articles_meet_every_category() -> None:
    shop = sample_shop(1, 10)
    assert {article.category for article in shop.articles} == {
        c.name for c in shop.categories if not c.parent
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_names_and_codes_are_unique(seed: int) -> None:
    articles = sample_shop(seed, MANY).articles
    assert len(articles) == MANY
    assert len({article.name for article in articles}) == MANY
    assert len({article.code for article in articles}) == MANY


def test_a_hundred_thousand_articles_fit() -> None:
    articles = sample_shop(1, 100_000).articles
    assert len({article.name for article in articles}) == 100_000


@pytest.mark.parametrize("articles", [0, -1, sample_limit() + 1])
def test_more_or_fewer_than_there_can_be_is_refused(articles: int) -> None:
    with pytest.raises(ValueError, match=str(sample_limit())):
        sample_shop(1, articles)


def test_codes_are_in_store_ean_13() -> None:
    for article in sample_shop(1, 1000).articles:
        assert kind(article.code) is BarcodeKind.EAN_13
        assert is_valid(article.code)
        assert article.code.startswith(BARCODE_PREFIX)


def test_values_are_sane() -> None:
    for article in sample_shop(3, MANY).articles:
        assert 30 <= article.price_cents <= 15_000
        assert article.vat_bp in {550, 1000, 2000}
        assert 0 <= article.stock_thousandths <= 200_000
        assert 3000 <= article.stock_min_thousandths <= 12_000
        if not article.by_weight:
            assert article.stock_thousandths % 1000 == 0


def test_some_articles_run_short_and_few_are_out() -> None:
    articles = sample_shop().articles
    short = [a for a in articles if a.stock_thousandths < a.stock_min_thousandths]
    out = [a for a in articles if a.stock_thousandths == 0]
    assert 0 < len(out) < len(short) < len(articles) // 5


def test_names_are_ready_for_a_tile() -> None:
    for article in sample_shop().articles:
        name = article.name
        assert unicodedata.is_normalized("NFC", name)
        assert name.replace("\N{NO-BREAK SPACE}", " ").isprintable()
        assert name == " ".join(name.split(" "))
        assert "'" not in name
        assert name == name.strip(" ,")
        assert len(name) <= 36


def test_a_number_stays_with_its_unit() -> None:
    names = [article.name for article in sample_shop().articles]
    assert "Eau minérale 1,5\N{NO-BREAK SPACE}L" in names
    assert "Pommes Gala, le\N{NO-BREAK SPACE}kg" in names
    assert "Baguette tradition" in names


@pytest.mark.parametrize(
    ("name", "vat_bp"),
    [
        ("Baguette tradition", 550),
        ("Sandwich jambon-beurre", 1000),
        ("Chocolat noir 70 % 100 g", 550),
        ("Chocolat au lait 100 g", 2000),
        ("Bière blonde 33 cl", 2000),
        ("Eau minérale 1,5 L", 550),
        ("Orchidée en pot 1 tige", 1000),
        ("Serviettes hygiéniques × 14", 550),
        ("Liquide vaisselle 500 ml", 2000),
    ],
)
def test_vat_is_the_law_s(name: str, vat_bp: int) -> None:
    assert _by_name(name).vat_bp == vat_bp


def test_the_hand_written_table_is_large_and_sound() -> None:
    goods = [good for department in DEPARTMENTS for good in department.goods]
    assert len(goods) >= 120
    assert len({good.name for good in goods}) == len(goods)
    assert len(FOOD_MAKERS) == len(WARES_MAKERS)
    for good in goods:
        assert 0 < good.low_cents < good.high_cents < 3000
        assert good.sizes[0].percent == 100
        assert len({size.label for size in good.sizes}) == len(good.sizes)


def test_baskets_are_of_every_size_and_mostly_small() -> None:
    rng, articles = Random(5), sample_shop().articles
    sizes = [len(sample_basket(rng, articles)) for _ in range(2000)]
    assert set(sizes) == set(range(1, len(BASKET_LINES_PERCENT) + 1))
    assert sum(size <= 4 for size in sizes) > 1000


def test_a_basket_holds_different_articles_in_sound_quantities() -> None:
    rng, articles = Random(6), sample_shop().articles
    for _ in range(500):
        basket = sample_basket(rng, articles)
        assert len({article.code for article, _ in basket}) == len(basket)
        for article, quantity in basket:
            assert 0 < quantity <= 6000
            assert article.by_weight or quantity % 1000 == 0


def test_baskets_follow_their_random_source() -> None:
    articles = sample_shop().articles
    assert [sample_basket(Random(9), articles) for _ in range(2)] == [
        sample_basket(Random(9), articles)
    ] * 2


def test_a_basket_from_one_article_has_one_line() -> None:
    articles = sample_shop(1, 1).articles
    assert [len(sample_basket(Random(n), articles)) for n in range(20)] == [1] * 20


def test_a_basket_without_articles_is_refused() -> None:
    with pytest.raises(ValueError, match="articles"):
        sample_basket(Random(1), ())
