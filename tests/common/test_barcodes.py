"""Check digits against codes that stand on real goods and in the GS1 specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.barcodes import KIND_BY_LENGTH, BarcodeKind, check_digit, is_valid, kind

digits = st.text("0123456789", min_size=7, max_size=13)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("73513537", BarcodeKind.EAN_8),
        ("96385074", BarcodeKind.EAN_8),
        ("036000291452", BarcodeKind.UPC_A),
        ("4006381333931", BarcodeKind.EAN_13),
        ("3257980890627", BarcodeKind.EAN_13),
        ("9780306406157", BarcodeKind.EAN_13),
        ("10614141000415", BarcodeKind.GTIN_14),
    ],
)
def test_known_codes_are_valid(code: str, expected: BarcodeKind) -> None:
    assert kind(code) is expected
    assert is_valid(code)
    assert check_digit(code[:-1]) == int(code[-1])


@pytest.mark.parametrize(
    "code", ["", "1042", "400638133393", "400638133393X", "٣٢٥٧٩٨٠٨٩٠٦٢٧", " 73513537"]
)
def test_other_codes_are_not(code: str) -> None:
    assert not is_valid(code)


@pytest.mark.parametrize("code", ["", "1042", "12345678901", "400638133393X", "٧٣٥١٣٥٣٧"])
def test_other_codes_have_no_kind(code: str) -> None:
    assert kind(code) is None


def test_a_wrong_check_digit_keeps_its_kind() -> None:
    assert kind("4006381333930") is BarcodeKind.EAN_13


@pytest.mark.parametrize("body", ["", "12a", "-1", "１２３"])
def test_a_body_that_is_no_digits_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        check_digit(body)


@given(digits, st.data())
def test_one_wrong_digit_never_passes(body: str, data: st.DataObject) -> None:
    code = f"{body}{check_digit(body)}"
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[place]]))
    wrong = code[:place] + other + code[place + 1 :]
    assert is_valid(code) is (len(code) in KIND_BY_LENGTH)
    assert not is_valid(wrong)


@given(digits)
def test_leading_zeros_change_nothing(body: str) -> None:
    assert check_digit(body) == check_digit(f"0{body}")
