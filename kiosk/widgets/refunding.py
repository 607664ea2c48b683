"""The panel of a refund: the ticket's lines, how much of each goes back, and what it comes to.

Owns their look. How much there is and what it comes to is said by a `RefundView`.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.views.refunding import RefundLineView, RefundView
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside


class RefundRow(KeyedRow):
    """One line of the ticket; `at`: its place."""

    at = NumericProperty(0)
    label = StringProperty("")
    quantity = StringProperty("")
    can_more = BooleanProperty(False)
    can_less = BooleanProperty(False)
    none = BooleanProperty(False)
    gone = BooleanProperty(False)

    def show(self, view: RefundLineView | None) -> None:
        """Show a line."""
        if view is not None:
            self.at, self.label, self.quantity = view.at, view.label, view.quantity
            self.can_more, self.can_less = view.can_more, view.can_less
            self.none, self.gone = view.none, view.gone

    def more(self, pieces: int) -> None:
        """Ask for more of it, or less."""
        self.owner.panel.act("refunding.more", self.at, pieces)


class RefundPanel(DeskPanel):
    """One ticket at a time."""

    title = StringProperty("")
    amount = StringProperty("")
    is_all = BooleanProperty(True)

    def show(self, desk: Any) -> None:
        """Show the choice as it stands."""
        view: RefundView | None = desk.refunding.view()
        if view is None:
            return
        self.title, self.amount, self.is_all = view.title, view.amount, view.is_all
        by_place = {line.at: line for line in view.lines}
        rows: Any = self.ids.rows
        rows.panel = self
        rows.describe = by_place.get
        rows.show_keys(by_place)


load_beside(__file__)
