"""What is pressed: the one push button of Comptoir, in its looks, and the base of touch areas.

Owns the pressed state, which shows within the frame of the touch. Decides nothing.
"""

from typing import Any

from kivy.properties import (
    AliasProperty,
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.widget import Widget

from kiosk.widgets.icon import Icon
from kiosk.widgets.kv import load_beside
from kiosk.widgets.ruler import width_of

__all__ = ["Icon", "Key", "TouchArea"]


class Key(ButtonBehavior, Widget):
    """A push button with a sign, a text, or both; `on_press` at the touch, `on_release` after.

    `look`: solid (an action), tint (a choice that is on), raised (a white key), sunk (a helper),
    flat (no ground until pressed), bar (on the status bar). A text too wide wraps. `inset`: so much
    of it on the left is another's.
    """

    text = StringProperty("")
    icon = StringProperty("")
    icon_side = NumericProperty(24)
    tone = StringProperty("plain")
    look = OptionProperty("sunk", options=["solid", "tint", "raised", "sunk", "flat", "bar"])
    font_size = NumericProperty(17)
    bold = BooleanProperty(True)
    halign = OptionProperty("center", options=["left", "center"])
    pad = NumericProperty(12)
    gap = NumericProperty(8)
    inset = NumericProperty(0)
    ink = ColorProperty([0, 0, 0, 1])

    def _get_icon_room(self) -> float:
        if not self.icon:
            return 0.0
        return float(self.icon_side + (self.gap if self.text else 0))

    def _get_text_natural(self) -> float:
        if not self.text:
            return 0.0
        rows = self.text.split("\n")
        return float(max(width_of(row, self.font_size, self.bold) for row in rows) + 1)

    def _get_text_width(self) -> float:
        room = max(1.0, self.width - self.inset - 2 * self.pad - self.icon_room)
        return float(min(self.text_natural, room))

    def _get_start(self) -> float:
        if self.halign == "left":
            return float(self.x + self.inset + self.pad)
        return float(self.center_x + (self.inset - self.icon_room - self.text_width) / 2)

    icon_room: Any = AliasProperty(_get_icon_room, bind=("icon", "icon_side", "gap", "text"))
    text_natural: Any = AliasProperty(
        _get_text_natural, bind=("text", "font_size", "bold"), cache=True
    )
    text_width: Any = AliasProperty(
        _get_text_width, bind=("text_natural", "width", "inset", "pad", "icon_room"), cache=True
    )
    start: Any = AliasProperty(
        _get_start, bind=("halign", "x", "center_x", "inset", "pad", "icon_room", "text_width")
    )


class TouchArea(ButtonBehavior, RelativeLayout):
    """A tile or a row that reacts as a whole; children lie where their rules put them, relative
    to it, and take the touch first."""

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Take a part that keeps its own size."""
        widget.size_hint = (None, None)
        super().add_widget(widget, *args, **kwargs)

    def on_touch_down(self, touch: Any) -> bool:
        """Leave touches elsewhere alone.

        Kivy looks whether a touch lies on a disabled area after it has moved it into the area's own
        coordinates: an empty tile would swallow touches of keys far from it.
        """
        return self.collide_point(*touch.pos) and bool(super().on_touch_down(touch))


load_beside(__file__)
