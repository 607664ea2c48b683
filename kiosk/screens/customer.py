"""The customer's screen: the last lines, the total in large figures, the change, a greeting.

Owns nothing but how a view is laid out: nobody touches it, and it asks nobody.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.customer import LINES, CustomerLine, CustomerView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.kv import load_beside


class CustomerRow(BoxLayout):
    """One line of the sale; without a label there is none."""

    quantity = StringProperty("")
    label = StringProperty("")
    off = StringProperty("")
    total = StringProperty("")
    newest = BooleanProperty(False)

    def show(self, line: CustomerLine | None, newest: bool) -> None:
        """Show a line, or nothing."""
        self.quantity = "" if line is None else line.quantity
        self.label = "" if line is None else line.label
        self.off = "" if line is None else line.off
        self.total = "" if line is None else line.total
        self.newest = newest


class CustomerScreen(FloatLayout):
    """Shown by `show`, as often as the till says something new."""

    shop = StringProperty("")
    head = StringProperty("")
    note = StringProperty("")
    before = StringProperty("")
    total_label = StringProperty("")
    total = StringProperty("")
    rest_label = StringProperty("")
    rest = StringProperty("")
    stamp = StringProperty("")
    selling = BooleanProperty(False)
    rows = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rows = [CustomerRow() for _ in range(LINES)]
        for row in self._rows:
            self.ids.lines.add_widget(row)

    def show(self, view: CustomerView) -> None:
        """Show what the till says."""
        self.shop, self.head, self.note = view.shop, view.head, view.note
        self.before, self.stamp = view.before, view.stamp
        self.total_label, self.total = view.total_label, view.total
        self.rest_label, self.rest = view.rest_label, view.rest
        self.selling, self.rows = not view.head, len(view.lines)
        for place, row in enumerate(self._rows):
            line = view.lines[place] if place < len(view.lines) else None
            row.show(line, newest=place == len(view.lines) - 1)


load_beside(__file__)
