"""What a code means: an article as it is, or the price or weight that a scale has printed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.barcodes import check_digit, label
from common.models import Article, Shop, encode_row
from kiosk.catalogue import Catalogue
from kiosk.scanned import Scanned, meaning

HAM = Article("a" * 32, "Jambon", "c" * 32, 2_490, 550, ("2112345",))
CHEESE = Article("b" * 32, "Comté", "c" * 32, 1_990, 550, ("2600042000006",))
SHOP = Shop("shop", "Essai", price_labels=("21",), weight_labels=("26",))


def code_of(body: str) -> str:
    return f"{body}{check_digit(body)}"


def catalogue_of(*articles: Article, shop: Shop = SHOP) -> Catalogue:
    catalogue = Catalogue()
    catalogue.replace("shop", [("shop", encode_row(shop))])
    catalogue.replace("articles", [(each.id, encode_row(each)) for each in articles])
    return catalogue


def test_a_price_and_a_weight_are_read_by_the_shops_prefixes() -> None:
    catalogue = catalogue_of(HAM, CHEESE)
    assert meaning(code_of("211234500543"), catalogue) == Scanned(HAM, price_cents=543)
    assert meaning(code_of("260004200375"), catalogue) == Scanned(CHEESE, quantity_milli=375)


def test_a_label_may_stand_in_the_catalogue_without_its_value_or_with_none() -> None:
    whole = replace(HAM, codes=(code_of("211234500000"),))
    assert meaning(code_of("211234500543"), catalogue_of(whole)) == Scanned(whole, price_cents=543)


def test_a_code_that_is_an_articles_own_is_that_article() -> None:
    own = replace(HAM, codes=(code_of("211234500543"),))
    assert meaning(code_of("211234500543"), catalogue_of(own, CHEESE)) == Scanned(own)


@pytest.mark.parametrize(
    "code",
    [
        code_of("211234500000"),  # nothing inside
        code_of("219999900543"),  # no such article
        code_of("221234500543"),  # a prefix that this shop does not use
        "2112345005437",  # misread
        "2112345",
        "",
    ],
)
def test_any_other_is_no_label(code: str) -> None:
    found = meaning(code, catalogue_of(replace(HAM, codes=("2112345", "2212345")), CHEESE))
    assert found is None or found.article.codes[0] == code


def test_without_prefixes_nothing_is_a_label() -> None:
    plain = catalogue_of(HAM, shop=Shop("shop", "Essai"))
    assert meaning(code_of("211234500543"), plain) is None


@given(st.integers(20, 29), st.integers(0, 99_999), st.integers(0, 99_999))
def test_labels_are_read_as_they_are_printed(prefix: int, item: int, value: int) -> None:
    read = label(code_of(f"{prefix}{item:05}{value:05}"))
    assert read is not None
    assert (read.prefix, read.value) == (str(prefix), value)
    assert read.item_codes == (f"{prefix}{item:05}", code_of(f"{prefix}{item:05}00000"))


@given(st.text("0123456789", max_size=14))
def test_whatever_is_scanned_is_borne(code: str) -> None:
    read = label(code)
    assert read is None or code[0] == "2"
