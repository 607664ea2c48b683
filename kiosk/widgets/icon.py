"""One drawn sign, in one colour, at the size of its widget. Geometry comes from `icon_shapes`.

Owns the pictures of signs: each is drawn once at each size, in white, and then shown in any colour.
Drawn anew in every frame their lines took a sixth of it where a processor draws the screen.
"""

from functools import lru_cache
from typing import Any, Final

from kivy.graphics import ClearBuffers, ClearColor, Color, Fbo, InstructionGroup, Rectangle
from kivy.graphics.vertex_instructions import SmoothLine
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.widgets.icon_shapes import SHAPES

KEPT: Final = 256
_GRID: Final = 24
_RIM_PX: Final = 2
"""Lines at the edge of the grid reach over it."""


@lru_cache(maxsize=KEPT)
def sign(name: str, side: int, width: float) -> Any:
    """Return a sign's texture: a square of `side` px with a rim, its lines `width` px wide.

    Call it where there is a window.
    """
    fbo = Fbo(size=(side + 2 * _RIM_PX, side + 2 * _RIM_PX))
    unit = side / _GRID
    with fbo:
        # See-through white: what is half a pixel of a line is then not half black.
        ClearColor(1, 1, 1, 0)
        ClearBuffers()
        Color(1, 1, 1, 1)
        for stroke in SHAPES[name]:
            points = [
                xy for x, y in stroke for xy in (_RIM_PX + x * unit, _RIM_PX + side - y * unit)
            ]
            SmoothLine(points=points, width=width)
    fbo.draw()
    return fbo.texture


class Icon(Widget):
    """`name`: a key of `SHAPES`; the sign is a square in the middle of the widget."""

    name = StringProperty("")
    colour = ColorProperty([0, 0, 0, 1])
    thickness = NumericProperty(1.25)

    def __init__(self, **kwargs: Any) -> None:
        self._sign = InstructionGroup()
        self._ink = Color(0, 0, 0, 1)
        super().__init__(**kwargs)
        self.canvas.add(self._ink)
        self.canvas.add(self._sign)
        for event in ("name", "pos", "size", "thickness"):
            self.fbind(event, self._draw)
        self.fbind("colour", self._recolour)
        self._recolour()
        self._draw()

    def _recolour(self, *_: object) -> None:
        self._ink.rgba = self.colour

    def _draw(self, *_: object) -> None:
        self._sign.clear()
        side = round(min(self.size))
        if not self.name or side <= 0:
            return
        texture = sign(self.name, side, max(1.0, self.thickness * side / _GRID))
        # From x and width: the centre's own property may still be of before this very change.
        left = round(self.x + (self.width - side) / 2) - _RIM_PX
        bottom = round(self.y + (self.height - side) / 2) - _RIM_PX
        self._sign.add(Rectangle(texture=texture, pos=(left, bottom), size=texture.size))
