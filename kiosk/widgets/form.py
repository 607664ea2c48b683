"""A question with its fields on the till's large half: amounts, texts with letters, choices.

Owns their look and which one has the letters. What is asked, and whether it is enough, is said by a
`FormView`; the key that does it stands where payments are confirmed.
"""

from collections.abc import Sequence
from typing import Any, Final

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.views.form import ChoiceView, FieldView, FormView
from kiosk.widgets import letters as _letters  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import search_field as _search_field  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.key import Key, TouchArea
from kiosk.widgets.kv import load_beside

MOST_KEYS: Final = 12
"""So many choices stand below each other; of more, the last key leads on."""
MORE: Final = "\0more"


class ChoiceKey(Key):
    """One choice."""

    value = StringProperty("")


class ChoiceKeys(GridLayout):
    """The choices of a field, page by page where there are many. `on_pick(value, text)`.

    `more`: what the key says that leads to the next page.
    """

    more = StringProperty("")
    __events__ = ("on_pick",)

    def __init__(self, **kwargs: Any) -> None:
        self._choices: Sequence[ChoiceView] = ()
        self._page = 0
        super().__init__(**kwargs)
        self.bind(more=lambda *_: self._show_page())

    def on_pick(self, value: str, text: str) -> None:
        """Event: a choice was touched."""

    def show(self, choices: Sequence[ChoiceView]) -> None:
        """Show these choices, of others than before the page of the selected one."""
        others = [each.value for each in choices] != [each.value for each in self._choices]
        self._choices = choices
        if others:
            selected = (place for place, each in enumerate(choices) if each.selected)
            self._page = next(selected, 0) // self._room
        self._show_page()

    @property
    def _room(self) -> int:
        count = len(self._choices)
        return max(1, count) if count <= MOST_KEYS else MOST_KEYS - 1

    def _show_page(self) -> None:
        start, room = self._page * self._room, self._room
        shown = self._choices[start : start + room]
        if [key.value for key in reversed(self.children) if key.value != MORE] != [
            each.value for each in shown
        ]:
            self._lay_out(shown)
        for key, each in zip(reversed(self.children), shown, strict=False):
            key.text = each.text
            key.look, key.tone = ("tint", "accent") if each.selected else ("raised", "plain")
            key.icon = "check" if each.selected else ""
        if len(shown) < len(self._choices):
            self.children[0].text = self.more

    def _lay_out(self, shown: Sequence[ChoiceView]) -> None:
        self.clear_widgets()
        for each in shown:
            key = ChoiceKey(value=each.value)
            key.bind(on_release=lambda one: self.dispatch("on_pick", one.value, one.text))
            self.add_widget(key)
        if len(shown) < len(self._choices):
            key = ChoiceKey(value=MORE, icon="right", look="raised")
            key.bind(on_release=self._turn)
            self.add_widget(key)

    def _turn(self, *_: object) -> None:
        self._page = (self._page + 1) % -(-len(self._choices) // self._room)
        self._show_page()


class FormField(BoxLayout):
    """Base of the fields."""

    name = StringProperty("")
    label = StringProperty("")
    value = StringProperty("")
    active = BooleanProperty(False)
    panel = ObjectProperty(None, allownone=True, rebind=True)

    def show(self, view: FieldView) -> None:
        """Show a field as it stands."""
        self.label, self.active = view.label, view.active
        if self.value != view.value:
            self.value = view.value
        self.ids.choices.show(view.choices)


class AmountBox(TouchArea):
    """A typed amount."""

    label = StringProperty("")
    value = StringProperty("")
    active = BooleanProperty(False)


class AmountField(FormField):
    """What the numeric pad types."""


class ChoiceField(FormField):
    """One of several."""


class TextField(FormField):
    """A text: typed, or one of the phrases that stand ready."""

    letters_by_touch = BooleanProperty(True)

    def write(self, text: str) -> None:
        """Take what stands in the field."""
        if text != self.value:
            self.value = text
            self.panel.act("form.write", self.name, text)

    def pick(self, value: str, text: str) -> None:
        """Take a phrase."""
        self.ids.field.letters = False
        self.panel.act("form.choose", self.name, value, text)


_WIDGETS = {"text": TextField, "mail": TextField, "choice": ChoiceField}


class FormPanel(DeskPanel):
    """One question at a time."""

    title = StringProperty("")
    hint = StringProperty("")
    problem = StringProperty("")
    letters = BooleanProperty(False)
    mail = BooleanProperty(False)

    def show(self, desk: Any) -> None:
        """Show the question as it stands."""
        view: FormView | None = desk.form.view(desk.t)
        if view is None:
            return
        self.title, self.hint, self.problem = view.title, view.hint, view.problem
        self.mail = any(each.active and each.kind == "mail" for each in view.fields)
        fields: Any = self.ids.fields
        if [(each.name, each.kind) for each in reversed(fields.children)] != [
            (each.name, each.kind) for each in view.fields
        ]:
            self._build(view.fields)
        for widget, each in zip(reversed(fields.children), view.fields, strict=True):
            widget.show(each)

    def leave(self) -> None:
        """Let go of the keyboard."""
        for widget in self.ids.fields.children:
            if isinstance(widget, TextField):
                widget.ids.field.letters = False
                widget.ids.field.ids.input.focus = False

    def type_key(self, name: str) -> None:
        """Take a key of the letters on the screen; the first one of a text is large."""
        for widget in self.ids.fields.children:
            if isinstance(widget, TextField) and widget.ids.field.letters:
                small = widget.value or widget.kind == "mail"
                widget.ids.field.type_key(name if small else name.upper())

    def _build(self, views: Sequence[FieldView]) -> None:
        self.leave()
        fields: Any = self.ids.fields
        fields.clear_widgets()
        self.letters = False
        for each in views:
            widget: Any = _WIDGETS.get(each.kind, AmountField)(name=each.name)
            widget.panel, widget.kind = self, each.kind
            if isinstance(widget, TextField):
                widget.letters_by_touch = self.letters_by_touch
                widget.ids.field.bind(letters=self._look_for_letters)
            fields.add_widget(widget)

    def _look_for_letters(self, *_: object) -> None:
        self.letters = any(
            widget.ids.field.letters
            for widget in self.ids.fields.children
            if isinstance(widget, TextField)
        )


load_beside(__file__)
