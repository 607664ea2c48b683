"""QR codes for the administrator's eyes: in a terminal, or as an image that ends with its code.

Owns how one is drawn and that an image is its owner's only, replaces nothing, and is taken away
again. What a code says is handed in.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from common.errors import Refusal

if TYPE_CHECKING:
    import segno

FORMATS: Final = (".png", ".svg")
QUIET: Final = 4
"""Light modules around a code, as its standard asks."""
_IMAGE_SCALE: Final = 8
_HALVES: Final = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def drawn(text: str) -> list[str]:
    """Return a QR code as lines of half blocks, dark on light, quiet zone included."""
    rows = [tuple(row) for row in _made(text).matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append((0,) * len(rows[0]))
    return [
        "".join(_HALVES[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]


@contextmanager
def image_file(path: Path, text: str) -> Iterator[None]:
    """Write a QR code to a new file, readable by its owner only, for as long as the block runs.

    Raises Refusal `qr_image_format`, `qr_image_exists`, `disk_failed`; nothing is written then.
    """
    content = image(path, text)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refusal("qr_image_exists", file=str(path)) from None
    except OSError as error:
        raise Refusal("disk_failed", file=str(path), reason=error.strerror or str(error)) from error
    made = os.fstat(handle)
    try:
        _write(path, handle, content)
        yield
    finally:
        # Only what was made here: somebody may have put another file in its place.
        with suppress(OSError):
            if os.path.samestat(os.lstat(path), made):
                path.unlink()


def _write(path: Path, handle: int, content: bytes) -> None:
    try:
        with open(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Refusal("disk_failed", file=str(path), reason=error.strerror or str(error)) from error


def image(path: Path, text: str) -> bytes:
    """Return a QR code as the image that a file's name asks for; raises `qr_image_format`."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise Refusal("qr_image_format", file=str(path))
    picture = io.BytesIO()
    _made(text).save(
        picture, kind=kind[1:], scale=_IMAGE_SCALE, border=QUIET, dark="black", light="white"
    )
    return picture.getvalue()


def _made(text: str) -> "segno.QRCode":
    # Late: it brings an XML library and half of urllib.
    import segno

    return segno.make_qr(text, error="l")
