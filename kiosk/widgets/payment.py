"""The panels of a payment: cash with its quick sums and the change, and the card's one amount.

Owns their look. What is given and whether it is enough is said by a `PaymentView`.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views import PaymentView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.deck import Deck
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside


class Panel(BoxLayout):
    """A panel of a deck."""

    deck_name = StringProperty("")
    t = ObjectProperty(str)


class SumKey(Key):
    """One quick sum."""

    cents = NumericProperty(0)


class CashPanel(Panel):
    """`on_give(cents)` says which quick sum was touched."""

    total = StringProperty("")
    given = StringProperty("")
    label = StringProperty("")
    rest = StringProperty("")
    enough = BooleanProperty(True)
    __events__ = ("on_give",)

    def on_give(self, cents: int) -> None:
        """Event: the customer hands over so much."""

    def show(self, view: PaymentView) -> None:
        """Show a payment as it stands."""
        self.total, self.given, self.enough = view.total, view.given, view.enough
        self.label, self.rest = view.label, view.rest
        box: Any = self.ids.choices
        if [key.text for key in reversed(box.children)] != [each.text for each in view.choices]:
            box.clear_widgets()
            for choice in view.choices:
                key = SumKey(text=choice.text)
                key.cents = choice.cents
                key.bind(on_press=lambda pressed: self.dispatch("on_give", pressed.cents))
                box.add_widget(key)
        for key in box.children:
            chosen = key.cents == view.given_cents
            key.look, key.tone = ("tint", "go") if chosen else ("raised", "plain")


class CardPanel(Panel):
    """The amount for the card terminal."""

    total = StringProperty("")


class PayKeys(Panel):
    """The two keys at the foot of the sale."""


class PayRow(Deck):
    """Choosing how to pay, or confirming it: in the same place."""


class TillShelf(Panel):
    """Search, categories and tiles."""


load_beside(__file__)
