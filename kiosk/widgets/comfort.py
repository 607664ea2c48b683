"""The panel on which a post's looks and sounds are chosen. Owns the places of its rows."""

from typing import Any

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.widgets import actions as _actions  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import form as _form  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.kv import load_beside


class ComfortChoice(BoxLayout):
    """One thing to choose."""

    name = StringProperty("")
    label = StringProperty("")
    panel: Any = None


class ComfortPanel(DeskPanel):
    """One row below the other; a touch holds at once."""

    def show(self, desk: Any) -> None:
        """Show what is chosen."""
        rows = desk.comfort.rows(desk.t)
        places: Any = self.ids.rows
        if len(places.children) != len(rows):
            places.clear_widgets()
            for each in rows:
                place = ComfortChoice(name=each.name)
                place.panel = self
                places.add_widget(place)
        for place, each in zip(reversed(places.children), rows, strict=True):
            place.label = each.label
            place.ids.choices.show(each.choices)


load_beside(__file__)
