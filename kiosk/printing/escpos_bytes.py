"""A sheet as the bytes of an ESC/POS printer, by python-escpos.

Owns which of its commands are used: few, that every printer knows. `picture.py` reads them back.
"""

from typing import Final

from escpos.printer import Dummy
from PIL import Image

from kiosk.printing.paper import WIDE, Line, Picture, Sheet, lines

_CODE_PAGE: Final = "CP1252"
_QR_SIZE: Final = 6
_DRAWER_PIN: Final = 2


def sheet_bytes(sheet: Sheet, columns: int = WIDE) -> bytes:
    """Return what a printer is sent: the sheet, cut off at its end, and the drawer kicked open."""
    printer = Dummy(profile="default")
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
    printer = Dummy(profile="default")
    printer.cashdraw(_DRAWER_PIN)
    return bytes(printer.output)


def _image(picture: Picture) -> Image.Image:
    size = (picture.width, picture.height)
    return Image.frombytes("1", size, bytes(byte ^ 0xFF for byte in picture.bits))
