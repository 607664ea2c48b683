"""The basket in words: totals, changed prices, discounts."""

from dataclasses import replace

from common.i18n import Translator
from common.models import Article
from kiosk.basket import Basket
from kiosk.catalogue import Catalogue
from kiosk.discount import Discount
from kiosk.views import BasketLineView, basket_view
from tests.kiosk.shop_rows import put, small_shop, uid

FR, EN = Translator("fr"), Translator("en")


def article_of(catalogue: Catalogue, number: int) -> Article:
    article = catalogue.article(uid(number))
    assert article is not None
    return article


def bread_basket(catalogue: Catalogue) -> Basket:
    return Basket().add(article_of(catalogue, 1), 2_000).add(article_of(catalogue, 2))


def test_empty_basket() -> None:
    view = basket_view(Basket(), small_shop(), FR)
    assert (view.lines, view.title, view.total) == ((), "Total", "0,00\u00a0€")
    assert (view.count, view.can_pay) == (0, False)


def test_basket() -> None:
    catalogue = small_shop()
    view = basket_view(bread_basket(catalogue), catalogue, FR)
    assert view.lines == (
        BasketLineView(
            1, "2\u00a0×", "Baguette tradition", "à 1,20\u00a0€", "2,40\u00a0€", "", False
        ),
        BasketLineView(2, "1\u00a0×", "Eau minérale 1,5 L", "", "0,65\u00a0€", "", True),
    )
    assert (view.title, view.total, view.count, view.can_pay) == (
        "Total (3)",
        "3,05\u00a0€",
        3,
        True,
    )


def test_a_line_keeps_its_price_and_says_so() -> None:
    catalogue = small_shop()
    basket = bread_basket(catalogue)
    put(catalogue, "articles", replace(article_of(catalogue, 1), price_cents=130))
    catalogue.drop("articles", uid(2))
    first, second = basket_view(basket, catalogue, FR).lines
    assert (first.total, first.note) == ("2,40\u00a0€", "Le prix est passé à 1,30\u00a0€")
    assert (second.total, second.note) == ("0,65\u00a0€", "N’est plus au catalogue")
    assert basket_view(basket, catalogue, EN).lines[0].note == "The price is now €1.30"


def test_an_article_taken_off_sale_says_so() -> None:
    catalogue = small_shop()
    basket = bread_basket(catalogue)
    put(catalogue, "articles", replace(article_of(catalogue, 1), active=False))
    assert basket_view(basket, catalogue, FR).lines[0].note == "N’est plus au catalogue"


def test_what_was_taken_off_is_said_and_a_free_line_is_no_missing_article() -> None:
    catalogue = small_shop()
    basket = bread_basket(catalogue).discount_line(1, Discount(bp=1_000)).add_free("Divers", 350, 0)
    view = basket_view(basket, catalogue, FR)
    assert [line.note for line in view.lines] == ["Remise -0,24\u00a0€", "", ""]
    assert view.total == "6,31\u00a0€"
