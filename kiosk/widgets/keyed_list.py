"""A long list by keys: only the rows in view exist, and a change touches only those.

Owns the way from a key to a row on the screen. Rows are all of one height, so their places are
arithmetic: a list of 100,000 keys is shown as fast as one of ten (Kivy's RecycleView lays out every
row that there is, 1.2 s for so many). What a row says is asked of `describe(key)` when it comes
into view or its key is touched.
"""

from collections.abc import Container, Hashable, Iterable
from typing import Any

from kivy.factory import Factory
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk.widgets.key import TouchArea
from kiosk.widgets.kv import load_beside


class KeyedRow(TouchArea):
    """One row; subclasses take their view in `show`, whole, since rows are used again."""

    key = ObjectProperty(None, allownone=True)
    owner = ObjectProperty(None)

    def show(self, view: Any) -> bool | None:
        """Show a view value (None when what the key stood for is gone); true: it reads otherwise
        now, and may flash."""
        raise NotImplementedError

    def on_press(self) -> None:
        """Say which row was touched. A list hands a touch on only once it is no scrolling."""
        self.owner.dispatch("on_pick", self.key)


class KeyedList(ScrollView):
    """`describe(key)` gives a row's view; `on_pick(key)` says which row was touched.

    `viewclass` names the rows' class, a `KeyedRow`.
    """

    describe = ObjectProperty(lambda _key: None)
    row_height = NumericProperty(56)
    viewclass = StringProperty("")
    scroll_y: Any
    __events__ = ("on_pick",)

    def __init__(self, **kwargs: Any) -> None:
        self._keys: list[Hashable] = []
        self._rows: dict[int, Any] = {}
        self._spare: list[Any] = []
        super().__init__(**kwargs)
        self._sheet = Widget(size_hint_y=None, height=0)
        self.add_widget(self._sheet)
        self._sheet.fbind("width", self._place)
        for event in ("height", "row_height", "scroll_y"):
            self.fbind(event, self._place)

    def on_pick(self, key: Hashable) -> None:
        """Event: a row was touched."""

    @property
    def rows(self) -> list[Any]:
        """Return the rows in view, from the top."""
        return [self._rows[index] for index in sorted(self._rows)]

    def show_keys(self, keys: Iterable[Hashable]) -> None:
        """Show these rows in this order; rows already in view are described anew."""
        self._keys = list(keys)
        self._sheet.height = len(self._keys) * self.row_height
        self._place()
        for index, row in self._rows.items():
            self._describe(row, self._keys[index])

    def touch(self, keys: Container[Hashable] | None, flash: bool = False) -> None:
        """Describe anew the rows in view whose key is among `keys`; None means all of them."""
        for row in self._rows.values():
            if keys is None or row.key in keys:
                changed = row.show(self.describe(row.key))
                if flash and changed:
                    row.flash()

    def reveal(self, index: int) -> None:
        """Scroll so that the row at `index` is in view, and no farther."""
        hidden = self._sheet.height - self.height
        if hidden <= 0 or not 0 <= index < len(self._keys):
            return
        offset = (1 - self.scroll_y) * hidden
        top = index * self.row_height
        bottom = top + self.row_height - self.height
        self.scroll_y = 1 - min(max(min(offset, top), bottom), hidden) / hidden

    def _place(self, *_: object) -> None:
        """Give every row in view its place, those that have left it to those that have come."""
        wanted = self._in_view()
        for index in [index for index in self._rows if index not in wanted]:
            row = self._rows.pop(index)
            self._sheet.remove_widget(row)
            self._spare.append(row)
        top = self._sheet.height
        for index in wanted:
            row = self._rows.get(index)
            if row is None:
                row = self._rows[index] = self._spare.pop() if self._spare else self._new_row()
                self._describe(row, self._keys[index])
                self._sheet.add_widget(row)
            row.size = (self._sheet.width, self.row_height)
            row.pos = (0, top - (index + 1) * self.row_height)

    def _in_view(self) -> range:
        hidden = max(0.0, self._sheet.height - self.height)
        offset = (1 - min(max(self.scroll_y, 0.0), 1.0)) * hidden
        first = int(offset // self.row_height)
        last = int(-(-(offset + self.height) // self.row_height))
        return range(first, min(last, len(self._keys)))

    def _new_row(self) -> Any:
        return Factory.get(self.viewclass)(owner=self)

    def _describe(self, row: Any, key: Hashable) -> None:
        row.key = key
        row.show(self.describe(key))


load_beside(__file__)
