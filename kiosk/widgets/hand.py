"""The list in hand with its pad: a sale at the till, a delivery at the depot. Same places in both.

Owns the layout of lines, sum, pad and foot, upright or side by side. Children given to it stand in
the foot, where the large keys are. It decides nothing: every touch is an event.
"""

from collections.abc import Sequence
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.counter import PadView
from kiosk.widgets import lines as _lines  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import numpad as _numpad  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Passing


class CardBox(BoxLayout):
    """A white card with a fine edge."""


class EntryLabel(FloatLayout):
    """`title`, or what is being typed on the pad, in its place."""

    entry = StringProperty("")
    title = StringProperty("")


class EmptyCard(Passing, BoxLayout):
    """What an empty list says."""

    text = StringProperty("")


class DoneCard(Passing, BoxLayout):
    """What was just recorded, in the empty list's place: the next article puts it away."""

    narrow = BooleanProperty(False)
    title = StringProperty("")
    detail = StringProperty("")
    label = StringProperty("")
    figure = StringProperty("")
    note = StringProperty("")
    print_text = StringProperty("")
    __events__ = ("on_print",)

    def on_print(self) -> None:
        """Event: its paper is wanted."""


class Hand(BoxLayout):
    """`done` is (title, detail, label, figure, note) of what was just recorded, or empty.

    `locked`: the lines wait while something is being confirmed; `typing`: digits are taken;
    `parks`: the list can be put aside as it is. `printable`: there is a paper of what was recorded.
    `pad_left`: the pad stands before the lines.
    `customer`: whose it is; `noted`: what is noted.
    """

    t = ObjectProperty(str)
    title = StringProperty("")
    customer = StringProperty("")
    noted = StringProperty("")
    empty_text = StringProperty("")
    sum_title = StringProperty("")
    sum = StringProperty("")
    entry = StringProperty("")
    ok_text = StringProperty("")
    can_ok = BooleanProperty(False)
    can_erase = BooleanProperty(False)
    can_change = BooleanProperty(False)
    can_undo = BooleanProperty(False)
    filled = BooleanProperty(False)
    locked = BooleanProperty(False)
    typing = BooleanProperty(True)
    parks = BooleanProperty(False)
    pad_left = BooleanProperty(False)
    done = ListProperty([])
    printable = BooleanProperty(False)
    __events__ = (
        "on_key",
        "on_more",
        "on_apply",
        "on_undo",
        "on_empty",
        "on_park",
        "on_select",
        "on_remove",
        "on_print",
    )

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """Put what a screen gives into the foot."""
        if "foot" in self.ids:
            self.ids.foot.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def on_pad_left(self, *_: object) -> None:
        """Put the pad on the other side of the lines, where they stand side by side."""
        last = self.children[0]
        self.remove_widget(last)
        super().add_widget(last, index=len(self.children))

    def show_lines(self, lines: Sequence[Any]) -> None:
        """Show the lines, the selected one in view."""
        by_id = {line.id: line for line in lines}
        rows: Any = self.ids.lines
        rows.describe = by_id.get
        rows.show_keys(by_id)
        rows.reveal(next((i for i, line in enumerate(lines) if line.selected), -1))
        self.filled = bool(lines)

    def show_pad(self, pad: PadView) -> None:
        """Show what the pad's keys would do."""
        self.entry, self.ok_text, self.can_ok = pad.entry, pad.ok, pad.can_ok
        self.can_erase, self.can_change = pad.can_erase, pad.can_change

    def on_key(self, name: str) -> None:
        """Event: a key of the pad."""

    def on_more(self, pieces: int) -> None:
        """Event: so many pieces more of the selected line, or fewer."""

    def on_apply(self) -> None:
        """Event: what was typed should be used."""

    def on_undo(self) -> None:
        """Event: the last step should be taken back."""

    def on_empty(self) -> None:
        """Event: all lines should go."""

    def on_park(self) -> None:
        """Event: the list should be put aside."""

    def on_select(self, key: object) -> None:
        """Event: a line was touched."""

    def on_print(self) -> None:
        """Event: the paper of what was just recorded is wanted."""

    def on_remove(self, key: object) -> None:
        """Event: a line should go."""


load_beside(__file__)
