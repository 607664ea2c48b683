"""From a photograph to the small picture of a tile, and whether one that is brought is such.

Owns what a picture looks like: a square of `SIDE` pixels, JPEG, upright, without what the camera
wrote beside it. Where little of it would be lost its middle is cut out, else it is whole, on white.
Every file may be anything: what cannot be read, or would take up the memory, is refused.
"""

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from common.errors import Refusal
from common.pictures import AIM_BYTES, MOST_BYTES, SIDE

if TYPE_CHECKING:
    from PIL import Image

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MOST_PIXELS: Final = 64_000_000
"""What telephones make, and a little more: 256 MB while one is looked at."""
MOST_FILE_BYTES: Final = 64 * 1024 * 1024
_CUT: Final = 1.5
"""So many times longer than wide, and its middle is taken; beyond, all of it on white."""
_WRITTEN_BESIDE: Final = frozenset({"exif", "comment", "xmp", "icc_profile", "photoshop"})
_WITH_PROFILE: Final = {"RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}
_QUALITIES: Final = (85, 80, 74, 66, 56, 44, 30)


def make(path: Path) -> bytes:
    """Return the picture of a file; raises Refusal `picture_unreadable`, naming the file."""
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes")
        return _as_it_is(path) or _small(path)
    except _faults() as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refusal("picture_unreadable", file=path.name, reason=reason) from error


def check(content: bytes) -> None:
    """Raise Refusal `picture_unfit` where bytes are no picture as `make` makes them."""
    from PIL import Image

    try:
        if len(content) > MOST_BYTES:
            raise ValueError(f"{len(content)} bytes")
        with Image.open(BytesIO(content), formats=("JPEG",)) as image:
            if image.size != (SIDE, SIDE) or image.mode not in ("RGB", "L"):
                raise ValueError(f"{image.width}x{image.height} {image.mode}")
            if _WRITTEN_BESIDE & image.info.keys():
                raise ValueError("metadata")
            image.load()
    except _faults() as error:
        raise Refusal("picture_unfit", reason=str(error) or type(error).__name__) from error


def _as_it_is(path: Path) -> bytes | None:
    """Return a file's bytes where it is such a picture already: none is made worse again."""
    if path.stat().st_size > MOST_BYTES:
        return None
    content = path.read_bytes()
    try:
        check(content)
    except Refusal:
        return None
    return content


def _faults() -> tuple[type[Exception], ...]:
    """Return what Pillow raises of files that are none, or none that one should open.

    Its readers of formats let through what their own arithmetic raises.
    """
    from PIL import Image

    return (
        *(OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError),
        *(MemoryError, AttributeError, struct.error, zlib.error),
        *(Image.DecompressionBombError, Image.DecompressionBombWarning),
    )


def _small(path: Path) -> bytes:
    # Late: a hub that is never brought a picture need not load it.
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of odd metadata, which is dropped.
        with Image.open(path, formats=FORMATS) as file:
            if file.width * file.height > MOST_PIXELS:
                raise ValueError(f"{file.width}x{file.height} pixels")
            file.draft("RGB", (2 * SIDE, 2 * SIDE))  # A JPEG is read no larger than is needed.
            image = _on_white(_in_srgb(ImageOps.exif_transpose(file)))
    longest, shortest = max(image.size), min(image.size)
    fit = ImageOps.fit if longest <= _CUT * shortest else ImageOps.pad
    white: Any = {} if fit is ImageOps.fit else {"color": "white"}
    return _packed(fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS, **white))


def _in_srgb(image: "Image.Image") -> "Image.Image":
    """Return a picture in the colours of screens, where it says that it has others.

    Telephones have wider ones; taken for those of screens, they would look pale.
    """
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in _WITH_PROFILE:
        return image
    image.thumbnail((4 * SIDE, 4 * SIDE))
    try:
        theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
        ours = ImageCms.createProfile("sRGB")
        coloured = ImageCms.profileToProfile(
            image, theirs, ours, outputMode=_WITH_PROFILE[image.mode]
        )
    except (ImageCms.PyCMSError, OSError):
        return image  # A profile that is none says nothing.
    return coloured or image


def _on_white(image: "Image.Image") -> "Image.Image":
    """Return a picture in colours; what is transparent is white."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    # Smaller first: all of it four times over would not fit into the memory of a small computer.
    image.thumbnail((4 * SIDE, 4 * SIDE))
    coloured = image.convert("RGBA")
    ground = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(ground, coloured).convert("RGB")


def _packed(image: "Image.Image") -> bytes:
    """Return a picture's bytes, as good as fits into what is aimed at."""
    image.info.clear()  # What stood beside the pixels would be written, too.
    content = b""
    for quality in _QUALITIES:
        packed = BytesIO()
        image.save(packed, "JPEG", quality=quality, optimize=True)
        content = packed.getvalue()
        if len(content) <= AIM_BYTES:
            break
    if len(content) > MOST_BYTES:
        raise ValueError(f"{len(content)} bytes")
    return content
