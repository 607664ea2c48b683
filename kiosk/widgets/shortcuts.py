"""The panel that lists what a till's keyboard does. Owns the places of its rows."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.views.shortcuts import KeyView
from kiosk.widgets import actions as _actions  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.keyed_list import KeyedList, KeyedRow
from kiosk.widgets.kv import load_beside

_NONE = KeyView("", "")


class ShortcutRow(KeyedRow):
    """One key, or two side by side."""

    key_left = StringProperty("")
    text_left = StringProperty("")
    key_right = StringProperty("")
    text_right = StringProperty("")

    def show(self, view: tuple[KeyView, KeyView]) -> None:
        """Show them."""
        left, right = view
        self.key_left, self.text_left = left.key, left.text
        self.key_right, self.text_right = right.key, right.text


class ShortcutList(KeyedList):
    """Rows of keys."""


class ShortcutsPanel(DeskPanel):
    """All keys; the first half stands on the left, or on top where there is no room beside."""

    narrow = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._views: Sequence[KeyView] = ()
        super().__init__(**kwargs)

    def show(self, desk: Any) -> None:
        """List the keys in the language in view."""
        self._views = desk.keys()
        self.on_narrow()

    def on_narrow(self, *_: object) -> None:
        """Lay the rows out for the room there is."""
        views = self._views
        half = len(views) if self.narrow else -(-len(views) // 2)
        rows = list(zip_longest(views[:half], views[half:], fillvalue=_NONE))
        listing: Any = self.ids.get("listing")
        if listing is not None:
            listing.describe = rows.__getitem__
            listing.show_keys(range(len(rows)))


load_beside(__file__)
