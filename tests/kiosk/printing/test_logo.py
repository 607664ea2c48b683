"""A shop's logo: dots no wider than the paper, printed, read back; what is none is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from common.errors import Refusal
from common.i18n import Translator
from kiosk.printing.escpos_bytes import sheet_bytes
from kiosk.printing.logo import MOST_HIGH, read_logo
from kiosk.printing.paper import NARROW, WIDE, Picture
from kiosk.printing.picture import picture, read_paper
from kiosk.printing.receipt import receipt_sheet
from tests.kiosk.printing.sold import receipt


def drawn(path: Path, width: int, height: int, mode: str = "RGBA") -> Path:
    """Draw a black disc on nothing."""
    image = Image.new(mode, (width, height), "white" if mode == "RGB" else (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, width - 1, height - 1), fill="black")
    image.save(path)
    return path


@pytest.mark.parametrize("columns", [WIDE, NARROW])
@pytest.mark.parametrize("size", [(2000, 500), (300, 900), (40, 40), (3, 3)])
def test_a_logo_fits_the_paper_and_comes_out_as_it_was(
    tmp_path: Path, size: tuple[int, int], columns: int
) -> None:
    logo = read_logo(drawn(tmp_path / "logo.png", *size), columns)
    assert logo.width % 8 == 0
    assert 0 < logo.width <= columns * 12
    assert 0 < logo.height <= MOST_HIGH
    sheet = receipt_sheet(receipt(logo=logo), Translator("fr"))
    paper = read_paper(sheet_bytes(sheet, columns))
    assert paper.lines[0] == logo
    assert picture(paper, columns).width == columns * 12 + 48


def test_black_is_ink_and_what_is_transparent_is_paper(tmp_path: Path) -> None:
    for mode in ("RGBA", "RGB"):
        logo = read_logo(drawn(tmp_path / "logo.png", 80, 80, mode), WIDE)
        middle = logo.bits[logo.width // 8 * 40 + 5]
        assert (logo.bits[0], middle) == (0x00, 0xFF)


def test_a_receipt_without_one_is_the_same(tmp_path: Path) -> None:
    made = receipt(logo=read_logo(drawn(tmp_path / "l.png", 64, 64), WIDE))
    with_logo, without = (
        receipt_sheet(each, Translator("fr")).rows for each in (made, replace(made, logo=None))
    )
    assert [row for row in with_logo if not isinstance(row, Picture)] == list(without)


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    for file in (path, tmp_path / "missing.png"):
        with pytest.raises(Refusal) as refused:
            read_logo(file, WIDE)
        assert refused.value.problem.code == "logo_unreadable"
