"""The pad for a PIN: whose it is, a dot for each digit, what was said, and twelve large keys.

Owns its look. Digits stand as on a card terminal; none is ever shown. It types nothing itself.
"""

from typing import Any, Final

from kivy.graphics import Color, Ellipse, InstructionGroup
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from kiosk.views.people import PinView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside

OK: Final = "ok"
ERASE: Final = "erase"
_PLACES: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", ERASE, "0", OK)


class PinKey(Key):
    """One key of the pad."""

    name = StringProperty("")


class Dots(Widget):
    """`count` dots in the middle."""

    count = NumericProperty(0)
    colour = ColorProperty([0, 0, 0, 1])
    side = NumericProperty(14)

    def __init__(self, **kwargs: Any) -> None:
        self._dots = InstructionGroup()
        super().__init__(**kwargs)
        self.canvas.add(self._dots)
        for event in ("count", "colour", "side", "pos", "size"):
            self.fbind(event, self._draw)

    def _draw(self, *_: object) -> None:
        self._dots.clear()
        self._dots.add(Color(*self.colour))
        step = self.side * 1.7
        left = self.x + (self.width - step * (self.count - 1) - self.side) / 2
        bottom = self.y + (self.height - self.side) / 2
        for place in range(int(self.count)):
            spot = (left + place * step, bottom)
            self._dots.add(Ellipse(pos=spot, size=(self.side, self.side)))


class PinKeys(GridLayout):
    """Says `on_key(name)` at the touch: a digit, "erase" or "ok"."""

    can_type = BooleanProperty(False)
    can_ok = BooleanProperty(False)
    key_height = NumericProperty(84)
    __events__ = ("on_key",)

    def on_kv_post(self, _base_widget: object) -> None:
        """Lay the keys out once the .kv rule has set rows and spacing."""
        looks = {ERASE: {"icon": "erase", "look": "sunk"}}
        looks[OK] = {"icon": "check", "look": "solid"}
        for name in _PLACES:
            key = PinKey(name=name, **looks.get(name, {"text": name}))
            if name == OK:
                key.tone = "go"
            key.bind(on_press=lambda pressed: self.dispatch("on_key", pressed.name))
            self.add_widget(key)
        self.bind(can_type=self._mark, can_ok=self._mark)
        self._mark()

    def on_key(self, name: str) -> None:
        """Event: a key was touched."""

    def _mark(self, *_: object) -> None:
        for key in self.children:
            key.disabled = not (self.can_ok if key.name == OK else self.can_type)


class PinPad(BoxLayout):
    """`on_key(name)` as its keys say it."""

    name = StringProperty("")
    role = StringProperty("")
    digits = NumericProperty(0)
    message = StringProperty("")
    tone = StringProperty("plain")
    can_type = BooleanProperty(False)
    can_ok = BooleanProperty(False)
    key_height = NumericProperty(84)
    __events__ = ("on_key",)

    def on_key(self, name: str) -> None:
        """Event: a key was touched."""

    def show(self, view: PinView) -> None:
        """Show whose PIN is typed, and how far."""
        self.name, self.role, self.digits = view.name, view.role, view.digits
        self.message, self.tone = view.message, view.tone
        self.can_type, self.can_ok = view.open, view.ready


load_beside(__file__)
