"""What the numeric pad makes of taps, and what of its digits is money, a quantity or a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.keypad import CLEAR, ERASE, KEYS, MAX_DIGITS, Entry


def typed(keys: str) -> Entry:
    entry = Entry()
    for key in keys.split():
        entry = entry.press(key)
    return entry


@pytest.mark.parametrize(
    ("keys", "shown", "cents", "milli", "code"),
    [
        ("", "", None, None, ""),
        ("5", "5", 500, 5_000, "5"),
        ("2 00", "200", 20_000, 200_000, "200"),
        ("1 2 , 5", "12,5", 1_250, 12_500, ""),
        ("1 2 . 5", "12,5", 1_250, 12_500, ""),
        (", 5", "0,5", 50, 500, ""),
        ("5 ,", "5,", 500, 5_000, ""),
        ("1 , , 5", "1,5", 150, 1_500, ""),
        ("1 , 2 3 4 5", "1,234", None, 1_234, ""),
        ("1 , 2 3 00", "1,230", None, 1_230, ""),
        ("0 0 7", "007", 700, 7_000, "007"),
        ("1 2 erase", "1", 100, 1_000, "1"),
        ("1 , erase", "1", 100, 1_000, "1"),
        ("erase", "", None, None, ""),
        ("1 2 clear", "", None, None, ""),
        ("1 x - ß", "1", 100, 1_000, "1"),
        ("3 7 6 0 0 9 1 7 2 0 1 2 3", "3760091720123", None, None, "3760091720123"),
    ],
)
def test_typing(keys: str, shown: str, cents: int | None, milli: int | None, code: str) -> None:
    entry = typed(keys)
    assert (entry.shown(","), entry.cents, entry.milli, entry.code) == (shown, cents, milli, code)
    assert bool(entry) == bool(shown)


def test_shown_in_english() -> None:
    assert typed("1 , 5").shown(".") == "1.5"


def test_limits_of_values() -> None:
    assert typed("1 00 00 00 0").cents == 10**9
    assert typed("1 00 00 00 0 , 0 1").cents is None
    assert typed("1 00 00 00").milli == 10**9
    assert typed("1 00 00 00 0").milli is None


def test_length_limit() -> None:
    entry = typed(" ".join("9" * 30))
    assert len(entry.typed) == MAX_DIGITS
    assert entry.press("00") == entry


@given(st.lists(st.sampled_from([*KEYS, "."]), max_size=40))
def test_any_typing_reads_as_a_number(keys: list[str]) -> None:
    entry = Entry()
    for key in keys:
        before, entry = entry, entry.press(key)
        if key not in (ERASE, CLEAR):
            assert entry.typed.startswith(before.typed)
    if entry:
        assert float(entry.typed) >= 0
        if entry.cents is not None and entry.milli is not None:
            assert entry.cents * 10 == entry.milli
