"""The people of a shop: their roles, who may administer whom, and which PINs are no PINs.

Owns rules only, as tables and pure checks; a person's row is in `models.py`. Whether a PIN is right
is found out by `seal.py`, away from here. Checks return codes, screens translate them.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final


class Role(StrEnum):
    """What a person is in the shop."""

    CASHIER = "cashier"
    SELLER = "seller"
    DEPOT = "depot"
    MANAGER = "manager"
    ADMIN = "admin"


ADMINISTERS: Final[Mapping[Role, frozenset[Role]]] = {
    Role.ADMIN: frozenset(Role),
    Role.MANAGER: frozenset({Role.CASHIER, Role.SELLER, Role.DEPOT}),
}
"""Who may create, rename, disable and give a PIN to whom. Everybody may change the own PIN."""

PIN_LEAST: Final = 4
PIN_MOST: Final = 12
_DIGITS: Final = frozenset("0123456789")


def may_administer(role: Role, subject: Role) -> bool:
    """Return whether somebody of `role` may change a person of role `subject`, or make one."""
    return subject in ADMINISTERS.get(role, frozenset())


def pin_problem(pin: str) -> str:
    """Return why a PIN is none: `pin_form`, `pin_trivial`; "" where it may be one."""
    if not PIN_LEAST <= len(pin) <= PIN_MOST or not set(pin) <= _DIGITS:
        return "pin_form"
    return "pin_trivial" if _is_run(pin) or _is_repeated(pin) else ""


def _is_run(pin: str) -> bool:
    """Return whether each digit is as far from the one before: 1234, 9876, 8901, 2468, 0000."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1


def _is_repeated(pin: str) -> bool:
    """Return whether it is a shorter one, several times over: 1212, 123123."""
    return any(
        len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size)
        for size in range(1, len(pin) // 2 + 1)
    )
