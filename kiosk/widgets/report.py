"""The panel of an X or a Z: what a cash session comes to, in blocks beside each other.

Owns their places. What stands in them is said by a `ReportView`.
"""

from collections.abc import Sequence
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views.report import ReportBlock, ReportView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.kv import load_beside


class ReportLine(BoxLayout):
    """One label with its amount."""

    label = StringProperty("")
    amount = StringProperty("")
    strong = BooleanProperty(False)


class ReportCard(BoxLayout):
    """Rows about the same thing."""

    title = StringProperty("")


class RateLine(BoxLayout):
    """One VAT rate, or the heading of all."""

    cells = ListProperty(["", "", "", ""])
    heading = BooleanProperty(False)


class ReportPanel(DeskPanel):
    """One statement at a time."""

    title = StringProperty("")
    detail = StringProperty("")
    note = StringProperty("")

    def show(self, desk: Any) -> None:
        """Show the statement in view."""
        view: ReportView | None = desk.drawer.report(desk.t)
        if view is None:
            return
        self.title, self.detail, self.note = view.title, view.detail, view.note
        _fill(self.ids.left, view.left)
        _fill(self.ids.right, view.right)
        rates: Any = self.ids.rates
        rates.clear_widgets()
        for at, rate in enumerate(view.rates):
            cells = [rate.rate, rate.base, rate.vat, rate.total]
            rates.add_widget(RateLine(cells=cells, heading=not at))


def _fill(column: Any, blocks: Sequence[ReportBlock]) -> None:
    column.clear_widgets()
    for block in blocks:
        if block.rows:
            card = ReportCard(title=block.title)
            for row in block.rows:
                line = ReportLine(label=row.label, amount=row.amount, strong=row.strong)
                card.add_widget(line)
            column.add_widget(card)


load_beside(__file__)
