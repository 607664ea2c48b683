"""Check digits of the barcodes that stand on goods: EAN-8, UPC-A, EAN-13, GTIN-14.

Owns the arithmetic of the GS1 General Specifications (§7.9: weights 3 and 1 from the right), what a
code's length makes it, and the labels that a shop's own scales print, with a price or a weight in
them. Knows no article and reads no scanner; a shop's own short codes are none of its business and
get no kind.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class BarcodeKind(StrEnum):
    """What a code of digits is by its length; every kind ends in a check digit."""

    EAN_8 = "ean-8"
    UPC_A = "upc-a"
    EAN_13 = "ean-13"
    GTIN_14 = "gtin-14"


KIND_BY_LENGTH: Final = {
    8: BarcodeKind.EAN_8,
    12: BarcodeKind.UPC_A,
    13: BarcodeKind.EAN_13,
    14: BarcodeKind.GTIN_14,
}


def check_digit(digits: str) -> int:
    """Return the check digit (0–9) that belongs behind `digits`, the code without it.

    Raises ValueError unless `digits` is one or more ASCII digits.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"a barcode's body is digits, not {digits!r}")
    weighted = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return -weighted % 10


def kind(code: str) -> BarcodeKind | None:
    """Return what `code` is by its length, right check digit or not; None for any other code."""
    if not (code.isascii() and code.isdigit()):
        return None
    return KIND_BY_LENGTH.get(len(code))


def is_valid(code: str) -> bool:
    """Return whether `code` has a kind and ends in the check digit of its body."""
    return kind(code) is not None and check_digit(code[:-1]) == int(code[-1])


_LABEL_PREFIX: Final = "2"
_ITEM: Final = 7
_VALUE: Final = 12


@dataclass(frozen=True, slots=True)
class Label:
    """A code that a scale has printed: `2P IIIII VVVVV C`, prefix, item, value, check digit.

    `item_codes`: codes under which its article may stand in a catalogue: prefix and item alone, and
    the whole code for a value of nothing. `value`: cents or grams, as the prefix means there.
    """

    prefix: str
    item_codes: tuple[str, ...]
    value: int


def label(code: str) -> Label | None:
    """Return what a label says; None for a code that is none, or was misread."""
    if kind(code) is not BarcodeKind.EAN_13 or code[0] != _LABEL_PREFIX or not is_valid(code):
        return None
    item = code[:_ITEM]
    empty = item + "0" * (_VALUE - _ITEM)
    return Label(code[:2], (item, f"{empty}{check_digit(empty)}"), int(code[_ITEM:_VALUE]))
