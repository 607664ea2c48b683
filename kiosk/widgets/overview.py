"""Rows of the office's overview: tills, alerts, articles to order again. For looking only."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views import StockRowView
from kiosk.views.alerts import AlertRow
from kiosk.views.office import TillRow
from kiosk.widgets import box_title as _box_title  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import hand as _hand  # noqa: F401
from kiosk.widgets import tickets as _tickets  # noqa: F401
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside


class TillSumRow(KeyedRow):
    """One till's takings of today."""

    name = StringProperty("")
    tickets = StringProperty("")
    cash = StringProperty("")
    card = StringProperty("")
    other = StringProperty("")
    total = StringProperty("")

    def show(self, view: TillRow | None) -> None:
        """Show a till."""
        if view is not None:
            self.name, self.tickets, self.total = view.name, view.tickets, view.total
            self.cash, self.card, self.other = view.cash, view.card, view.other


class DrawerRow(KeyedRow):
    """One till's drawer."""

    name = StringProperty("")
    session = StringProperty("")
    last_z = StringProperty("")
    amount = StringProperty("")
    label = StringProperty("")
    open = BooleanProperty(False)

    def show(self, view: Any) -> None:
        """Show a drawer."""
        self.name, self.session, self.last_z = view.name, view.session, view.last_z
        self.amount, self.label, self.open = view.amount, view.label, view.open


class NoteRow(KeyedRow):
    """A line in two parts with a word on the right: an alert, or an article to order again."""

    title = StringProperty("")
    detail = StringProperty("")
    right_text = StringProperty("")
    right_detail = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")
    stands_out = BooleanProperty(False)

    def show(self, view: Any) -> None:
        """Show an alert or an article."""
        if isinstance(view, AlertRow):
            self.title, self.detail = view.title, view.subject
            self.right_text, self.right_detail = view.time, view.device
            self.icon, self.tone, self.stands_out = view.icon, view.tone, view.stands_out
        elif isinstance(view, StockRowView):
            self.title, self.detail = view.name, view.category
            self.right_text, self.right_detail = view.quantity, view.minimum
            self.icon, self.tone, self.stands_out = "", view.colour, False


load_beside(__file__)
