"""A payment in words: what is left, change, vouchers, rounding, likely notes, what was paid."""

import pytest

from common.i18n import Translator
from common.models import Payment, Shop, Ticket
from common.payments import ALL
from common.rules import CASH
from kiosk.basket import Basket
from kiosk.catalogue import SoldTicket
from kiosk.discount import Discount
from kiosk.tenders import Tenders
from kiosk.views import CashChoice, payment_view, ticket_views
from kiosk.views.counter import DetailRow, paid_view, ticket_detail
from kiosk.views.customer import basket_shown
from kiosk.views.payment import offered
from tests.kiosk.shop_rows import small_shop

FR, EN = Translator("fr"), Translator("en")


def test_payment_of_the_exact_sum_as_long_as_nothing_is_typed() -> None:
    view = payment_view(Tenders(1_235), "cash", None, FR)
    assert (view.due, view.given, view.given_cents) == ("12,35\u00a0€", "12,35\u00a0€", 1_235)
    assert (view.enough, view.change_cents) == (True, 0)
    assert (view.label, view.rest) == ("À rendre", "0,00\u00a0€")


def test_payment_with_change() -> None:
    view = payment_view(Tenders(1_235), "cash", 2_000, FR)
    assert (view.enough, view.change_cents, view.label, view.rest) == (
        True,
        765,
        "À rendre",
        "7,65\u00a0€",
    )


def test_payment_with_too_little() -> None:
    view = payment_view(Tenders(1_235), "cash", 1_000, FR)
    assert (view.enough, view.change_cents, view.label, view.rest) == (
        False,
        0,
        "Reste à payer",
        "2,35\u00a0€",
    )


@pytest.mark.parametrize(
    ("total_cents", "choices"),
    [
        (235, [235, 500, 1_000, 2_000, 5_000, 10_000]),
        (1_235, [1_235, 1_500, 2_000, 5_000, 10_000]),
        (5_000, [5_000, 6_000, 10_000]),
        (25_010, [25_010, 25_500, 26_000, 30_000]),
        (0, [0]),
    ],
)
def test_sums_that_a_customer_may_hand_over(total_cents: int, choices: list[int]) -> None:
    view = payment_view(Tenders(total_cents), "cash", None, EN)
    assert view.choices == tuple(CashChoice(cents, EN.money(cents)) for cents in choices)


def part(total_cents: int, *taken: tuple[str, int], step_cents: int = 0) -> Tenders:
    tenders = Tenders(total_cents, step_cents)
    for method, given_cents in taken:
        tender = tenders.offer(method, given_cents)
        assert tender is not None
        tenders = tenders.take(tender)
    return tenders


def test_too_little_is_taken_as_a_part() -> None:
    view = payment_view(Tenders(1_235), CASH, 1_000, EN)
    assert (view.can_take, view.ok, view.tone) == (True, "Part payment", "warn")
    assert view.note == "Then still to pay: €2.35."


def test_what_is_left_and_what_was_taken() -> None:
    view = payment_view(part(3_000, ("cash", 1_000), ("meal_voucher", 900)), "card", None, EN)
    assert (view.due_label, view.due, view.paid) == ("Still to pay", "€11.00", "€19.00")
    assert [(each.text, each.amount) for each in view.tenders] == [
        ("Cash", "€10.00"),
        ("Meal voucher", "€9.00"),
    ]
    assert (view.ok, view.can_take, view.enough) == ("Card accepted", True, True)


def test_no_method_in_hand_shows_what_is_left() -> None:
    view = payment_view(part(3_000, ("cash", 1_000)), "", None, EN)
    assert (view.label, view.rest, view.can_take) == ("Still to pay", "€20.00", False)
    whole = payment_view(part(3_000, ("card", 3_000)), "", None, EN)
    assert (whole.rest, whole.can_take, whole.ok) == ("€0.00", True, "Record the sale")


