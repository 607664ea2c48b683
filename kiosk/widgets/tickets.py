"""The last tickets: the list on the left, the one being read on the right.

Owns their rows. Nothing here can be changed: a ticket is final.
"""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views import PaperLineView, TicketView
from kiosk.views.counter import DetailRow, TicketDetailView
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside
from kiosk.widgets.payment import Panel


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


class TicketsPanel(Panel):
    """`on_pick(id)` reads another ticket; `on_everybody(bool)` lists all tills' or this one's."""

    own_only = BooleanProperty(True)
    number = StringProperty("")
    detail = StringProperty("")
    state_text = StringProperty("")
    total = StringProperty("")
    __events__ = ("on_back", "on_pick", "on_everybody")

    def on_back(self) -> None:
        """Event: back to the sale."""

    def on_pick(self, ticket_id: str) -> None:
        """Event: a ticket was touched."""

    def on_everybody(self, everybody: bool) -> None:
        """Event: whose tickets are wanted."""

    def show(
        self,
        ids: Sequence[str],
        view_of: Callable[[str], TicketView | None],
        picked: str,
        detail: TicketDetailView | None,
        own_only: bool,
    ) -> None:
        """Show the list and the ticket being read."""
        self.own_only = own_only
        self._show_detail(detail)
        rows: Any = self.ids.list
        rows.chosen = picked
        rows.describe = view_of
        rows.show_keys(ids)

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
