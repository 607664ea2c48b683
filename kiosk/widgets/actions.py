"""The panel of what a till can do beside selling: large keys in groups.

Owns their places. Which there are, and which are open, is said by an `ActionsView`.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.views.actions import ActionKey, ActionsView, GroupView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside


class ActionsKey(Key):
    """One action; `asks`: somebody else must allow it first."""

    name = StringProperty("")
    asks = BooleanProperty(False)


class ActionBlock(BoxLayout):
    """Actions about the same thing."""

    title = StringProperty("")

    def fill(self, view: GroupView, panel: "ActionsPanel") -> None:
        """Show these keys; they are kept while they are the same ones."""
        self.title = view.title
        keys: GridLayout = self.ids.grid
        if [key.name for key in reversed(keys.children)] != [each.name for each in view.keys]:
            keys.clear_widgets()
            for each in view.keys:
                key = ActionsKey(name=each.name)
                key.bind(on_release=lambda pressed: panel.act("do", pressed.name))
                keys.add_widget(key)
        for key, each in zip(reversed(keys.children), view.keys, strict=True):
            _show(key, each)


def _show(key: ActionsKey, view: ActionKey) -> None:
    key.text, key.icon, key.asks = view.text, "lock" if view.asks else view.icon, view.asks
    key.disabled = not view.open


class ActionsPanel(DeskPanel):
    """All groups, one below the other."""

    def show(self, desk: Any) -> None:
        """Show what can be done now."""
        view: ActionsView = desk.actions()
        groups: Any = self.ids.groups
        if len(groups.children) != len(view.groups):
            groups.clear_widgets()
            for _ in view.groups:
                groups.add_widget(ActionBlock())
        for group, each in zip(reversed(groups.children), view.groups, strict=True):
            group.fill(each, self)


load_beside(__file__)
