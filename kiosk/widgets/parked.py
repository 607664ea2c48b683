"""The parked tickets: the list on the left, the one being read and its key on the right.

Owns their places. What stands in them is said by the desk of parked tickets.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views.counter import TicketDetailView
from kiosk.widgets import actions as _actions  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import tickets as _tickets  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.kv import load_beside


class ParkedPanel(DeskPanel):
    """The list and the one being read; what recalls it stands where payments are confirmed."""

    number = StringProperty("")
    detail = StringProperty("")
    state_text = StringProperty("")
    total = StringProperty("")
    nothing = BooleanProperty(True)

    def show(self, desk: Any) -> None:
        """Show the list and the one being read."""
        parked, rows = desk.parked, self.ids.list
        ids = parked.ids()
        rows.chosen, rows.describe = parked.picked, parked.view
        rows.show_keys(ids)
        self.nothing = not ids
        self._show_detail(parked.detail())

    def _show_detail(self, detail: TicketDetailView | None) -> None:
        lines: Any = self.ids.lines
        if detail is None:
            self.number = self.detail = self.state_text = self.total = ""
            lines.show_keys([])
            return
        self.number, self.detail = detail.number, detail.detail
        self.state_text, self.total = detail.state, detail.total
        rows = dict(enumerate((*detail.lines, *detail.sums)))
        lines.describe = rows.get
        lines.show_keys(rows)


load_beside(__file__)
