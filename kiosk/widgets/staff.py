"""The people of the shop at the office: the list, and the card of the one in hand.

Owns where name, role, PIN and keys stand, and the letters for a name. Every touch is one event,
`on_do(action, args)`: an action of the desk by its name.
"""

from collections.abc import Sequence
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.views.staff import RoleChoice, StaffCard, StaffRow
from kiosk.widgets import box_title as _box_title  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import hand as _hand  # noqa: F401
from kiosk.widgets import pin_pad as _pin_pad  # noqa: F401
from kiosk.widgets import search_field as _search_field  # noqa: F401
from kiosk.widgets.key import Key
from kiosk.widgets.keyed_list import KeyedRow
from kiosk.widgets.kv import load_beside
from kiosk.widgets.letters import ERASE
from kiosk.widgets.payment import Panel

_WORD_STARTS = " -'"


class OfficePart(Panel):
    """One half of the office's screen."""


class StaffLine(KeyedRow):
    """One person of the list."""

    name = StringProperty("")
    initials = StringProperty("")
    role = StringProperty("")
    tone = StringProperty("slate")
    state_text = StringProperty("")
    gone = BooleanProperty(False)
    selected = BooleanProperty(False)

    def show(self, view: StaffRow | None) -> None:
        """Show a person."""
        if view is not None:
            self.name, self.initials, self.role = view.name, view.initials, view.role
            self.tone, self.state_text = view.tone, view.state
            self.gone, self.selected = view.gone, view.selected


class RoleKey(Key):
    """One role."""

    role = StringProperty("")


class RoleKeys(GridLayout):
    """All roles, the one given marked. `on_pick(role)`."""

    __events__ = ("on_pick",)

    def on_pick(self, role: str) -> None:
        """Event: a role was touched."""

    def show(self, choices: Sequence[RoleChoice], can_change: bool) -> None:
        """Show these roles."""
        if not self.children:
            for each in choices:
                key = RoleKey(role=each.role)
                key.bind(on_release=lambda pressed: self.dispatch("on_pick", pressed.role))
                self.add_widget(key)
        for key, each in zip(reversed(self.children), choices, strict=True):
            key.text = each.name
            key.look = "solid" if each.selected else "tint"
            key.tone = each.tone
            key.disabled = not (each.selected or (each.open and can_change))


class StaffPanel(Panel):
    """`on_do(action, args)`."""

    portrait = BooleanProperty(False)
    letters_by_touch = BooleanProperty(True)
    side = StringProperty("none")
    count = StringProperty("")
    title = StringProperty("")
    note = StringProperty("")
    active = BooleanProperty(True)
    active_text = StringProperty("")
    is_new = BooleanProperty(False)
    can_change = BooleanProperty(False)
    can_save = BooleanProperty(False)
    can_set_pin = BooleanProperty(False)
    pin_text = StringProperty("")
    pin_title = StringProperty("")
    card = ObjectProperty(None, allownone=True)
    __events__ = ("on_do",)

    def on_do(self, action: str, args: Sequence[Any]) -> None:
        """Event: an action of the desk was asked for."""

    def do(self, action: str, *args: Any) -> None:
        """Ask for an action; what was typed stays where it is."""
        self.dispatch("on_do", action, args)

    def show(self, rows: Sequence[StaffRow], card: StaffCard | None) -> None:
        """Show the list, and the card in hand."""
        by_id = {row.id: row for row in rows}
        people: Any = self.ids.people
        people.describe = by_id.get
        people.show_keys(by_id)
        self.count = str(len(rows)) if rows else ""
        self.side = "none" if card is None else ("pin" if card.pin_title else "card")
        if card is None:
            return
        self.title, self.note = card.title, card.note
        self.active, self.active_text, self.is_new = card.active, card.active_text, card.is_new
        self.can_change, self.can_save = card.open, card.can_save
        self.can_set_pin, self.pin_text = card.can_set_pin, card.pin_text
        self.pin_title = card.pin_title
        if self.ids.name.text != card.name:
            self.ids.name.text = card.name
        self.ids.roles.show(card.roles, card.open)
        self.ids.pad.show(card.pin)

    def type_key(self, name: str) -> None:
        """Take a key of the letters on the screen; a word of a name begins large."""
        field: Any = self.ids.name
        text = str(field.text)
        if name != ERASE and (not text or text[-1] in _WORD_STARTS):
            name = name.upper()
        field.type_key(name)

    def leave_field(self) -> None:
        """Let the name's field go."""
        self.ids.name.letters = False
        self.ids.name.ids.input.focus = False


class StaffSide(Panel):
    """What stands beside the list."""


class StaffColumn(BoxLayout):
    """One column."""


load_beside(__file__)
