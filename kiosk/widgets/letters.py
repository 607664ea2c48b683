"""The keyboard of letters that a field opens on a screen without a keyboard.

Owns its layouts, one a language. Search forgives accents and case; a name needs accents, and has
them in the digits' place.
"""

from collections.abc import Mapping
from typing import Final

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Passing

LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": ("1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn'-"),
    "en": ("1234567890", "qwertyuiop", "asdfghjkl'", "zxcvbnm-"),
}
MAIL: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": ("1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn@.-"),
    "en": ("1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm@."),
}
"""With the signs of an address instead of those of a name, and no space."""
ACCENTS: Final = "éèêëàâçîïôöùûü"
SPACE: Final = " "
ERASE: Final = "erase"


class LetterKey(Key):
    """One key; `name` is the character it types, or `ERASE`."""

    name = StringProperty("")


class LetterRow(BoxLayout):
    """One row of keys."""


class Letters(Passing, BoxLayout):
    """Says `on_key(character)` or `on_key("erase")` at the touch. `naming`: for people's names;
    `mail`: for an address."""

    naming = BooleanProperty(False)
    mail = BooleanProperty(False)
    lang = StringProperty("")
    __events__ = ("on_key",)

    def on_lang(self, *_: object) -> None:
        """Lay the keys out for the language, if anybody looks."""
        self.clear_widgets()
        if self.shown:
            self._lay_out()

    def on_mail(self, *_: object) -> None:
        """Lay the keys out for what is typed."""
        self.on_lang()

    def on_shown(self, *_: object) -> None:
        """Lay the keys out the first time they are wanted."""
        if self.shown and not self.children:
            self._lay_out()

    def _lay_out(self) -> None:
        line = LetterRow()
        layouts = MAIL if self.mail else LAYOUTS
        rows = layouts.get(self.lang, layouts["en"])
        for row in (ACCENTS, *rows[1:]) if self.naming else rows:
            line = LetterRow()
            for character in row:
                line.add_widget(self._key(character, text=character.upper()))
            self.add_widget(line)
        if not self.mail:
            line.add_widget(self._key(SPACE, look="sunk", size_hint_x=1.3))
        line.add_widget(self._key(ERASE, icon="erase", look="sunk", size_hint_x=1.1))

    def on_key(self, name: str) -> None:
        """Event: a key was touched."""

    def _key(self, name: str, **look: object) -> LetterKey:
        key = LetterKey(name=name, **look)
        key.bind(on_press=lambda pressed: self.dispatch("on_key", pressed.name))
        return key


load_beside(__file__)
