"""A sheet as the bytes of an ESC/POS printer, by python-escpos.

Owns which of its commands are used: few, that every printer knows. `picture.py` reads them back.
"""

from functools import cache
from os import environ
from shutil import rmtree
from typing import Any, Final

from PIL import Image

from kiosk.printing.paper import WIDE, Line, Picture, Sheet, lines

_CODE_PAGE: Final = "CP1252"
_QR_SIZE: Final = 6
_DRAWER_PIN: Final = 2


@cache
def load() -> Any:
    """Return python-escpos's class of printers that gather bytes; for a start with a printer.

    Once: it reads what every printer in the world can do, a quarter of a second, and would leave a
    folder of that behind each time.
    """
    from escpos import capabilities
    from escpos.printer import Dummy

    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in environ:
        rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy


def sheet_bytes(sheet: Sheet, columns: int = WIDE) -> bytes:
    """Return what a printer is sent: the sheet, cut off at its end, and the drawer kicked open."""
    printer = load()(profile="default")
    printer.hw("INIT")
    printer.charcode(_CODE_PAGE)
    for row in lines(sheet.rows, columns):
        if isinstance(row, Line):
            # Twice as high, never twice as wide: the columns stay where they are.
            printer.set(bold=row.bold, double_height=row.large, normal_textsize=not row.large)
            printer.textln(row.text)
            continue
        printer.set(align="center", normal_textsize=True)
        if isinstance(row, Picture):
            printer.image(_image(row), impl="bitImageRaster")
        else:
            printer.qr(row.content, native=True, size=_QR_SIZE)
        printer.set(align="left")
    printer.cut()
    if sheet.opens_drawer:
        printer.cashdraw(_DRAWER_PIN)
    return bytes(printer.output)


def drawer_bytes() -> bytes:
    """Return what opens the drawer, without any paper."""
    printer = load()(profile="default")
    printer.cashdraw(_DRAWER_PIN)
    return bytes(printer.output)


def _image(picture: Picture) -> Image.Image:
    size = (picture.width, picture.height)
    return Image.frombytes("1", size, bytes(byte ^ 0xFF for byte in picture.bits))
