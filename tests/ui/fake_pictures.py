"""Pictures for a fake session: drawn for the test, there at once or when a test lets them come."""

from typing import Any

from PIL import ImageOps

from common.pictures import SIDE, picture_id
from kiosk.picture_files import Raster, side_for
from kiosk.pictures import Pictures


class FakePictures(Pictures):
    """`late`: nothing is there until `arrive`. `looked`: what was looked for, in order."""

    def __init__(self) -> None:
        super().__init__(None, lambda: (), lambda _: None, lambda: 0.0)
        self._given: dict[str, Any] = {}
        self.late = False
        self.looked: list[str] = []

    def give(self, image: Any) -> str:
        """Have a picture; return by what it is named."""
        square = ImageOps.fit(image, (SIDE, SIDE)).convert("RGB")
        name = picture_id(square.tobytes())
        self._given[name] = square
        return name

    def look(self, picture: str, room_px: float) -> Raster | None:
        """Return a picture's pixels unless they are late."""
        self.looked.append(picture)
        square = self._given.get(picture)
        if self.late or square is None:
            return None
        side = side_for(room_px)
        return Raster(side, side, square.resize((side, side)).tobytes())

    def arrive(self) -> None:
        """Let what was looked for be there with the next poll."""
        self.late = False
        self._arrived = dict.fromkeys(self.looked)
