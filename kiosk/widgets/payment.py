"""Where paying stands at the till: the keys at the foot of the sale, and the base of its panels.

Owns their places; what each key says is the screen's.
"""

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets.deck import Deck
from kiosk.widgets.kv import load_beside


class Panel(BoxLayout):
    """A panel of a deck."""

    deck_name = StringProperty("")
    t = ObjectProperty(str)


class PayKeys(Panel):
    """The two keys at the foot of the sale."""


class PayRow(Deck):
    """Choosing how to pay, or confirming it: in the same place."""


class TillShelf(Panel):
    """Search, categories and tiles."""


load_beside(__file__)
