"""Roles, who may administer whom, and which PINs are none."""

import pytest

from common.people import ADMINISTERS, Role, may_administer, pin_problem


@pytest.mark.parametrize("pin", ["4711", "2580", "1957", "60137", "112358", "918273645546"])
def test_a_pin_that_is_one(pin: str) -> None:
    assert pin_problem(pin) == ""


@pytest.mark.parametrize(
    "pin", ["", "123", "4711 ", "47a1", "４７１１", "-471", "4711471147114", "4.71"]
)
def test_what_is_no_pin_at_all(pin: str) -> None:
    assert pin_problem(pin) == "pin_form"


@pytest.mark.parametrize(
    "pin",
    ["0000", "9999", "1234", "4321", "8901", "2109", "2468", "7531", "1212", "123123", "47114711"],
)
def test_what_everybody_would_guess(pin: str) -> None:
    assert pin_problem(pin) == "pin_trivial"


def test_most_pins_of_four_digits_are_left() -> None:
    left = sum(not pin_problem(f"{number:04}") for number in range(10_000))
    assert left == 10_000 - 100 - 100 + 20
    # 100 runs (a first digit and a step), 100 of two digits twice; those of one digit, and those
    # whose step is 5, are both.


def test_only_administrators_administer_those_above_the_counter() -> None:
    may = {(a, b) for a in Role for b in Role if may_administer(a, b)}
    assert {b for a, b in may if a is Role.ADMIN} == set(Role)
    assert {b for a, b in may if a is Role.MANAGER} == {Role.CASHIER, Role.SELLER, Role.DEPOT}
    assert {a for a, _ in may} == ADMINISTERS.keys()
