"""Rounded grounds as small pictures that stretch: one for each fill, edge and radius, drawn once.

A smooth rounded rectangle is a fan of thin triangles and a line of many pieces. Where a processor
draws the screen, nine rectangles of a ready picture cost a third of that.
"""

from functools import lru_cache
from typing import Any, Final

from kivy.graphics import ClearBuffers, ClearColor, Color, Fbo, SmoothLine
from kivy.graphics.vertex_instructions import SmoothRoundedRectangle

from kiosk.theme import Rgba

KEPT: Final = 512
_MIDDLE_PX: Final = 4


@lru_cache(maxsize=KEPT)
def patch(fill: Rgba, edge: Rgba, radius: float, hair: float) -> Any:
    """Return a texture whose outer `radius` + 1 px stay as they are when it is stretched.

    `edge`: an outline of `hair` px in this colour, transparent for none. Call it where there is a
    window.
    """
    side = 2 * round(radius + 1) + _MIDDLE_PX
    fbo = Fbo(size=(side, side))
    # What is see-through at the corners has the outermost colour, so that it blends without a rim.
    outer = edge if edge[3] else fill
    with fbo:
        ClearColor(*outer[:3], 0.0)
        ClearBuffers()
        Color(*fill)
        SmoothRoundedRectangle(pos=(0, 0), size=(side, side), radius=[radius])
        if edge[3]:
            Color(*edge)
            inner = side - hair
            SmoothLine(rounded_rectangle=(hair / 2, hair / 2, inner, inner, radius), width=hair)
    fbo.draw()
    # Its corners stay as they are, its middle is one colour: nothing to blend between.
    fbo.texture.mag_filter = fbo.texture.min_filter = "nearest"
    return fbo.texture
