"""Rows of lists in hand: a basket's lines, a delivery's lines. One class, one look.

Owns the selected row's ground and its way out; what a row says is its view's.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views import BasketLineView, ReceiptLineView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.keyed_list import KeyedList, KeyedRow
from kiosk.widgets.kv import load_beside


class LineRow(KeyedRow):
    """`quantity` first and large, since it is what hands change; `note` is a quiet warning."""

    quantity = StringProperty("")
    label = StringProperty("")
    detail = StringProperty("")
    note = StringProperty("")
    amount = StringProperty("")
    selected = BooleanProperty(False)

    def show(self, view: Any) -> None:
        """Show a line of a basket or of a delivery."""
        if isinstance(view, BasketLineView):
            self.quantity, self.label, self.detail = view.quantity, view.label, view.unit
            self.note, self.amount, self.selected = view.note, view.total, view.selected
        elif isinstance(view, ReceiptLineView):
            self.quantity, self.label, self.detail = view.quantity, view.label, view.after
            self.note, self.amount, self.selected = "", "", view.selected

    def remove(self) -> None:
        """Say that this line should go."""
        self.owner.dispatch("on_remove", self.key)


class LineList(KeyedList):
    """`on_pick(key)`: a line was touched; `on_remove(key)`: it should go."""

    __events__ = ("on_remove",)

    def on_remove(self, key: object) -> None:
        """Event: the bin of the selected line was touched."""


load_beside(__file__)
