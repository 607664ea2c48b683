"""Every rounding Comptoir makes, as properties that any amounts must hold."""

from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import (
    VatLine,
    divide_half_up,
    line_total_cents,
    spread,
    vat_lines,
)

AMOUNTS = st.integers(-(10**12), 10**12)
RATES_BP = st.sampled_from([0, 210, 550, 1000, 2000, 10_000]) | st.integers(0, 10_000)


@given(AMOUNTS, st.integers(1, 10**6))
def test_division_rounds_halves_away_from_zero(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    rounded = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert divide_half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 10, 1), (-5, 10, -1), (4, 10, 0), (-4, 10, 0), (15, 10, 2), (25, 10, 3), (1, 3, 0)],
)
def test_division_by_hand(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_up(numerator, denominator) == expected


@pytest.mark.parametrize(
    ("price_cents", "quantity_milli", "discount_cents", "expected"),
    [
        (120, 1000, 0, 120),
        (120, 3000, 10, 350),
        (1999, 735, 0, 1469),  # 14.69265 €
        (1, 500, 0, 1),  # half a cent
        (1, -500, 0, -1),
        (250, -2000, 0, -500),
        (0, 5000, 0, 0),
    ],
)
def test_a_line_comes_to(
    price_cents: int, quantity_milli: int, discount_cents: int, expected: int
) -> None:
    assert line_total_cents(price_cents, quantity_milli, discount_cents) == expected


@given(st.lists(st.tuples(RATES_BP, AMOUNTS), max_size=30))
def test_vat_adds_up_to_the_cent(totals: list[tuple[int, int]]) -> None:
    lines = vat_lines(totals)
    assert all(line.base_cents + line.vat_cents == line.total_cents for line in lines)
    assert sum(line.total_cents for line in lines) == sum(cents for _, cents in totals)
    assert [line.vat_bp for line in lines] == sorted({rate for rate, _ in totals})


@given(RATES_BP, AMOUNTS)
def test_vat_is_the_nearest_cent_of_the_exact_share(rate_bp: int, total_cents: int) -> None:
    (line,) = vat_lines([(rate_bp, total_cents)])
    # |vat - total·r/(1+r)| ≤ ½ cent, without leaving the integers.
    off = abs(2 * (line.vat_cents * (10_000 + rate_bp) - total_cents * rate_bp))
    assert off <= 10_000 + rate_bp


@given(RATES_BP, AMOUNTS)
def test_vat_is_rounded_half_up_to_the_cent(rate_bp: int, total_cents: int) -> None:
    """By decimals, which round as the law's examples do: a half goes away from zero."""
    (line,) = vat_lines([(rate_bp, total_cents)])
    exact = Decimal(total_cents) * rate_bp / (10_000 + rate_bp)
    assert line.vat_cents == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("rate_bp", "total_cents", "vat_cents"),
    [
        (2000, 3, 1),  # 0.5 of a cent
        (2000, -3, -1),
        (2000, 9, 2),  # 1.5
        (2000, 1199, 200),  # 199.83
        (550, 211, 11),  # 11.0 exactly
        (1000, 1099, 100),  # 99.91
        (210, 100, 2),  # 2.06
        (0, 1999, 0),
        (10_000, 1, 1),  # 0.5
    ],
)
def test_vat_by_hand(rate_bp: int, total_cents: int, vat_cents: int) -> None:
    assert vat_lines([(rate_bp, total_cents)]) == (
        VatLine(rate_bp, total_cents - vat_cents, vat_cents, total_cents),
    )


@given(RATES_BP, AMOUNTS)
def test_vat_lies_within_its_price_and_has_its_sign(rate_bp: int, total_cents: int) -> None:
    (line,) = vat_lines([(rate_bp, total_cents)])
    assert abs(line.vat_cents) <= abs(total_cents)
    assert line.vat_cents * total_cents >= 0
    assert line.base_cents * total_cents >= 0


@given(RATES_BP, st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=50))
def test_a_days_vat_is_that_of_its_tickets_and_never_far_from_that_of_its_total(
    rate_bp: int, tickets: list[int]
) -> None:
    """Each ticket is rounded by itself: its VAT is what its customer was told."""
    by_ticket = sum(vat_lines([(rate_bp, cents)])[0].vat_cents for cents in tickets)
    (whole,) = vat_lines([(rate_bp, sum(tickets))])
    assert 2 * abs(by_ticket - whole.vat_cents) <= len(tickets) + 1


@given(st.lists(st.tuples(RATES_BP, AMOUNTS), max_size=10))
def test_giving_everything_back_gives_the_same_vat_back(totals: list[tuple[int, int]]) -> None:
    sold = vat_lines(totals)
    returned = vat_lines([(rate, -cents) for rate, cents in totals])
    assert [(v.vat_bp, -v.base_cents, -v.vat_cents) for v in returned] == [
        (v.vat_bp, v.base_cents, v.vat_cents) for v in sold
    ]


@given(st.lists(st.tuples(RATES_BP, AMOUNTS), max_size=10), st.randoms())
def test_the_order_of_lines_does_not_matter(totals: list[tuple[int, int]], random: Random) -> None:
    shuffled = random.sample(totals, len(totals))
    assert vat_lines(shuffled) == vat_lines(totals)


def test_vat_is_rounded_once_per_rate_not_per_line() -> None:
    # Three lines of 0.10 € at 20 %: 1.67 cents each; by line 3 × 2 = 6, together 5.
    assert vat_lines([(2000, 10)] * 3) == (VatLine(2000, 25, 5, 30),)


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_spread_is_exact_and_fair(amount_cents: int, weights: list[int]) -> None:
    shares = spread(amount_cents, weights)
    assert sum(shares) == amount_cents
    whole = sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            # No share is a whole cent or more from its exact value.
            assert abs(share * whole - amount_cents * weight) < whole
            assert weight or share == 0


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=10))
def test_a_negative_amount_is_spread_as_its_mirror(amount_cents: int, weights: list[int]) -> None:
    assert spread(-amount_cents, weights) == [-share for share in spread(amount_cents, weights)]


def test_spread_by_hand() -> None:
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(5, [0, 0]) == [5, 0]
    assert spread(1, [1, 2]) == [0, 1]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_spread_refuses_what_has_no_meaning(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        spread(100, weights)
