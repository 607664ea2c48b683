"""The office's screen: today's takings from across the room, what should be looked at, the people.

Owns where each list stands and which of the three parts is in view.
"""

from typing import Any

from kivy.properties import StringProperty

from kiosk.screens.frame import Frame
from kiosk.widgets import overview as _overview  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import staff as _staff  # noqa: F401
from kiosk.widgets.deck import Deck as _Deck  # noqa: F401
from kiosk.widgets.kv import load_beside


class OfficeScreen(Frame):
    """`panel` is what is in view: overview, drawers or people. Every list is live."""

    panel = StringProperty("overview")
    nobody = StringProperty("")
    date = StringProperty("")
    total = StringProperty("")
    tickets = StringProperty("")
    average = StringProperty("")
    alert_count = StringProperty("")
    aside = StringProperty("")
    low_count = StringProperty("")
    drawers_note = StringProperty("")

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
        self.panel, self.nobody = desk.panel.value, desk.nobody()
        if self.panel == "drawers":
            self._fill(self.ids.drawers, desk.drawers())
            self.drawers_note = desk.drawers_note()
        if self.panel == "people":
            self.ids.staff.show(desk.staff.rows(), desk.staff.card())

    def open_panel(self, name: str) -> None:
        """Show the overview, the drawers, or the people."""
        self.ids.staff.leave_field()
        self.desk.open_panel(name)
        self.render()

    def do_staff(self, action: str, args: Any) -> None:
        """Do one of the actions of the people's desk, and show it."""
        getattr(self.desk.staff, action)(*args)
        self.render()
        self.render_people()

    def leave_fields(self) -> None:
        """Let the name's field go."""
        super().leave_fields()
        self.ids.staff.leave_field()

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
