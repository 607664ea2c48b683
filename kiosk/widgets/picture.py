"""Pictures as textures: some screens' worth are kept, and each is cut to the room that it covers.

Owns how many there are at a time, so that turning through a whole catalogue takes no more memory
than a few pages of it. What is not there is looked for, and shown once it has come.
"""

from collections.abc import Callable
from typing import Any, Final

from kivy.graphics.texture import Texture

KEPT: Final = 96
"""Four pages of tiles: 25 MB at most."""


class Textures:
    """`look(name)` gives a picture's pixels, or None and begins to fetch them."""

    def __init__(self, look: Callable[[str], Any]) -> None:
        self._look = look
        self._kept: dict[str, Any] = {}

    def of(self, name: str) -> Any:
        """Return a picture's texture, None where it is not here or `name` is ""."""
        if not name:
            return None
        texture = self._kept.pop(name, None)
        if texture is None:
            raster = self._look(name)
            if raster is None:
                return None
            texture = _texture(raster)
        self._kept[name] = texture
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return texture

    def __len__(self) -> int:
        return len(self._kept)


def cover(texture: Any, width: float, height: float) -> Any:
    """Return the middle part of a texture that has the shape of a room, None of None."""
    if texture is None or width <= 0 or height <= 0:
        return None
    side, high = texture.size
    if width >= height:
        part = max(1, round(high * height / width))
        return texture.get_region(0, (high - part) // 2, side, part)
    part = max(1, round(side * width / height))
    return texture.get_region((side - part) // 2, 0, part, high)


def _texture(raster: Any) -> Any:
    # Smaller copies of itself, too: on a key it is a fifth as large.
    texture = Texture.create(size=(raster.width, raster.height), colorfmt="rgb", mipmap=True)
    texture.blit_buffer(raster.pixels, colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    texture.min_filter = "linear_mipmap_linear"
    return texture
