"""Asking a second person to allow one action, over a veil: who may, the pad, and a way back.

Owns its look. A touch beside it does nothing: somebody else's PIN may be half typed.
"""

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.gate import AllowView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import person_grid as _person_grid  # noqa: F401
from kiosk.widgets import pin_pad as _pin_pad  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Late


class AllowSheet(Late, FloatLayout):
    """`on_choose(person)`, `on_key(name)` and `on_cancel` say what was touched."""

    t = ObjectProperty(str)
    title = StringProperty("")
    text = StringProperty("")
    beside = BooleanProperty(True)
    empty = BooleanProperty(False)
    __events__ = ("on_choose", "on_key", "on_cancel")

    def on_choose(self, person: str) -> None:
        """Event: a person was touched."""

    def on_key(self, name: str) -> None:
        """Event: a key of the pad was touched."""

    def on_cancel(self) -> None:
        """Event: it is to be done without."""

    def show(self, view: AllowView | None) -> None:
        """Show the question, or put it away."""
        if view is not None:
            self.build()
            self.title, self.text, self.empty = view.title, view.text, not view.tiles
            self.ids.people.show(view.tiles)
            self.ids.pad.show(view.pin)
        self.shown = view is not None

    def on_touch_down(self, touch: Any) -> bool:
        """Keep touches from what lies under it."""
        super().on_touch_down(touch)
        return True


load_beside(__file__)
