"""The depot's list of stock, one article in detail, and the last deliveries.

Owns their rows. Which articles are listed, and what a row says, is told.
"""

from collections.abc import Container, Sequence
from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.views import DeliveryView, PaperLineView, StockRowView
from kiosk.views.stock_card import StockCardView
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import tickets as _tickets  # noqa: F401
from kiosk.widgets.glow import Glowing
from kiosk.widgets.keyed_list import KeyedList, KeyedRow
from kiosk.widgets.kv import load_beside
from kiosk.widgets.payment import Panel


class StockRow(Glowing, KeyedRow):
    """One article; below its minimum: a sign and bold figures beside the colour."""

    name = StringProperty("")
    detail = StringProperty("")
    quantity = StringProperty("")
    minimum = StringProperty("")
    colour = StringProperty("slate")
    low = BooleanProperty(False)
    pending = BooleanProperty(False)

    def show(self, view: StockRowView | None) -> bool:
        """Show an article; return whether its stock now reads otherwise."""
        if view is None:
            return False
        changed: bool = self.shown_id == view.id and self.quantity != view.quantity
        if self.shown_id != view.id:
            self.rest()
        self.shown_id = view.id
        self.name, self.quantity, self.minimum = view.name, view.quantity, view.minimum
        self.detail = " · ".join(part for part in (view.category, view.code) if part)
        self.colour, self.low = view.colour, view.below_minimum or view.sold_out
        self.pending = view.pending
        return changed

    shown_id = StringProperty("")

    def add(self) -> None:
        """Say that one more of this came in."""
        self.owner.dispatch("on_add", self.key)


class StockList(KeyedList):
    """`on_pick(id)` looks at an article, `on_add(id)` counts one."""

    __events__ = ("on_add",)

    def on_add(self, article_id: str) -> None:
        """Event: the plus of a row was touched."""


class StockCard(Panel):
    """One article, large. `on_back`, and `on_add` to count one.

    `texture_of(picture, room_px)`: None for one that has not come yet.
    """

    name = StringProperty("")
    category = StringProperty("")
    colour = StringProperty("slate")
    codes = StringProperty("")
    price = StringProperty("")
    vat = StringProperty("")
    quantity = StringProperty("")
    minimum = StringProperty("")
    state_text = StringProperty("")
    low = BooleanProperty(False)
    picture = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    picture_side = NumericProperty(0)
    texture_of = ObjectProperty(lambda _picture, _room_px: None)
    __events__ = ("on_back", "on_add")

    def on_back(self) -> None:
        """Event: back to the list."""

    def on_add(self) -> None:
        """Event: one more of this came in."""

    def show(self, view: StockCardView | None) -> None:
        """Show an article; one that is gone leaves the card as it was."""
        if view is None:
            return
        row = view.row
        self.name, self.category, self.colour = row.name, row.category, row.colour
        self.quantity, self.minimum = row.quantity, row.minimum
        self.low = row.below_minimum or row.sold_out
        self.codes, self.price, self.vat = view.codes, view.price, view.vat
        self.state_text, self.picture = view.state, view.picture
        self.texture = self.texture_of(self.picture, self.picture_side)
        lines: Any = self.ids.last
        rows = dict(enumerate(view.last))
        lines.describe = rows.get
        lines.show_keys(rows)

    def show_pictures(self, pictures: Container[str]) -> None:
        """Show the article's picture, where it is among these, which have come."""
        if self.picture in pictures:
            self.texture = self.texture_of(self.picture, self.picture_side)


class DeliveryRow(KeyedRow):
    """One goods receipt of the list."""

    time = StringProperty("")
    detail = StringProperty("")
    who = StringProperty("")
    state_text = StringProperty("")
    chosen = BooleanProperty(False)

    def show(self, view: DeliveryView | None) -> None:
        """Show a goods receipt."""
        if view is None:
            return
        self.time, self.detail, self.who = view.time, view.detail, view.who
        self.state_text = view.state
        self.chosen = self.owner.chosen == view.id


class DeliveriesPanel(Panel):
    """`on_pick(id)` reads another goods receipt; `on_back` returns to the list."""

    __events__ = ("on_back", "on_pick")
    time = StringProperty("")
    who = StringProperty("")
    note = StringProperty("")
    sum = StringProperty("")
    state_text = StringProperty("")

    def on_back(self) -> None:
        """Event: back to the list."""

    def on_pick(self, receipt_id: str) -> None:
        """Event: a goods receipt was touched."""

    def show(
        self, views: Sequence[DeliveryView], chosen_id: str, lines: Sequence[PaperLineView]
    ) -> None:
        """Show the list and the goods receipt being read."""
        by_id = {view.id: view for view in views}
        rows: Any = self.ids.list
        rows.chosen = chosen_id
        rows.describe = by_id.get
        rows.show_keys(by_id)
        chosen = by_id.get(chosen_id)
        self.time = "" if chosen is None else chosen.time
        self.who = "" if chosen is None else chosen.who
        self.note = "" if chosen is None else chosen.note
        self.sum = "" if chosen is None else chosen.detail
        self.state_text = "" if chosen is None else chosen.state
        paper: Any = self.ids.lines
        numbered = dict(enumerate(lines))
        paper.describe = numbered.get
        paper.show_keys(numbered)


load_beside(__file__)
