"""Pictures as textures: some screens' worth are kept, and each is cut to the room that it covers.

Owns how many there are at a time, so that turning through a whole catalogue takes no more memory
than a few pages of it. What is not there is looked for, and shown once it has come.
"""

from collections.abc import Callable
from typing import Any, Final

from kivy.graphics.texture import Texture

KEPT: Final = 96
"""Four pages of tiles: 5 MB, 19 MB on the largest screens."""


class Textures:
    """`look(name, room_px)` gives a picture's pixels, or None and begins to fetch them."""

    def __init__(self, look: Callable[[str, float], Any]) -> None:
        self._look = look
        self._kept: dict[tuple[str, float], Any] = {}

    def of(self, name: str, room_px: float) -> Any:
        """Return a picture's texture for a room so high, None where it is not here or `name` ""."""
        if not name:
            return None
        texture = self._kept.pop((name, room_px), None)
        if texture is None:
            raster = self._look(name, room_px)
            if raster is None:
                return None
            texture = _texture(raster)
        self._kept[name, room_px] = texture
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
    texture = Texture.create(size=(raster.width, raster.height), colorfmt="rgb")
    texture.blit_buffer(raster.pixels, colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
