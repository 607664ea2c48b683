"""Prices, VAT rates and quantities as shops write them, and as exact integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.article_fields import read_amount, read_price, read_quantity, read_vat
from hub.article_notices import FieldError, Notice, Reason, Remark

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def _kinds(notices: list[Notice]) -> list[str]:
    return [notice.kind for notice in notices]


def _price(text: str) -> int:
    notices: list[Notice] = []
    cents = read_price(text, notices)
    assert not notices
    return cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("1,2", 120),
        ("1.20", 120),
        ("0,05", 5),
        (",50", 50),
        ("12,", 1200),
        (" 12,50 ", 1250),
        ("12,50 €", 1250),
        ("€12.50", 1250),
        ("12,50€", 1250),
        ("12€50", 1250),
        ("12 EUR", 1200),
        ("12.50EUR", 1250),
        ("12,50 euros", 1250),
        ("1 234,50 €", 123450),
        (f"1{NARROW}234,50{NO_BREAK}€", 123450),
        ("1234567", 123456700),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1'234.50", 123450),
        ("1’234.50", 123450),
        ("1.234.567", 123456700),
        ("1,234,567.8", 123456780),
        ("+3,20", 320),
        ("-0", 0),
        ("0", 0),
        ("12.5000", 1250),
        ("10000000", 1_000_000_000),
    ],
)
def test_prices(text: str, cents: int) -> None:
    assert _price(text) == cents


@pytest.mark.parametrize(
    ("text", "cents", "shown"),
    [
        ("1,005", 101, "1,01"),
        ("2.3449", 234, "2.34"),
        ("0,999", 100, "1,00"),
        ("1,2345", 123, "1,23"),
    ],
)
def test_prices_beyond_cents_are_rounded_half_up_and_told(
    text: str, cents: int, shown: str
) -> None:
    notices: list[Notice] = []
    assert read_price(text, notices) == cents
    assert notices == [Notice(Remark.PRICE_ROUNDED, (("value", text), ("price", shown)))]


@pytest.mark.parametrize(
    ("text", "cents"), [("1,500", 150), ("12.340 €", 1234), ("999,990", 99999)]
)
def test_three_decimals_may_be_thousands_and_are_told(text: str, cents: int) -> None:
    notices: list[Notice] = []
    assert read_price(text, notices) == cents
    assert _kinds(notices) == [Remark.PRICE_AMBIGUOUS]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_PRICE),
        (NO_BREAK, Reason.EMPTY_PRICE),
        ("gratuit", Reason.UNREADABLE_PRICE),
        ("1,2,3", Reason.UNREADABLE_PRICE),
        ("12 50", Reason.UNREADABLE_PRICE),
        ("1.23.4", Reason.UNREADABLE_PRICE),
        ("1e3", Reason.UNREADABLE_PRICE),
        ("NaN", Reason.UNREADABLE_PRICE),
        ("Infinity", Reason.UNREADABLE_PRICE),
        ("€", Reason.UNREADABLE_PRICE),
        (".", Reason.UNREADABLE_PRICE),
        ("١٢", Reason.UNREADABLE_PRICE),
        ("12 $", Reason.UNREADABLE_PRICE),
        ("-", Reason.UNREADABLE_PRICE),
        ("-1,20", Reason.NEGATIVE_PRICE),
        ("−1,20 €", Reason.NEGATIVE_PRICE),
        ("1,20-", Reason.NEGATIVE_PRICE),
        ("(1,20)", Reason.NEGATIVE_PRICE),
        ("10000000,01", Reason.PRICE_TOO_LARGE),
        ("3257980890627", Reason.PRICE_TOO_LARGE),
        ("9" * 50, Reason.UNREADABLE_PRICE),
    ],
)
def test_other_prices_are_refused_with_their_reason(text: str, reason: Reason) -> None:
    with pytest.raises(FieldError) as caught:
        read_price(text, [])
    assert caught.value.notice.kind is reason


@given(
    st.integers(0, 10**9),
    st.sampled_from([",", "."]),
    st.sampled_from(["", " ", NARROW, "'"]),
    st.sampled_from(["", " €", "€", f"{NO_BREAK}EUR"]),
)
def test_every_amount_is_read_back_however_it_is_written(
    cents: int, point: str, group: str, currency: str
) -> None:
    whole = f"{cents // 100:,}".replace(",", group)
    assert _price(f"{whole}{point}{cents % 100:02}{currency}") == cents


@given(st.text(st.sampled_from("0123456789 ,.'-+()€eE%"), max_size=30))
def test_an_amount_is_a_finite_number_or_nothing(text: str) -> None:
    amount = read_amount(text)
    assert amount is None or amount.is_finite()


@pytest.mark.parametrize(
    ("text", "basis_points"),
    [
        ("20", 2000),
        ("5,5", 550),
        ("5.5", 550),
        ("20 %", 2000),
        (f"5,5{NARROW}%", 550),
        ("20,00", 2000),
        ("0.2", 2000),
        ("0,055", 550),
        ("0.021", 210),
        ("0.1", 1000),
        ("2,1", 210),
        ("19.6", 1960),
        ("0", 0),
        ("0,00 %", 0),
        ("0.9", 90),
        ("0.2 %", 20),
        ("1,75", 175),
        ("100", 10000),
        ("TVA 20%", 2000),
    ],
)
def test_vat_rates(text: str, basis_points: int) -> None:
    assert read_vat(text) == basis_points


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_VAT),
        ("normal", Reason.UNREADABLE_VAT),
        ("5,555", Reason.UNREADABLE_VAT),
        ("%", Reason.UNREADABLE_VAT),
        ("-20", Reason.VAT_OUT_OF_RANGE),
        ("101", Reason.VAT_OUT_OF_RANGE),
        ("2000", Reason.VAT_OUT_OF_RANGE),
    ],
)
def test_other_vat_rates_are_refused(text: str, reason: Reason) -> None:
    with pytest.raises(FieldError) as caught:
        read_vat(text)
    assert caught.value.notice.kind is reason


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("107", 107_000),
        ("0", 0),
        ("1,5", 1500),
        ("0.375", 375),
        ("1,500", 1500),
        ("1 500", 1_500_000),
        ("-3", -3000),
        ("-0,250", -250),
        ("", None),
        ("-", None),
        ("N/A", None),
        ("1000000000", 1_000_000_000_000),
    ],
)
def test_quantities(text: str, thousandths: int | None) -> None:
    notices: list[Notice] = []
    assert read_quantity(text, Reason.UNREADABLE_STOCK, notices) == thousandths
    assert not notices


def test_quantities_beyond_thousandths_are_rounded_half_up_and_told() -> None:
    notices: list[Notice] = []
    assert read_quantity("1,2345", Reason.UNREADABLE_STOCK, notices) == 1235
    rounded = (("value", "1,2345"), ("quantity", "1.235"))
    assert notices == [Notice(Remark.QUANTITY_ROUNDED, rounded)]


@pytest.mark.parametrize("text", ["beaucoup", "1 kg", "12;", "1000000001", "9" * 30])
def test_other_quantities_are_refused(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_quantity(text, Reason.UNREADABLE_STOCK_MIN, [])
    assert caught.value.notice.kind is Reason.UNREADABLE_STOCK_MIN
