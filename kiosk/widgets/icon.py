"""One drawn sign, in one colour, at the size of its widget. Geometry comes from `icon_shapes`."""

from typing import Any, Final

from kivy.graphics import Color, InstructionGroup, SmoothLine
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.widgets.icon_shapes import SHAPES

_GRID: Final = 24


class Icon(Widget):
    """`name`: a key of `SHAPES`; the sign is a square in the middle of the widget."""

    name = StringProperty("")
    colour = ColorProperty([0, 0, 0, 1])
    thickness = NumericProperty(1.25)

    def __init__(self, **kwargs: Any) -> None:
        self._strokes = InstructionGroup()
        self._ink = Color(0, 0, 0, 1)
        super().__init__(**kwargs)
        self.canvas.add(self._ink)
        self.canvas.add(self._strokes)
        for event in ("name", "pos", "size", "thickness"):
            self.fbind(event, self._draw)
        self.fbind("colour", self._recolour)
        self._recolour()
        self._draw()

    def _recolour(self, *_: object) -> None:
        self._ink.rgba = self.colour

    def _draw(self, *_: object) -> None:
        self._strokes.clear()
        side = min(self.size)
        unit = side / _GRID
        # From x and width: the centre's own property may still be of before this very change.
        left = self.x + (self.width - side) / 2
        top = self.y + (self.height + side) / 2
        for stroke in SHAPES[self.name]:
            points = [xy for x, y in stroke for xy in (left + x * unit, top - y * unit)]
            self._strokes.add(SmoothLine(points=points, width=max(1.0, self.thickness * unit)))
