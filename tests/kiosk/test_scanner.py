"""Scans are told from typing by their pace, and read right whatever keyboard the till has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import barcodes
from kiosk.scanner import MAX_GAP_MS, MAX_LENGTH, Scan, Scanner

ENTER, TAB, PAD_ENTER, SHIFT, RIGHT_SHIFT = 40, 43, 88, 225, 229
EAN = "3760091720122"
US = {letter: 4 + at for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
US |= {digit: 30 + at for at, digit in enumerate("1234567890")}
US |= {"-": 45, ".": 55, "/": 56}
US_SHIFTED = {"_": 45, "+": 46} | {letter.upper(): US[letter] for letter in US if letter.isalpha()}
FRENCH = {letter: US[letter] for letter in "bcdefghijklnoprstuvxy"}
FRENCH |= {"a": US["q"], "q": US["a"], "z": US["w"], "w": US["z"], "m": 51, "-": 35, "_": 37}
FRENCH_SHIFTED = {letter.upper(): key for letter, key in FRENCH.items() if letter.isalpha()}
FRENCH_SHIFTED |= {digit: US[digit] for digit in "0123456789"}
FRENCH_SHIFTED |= {".": 54, "/": 55, "+": 46}


class Wedge:
    """A scanner that types: every character a key, Shift pressed and released around it."""

    def __init__(self, scanner: Scanner, at_ms: int = 1_000, gap_ms: int = 4) -> None:
        self.scanner = scanner
        self.at_ms = at_ms
        self.gap_ms = gap_ms

    def key(self, scancode: int) -> Scan | None:
        self.at_ms += self.gap_ms
        scan = self.scanner.key_down(scancode, self.at_ms)
        self.scanner.key_up(scancode)
        return scan

    def type(
        self, code: str, plain: dict[str, int] = US, shifted: dict[str, int] = US_SHIFTED
    ) -> None:
        for character in code:
            if character in plain:
                assert self.key(plain[character]) is None
            else:
                self.scanner.key_down(SHIFT, self.at_ms + 1)
                assert self.key(shifted[character]) is None
                self.scanner.key_up(SHIFT)

    def french(self, code: str) -> None:
        self.type(code, FRENCH, FRENCH_SHIFTED)


@pytest.fixture
def wedge() -> Wedge:
    return Wedge(Scanner())


@pytest.mark.parametrize("end", [ENTER, TAB, PAD_ENTER])
def test_reads_a_barcode(wedge: Wedge, end: int) -> None:
    wedge.type(EAN)
    assert wedge.key(end) == Scan(EAN)


def test_says_misread_for_a_wrong_check_digit(wedge: Wedge) -> None:
    wedge.type("3760091720123")
    assert wedge.key(ENTER) == Scan("3760091720123", misread=True)


def test_other_codes_have_no_check_digit(wedge: Wedge) -> None:
    wedge.type("EAU-15/b.2_x+")
    assert wedge.key(ENTER) == Scan("EAU-15/b.2_x+")
    wedge.type("123456")
    assert wedge.key(ENTER) == Scan("123456")


def test_reads_the_number_pad(wedge: Wedge) -> None:
    for digit in "1234567890":
        wedge.key(89 + "1234567890".index(digit))
    assert wedge.key(PAD_ENTER) == Scan("1234567890")


def test_reads_a_scanner_set_to_french(wedge: Wedge) -> None:
    wedge.french(EAN)
    assert wedge.key(ENTER) == Scan(EAN)
    wedge.french("Qwam_Z-15/b.2+")
    assert wedge.key(ENTER) == Scan("Qwam_Z-15/b.2+")


def test_two_scans_in_a_row(wedge: Wedge) -> None:
    for runs in (1, 2):
        wedge.type(EAN)
        assert wedge.key(ENTER) == Scan(EAN)
        assert wedge.scanner.runs == runs


def test_typing_by_hand_is_no_scan() -> None:
    hand = Wedge(Scanner(), gap_ms=MAX_GAP_MS + 1)
    hand.type(EAN)
    assert hand.key(ENTER) is None


def test_a_key_before_a_scan_is_not_part_of_it(wedge: Wedge) -> None:
    wedge.type("7")
    wedge.at_ms += MAX_GAP_MS
    wedge.type(EAN)
    assert wedge.key(ENTER) == Scan(EAN)


def test_enter_pressed_later_ends_nothing(wedge: Wedge) -> None:
    wedge.type(EAN)
    wedge.at_ms += MAX_GAP_MS
    assert wedge.key(ENTER) is None


def test_a_clock_set_back_starts_over(wedge: Wedge) -> None:
    wedge.type("376009")
    wedge.at_ms -= 500
    wedge.type("1720122")
    assert wedge.key(ENTER) == Scan("1720122")


@pytest.mark.parametrize("code", ["12345", "1" * (MAX_LENGTH + 1)])
def test_too_short_or_too_long_is_no_scan(wedge: Wedge, code: str) -> None:
    wedge.type(code)
    assert wedge.key(ENTER) is None
    wedge.type(EAN)
    assert wedge.key(ENTER) == Scan(EAN)


@pytest.mark.parametrize("strange", [41, 42, 44, 58, 46])
def test_keys_that_no_barcode_has_spoil_it(wedge: Wedge, strange: int) -> None:
    wedge.type("376009")
    wedge.key(strange)
    wedge.type("1720123")
    assert wedge.key(ENTER) is None


def test_runs_tell_when_to_remember_a_field(wedge: Wedge) -> None:
    assert wedge.scanner.runs == 0
    wedge.type("37")
    assert (wedge.scanner.runs, wedge.scanner.length) == (1, 2)
    for run, key in enumerate("69", 2):
        wedge.at_ms += MAX_GAP_MS
        wedge.type(key)
        assert wedge.scanner.runs == run
    wedge.at_ms += MAX_GAP_MS
    wedge.scanner.key_down(SHIFT, wedge.at_ms)
    assert wedge.scanner.runs == 3


def test_shift_held_on_either_side(wedge: Wedge) -> None:
    wedge.scanner.key_down(SHIFT, 0)
    wedge.scanner.key_down(RIGHT_SHIFT, 0)
    wedge.scanner.key_up(SHIFT)
    wedge.type("abcdef")
    wedge.scanner.key_up(RIGHT_SHIFT)
    assert wedge.key(ENTER) == Scan("ABCDEF")


def test_forget_lets_go_of_a_stuck_shift(wedge: Wedge) -> None:
    wedge.scanner.key_down(SHIFT, 0)
    wedge.type("12")
    wedge.scanner.forget()
    wedge.type("abcdef")
    assert wedge.key(ENTER) == Scan("abcdef")


barcode = st.text(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._/+-",
    min_size=6,
    max_size=48,
)


@given(barcode, st.integers(0, MAX_GAP_MS))
def test_every_barcode_is_read_from_a_us_scanner(code: str, gap_ms: int) -> None:
    wedge = Wedge(Scanner(), gap_ms=gap_ms)
    wedge.type(code)
    misread = barcodes.kind(code) is not None and not barcodes.is_valid(code)
    assert wedge.key(ENTER) == Scan(code, misread)


@given(barcode.filter(lambda code: any(character.isdigit() for character in code)))
def test_every_barcode_with_a_digit_is_read_from_a_french_scanner(code: str) -> None:
    wedge = Wedge(Scanner())
    wedge.french(code)
    scan = wedge.key(ENTER)
    assert scan is not None
    assert scan.code == code
