"""Paying by several methods: settled to the cent, and no more change than cash was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.models import Payment
from common.payments import ALL, ROUNDING, cash_due_cents
from common.rules import CASH, settles
from kiosk.tenders import MOST, Tender, Tenders, paid_back

TOTALS = st.integers(0, 200_000)
STEPS = st.sampled_from([0, 5])
HANDED = st.lists(st.tuples(st.sampled_from(ALL), st.integers(-5, 250_000)), max_size=12)


def taken_all(tenders: Tenders, handed: list[tuple[str, int]]) -> Tenders:
    """Return it after each of these that can be taken, and the rest in cash."""
    for method, given_cents in handed:
        tender = tenders.offer(method, given_cents)
        tenders = tenders if tender is None else tenders.take(tender)
    if not tenders.settled:
        last = tenders.offer(CASH, tenders.due_cents(CASH))
        assert last is not None
        tenders = tenders.take(last)
    return tenders


@given(TOTALS, STEPS, HANDED)
def test_whatever_is_handed_over_settles_to_the_cent(
    total: int, step: int, handed: list[tuple[str, int]]
) -> None:
    payments = taken_all(Tenders(total, step), handed).payments()
    assert settles(total, payments)
    cash = [each for each in payments if each.method == CASH]
    assert sum(each.amount_cents for each in payments) == total
    for each in payments:
        change = each.given_cents - each.amount_cents
        assert change == 0 or each.method == CASH
        assert 0 <= change <= max(0, each.given_cents)
        assert each.amount_cents >= 0 or each.method == ROUNDING
    # Only the last cash is rounded and gives change: what is paid in part is not.
    assert all(each.amount_cents == each.given_cents for each in cash[:-1])
    rounded = [each.amount_cents for each in payments if each.method == ROUNDING]
    assert all(step and abs(cents) < step for cents in rounded)


@given(TOTALS, STEPS, HANDED)
def test_never_more_is_taken_than_is_to_pay(
    total: int, step: int, handed: list[tuple[str, int]]
) -> None:
    tenders = Tenders(total, step)
    for method, given_cents in handed:
        tender = tenders.offer(method, given_cents)
        if tender is None:
            continue
        tenders = tenders.take(tender)
        assert 0 <= tenders.rest_cents <= total
        assert tender.amount_cents + tender.change_cents + tender.kept_cents == tender.given_cents
        assert tender.change_cents == 0 or not tenders.rest_cents
        assert tenders.settled is (tenders.rest_cents == 0)


@given(st.integers(1, 10**9), st.sampled_from([5]))
def test_cash_is_rounded_to_the_nearest_step_and_never_to_nothing(rest: int, step: int) -> None:
    due = cash_due_cents(rest, step)
    assert due % step == 0
    assert due > 0
    assert abs(due - rest) <= step // 2 or due == step
    assert cash_due_cents(rest, 0) == rest


def test_cash_in_part_then_the_card_for_the_rest() -> None:
    tenders = Tenders(3_250)
    for method, given_cents in ((CASH, 2_000), ("card", 1_250)):
        tender = tenders.offer(method, given_cents)
        assert tender is not None
        tenders = tenders.take(tender)
    assert tenders.payments() == (Payment(CASH, 2_000, 2_000), Payment("card", 1_250, 1_250))


def test_a_voucher_above_the_rest_gives_nothing_back() -> None:
    tender = Tenders(750).offer("meal_voucher", 900)
    assert tender == Tender(1, "meal_voucher", 750, 900)
    assert (tender.change_cents, tender.kept_cents) == (0, 150)
    payments = Tenders(750).take(tender).payments()
    assert payments == (Payment("meal_voucher", 750, 750),)


@pytest.mark.parametrize("method", ["card", "cheque"])
def test_no_more_than_the_rest_by_card_or_cheque(method: str) -> None:
    assert Tenders(750).offer(method, 751) is None
    assert Tenders(750).offer(method, 750) is not None


def test_cash_that_is_rounded_has_its_own_amount() -> None:
    down = Tenders(997, 5).offer(CASH, 1_000)
    assert down == Tender(1, CASH, 995, 1_000, 2)
    assert Tenders(997, 5).take(down).payments() == (
        Payment(CASH, 995, 1_000),
        Payment(ROUNDING, 2, 2),
    )
    up = Tenders(998, 5).offer(CASH, 1_000)
    assert up == Tender(1, CASH, 1_000, 1_000, -2)
    assert Tenders(998, 5).offer(CASH, 999) is None
    assert Tenders(998, 5).offer("card", 998) == Tender(1, "card", 998, 998)


def test_a_sale_of_nothing_is_settled_by_nothing() -> None:
    assert not Tenders(0).settled
    nothing = Tenders(0).offer(CASH, 0)
    assert nothing is not None
    assert Tenders(0).take(nothing).payments() == (Payment(CASH, 0, 0),)
    assert Tenders(0).offer(CASH, 1) is None
    assert Tenders(500).offer(CASH, 0) is None


def test_payments_are_few_enough_for_a_ticket() -> None:
    tenders = Tenders(10_000)
    for _ in range(MOST):
        tender = tenders.offer(CASH, 1)
        assert tender is not None
        tenders = tenders.take(tender)
    assert tenders.offer(CASH, 9_980) is None


def test_what_is_not_settled_makes_no_payments() -> None:
    with pytest.raises(ValueError, match="250 cents of 250"):
        Tenders(250).payments()


@given(
    st.dictionaries(st.sampled_from(("cash", "card", "exchange")), st.integers(0, 10_000)),
    st.sampled_from((0, 5)),
)
def test_what_goes_back_comes_to_what_is_given_back(shares: dict[str, int], step: int) -> None:
    paid = paid_back(shares, step)
    assert sum(each.amount_cents for each in paid) == -sum(shares.values())
    by = {each.method: -each.amount_cents for each in paid}
    assert all(each.given_cents == each.amount_cents for each in paid)
    for method in ("card", "exchange"):
        assert by.get(method, 0) == shares.get(method, 0)
    wanted, back = shares.get("cash", 0), by.get("cash", 0)
    assert back == wanted if step == 0 else back % 5 == 0
    assert abs(back - wanted) <= 2 or (back, wanted < 3) == (5, True)
    assert bool(back) is bool(wanted)
