"""The explanation behind the bar's signs, over a veil, with the list of what is not delivered.

Owns how both share the room: side by side, or one above the other on an upright screen. A touch
beside it puts it away, and so does its key.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.link_sheet import LinkSheetView
from kiosk.views.undelivered import UndeliveredRow, UndeliveredView
from kiosk.widgets import box_title as _box_title  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import icon as _icon  # noqa: F401
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Late


class UndeliveredLine(KeyedRow):
    """One operation, or the reason for which the one above was put aside."""

    title = StringProperty("")
    detail = StringProperty("")
    total = StringProperty("")
    reason = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")
    ends = BooleanProperty(True)

    def show(self, view: UndeliveredRow | None) -> None:
        """Show a row of the list."""
        if view is not None:
            self.title, self.detail, self.total = view.title, view.detail, view.total
            self.reason, self.icon, self.tone = view.reason, view.icon, view.tone
            self.ends = view.ends


class LinkSheet(Late, FloatLayout):
    """Shown by `show`, as often as what it says changes; takes every touch while it is in view."""

    t = ObjectProperty(str)
    tone = StringProperty("go")
    icon = StringProperty("online")
    title = StringProperty("")
    happened = StringProperty("")
    safe = StringProperty("")
    to_do = StringProperty("")
    clock = StringProperty("")
    facts = StringProperty("")
    listed = BooleanProperty(False)
    count = StringProperty("")
    note = StringProperty("")
    rows = NumericProperty(0)
    beside = BooleanProperty(False)
    __events__ = ("on_touch_row",)
    room = NumericProperty(0)
    list_height = NumericProperty(0)

    def show(self, view: LinkSheetView) -> None:
        """Show what is so, what is safe, what to do, and what is not delivered."""
        self.build()
        self.tone, self.icon, self.title = view.tone, view.icon, view.title
        self.happened, self.safe, self.to_do = view.happened, view.safe, view.to_do
        self.clock, self.facts = view.clock, "\n".join(view.facts)
        self._list(view.listing)
        if not self.shown:
            self.ids.telling.scroll_y = self.ids.undelivered.scroll_y = 1
            self.shown = True

    def on_touch_row(self, key: str) -> None:
        """Event: a row of the list was touched."""

    def on_touch_down(self, touch: Any) -> bool:
        """Put the sheet away by a touch beside it; what lies under it gets none."""
        if self.ids.card.collide_point(*touch.pos):
            super().on_touch_down(touch)
        else:
            self.shown = False
        return True

    def _list(self, view: UndeliveredView | None) -> None:
        rows = {} if view is None else {row.id: row for row in view.rows}
        self.listed, self.rows = view is not None, len(rows)
        self.count, self.note = ("", "") if view is None else (view.count, view.note)
        self.ids.undelivered.describe = rows.get
        self.ids.undelivered.show_keys(rows)


load_beside(__file__)
