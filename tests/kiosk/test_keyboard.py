"""A person's typing is told from a scanner's, and a late Enter of a scan confirms nothing."""

import pytest

from kiosk.keyboard import DOUBT_MS, QUIET_MS, WAIT_MS, Typist, key_name


@pytest.fixture
def typist() -> Typist:
    return Typist()


def scan(typist: Typist, code: str, at_ms: int, gap_ms: int = 4) -> int:
    """Type a code as a scanner does; return when its last key came."""
    for digit in code:
        at_ms += gap_ms
        typist.type(digit, at_ms)
    return at_ms


@pytest.mark.parametrize(
    ("key", "scancode", "modifiers", "name"),
    [
        (282, 58, [], "f1"),
        (293, 69, ["numlock"], "f12"),
        (13, 40, [], "enter"),
        (271, 88, [], "enter"),
        (13, 40, ["ctrl"], "ctrl+enter"),
        (281, 78, ["shift"], "shift+pagedown"),
        (13, 40, ["shift"], "enter"),
        (ord("d"), 7, ["ctrl"], "ctrl+d"),
        (ord("d"), 7, ["shift", "ctrl"], "ctrl+shift+d"),
        (ord("d"), 7, [], ""),
        (ord("&"), 30, ["ctrl"], "ctrl+1"),
        (ord("0"), 39, ["ctrl"], ""),
        (ord("1"), 30, [], ""),
    ],
)
def test_keys_have_names(key: int, scancode: int, modifiers: list[str], name: str) -> None:
    assert key_name(key, scancode, modifiers) == name


def test_what_a_person_types_is_handed_on_a_moment_later(typist: Typist) -> None:
    assert typist.type("2", 1_000) == ""
    assert typist.settled(1_000 + WAIT_MS - 1) == ""
    assert typist.holding
    assert typist.settled(1_000 + WAIT_MS) == "2"
    assert not typist.holding
    assert typist.type("0", 2_000) == ""
    assert typist.type("5", 2_000 + WAIT_MS) == "0"


def test_a_scan_is_nobodys_typing(typist: Typist) -> None:
    end_ms = scan(typist, "3760091720122", 1_000)
    typist.scanned(end_ms)
    assert typist.settled(end_ms + 10_000) == ""


def test_a_scan_without_an_end_is_nobodys_typing_and_its_late_enter_no_yes(typist: Typist) -> None:
    end_ms = scan(typist, "3760091720122", 1_000)
    assert typist.settled(end_ms + WAIT_MS) == ""
    assert not typist.holding
    late_ms = end_ms + WAIT_MS + QUIET_MS
    assert typist.pressed(late_ms) == ("", False)
    assert typist.pressed(late_ms + DOUBT_MS) == ("", True)


def test_an_enter_right_behind_a_scans_rest_is_no_yes(typist: Typist) -> None:
    end_ms = scan(typist, "122", 1_000)
    assert typist.pressed(end_ms + 4) == ("122", False)


def test_an_enter_that_stalled_behind_a_scan_is_no_yes(typist: Typist) -> None:
    end_ms = scan(typist, "3760091720122", 1_000)
    assert typist.pressed(end_ms + QUIET_MS + 1) == ("", False)


def test_an_enter_behind_letters_is_no_yes(typist: Typist) -> None:
    typist.touched(1_000)
    assert typist.pressed(1_000 + QUIET_MS - 1) == ("", False)
    typist.touched(5_000)
    assert typist.pressed(5_000 + QUIET_MS, unended=True) == ("", False)
    assert typist.pressed(5_000 + DOUBT_MS) == ("", False)
    assert typist.pressed(5_000 + QUIET_MS + DOUBT_MS + QUIET_MS) == ("", True)


def test_an_enter_of_its_own_is_a_yes(typist: Typist) -> None:
    typist.type("5", 1_000)
    assert typist.settled(1_000 + WAIT_MS) == "5"
    assert typist.pressed(1_000 + QUIET_MS) == ("", True)
    assert typist.pressed(1_000 + QUIET_MS + 20) == ("", False)
