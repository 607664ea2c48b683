"""What the customer sees: the last lines, what there is to pay, the change, the shop's greeting."""

from dataclasses import replace

import msgspec

from common.i18n import Translator
from common.models import Payment, Shop
from kiosk.basket import Basket
from kiosk.discount import Discount
from kiosk.views.customer import LINES, CustomerView, basket_shown, greeting, paid_shown
from tests.kiosk.printing.sold import ticket
from tests.kiosk.shop_rows import article

EN = Translator("en")
SHOP = Shop("shop", "Épicerie du Port")


def of(lines: int) -> Basket:
    basket = Basket()
    for n in range(lines):
        basket = basket.add(article(n, name=f"Article {n}", price_cents=100 + n))
    return basket


def test_between_two_customers_the_shop_greets() -> None:
    assert greeting(SHOP, "", False, EN).head == "Welcome"
    assert greeting(SHOP, "Bonjour !", False, EN).head == "Bonjour !"
    assert greeting(None, "", False, EN).shop == ""


def test_the_last_lines_are_shown_and_those_before_counted() -> None:
    for count, before in ((LINES, ""), (LINES + 1, "1 line before"), (30, "21 lines before")):
        view = basket_shown(of(count), SHOP, False, EN)
        assert len(view.lines) == min(count, LINES)
        assert view.lines[-1].label == f"Article {count - 1}"
        assert view.before == before
        assert view.total == EN.money(sum(100 + n for n in range(count)))


def test_a_weight_several_pieces_and_what_was_taken_off() -> None:
    basket = of(1).add(article(7, price_cents=1000), 345).add(article(8, price_cents=250), 2000)
    basket = basket.discount_line(1, Discount(bp=1000))
    view = basket_shown(basket, SHOP, False, EN)
    assert [line.quantity for line in view.lines] == ["", "0.345\u00a0×", "2\u00a0×"]
    assert [line.off for line in view.lines] == ["Discount -€0.10", "", ""]
    assert (view.rest_label, view.rest) == ("Discounts", "-€0.10")
    assert basket_shown(of(1), SHOP, False, EN).rest == ""


def test_the_end_of_a_sale_says_the_change() -> None:
    view = paid_shown(ticket(), SHOP, False, EN)
    assert (view.total_label, view.total) == ("Paid", "€25.19")
    assert (view.rest_label, view.rest) == ("Change", "€24.81")
    assert view.lines == ()
    exact = paid_shown(ticket(payments=(Payment("card", 2519, 2519),)), SHOP, False, EN)
    assert (exact.rest_label, exact.rest) == ("", "")
    back = paid_shown(replace(ticket(payments=()), total_cents=-500), SHOP, False, EN)
    assert (back.total_label, back.total) == ("Given back", "€5.00")


def test_an_exercise_is_marked_and_has_no_number() -> None:
    for view in (
        greeting(SHOP, "", True, EN),
        basket_shown(of(2), SHOP, True, EN),
        paid_shown(ticket(), SHOP, True, EN),
    ):
        assert "TRAINING" in view.stamp
        assert view.note == ""
    assert paid_shown(ticket(), SHOP, False, EN).note == "Ticket A1-123"


def test_it_crosses_a_pipe_whole() -> None:
    view = basket_shown(of(30), SHOP, True, Translator("fr"))
    assert msgspec.json.decode(msgspec.json.encode(view), type=CustomerView) == view
