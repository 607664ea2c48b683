"""The search field: typed by a keyboard, by the letters on the screen, or emptied with one touch.

Owns the text being typed, the wish to see letters, and which field has the keyboard. Searches
nothing.
"""

from typing import Final
from weakref import WeakSet

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.key import Key as _Key  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.letters import ERASE

_FOCUSED: Final[WeakSet["SearchField"]] = WeakSet()


def has_keyboard() -> bool:
    """Return whether a field in the window has the keyboard."""
    return any(field.get_parent_window() is not None for field in _FOCUSED)


class SearchField(BoxLayout):
    """`text` is what is searched; `letters` whether the letters should be on the screen."""

    text = StringProperty("")
    icon = StringProperty("search")
    hint = StringProperty("")
    letters = BooleanProperty(False)
    focused = BooleanProperty(False)
    letters_by_touch = BooleanProperty(True)

    def on_focused(self, *_: object) -> None:
        """React: this field has the keyboard, or has it no more."""
        (_FOCUSED.add if self.focused else _FOCUSED.discard)(self)

    def type_key(self, name: str) -> None:
        """Take a key of the letters on the screen."""
        self.text = self.text[:-1] if name == ERASE else self.text + name

    def empty(self) -> None:
        """Empty the field and let the grid have the room back."""
        self.text = ""
        self.letters = False
        self.ids.input.focus = False

    def touched(self) -> None:
        """React to a touch on the field: on a screen without keyboard, letters are needed."""
        if self.letters_by_touch:
            self.letters = True


load_beside(__file__)
