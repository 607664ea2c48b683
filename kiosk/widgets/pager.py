"""Turning pages of fixed tiles: back, where one is, forward. Knows counts only."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.key import Key as _Key  # noqa: F401
from kiosk.widgets.kv import load_beside


class Pager(BoxLayout):
    """`page` counts from 0; `label` is what stands between the two keys. `room`: what it takes."""

    room = NumericProperty(0)
    page = NumericProperty(0)
    pages = NumericProperty(1)
    label = StringProperty("")

    def turn(self, by: int) -> None:
        """Go `by` pages on, as far as there are any."""
        self.page = min(max(self.page + by, 0), max(self.pages, 1) - 1)


load_beside(__file__)
