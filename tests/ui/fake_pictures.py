"""Pictures for a fake session: drawn for the test, there at once or when a test lets them come."""

from typing import Any

from PIL import ImageOps

from common.pictures import SIDE, picture_id
from kiosk.picture_files import Raster
from kiosk.pictures import Pictures


class FakePictures(Pictures):
    """`late`: nothing is there until `arrive`. `looked`: what was looked for, in order."""

    def __init__(self) -> None:
        super().__init__(None, lambda: (), lambda _: None, lambda: 0.0)
        self._given: dict[str, Raster] = {}
        self.late = False
        self.looked: list[str] = []

    def give(self, image: Any) -> str:
        """Have a picture; return by what it is named."""
        pixels = ImageOps.fit(image, (SIDE, SIDE)).convert("RGB").tobytes()
        name = picture_id(pixels)
        self._given[name] = Raster(SIDE, SIDE, pixels)
        return name

    def look(self, picture: str) -> Raster | None:
        """Return a picture's pixels unless they are late."""
        self.looked.append(picture)
        return None if self.late else self._given.get(picture)

    def arrive(self) -> None:
        """Let what was looked for be there with the next poll."""
        self.late = False
        self._arrived = dict.fromkeys(self.looked)
