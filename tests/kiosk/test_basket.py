"""Baskets: every operation gives a new one, totals are the ticket's, lines keep their price."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.models import Article
from common.rules import total_cents
from kiosk.basket import MAX_LINES, MAX_QUANTITY_MILLI, MAX_TOTAL_CENTS, Basket, pieces
from kiosk.discount import Discount
from tests.kiosk.shop_rows import article, small_shop, uid

BREAD = article(1, "Baguette", 120, codes=("20", "21"))
WATER = article(2, "Eau", 65)
HAM = article(3, "Jambon", 2_490)


def quantities(basket: Basket) -> list[tuple[int, int]]:
    return [(line.id, line.quantity_milli) for line in basket.lines]


def test_empty() -> None:
    basket = Basket()
    assert not basket
    assert (basket.total_cents, basket.count, basket.selected, basket.to_lines()) == (
        0,
        0,
        None,
        (),
    )


def test_adding_raises_the_line_of_the_same_article_and_selects_it() -> None:
    basket = Basket().add(BREAD).add(WATER).add(BREAD, 2_000)
    assert quantities(basket) == [(1, 3_000), (2, 1_000)]
    assert basket.selected == 1
    assert (basket.total_cents, basket.count) == (425, 4)


def test_adding_leaves_the_basket_before_as_it_was() -> None:
    before = Basket().add(BREAD)
    before.add(BREAD)
    assert quantities(before) == [(1, 1_000)]


def test_a_line_keeps_its_price_and_a_new_price_is_a_new_line() -> None:
    dearer = replace(BREAD, price_cents=130)
    basket = Basket().add(BREAD).add(dearer).add(BREAD)
    assert [(line.unit_price_cents, line.quantity_milli) for line in basket.lines] == [
        (120, 2_000),
        (130, 1_000),
    ]
    assert basket.total_cents == 370


def test_another_vat_rate_is_a_new_line() -> None:
    assert len(Basket().add(BREAD).add(replace(BREAD, vat_bp=2_000)).lines) == 2


def test_says_which_prices_changed() -> None:
    shop = small_shop()
    bread = shop.article(uid(1))
    assert bread is not None
    basket = Basket().add(replace(bread, price_cents=110)).add(bread).add(article(9))
    assert basket.price_changed(shop.article) == {1}
    assert basket.lines[0].new_price_cents(bread) == 120
    assert basket.lines[1].new_price_cents(bread) is None
    assert basket.lines[1].new_price_cents(None) is None


def test_weighed_goods_round_half_up_and_count_as_one() -> None:
    basket = Basket().add(HAM, 335).add(BREAD, 2_000)
    assert basket.total_cents == 834 + 240
    assert basket.count == 3


def test_pieces() -> None:
    assert pieces([2_000, 335, 1_500, 1_000]) == 5
    assert pieces([]) == 0


def test_set_quantity() -> None:
    basket = Basket().add(BREAD).add(WATER).set_quantity(1, 12_000)
    assert quantities(basket) == [(1, 12_000), (2, 1_000)]
    assert basket.selected == 1
    assert basket.set_quantity(9, 5_000) == basket
    assert quantities(basket.set_quantity(1, 0)) == [(2, 1_000)]


@pytest.mark.parametrize("quantity_milli", [-1, MAX_QUANTITY_MILLI + 1])
def test_quantities_outside_the_limits_are_refused(quantity_milli: int) -> None:
    basket = Basket().add(BREAD)
    assert not basket.takes_quantity(1, quantity_milli)
    with pytest.raises(ValueError, match="line 1 cannot take"):
        basket.set_quantity(1, quantity_milli)
    assert not basket.takes(WATER, quantity_milli)
    with pytest.raises(ValueError, match="the basket cannot take"):
        basket.add(WATER, quantity_milli)


def test_nothing_is_no_quantity_to_add() -> None:
    assert not Basket().takes(BREAD, 0)
    assert not Basket().add(BREAD).takes(BREAD, 0)


def test_the_sum_of_one_article_is_limited() -> None:
    basket = Basket().add(BREAD, MAX_QUANTITY_MILLI)
    assert not basket.takes(BREAD)
    assert basket.takes(WATER)


def test_totals_are_limited_to_what_a_ticket_takes() -> None:
    gold = article(7, "Lingot", 10**9)
    basket = Basket().add(gold, 100_000)
    assert basket.total_cents == MAX_TOTAL_CENTS
    assert not basket.takes(gold)
    assert not basket.takes(BREAD)
    assert not basket.takes_quantity(1, 100_001)
    assert basket.takes_quantity(1, 99_000)


def test_lines_are_limited_to_what_a_ticket_takes() -> None:
    basket = Basket()
    for number in range(MAX_LINES):
        basket = basket.add(article(number + 1))
    assert not basket.takes(article(MAX_LINES + 1))
    assert basket.takes(article(1))


@pytest.mark.parametrize(
    ("removed", "selected", "then"),
    [(2, 2, 3), (3, 3, 2), (1, 3, 3), (3, 1, 1), (9, 2, 2)],
)
def test_removing_moves_the_selection_to_the_line_in_its_place(
    removed: int, selected: int, then: int
) -> None:
    basket = Basket().add(BREAD).add(WATER).add(HAM).select(selected).remove(removed)
    assert basket.selected == then


def test_removing_the_last_line_selects_nothing() -> None:
    assert Basket().add(BREAD).remove(1).selected is None


def test_line_numbers_are_never_used_again() -> None:
    basket = Basket().add(BREAD).remove(1).add(WATER).clear().add(HAM)
    assert [line.id for line in basket.lines] == [3]


def test_select() -> None:
    basket = Basket().add(BREAD).add(WATER)
    assert basket.select(1).selected == 1
    assert basket.select(7).selected is None
    assert basket.select(None).selected is None


def test_lines_for_the_ticket() -> None:
    (line,) = Basket().add(BREAD, 2_000).to_lines()
    assert (line.article_id, line.label, line.code) == (uid(1), "Baguette", "20")
    assert (line.quantity_milli, line.unit_price_cents, line.vat_bp) == (2_000, 120, 550)
    assert (line.total_cents, line.discount_cents) == (240, 0)


Step = Callable[[Basket], Basket]


def adding(subject: Article, milli: int) -> Step:
    return lambda basket: basket.add(subject, milli)


def setting(line_id: int, milli: int) -> Step:
    return lambda basket: basket.set_quantity(line_id, milli)


def removing(line_id: int) -> Step:
    return lambda basket: basket.remove(line_id)


def selecting(line_id: int) -> Step:
    return lambda basket: basket.select(line_id)


line_ids = st.integers(1, 6)
steps = st.one_of(
    st.builds(adding, st.sampled_from([BREAD, WATER, HAM]), st.integers(1, 5_000)),
    st.builds(setting, line_ids, st.integers(0, 5_000)),
    st.builds(removing, line_ids),
    st.builds(selecting, line_ids),
)


@given(st.lists(steps, max_size=20))
def test_any_handling_keeps_the_basket_sound(handling: list[Step]) -> None:
    basket = Basket()
    for step in handling:
        basket = step(basket)
        ids = [line.id for line in basket.lines]
        assert len(set(ids)) == len(ids)
        assert basket.selected is None or basket.selected in ids
        assert all(line.quantity_milli > 0 for line in basket.lines)
        assert basket.total_cents == total_cents(basket.to_lines())


def test_each_labelled_piece_is_a_line_at_the_price_on_its_label() -> None:
    basket = Basket().add(HAM).add_labelled(HAM, 543).add_labelled(HAM, 543).add(HAM)
    assert [(line.quantity_milli, line.unit_price_cents) for line in basket.lines] == [
        (2_000, 2_490),
        (1_000, 543),
        (1_000, 543),
    ]
    assert basket.total_cents == total_cents(basket.to_lines()) == 2 * 2_490 + 2 * 543
    # What the article costs says nothing about what is on the label.
    assert basket.price_changed(lambda _: replace(HAM, price_cents=1)) == {1}
    # And a plain one at the label's price is no piece of it.
    assert len(basket.add(replace(HAM, price_cents=543)).lines) == 4


def test_a_labelled_piece_that_is_too_dear_is_not_taken() -> None:
    assert not Basket().takes_line(MAX_TOTAL_CENTS + 1)
    with pytest.raises(ValueError, match="cannot take"):
        Basket().add_labelled(HAM, MAX_TOTAL_CENTS + 1)


# What is taken off, and prices by hand.

discounts = st.one_of(
    st.builds(Discount, cents=st.integers(0, 5_000)), st.builds(Discount, bp=st.integers(0, 10_000))
)
sold = st.lists(
    st.tuples(st.sampled_from([BREAD, WATER, HAM]), st.integers(1, 5_000), discounts),
    min_size=1,
    max_size=8,
)


@given(sold, discounts)
def test_what_is_paid_is_what_the_lines_say_to_the_cent(
    taken: list[tuple[Article, int, Discount]], whole: Discount
) -> None:
    basket = Basket()
    for each, quantity_milli, off in taken:
        basket = basket.add(each, quantity_milli)
        assert basket.selected is not None
        basket = basket.discount_line(basket.selected, off)
    basket = basket.discount_all(whole)
    lines = basket.to_lines()
    assert total_cents(lines) == basket.total_cents
    assert sum(line.discount_cents for line in lines) == basket.discount_cents
    assert all(line.total_cents >= 0 and line.discount_cents >= 0 for line in lines)
    assert basket.total_cents >= 0


def test_a_discount_is_of_a_line_or_of_the_whole() -> None:
    basket = Basket().add(BREAD, 2_000).add(HAM)
    assert basket.discount_line(1, Discount(bp=1_000)).total_cents == 216 + 2_490
    assert basket.discount_line(1, Discount(cents=50)).total_cents == 190 + 2_490
    whole = basket.discount_all(Discount(bp=1_000))
    assert whole.total_cents == 2_457
    assert [line.discount_cents for line in whole.to_lines()] == [24, 249]
    # It is of what is there: a line more is discounted as well.
    assert whole.add(WATER, 10_000).total_cents == 3_042
    assert whole.clear().add(BREAD).discount_cents == 0


def test_more_than_all_is_not_taken_off() -> None:
    assert Basket().add(WATER).discount_line(1, Discount(cents=500)).total_cents == 0
    assert Basket().add(WATER).discount_all(Discount(cents=500)).total_cents == 0


def test_a_discounted_line_stays_apart_from_the_next_piece() -> None:
    basket = Basket().add(BREAD).discount_line(1, Discount(bp=5_000)).add(BREAD)
    assert [line.total_cents for line in basket.lines] == [60, 120]


@pytest.mark.parametrize(
    "wrong", [{"cents": -1}, {"bp": -1}, {"bp": 10_001}, {"cents": 1, "bp": 1}]
)
def test_what_is_no_discount(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="discount"):
        Discount(**wrong)


def test_a_price_by_hand_holds_whatever_the_article_costs() -> None:
    basket = Basket().add(HAM, 500).reprice(1, 2_000)
    assert basket.total_cents == 1_000
    assert basket.price_changed(lambda _: HAM) == frozenset()
    assert basket.reprice(9, 1) == basket
    for wrong in (-1, MAX_TOTAL_CENTS * 10):
        with pytest.raises(ValueError, match="cannot cost"):
            basket.reprice(1, wrong)


def test_a_free_line_is_no_articles() -> None:
    (line,) = Basket().add_free("Divers", 350, 2_000).to_lines()
    assert (line.article_id, line.label, line.total_cents, line.vat_bp) == (
        "",
        "Divers",
        350,
        2_000,
    )
    with pytest.raises(ValueError, match="cannot take"):
        Basket().add_free("Divers", MAX_TOTAL_CENTS + 1, 2_000)
