"""Whose sale it is, on the till's large half: the search, the list, and what can be done.

Owns their look. Who is found, and what touching them does, is the desk's.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views.buyer import CustomerRow
from kiosk.widgets import actions as _actions  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import hand as _hand  # noqa: F401
from kiosk.widgets import letters as _letters  # noqa: F401
from kiosk.widgets import search_field as _search_field  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside


class BuyerRow(KeyedRow):
    """Somebody of the list."""

    name = StringProperty("")
    detail = StringProperty("")
    initial = StringProperty("")
    chosen = BooleanProperty(False)

    def show(self, view: CustomerRow | None) -> None:
        """Show somebody."""
        if view is not None:
            self.name, self.detail, self.initial = view.name, view.detail, view.initial
            self.chosen = view.chosen


class BuyerPanel(DeskPanel):
    """The search above, who is found below; who is on the sale stands between them."""

    nothing = StringProperty("")
    chosen = StringProperty("")
    detail = StringProperty("")
    can_put = BooleanProperty(False)
    can_change = BooleanProperty(False)
    can_erase = BooleanProperty(False)

    def show(self, desk: Any) -> None:
        """Show who is found, and whose sale it is."""
        view = desk.buyer.view(desk.t)
        self.ids.search.letters_by_touch = self.letters_by_touch
        if self.ids.search.text != view.text:
            self.ids.search.text = view.text
        self.nothing, self.chosen, self.detail = view.nothing, view.chosen, view.detail
        self.can_put, self.can_change = view.can_put, view.can_change
        self.can_erase = view.can_erase
        by_id = {row.id: row for row in view.rows}
        rows: Any = self.ids.list
        rows.describe = by_id.get
        rows.show_keys(by_id)

    def leave(self) -> None:
        """Let go of the keyboard."""
        self.ids.search.letters = False
        self.ids.search.ids.input.focus = False

    def search(self, text: str) -> None:
        """Look for somebody as the text is typed."""
        self.act("buyer.search", text)


load_beside(__file__)
