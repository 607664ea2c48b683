"""The numeric pad: digits, double zero and comma, always in the same places. It types nothing."""

from typing import Final

from kivy.properties import StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside

COMMA: Final = ","
_PLACES: Final = ("7", "8", "9", "4", "5", "6", "1", "2", "3", "0", "00", COMMA)


class PadKey(Key):
    """One key of the pad; `name` is what `keypad.Entry.press` takes."""

    name = StringProperty("")


class NumPad(GridLayout):
    """Says `on_key(name)` at the touch, not at its end: a quick hand never loses a digit."""

    decimal = StringProperty(",")
    __events__ = ("on_key",)

    def on_kv_post(self, _base_widget: object) -> None:
        """Lay the keys out once the .kv rule has set rows and spacing."""
        for name in _PLACES:
            key = PadKey(name=name, text=name)
            key.bind(on_press=lambda pressed: self.dispatch("on_key", pressed.name))
            self.add_widget(key)
        self.bind(decimal=self._show_decimal)
        self._show_decimal()

    def on_key(self, name: str) -> None:
        """Event: a key was touched."""

    def _show_decimal(self, *_: object) -> None:
        for key in self.children:
            if key.name == COMMA:
                key.text = self.decimal


load_beside(__file__)
