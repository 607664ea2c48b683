"""Pictures for the sample shop, drawn here: no photograph of anybody's is in the project.

Owns what is drawn: the kind of goods that a department sells, in its colour, a little different for
each name. Deterministic: the same name gives the same picture.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from PIL import Image, ImageDraw

from common.sample import SampleShop

WIDTH, HEIGHT = 480, 400
Ink = tuple[int, int, int]
HUES: Final = {
    "orange": 0.07,
    "amber": 0.11,
    "green": 0.25,
    "teal": 0.47,
    "blue": 0.56,
    "indigo": 0.66,
    "purple": 0.77,
    "pink": 0.93,
    "red": 0.01,
    "slate": 0.60,
}
"""Of the roles of the kiosks' theme that a category may have."""


def draw(name: str, colour: str) -> Image.Image:
    """Return a picture of goods of this name, in a category's colour."""
    rng = Random(name)
    hue = HUES.get(colour, 0.6) + rng.uniform(-0.04, 0.04)
    image = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    for y in range(HEIGHT):
        pen.line((0, y, WIDTH, y), fill=_ink(hue + 0.45, 0.10, 0.97 - 0.22 * y / HEIGHT))
    pen.ellipse((90, 320, 390, 372), fill=_ink(hue + 0.45, 0.12, 0.62))
    rng.choice(_SHAPES_OF.get(colour, (_box, _jar)))(
        pen, rng, [_ink(hue, 0.72, value) for value in (0.42, 0.62, 0.80)]
    )
    return image


def draw_all(folder: Path, shop: SampleShop, most: int) -> Iterator[Path]:
    """Draw a sample shop's first-level categories, and three of four articles up to `most`.

    The files are named as `comptoir-hub pictures import` wants it; yields each path.
    """
    colours = {each.name: each.colour for each in shop.categories if not each.parent}
    articles = [each for place, each in enumerate(shop.articles) if place % 4][:most]
    pictured = [(each, each, colour) for each, colour in colours.items()]
    pictured += [(each.code, each.name, colours[each.category]) for each in articles]
    for called, name, colour in pictured:
        path = folder / f"{called}.jpg"
        draw(name, colour).save(path, quality=90)
        yield path


def _ink(hue: float, saturation: float, value: float) -> Ink:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _bottle(pen: Any, rng: Random, inks: list[Ink]) -> None:
    dark, middle, light = inks
    shoulder = rng.randint(120, 170)
    pen.rounded_rectangle((212, 30, 268, shoulder + 40), 10, fill=dark)
    pen.rounded_rectangle((170, shoulder, 310, 350), 36, fill=middle)
    pen.rectangle((170, 200, 310, 290), fill=(250, 248, 240))
    pen.rectangle((190, 225, 290, 240), fill=light)
    pen.rectangle((190, 255, 255, 264), fill=dark)


def _round(pen: Any, rng: Random, inks: list[Ink]) -> None:
    dark, middle, light = inks
    side = rng.randint(120, 145)
    pen.ellipse((240 - side, 210 - side, 240 + side, 350), fill=middle)
    pen.ellipse((165, 130, 225, 180), fill=light)
    pen.line((240, 210 - side + 8, 262, 40), fill=dark, width=14)
    pen.ellipse((262, 42, 340, 84), fill=(88, 140, 60))


def _loaf(pen: Any, rng: Random, inks: list[Ink]) -> None:
    dark, middle, light = inks
    pen.rounded_rectangle((60, 170, 420, 345), 84, fill=middle)
    pen.rounded_rectangle((78, 182, 402, 270), 60, fill=light)
    for place in range(rng.randint(3, 4)):
        pen.line((110 + 72 * place, 255, 150 + 72 * place, 190), fill=dark, width=12)


def _box(pen: Any, rng: Random, inks: list[Ink]) -> None:
    dark, middle, light = inks
    top = rng.randint(70, 130)
    pen.polygon(((130, top + 36), (350, top + 36), (380, top), (160, top)), fill=light)
    pen.polygon(((350, top + 36), (380, top), (380, 315), (350, 350)), fill=dark)
    pen.rectangle((130, top + 36, 350, 350), fill=middle)
    pen.ellipse((185, 200, 295, 310), fill=(252, 250, 244))
    pen.ellipse((212, 227, 268, 283), fill=dark)


def _jar(pen: Any, rng: Random, inks: list[Ink]) -> None:
    dark, middle, light = inks
    pen.rounded_rectangle((150, 110, 330, 350), 40, fill=middle)
    pen.rounded_rectangle((140, 70, 340, 125), 14, fill=dark)
    pen.rounded_rectangle((172, 180, 308, 290), 12, fill=(252, 250, 244))
    for place in range(rng.randint(2, 4)):
        pen.rectangle((190, 200 + 22 * place, 290 - 20 * place, 208 + 22 * place), fill=light)


Shape = Callable[[Any, Random, list[Ink]], None]
_SHAPES_OF: Final[dict[str, tuple[Shape, ...]]] = {
    "amber": (_loaf,),
    "blue": (_jar, _bottle, _box),
    "green": (_round,),
    "red": (_box, _round),
    "teal": (_bottle,),
    "pink": (_bottle, _jar),
}
