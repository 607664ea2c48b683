"""The explanation behind the link's sign, over a veil; a touch anywhere puts it away."""

from typing import Any

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.views.link_sheet import LinkSheetView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Passing


class LinkSheet(Passing, FloatLayout):
    """Shown by `show`, put away by a touch; takes every touch while it is in view."""

    t = ObjectProperty(str)
    tone = StringProperty("go")
    icon = StringProperty("online")
    title = StringProperty("")
    happened = StringProperty("")
    safe = StringProperty("")
    to_do = StringProperty("")
    facts = StringProperty("")

    def show(self, view: LinkSheetView) -> None:
        """Show what is so, what is safe and what to do."""
        self.tone, self.icon, self.title = view.tone, view.icon, view.title
        self.happened, self.safe, self.to_do = view.happened, view.safe, view.to_do
        self.facts = "\n".join(view.facts)
        self.shown = True

    def on_touch_down(self, _touch: Any) -> bool:
        """Put the sheet away."""
        self.shown = False
        return True


load_beside(__file__)
