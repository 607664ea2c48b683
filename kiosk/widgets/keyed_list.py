"""A long list by keys: only the rows in view exist, and a change touches only those.

Owns the way from a key to a row on the screen. What a row says is asked of `describe(key)` when it
comes into view or its key is touched, so that a list of 100,000 keys costs its keys and no more.
"""

from collections.abc import Container, Hashable, Iterable
from typing import Any

from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from kiosk.widgets.key import TouchArea
from kiosk.widgets.kv import load_beside


class KeyedRow(RecycleDataViewBehavior, TouchArea):
    """One row; subclasses take their view in `show`, whole, since rows are used again."""

    key = ObjectProperty(None, allownone=True)
    index = NumericProperty(0)

    def refresh_view_attrs(self, rv: Any, index: int, data: dict[str, Any]) -> None:
        """Take the key that this row now stands for."""
        self.owner = rv
        self.index = index
        self.key = data["key"]
        self.show(rv.describe(self.key))

    def show(self, view: Any) -> bool | None:
        """Show a view value (None when what the key stood for is gone); true: it reads otherwise
        now, and may flash."""
        raise NotImplementedError

    def on_press(self) -> None:
        """Say which row was touched. A list hands a touch on only once it is no scrolling."""
        self.owner.dispatch("on_pick", self.key)


class KeyedList(RecycleView):
    """`describe(key)` gives a row's view; `on_pick(key)` says which row was touched."""

    describe = ObjectProperty(lambda _key: None)
    row_height = NumericProperty(56)
    data: Any
    scroll_y: Any
    __events__ = ("on_pick",)

    def on_pick(self, key: Hashable) -> None:
        """Event: a row was touched."""

    def show_keys(self, keys: Iterable[Hashable]) -> None:
        """Show these rows in this order; rows already in view are described anew."""
        data = [{"key": key} for key in keys]
        if data == self.data:
            self.touch(None)
        else:
            self.data = data
            self.refresh_from_data()

    def touch(self, keys: Container[Hashable] | None, flash: bool = False) -> None:
        """Describe anew the rows in view whose key is among `keys`; None means all of them."""
        for row in self.view_adapter.views.values():
            if keys is None or row.key in keys:
                changed = row.show(self.describe(row.key))
                if flash and changed:
                    row.flash()

    def reveal(self, index: int) -> None:
        """Scroll so that the row at `index` is in view, and no farther."""
        hidden = len(self.data) * self.row_height - self.height
        if hidden <= 0 or not 0 <= index < len(self.data):
            return
        offset = (1 - self.scroll_y) * hidden
        top = index * self.row_height
        bottom = top + self.row_height - self.height
        self.scroll_y = 1 - min(max(min(offset, top), bottom), hidden) / hidden


load_beside(__file__)
