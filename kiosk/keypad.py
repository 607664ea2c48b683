"""What the numeric pad has typed so far, before anybody knows whether it is money or a quantity.

Owns the rules of typing: one comma, three decimals at most, a length limit. A key that makes no
sense changes nothing. The separator inside is always a point; `shown` writes the reader's.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

COMMA: Final = ","
DOUBLE_ZERO: Final = "00"
ERASE: Final = "erase"
CLEAR: Final = "clear"
DIGITS: Final = frozenset("0123456789")
KEYS: Final = (*sorted(DIGITS), DOUBLE_ZERO, COMMA, ERASE, CLEAR)

MAX_DIGITS: Final = 20
MAX_DECIMALS: Final = 3
# The largest price and quantity that common.models takes; above it an entry has no value.
MAX_CENTS: Final = 10**9
MAX_MILLI: Final = 10**9


@dataclass(frozen=True, slots=True)
class Entry:
    """`typed`: digits with at most one point, as in "12.5"; "" when nothing is typed."""

    typed: str = ""

    def press(self, key: str) -> Self:
        """Return the entry after one of `KEYS`; "." counts as a comma, other keys as nothing."""
        if key == CLEAR:
            return replace(self, typed="")
        if key == ERASE:
            return replace(self, typed=self.typed[:-1])
        typed = self.typed
        for character in key:
            if character in DIGITS:
                typed = _with_digit(typed, character)
            elif character in ",." and "." not in typed:
                typed = f"{typed or '0'}."
        return replace(self, typed=typed)

    def __bool__(self) -> bool:
        return bool(self.typed)

    @property
    def cents(self) -> int | None:
        """Return the entry as an amount, "12.5" as 1250; None with more than two decimals."""
        return self._scaled(2, MAX_CENTS)

    @property
    def milli(self) -> int | None:
        """Return the entry as a quantity in thousandths, or None when there is none."""
        return self._scaled(3, MAX_MILLI)

    @property
    def code(self) -> str:
        """Return the entry as an article code; "" with a comma in it."""
        return "" if "." in self.typed else self.typed

    def shown(self, decimal: str) -> str:
        """Return the entry with the reader's decimal sign."""
        return self.typed.replace(".", decimal)

    def _scaled(self, decimals: int, limit: int) -> int | None:
        whole, _, fraction = self.typed.partition(".")
        if not whole or len(fraction) > decimals:
            return None
        value = int(whole + fraction.ljust(decimals, "0"))
        return value if value <= limit else None


def _with_digit(typed: str, digit: str) -> str:
    _, point, fraction = typed.partition(".")
    if len(typed) >= MAX_DIGITS or (point and len(fraction) >= MAX_DECIMALS):
        return typed
    return typed + digit
