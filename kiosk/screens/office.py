"""The office's screen: today's takings from across the room, and what should be looked at.

Owns where each list stands. Nothing on it changes the shop.
"""

from typing import Any

from kivy.properties import StringProperty

from kiosk.screens.frame import Frame
from kiosk.widgets import overview as _overview  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.kv import load_beside


class OfficeScreen(Frame):
    """Read-only; every list is live."""

    date = StringProperty("")
    total = StringProperty("")
    tickets = StringProperty("")
    average = StringProperty("")
    alert_count = StringProperty("")
    aside = StringProperty("")
    low_count = StringProperty("")

    def render(self) -> None:
        """Show everything: it is little."""
        super().render()
        desk = self.desk
        view = desk.overview()
        self.date, self.total = view.date, view.total
        self.tickets, self.average = view.tickets, view.average
        self._fill(self.ids.tills, view.tills)
        self._fill(self.ids.last, desk.tickets())
        alerts, self.aside = desk.alerts(), desk.aside()
        self._fill(self.ids.alerts, alerts)
        self.alert_count = self.t.number(len(alerts)) if alerts else ""
        low = desk.low_ids()
        self.ids.low.describe = desk.stock_row
        self.ids.low.show_keys(low)
        self.low_count = self.t.number(len(low)) if low else ""
        self.ids.no_alerts.opacity = 0 if alerts else 1
        self.ids.no_low.opacity = 0 if low else 1

    def show_touched(self, _update: Any) -> None:
        """Show everything anew, at most once a frame."""
        self.render()

    def scanned(self, scan: Any) -> None:
        """Pass over a barcode: there is nothing here to put it into."""

    @staticmethod
    def _fill(rows: Any, views: Any) -> None:
        by_id = {view.id: view for view in views}
        rows.describe = by_id.get
        rows.show_keys(by_id)


load_beside(__file__)
