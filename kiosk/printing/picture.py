"""What a printer would make of its bytes, as a picture: for the preview on screen, and for tests.

Owns reading back the few commands that `escpos_bytes.py` uses. A byte that is none of them is an
error, since a printer would print it as rubbish.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

from kiosk.printing.paper import ENCODING, WIDE, Line, Picture, Qr

_CHARACTER: Final = 12
_HEIGHT: Final = 26
_MARGIN: Final = 24
_QR_DOT: Final = 5
_FONT_SIZE: Final = 20
_COMMANDS: Final = re.compile(
    rb"(?P<reset>\x1b@)|\x1bt(?P<page>.)|\x1b!(?P<mode>.)|\x1bE(?P<bold>.)|\x1ba(?P<align>.)"
    rb"|\x1dv0\x00(?P<raster>....)|\x1d\(k(?P<qr>..)|\x1bd(?P<feed>.)|(?P<cut>\x1dV[\x00\x01])|(?P<drawer>\x1bp...)"
    rb"|\x1b[{M-].|\x1d[!Bb].|(?P<text>[^\x00-\x1f\x7f]+)|(?P<end>\n)",
    re.DOTALL,
)
_CP1252_PAGE: Final = 16
_DOUBLE_HEIGHT: Final = 0x10
_QR_STORE: Final = b"1P0"


@dataclass(frozen=True, slots=True)
class Paper:
    """What came out of a printer: lines, and whether the paper was cut and the drawer kicked."""

    lines: tuple[Line | Qr | Picture, ...]
    cut: bool
    drawer: bool


def read_paper(data: bytes) -> Paper:
    """Return what a printer would print; raises ValueError for a command that is none of ours."""
    lines: list[Line | Qr | Picture] = []
    text, bold, large, cut, drawer = "", False, False, False, False
    for kind, value in _commands(data):
        match kind:
            case "text":
                text += value.decode(ENCODING)
            case "end":
                lines.append(Line(text, bold, large))
                text = ""
            case "mode":
                large = bool(value[0] & _DOUBLE_HEIGHT)
            case "bold":
                bold = bool(value[0])
            case "qr" if value[:3] == _QR_STORE:
                lines.append(Qr(value[3:].decode()))
            case "raster":
                lines.append(_raster(value))
            case "page" if value[0] != _CP1252_PAGE:
                raise ValueError(f"code page {value[0]}")
            case "cut":
                cut = True
            case "drawer":
                drawer = True
    if text:
        raise ValueError(f"a line without an end: {text!r}")
    return Paper(tuple(lines), cut, drawer)


def _commands(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(data):
        found = _COMMANDS.match(data, at)
        if found is None:
            raise ValueError(f"no command at byte {at}: {data[at : at + 4]!r}")
        at = found.end()
        kind = found.lastgroup
        if kind == "qr":
            size = int.from_bytes(found["qr"], "little")
            yield kind, data[at : at + size]
            at += size
        elif kind == "raster":
            across, down = _raster_size(found["raster"])
            yield kind, found["raster"] + data[at : at + across * down]
            at += across * down
        elif kind is not None:
            yield kind, found[kind]


def _raster_size(head: bytes) -> tuple[int, int]:
    """Return how many bytes a row of dots has, and how many rows there are."""
    return int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")


def _raster(value: bytes) -> Picture:
    across, down = _raster_size(value)
    return Picture(across * 8, down, value[4:])


def picture(paper: Paper, columns: int = WIDE) -> Image.Image:
    """Return a paper as black on white."""
    font = _font("RobotoMono-Regular.ttf")
    codes = {line: _dots(line) for line in paper.lines if not isinstance(line, Line)}
    heights = [
        _HEIGHT * (1 + line.large) if isinstance(line, Line) else codes[line].height + _HEIGHT
        for line in paper.lines
    ]
    width = columns * _CHARACTER + 2 * _MARGIN
    image = Image.new("L", (width, sum(heights) + 2 * _MARGIN), 255)
    draw, top = ImageDraw.Draw(image), _MARGIN
    for line, height in zip(paper.lines, heights, strict=True):
        if isinstance(line, Line):
            _write(image, draw, font, line, top)
        else:
            code = codes[line]
            image.paste(code, ((width - code.width) // 2, top + _HEIGHT // 2))
        top += height
    return image


def _write(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    line: Line,
    top: int,
) -> None:
    # Character by character: a font that is a hair too wide would move the columns.
    if not line.large:
        _write_row(draw, font, line, top)
        return
    row = Image.new("L", (image.width, _HEIGHT), 255)
    _write_row(ImageDraw.Draw(row), font, line, 0)
    image.paste(row.resize((row.width, 2 * _HEIGHT)), (0, top))


def _write_row(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, line: Line, top: int
) -> None:
    for place, character in enumerate(line.text):
        left = _MARGIN + place * _CHARACTER
        draw.text((left, top), character, font=font, fill=0)
        if line.bold:
            draw.text((left + 1, top), character, font=font, fill=0)


def _dots(row: Qr | Picture) -> Image.Image:
    if isinstance(row, Qr):
        return _qr(row.content)
    inked = bytes(byte ^ 0xFF for byte in row.bits)
    return Image.frombytes("1", (row.width, row.height), inked).convert("L")


def _qr(content: str) -> Image.Image:
    with io.BytesIO() as file:
        segno.make(content, micro=False, error="l").save(file, kind="png", scale=_QR_DOT, border=0)
        return Image.open(file).convert("L")


def _font(name: str) -> ImageFont.FreeTypeFont:
    # Kivy brings it. Found without importing Kivy, which would want a window.
    kivy = find_spec("kivy")
    if kivy is None or not kivy.submodule_search_locations:
        raise ValueError("Kivy is not installed, and with it no font")
    folder = Path(kivy.submodule_search_locations[0])
    return ImageFont.truetype(str(folder / "data" / "fonts" / name), _FONT_SIZE)
