"""The band of a till that trains: stripes, a sign and words across the whole screen.

Owns its look; it stands under the status bar of every screen of the till, also of the locked one.
"""

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.kv import load_beside


class Stripes(Widget):
    """Slanted stripes, as on a barrier."""


class TrainingBand(BoxLayout):
    """`shown`: the till trains. `on_end`: somebody wants to sell again."""

    shown = BooleanProperty(False)
    t = ObjectProperty(str)
    __events__ = ("on_end",)

    def on_end(self) -> None:
        """Event: the training is to end."""


load_beside(__file__)
