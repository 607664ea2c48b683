"""The pictures that a post keeps: a folder beside its copy of the shop, bounded, one file each.

Owns the files: written whole or not at all, checked by their name whenever they are read, the ones
looked at longest ago leaving first. One thread, which is not the screens'. Nothing here is missed
when it is gone: the hub gives it again.
"""

import base64
import binascii
import logging
import os
from collections.abc import Container, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from common.pictures import MOST_BYTES, SIDE, picture_id

_log = logging.getLogger(__name__)
FOLDER: Final = "pictures"
KEPT_BYTES: Final = 64 * 1024 * 1024
"""Some six thousand pictures."""
_PART: Final = ".part"
_SIDES: Final = (SIDE // 4, SIDE // 2)


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture as its pixels: rows from the top, three bytes each: red, green, blue."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of pictures that came. `kept`: on disk now; `gone`: what made room for them.

    `unsound`: not what their name says. `full`: there was no room for all of them.
    """

    kept: frozenset[str]
    gone: frozenset[str] = frozenset()
    unsound: frozenset[str] = frozenset()
    full: bool = False


class PictureFiles:
    """One post's. `folder` need not be there yet."""

    def __init__(self, folder: Path, limit_bytes: int = KEPT_BYTES) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._sizes: dict[str, int] = {}
        """In the order in which they were last looked at."""

    def open(self) -> frozenset[str]:
        """Return what is kept; what a crash left half written goes."""
        found: list[tuple[float, str, int]] = []
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for entry in os.scandir(self._folder):
                if entry.name.endswith(_PART):
                    Path(entry.path).unlink()
                elif entry.is_file():
                    stat = entry.stat()
                    found.append((stat.st_mtime, entry.name, stat.st_size))
        except OSError as error:
            _log.warning("pictures are not kept: %s", error)
        self._sizes = {name: size for _, name, size in sorted(found)}
        return frozenset(self._sizes)

    def store(self, brought: Mapping[str, str], wanted: Container[str]) -> Stored:
        """Keep pictures as the hub gave them, base64 by name.

        For one that is `wanted` now, those looked at longest ago make room; for others none does.
        """
        kept: set[str] = set()
        gone: set[str] = set()
        unsound: set[str] = set()
        full = False
        for name, packed in brought.items():
            content = _unpacked(packed)
            if content is None or picture_id(content) != name:
                _log.warning("picture %s is not what it is called", name)
                unsound.add(name)
            elif self._make_room(len(content), gone if name in wanted else None):
                if self._write(name, content):
                    kept.add(name)
                else:
                    full = True
            else:
                full = True
        return Stored(frozenset(kept - gone), frozenset(gone), frozenset(unsound), full)

    def load(self, name: str, side: int = SIDE) -> Raster | None:
        """Return a picture's pixels, `side` of them along each edge.

        None where it is gone or damaged, and then it is forgotten.
        """
        path = self._folder / name
        try:
            content = path.read_bytes()
            if picture_id(content) == name:
                raster = _decoded(content, side)
                os.utime(path)
                self._sizes[name] = self._sizes.pop(name, len(content))
                return raster
            _log.warning("picture %s is damaged", name)
        except (OSError, ValueError, SyntaxError) as error:
            _log.warning("picture %s cannot be read: %s", name, error)
        self._drop(name)
        return None

    def keep_only(self, named: Container[str]) -> frozenset[str]:
        """Let go what no row names any more; return that."""
        gone = frozenset(name for name in self._sizes if name not in named)
        for name in gone:
            self._drop(name)
        return gone

    def _make_room(self, size: int, gone: set[str] | None) -> bool:
        """Return whether there is room; `gone`: what may make room is noted there."""
        total = sum(self._sizes.values())
        while gone is not None and self._sizes and total + size > self._limit:
            oldest = next(iter(self._sizes))
            total -= self._sizes[oldest]
            gone.add(oldest)
            self._drop(oldest)
        return total + size <= self._limit

    def _write(self, name: str, content: bytes) -> bool:
        """Write a file under another name first: what has its name is whole.

        Not forced to disk: power that fails leaves at worst a file that is not what it is called.
        """
        path = self._folder / name
        part = path.with_name(name + _PART)
        try:
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            _log.warning("picture %s is not kept: %s", name, error)
            return False
        self._sizes.pop(name, None)
        self._sizes[name] = len(content)
        return True

    def _drop(self, name: str) -> None:
        self._sizes.pop(name, None)
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("picture %s stays: %s", name, error)


def _unpacked(packed: str) -> bytes | None:
    try:
        content = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) <= MOST_BYTES else None


def side_for(room_px: float) -> int:
    """Return how large a picture is read for a room so high: no smaller than it where it can be."""
    return next((side for side in _SIDES if side >= room_px), SIDE)


def _decoded(content: bytes, side: int) -> Raster:
    """Return the pixels; raises ValueError, OSError or SyntaxError for what is no such picture."""
    # Late: a post without a window shows none.
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=("JPEG",)) as image:
            if max(image.size) > SIDE:
                raise ValueError(f"{image.width}x{image.height} pixels")
            # As large as it is shown: a quarter of the pixels is a quarter of all that follows.
            image.draft("RGB", (side, side))
            return Raster(*image.size, image.convert("RGB").tobytes())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(str(error)) from error
