"""What scales say, as values: the protocols, byte by byte, without a line.

Owns reading a weight out of bytes. A weight counts when the scale says that it stands still.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kiosk.devices.settings import Weighing

MOST_G: Final = 100_000


@dataclass(frozen=True, slots=True)
class Weight:
    """What a scale says once. `grams` in net; None: it says that it cannot weigh (`code`)."""

    grams: int | None
    code: str = ""


MOVES: Final = Weight(None, "scale_moves")
OUT_OF_RANGE: Final = Weight(None, "scale_out_of_range")
_GRAMS: Final[Mapping[bytes, int]] = {b"kg": 1000, b"g": 1}
_LINE: Final = re.compile(
    rb"(?P<state>ST|US|OL),(?:GS|NT|TR),\s*(?P<sign>[+-]?)\s*(?P<value>[0-9]{0,6}\.?[0-9]{1,6})\s*"
    rb"(?P<unit>kg|g)\s*\Z"
)
_ANSWER: Final = re.compile(
    rb"\x02(?:\?(?P<state>.)|\s*(?P<value>[0-9]{0,4}\.?[0-9]{1,4})\s*)\Z", re.DOTALL
)
_CR: Final = b"\r"
_OUT: Final = 0x06
"""Over capacity, under zero."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """`asks`: what is sent to be told a weight, b"" where it comes by itself. `ends`: each saying
    ends so. `read`: what one says, None for what is none."""

    asks: bytes
    ends: bytes
    read: Callable[[bytes], Weight | None]


def read_continuous(line: bytes) -> Weight | None:
    """Return what a line such as b"ST,GS,+  0.345kg" says; None for half a line or noise."""
    if line.startswith(b"OL"):
        return OUT_OF_RANGE
    found = _LINE.match(line.strip())
    if found is None:
        return None
    if found["state"] == b"US":
        return MOVES
    grams = _grams(found["value"], _GRAMS[found["unit"]])
    return _weight(-grams if found["sign"] == b"-" else grams)


def read_toledo(saying: bytes) -> Weight | None:
    """Return what b"\\x0200.345" says in kilograms, or b"\\x02?" and a byte of state."""
    found = _ANSWER.search(saying)
    if found is None:
        return None
    if found["state"]:
        return OUT_OF_RANGE if found["state"][0] & _OUT else MOVES
    return _weight(_grams(found["value"], 1000))


def _grams(value: bytes, grams: int) -> int:
    return round(Decimal(value.decode()) * grams)


def _weight(grams: int) -> Weight:
    return Weight(grams) if 0 <= grams <= MOST_G else OUT_OF_RANGE


PROTOCOLS: Final[Mapping[Weighing, Protocol]] = {
    Weighing.CONTINUOUS: Protocol(b"", b"\n", read_continuous),
    Weighing.TOLEDO: Protocol(b"W\r", _CR, read_toledo),
}
