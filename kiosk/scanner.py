"""Barcodes out of the key events of a scanner that poses as a keyboard.

Owns which key stands for which character, and what tells a scanner from a person: how fast the
keys follow each other, how many they are, and the Enter (or Tab) behind them. It reads scancodes,
the places of keys, because a scanner set to a US keyboard types `"à&è-é` on a French desktop.
The time of each event is handed in. Knows no widget: a screen whose field has received the
characters puts back what stood there when the run began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from common import barcodes

MAX_GAP_MS: Final = 80
MIN_LENGTH: Final = 6
MAX_LENGTH: Final = 48

# Keys are SDL scancodes, those of USB HID: https://usb.org/document-library/hid-usage-tables-15
_SHIFTS: Final = frozenset({225, 229})
_ENDS: Final = frozenset({40, 43, 88})
_DIGIT_KEYS: Final = range(30, 40)

Stroke = tuple[int, bool]
"""A key and whether Shift was down."""


def _layout(letters: str, digits_shifted: bool, others: Mapping[Stroke, str]) -> dict[Stroke, str]:
    """Return stroke → character: keys 4–29 bear `letters`, 30–39 and the number pad digits."""
    layout = {}
    for at, letter in enumerate(letters):
        layout[4 + at, False], layout[4 + at, True] = letter, letter.upper()
    for at, digit in enumerate("1234567890"):
        layout[30 + at, digits_shifted] = digit
        layout[89 + at, False] = digit
    pad = {(84, False): "/", (86, False): "-", (87, False): "+", (99, False): "."}
    # The comma stands in for a key that no barcode has.
    return {key: value for key, value in (layout | pad | dict(others)).items() if value != ","}


_US: Final = _layout(
    "abcdefghijklmnopqrstuvwxyz",
    False,
    {(45, False): "-", (45, True): "_", (46, True): "+", (55, False): ".", (56, False): "/"},
)
_FRENCH: Final = _layout(
    "qbcdefghijkl,noparstuvzxyw",
    True,
    {
        (51, False): "m",
        (51, True): "M",
        (35, False): "-",
        (37, False): "_",
        (54, True): ".",
        (55, True): "/",
        (46, True): "+",
    },
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One barcode. `misread`: its length has a check digit, and it is wrong.

    Shops do have articles with wrong check digits: look the code up before calling it misread.
    """

    code: str
    misread: bool = False


class Scanner:
    """Hand it every key event of the window; `key_down` answers with a scan when one ends.

    `max_length`: characters of the longest text that means anything where it is scanned. `runs`:
    how many times keys began to follow each other fast; a lone key is a run, too.
    """

    def __init__(self, max_gap_ms: int = MAX_GAP_MS, max_length: int = MAX_LENGTH) -> None:
        self._max_gap_ms = max_gap_ms
        self._max_length = max_length
        self._strokes: list[Stroke] = []
        self._last_ms = 0
        self._shifts: set[int] = set()
        self.runs = 0

    @property
    def length(self) -> int:
        """Return how many keys the last run has, until it ends or another begins."""
        return len(self._strokes)

    def key_down(self, scancode: int, at_ms: int) -> Scan | None:
        """Take a key going down at `at_ms` (any clock that never goes back)."""
        if scancode in _SHIFTS:
            self._shifts.add(scancode)
            return None
        if not 0 <= at_ms - self._last_ms <= self._max_gap_ms:
            self._strokes.clear()
        self._last_ms = at_ms
        if scancode in _ENDS:
            strokes = tuple(self._strokes)
            self._strokes.clear()
            return _scan(strokes, self._max_length)
        self.runs += not self._strokes
        self._strokes.append((scancode, bool(self._shifts)))
        return None

    def key_up(self, scancode: int) -> None:
        """Take a key coming up."""
        self._shifts.discard(scancode)

    def forget(self) -> None:
        """Forget keys held and typed: the window lost the keyboard, keys come up elsewhere."""
        self._shifts.clear()
        self._strokes.clear()


def _scan(strokes: tuple[Stroke, ...], max_length: int) -> Scan | None:
    if not MIN_LENGTH <= len(strokes) <= max_length:
        return None
    # With Shift a US digit is a sign that no barcode has, a French one is the digit.
    french = any(shift and key in _DIGIT_KEYS for key, shift in strokes)
    layout = _FRENCH if french else _US
    characters = [layout.get(stroke) for stroke in strokes]
    code = "".join(character for character in characters if character is not None)
    if len(code) != len(strokes):
        return None
    return Scan(code, misread=barcodes.kind(code) is not None and not barcodes.is_valid(code))
