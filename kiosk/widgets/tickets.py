"""The last tickets: the list on the left, the one being read on the right.

Owns their rows. Nothing here can be changed: a ticket is final.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views import PaperLineView, TicketView
from kiosk.views.counter import DetailRow, TicketDetailView
from kiosk.views.papers import OlderView
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import letters as _letters  # noqa: F401
from kiosk.widgets import search_field as _search_field  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside


class TicketRow(KeyedRow):
    """One ticket of the list; on its way to the hub: a sign and words, not a colour alone."""

    number = StringProperty("")
    time = StringProperty("")
    detail = StringProperty("")
    total = StringProperty("")
    state_text = StringProperty("")
    chosen = BooleanProperty(False)

    def show(self, view: TicketView | None) -> None:
        """Show a ticket."""
        if view is None:
            return
        who = f"{view.device} · " if view.device else ""
        self.number, self.time, self.detail = view.number, view.time, f"{who}{view.detail}"
        self.total, self.state_text = view.total, view.state
        self.chosen = self.owner.chosen == view.id


class PaperRow(KeyedRow):
    """One line of a ticket or of a goods receipt, or one of its sums."""

    quantity = StringProperty("")
    label = StringProperty("")
    amount = StringProperty("")
    quiet = BooleanProperty(False)

    def show(self, view: PaperLineView | DetailRow | None) -> None:
        """Show a line; a sum has no quantity and is quieter."""
        if isinstance(view, PaperLineView):
            self.quantity, self.label, self.amount = view.quantity, view.label, view.amount
            self.quiet = False
        elif isinstance(view, DetailRow):
            self.quantity, self.label, self.amount = "", view.label, view.amount
            self.quiet = True


class TicketsPanel(DeskPanel):
    """`own_only`: this till's tickets. `number` to `total`: the ticket being read."""

    own_only = BooleanProperty(True)
    number = StringProperty("")
    detail = StringProperty("")
    state_text = StringProperty("")
    about = StringProperty("")
    total = StringProperty("")
    can_refund = BooleanProperty(False)
    can_reprint = BooleanProperty(False)
    older_text = StringProperty("")
    can_ask = BooleanProperty(False)
    note = StringProperty("")

    def show(self, desk: Any) -> None:
        """Show the list of the desk, and the ticket being read."""
        tickets = desk.tickets
        ids = tickets.ids()
        self.can_reprint = desk.papers.can_reprint
        self.own_only = tickets.own_only
        if self.ids.search.text != tickets.text:
            self.ids.search.text = tickets.text
        older: OlderView = tickets.older()
        self.older_text, self.can_ask, self.note = older.text, older.open, older.note
        self._show_detail(tickets.detail())
        rows: Any = self.ids.list
        rows.chosen = tickets.picked
        rows.describe = tickets.view
        rows.show_keys(ids)
        self.ids.nothing.opacity = 0 if ids else 1

    def leave(self) -> None:
        """Let go of the keyboard."""
        self.ids.search.letters = False
        self.ids.search.ids.input.focus = False

    def _show_detail(self, detail: TicketDetailView | None) -> None:
        lines: Any = self.ids.lines
        if detail is None:
            self.number = self.detail = self.state_text = self.total = self.about = ""
            self.can_refund = False
            lines.show_keys([])
            return
        self.number, self.detail = detail.number, detail.detail
        self.state_text, self.total = detail.state, detail.total
        self.about, self.can_refund = detail.about, detail.can_refund
        rows = dict(enumerate((*detail.lines, *detail.sums)))
        lines.describe = rows.get
        lines.show_keys(rows)


load_beside(__file__)
