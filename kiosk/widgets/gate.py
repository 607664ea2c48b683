"""The gate over a screen: who works here, and the pad. The status bar stays in view over it.

Owns how tiles and pad share the room, side by side or one above the other. It takes every touch
below the bar while it is shut; what lies under it stays as it is.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.gate import GateView
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import icon as _icon  # noqa: F401
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import person_grid as _person_grid  # noqa: F401
from kiosk.widgets import pin_pad as _pin_pad  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Late


class GateLayer(Late, FloatLayout):
    """`on_choose(person)`, `on_key(name)` and `on_log_out` say what was touched."""

    t = ObjectProperty(str)
    icon = StringProperty("user")
    title = StringProperty("")
    text = StringProperty("")
    note = StringProperty("")
    leave = StringProperty("")
    beside = BooleanProperty(True)
    bar = NumericProperty(0)
    __events__ = ("on_choose", "on_key", "on_log_out")

    def on_choose(self, person: str) -> None:
        """Event: a person was touched."""

    def on_key(self, name: str) -> None:
        """Event: a key of the pad was touched."""

    def on_log_out(self) -> None:
        """Event: whoever has locked the post is to be logged out."""

    def show(self, view: GateView | None) -> None:
        """Shut the gate with what stands on it, or open it."""
        if view is not None:
            self.build()
            self.icon, self.title, self.text = view.icon, view.title, view.text
            self.note, self.leave = view.note, view.leave
            self.ids.people.show(view.tiles)
            self.ids.pad.show(view.pin)
        self.shown = view is not None

    def on_touch_down(self, touch: Any) -> bool:
        """Keep every touch below the bar from what lies under the gate."""
        if not self.collide_point(*touch.pos):
            return False
        super().on_touch_down(touch)
        return True


load_beside(__file__)
