"""A shop's picture as the dots of a receipt printer: black and white, no wider than the paper."""

from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from common.errors import Refusal
from kiosk.printing.paper import Picture

DOTS_A_CHARACTER: Final = 12
MOST_HIGH: Final = 240
_MOST_PIXELS: Final = 20_000_000


def read_logo(path: Path, columns: int) -> Picture:
    """Return a picture file as dots, at most three quarters of a paper's width.

    Raises Refusal `logo_unreadable`.
    """
    try:
        with Image.open(path) as file:
            if file.width * file.height > _MOST_PIXELS:
                raise ValueError(f"{file.width}x{file.height} pixels are too many")
            image = _on_white(file)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refusal("logo_unreadable", file=str(path), reason=reason) from error
    widest = columns * DOTS_A_CHARACTER * 3 // 4
    scale = min(1.0, widest / image.width, MOST_HIGH / image.height)
    # Rows of whole bytes: what is filled up would be a black edge on some printers.
    width = max(8, round(image.width * scale) // 8 * 8)
    dots = image.resize((width, max(1, round(image.height * scale)))).convert("1")
    black = ImageOps.invert(dots.convert("L")).convert("1")
    return Picture(dots.width, dots.height, black.tobytes())


def _on_white(image: Image.Image) -> Image.Image:
    """Return a picture in greys; what is transparent is paper."""
    coloured = image.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(white, coloured).convert("L")
