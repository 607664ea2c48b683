"""How wide a text is: asked again and again of the same names while people type.

Owns the widths of the last texts that were measured.
"""

from functools import lru_cache
from typing import Final

from kivy.core.text import DEFAULT_FONT
from kivy.core.text import Label as CoreLabel

_KEPT: Final = 8_192
"""The names of some fifty pages of tiles, word by word."""


@lru_cache(_KEPT)
def width_of(text: str, font_size: float, bold: bool = False, font: str = DEFAULT_FONT) -> int:
    """Return the width in px of one row of text."""
    ruler = CoreLabel(font_size=font_size, font_name=font, bold=bold)
    return int(ruler.get_extents(text)[0])
