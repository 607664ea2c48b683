"""Rows of a paper, and how they come to lie in a fixed width of characters.

Owns wrapping and columns. Knows no ticket, no language and no printer: 48 characters are 80 mm of
paper, 32 are 58 mm.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

WIDE: Final = 48
NARROW: Final = 32
_PLAIN: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-", "\u2011": "-"})
ENCODING: Final = "cp1252"
"""Holds all of French and the euro; nearly every receipt printer has it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, wrapped where it is longer than the paper is wide."""

    text: str
    centred: bool = False
    bold: bool = False
    large: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Text at the left, an amount at the right; the text wraps, the amount never does."""

    left: str
    right: str
    bold: bool = False
    large: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A row of cells of equal width, each at the right of its own."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, for those who look the ticket up with a telephone."""

    content: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Dots, black on white: rows of `width` bits each, filled up to whole bytes, 1 is black."""

    width: int
    height: int
    bits: bytes


Row = Text | Pair | Table | Rule | Qr | Picture


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper: rows from top to bottom. `opens_drawer`: the printer kicks it open as well."""

    title: str
    rows: tuple[Row, ...]
    opens_drawer: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is printed: characters that a printer has, no more than fit."""

    text: str
    bold: bool = False
    large: bool = False


def lines(rows: Sequence[Row], columns: int) -> Iterator[Line | Qr | Picture]:
    """Yield rows as lines of at most `columns` characters."""
    for row in rows:
        match row:
            case Text(text, centred, bold, large):
                for part in _wrapped(text, columns):
                    yield Line(part.center(columns).rstrip() if centred else part, bold, large)
            case Pair(left, right, bold, large):
                yield from _pair(left, right, columns, bold, large)
            case Table(cells):
                width = columns // len(cells)
                spare = columns - width * len(cells)
                text = "".join(printable(cell)[:width].rjust(width) for cell in cells)
                yield Line(" " * spare + text)
            case Rule():
                yield Line("-" * columns)
            case Qr() | Picture():
                yield row


def printable(text: str) -> str:
    """Return a text in characters that a printer has: accents stay, what it lacks is replaced.

    No-break spaces become spaces, and "ő" an "o": a "?" is printed only for what is no letter.
    """
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return "".join(map(_printable, plain))


def _printable(character: str) -> str:
    if character < " " or character == "\x7f":
        return " "  # A line break in a label must not break the columns.
    if _has(character):
        return character
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    )
    return bare if bare and _has(bare) else "?"


def _has(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return all(part >= " " for part in text)


def _pair(left: str, right: str, columns: int, bold: bool, large: bool) -> Iterator[Line]:
    amount = printable(right)[:columns]
    room = columns - len(amount) - 1
    if room < columns // 3:
        # Hardly any room beside it: the amount gets a line of its own.
        for part in _wrapped(left, columns):
            yield Line(part, bold, large)
        yield Line(amount.rjust(columns), bold, large)
        return
    *before, last = _wrapped(left, room)
    for part in before:
        yield Line(part, bold, large)
    yield Line(f"{last.ljust(room)} {amount}", bold, large)


def _wrapped(text: str, columns: int) -> list[str]:
    return wrap(printable(text), columns, break_on_hyphens=False) or [""]