def test_a_voucher_above_the_rest_says_that_nothing_comes_back() -> None:
    view = payment_view(Tenders(750), "meal_voucher", 900, EN)
    assert (view.can_take, view.change_cents) == (True, 0)
    assert view.note == "No change is given on a voucher: €1.50 of it do not come back."


@pytest.mark.parametrize("method", ["card", "cheque"])
def test_more_than_the_rest_by_card_or_cheque_is_said(method: str) -> None:
    view = payment_view(Tenders(750), method, 900, EN)
    assert (view.can_take, view.enough) == (False, False)
    assert view.note == "This is more than is to pay."


def test_rounded_cash_says_from_what() -> None:
    view = payment_view(Tenders(998, 5), CASH, None, EN)
    assert (view.due, view.enough, view.note) == ("€10.00", True, "Rounded for cash from €9.98.")
    assert view.choices[0].cents == 1_000
    assert payment_view(Tenders(998, 5), "card", None, EN).due == "€9.98"
    assert payment_view(Tenders(998, 5), CASH, 999, EN).can_take is False


def test_methods_are_the_shops_in_the_order_of_the_table() -> None:
    assert offered(None) == offered(Shop("shop", "Essai")) == ALL
    assert offered(Shop("shop", "Essai", methods=("card", "cash"))) == ("cash", "card")
    # A hub of a later release names one that is not known here: the others stay.
    assert offered(Shop("shop", "Essai", methods=("crypto", "card"))) == ("card",)


def ticket(*payments: Payment) -> Ticket:
    total = sum(each.amount_cents for each in payments)
    at = (1_772_545_920_000, 60, "2026-03-03", 0)
    return Ticket("a" * 32, "C2", 7, *at, "Amélie", "main", (), (), payments, total)


def test_what_was_just_paid_by_several_methods() -> None:
    sold = ticket(Payment("voucher", 1_000, 1_000), Payment(CASH, 545, 1_000))
    view = paid_view(sold, True, EN)
    assert (view.given, view.label, view.change) == ("2 payments · €20.00", "Change", "€4.55")
    cards = ticket(Payment("card", 500, 500), Payment("card", 700, 700))
    view = paid_view(cards, True, EN)
    assert (view.given, view.label, view.change) == ("Card · €12.00", "Paid by card", "€12.00")
    view = paid_view(ticket(Payment("cheque", 500, 500)), True, EN)
    assert (view.given, view.label, view.change) == ("Cheque · €5.00", "Paid", "€5.00")


def test_a_ticket_shows_every_payment_and_what_was_rounded() -> None:
    sold = ticket(Payment("card", 500, 500), Payment(CASH, 495, 1_000), Payment("rounding", 2, 2))
    detail = ticket_detail(SoldTicket(sold), EN)
    assert detail.sums == (
        DetailRow("Cash rounding", "-€0.02"),
        DetailRow("Card", "€5.00"),
        DetailRow("Cash", "€10.00"),
        DetailRow("Change", "€5.05"),
    )
    assert paid_view(sold, True, EN).given == "2 payments · €15.00"


def test_the_list_names_each_method_once() -> None:
    catalogue = small_shop()
    sold = ticket(Payment("card", 500, 500), Payment("card", 1, 1), Payment("rounding", 2, 2))
    catalogue.set_pending({}, [sold], [])
    (row,) = ticket_views(catalogue, EN, sold.at_ms, 60, 10)
    assert row.detail.split(" · ")[1:] == ["Card"]


def test_the_customer_sees_what_is_left_once_a_part_is_paid() -> None:
    basket = Basket().add_free("Divers", 1_000, 0).discount_all(Discount(cents=100))
    whole = basket_shown(basket, None, False, EN)
    assert (whole.total_label, whole.total) == ("To pay", "€9.00")
    assert (whole.rest_label, whole.rest) == ("Discounts", "-€1.00")
    part = basket_shown(basket, None, False, EN, 300)
    assert (part.total_label, part.total) == ("Still to pay", "€6.00")
    assert (part.rest_label, part.rest) == ("Paid", "€3.00")
