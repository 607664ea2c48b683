"""The panel of a drawer being counted: a cell for each note and coin, and what it all comes to.

Owns its look and which cell was touched. What was typed, and what may be shown of what must be
there, is said by a `CountView`.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views.count import CellView, CountView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.key import TouchArea
from kiosk.widgets.kv import load_beside


class CountCell(TouchArea):
    """One note or coin: how many, and what they come to."""

    name = StringProperty("")
    label = StringProperty("")
    count = StringProperty("")
    amount = StringProperty("")
    active = BooleanProperty(False)

    def show(self, view: CellView) -> None:
        """Show a cell as it stands."""
        self.label, self.count, self.amount = view.label, view.count, view.amount
        self.active = view.active


class CountPanel(DeskPanel):
    """One count at a time."""

    title = StringProperty("")
    total = StringProperty("")
    expected = StringProperty("")
    difference = StringProperty("")
    note = StringProperty("")
    take = StringProperty("")

    def show(self, desk: Any) -> None:
        """Show the count as it stands."""
        view: CountView | None = desk.drawer.count_view(desk.t)
        if view is None:
            return
        self.title, self.total, self.note, self.take = view.title, view.total, view.note, view.take
        self.expected, self.difference = view.expected, view.difference
        self._show_sums()
        grid: Any = self.ids.grid
        if not grid.children:
            for each in view.cells:
                cell = CountCell(name=each.name)
                cell.bind(on_press=lambda pressed: self.act("drawer.touch", pressed.name))
                grid.add_widget(cell)
        for cell, each in zip(reversed(grid.children), view.cells, strict=True):
            cell.show(each)

    def on_kv_post(self, _base_widget: Any) -> None:
        """Keep the boxes of the row: not all of them are always in it."""
        ids = self.ids
        self._boxes = [box.__self__ for box in (ids.total, ids.expected, ids.difference, ids.take)]

    def _show_sums(self) -> None:
        """Have in the row what there is to show."""
        shown = (True, self.expected, self.difference, self.take)
        wanted = [box for box, amount in zip(self._boxes, shown, strict=True) if amount]
        sums: Any = self.ids.sums
        if list(reversed(sums.children)) != wanted:
            sums.clear_widgets()
            for box in wanted:
                sums.add_widget(box)


load_beside(__file__)
