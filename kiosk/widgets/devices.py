"""The panel of a till's devices: a row each, with what is wrong and what can be done.

Owns their places. What a row says, and which keys it has, is said by a `DevicesView`.
"""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views.devices import DeviceRow, DevicesView
from kiosk.widgets import actions as _actions  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import icon as _icon  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside


class DeviceActionKey(Key):
    """Something to do about a device."""

    action = StringProperty("")
    about = StringProperty("")


class DeviceBox(BoxLayout):
    """One device."""

    icon = StringProperty("")
    title = StringProperty("")
    state = StringProperty("")
    detail = StringProperty("")
    tone = StringProperty("go")
    narrow = BooleanProperty(False)

    def fill(self, row: DeviceRow, panel: "DevicesPanel") -> None:
        """Show a row; its keys are kept while they are the same ones."""
        self.icon, self.title, self.state = row.icon, row.title, row.state
        self.detail, self.tone = row.detail, row.tone
        keys: Any = self.ids.offers
        if [(key.action, key.about) for key in reversed(keys.children)] != [
            (each.action, each.about) for each in row.keys
        ]:
            keys.clear_widgets()
            for each in row.keys:
                key = DeviceActionKey(action=each.action, about=each.about)
                key.bind(
                    on_release=lambda pressed: panel.act(
                        "devices.touch", pressed.action, pressed.about
                    )
                )
                keys.add_widget(key)
        for key, each in zip(reversed(keys.children), row.keys, strict=True):
            key.text = each.text


class DevicesPanel(DeskPanel):
    """All of them, one below the other."""

    def show(self, desk: Any) -> None:
        """Show how they stand."""
        view: DevicesView = desk.devices.view()
        rows: Any = self.ids.rows
        if len(rows.children) != len(view.rows):
            rows.clear_widgets()
            for _ in view.rows:
                rows.add_widget(DeviceBox())
        for box, row in zip(reversed(rows.children), view.rows, strict=True):
            box.fill(row, self)


load_beside(__file__)
