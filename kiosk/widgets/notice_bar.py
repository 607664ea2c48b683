"""A notice over the foot of a screen: it says, offers at most two things, and goes by itself.

Owns how long it stays. It covers nothing that is needed to go on selling.
"""

from typing import Any, Final

from kivy.clock import Clock
from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views.notices import NoticeView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import key as _key  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.passing import Passing

STAYS_S: Final = 12


class NoticeBar(Passing, BoxLayout):
    """`on_accept`, `on_instead` and `on_close` say which key was touched; time closes it too."""

    tone = StringProperty("accent")
    icon = StringProperty("info")
    title = StringProperty("")
    text = StringProperty("")
    action = StringProperty("")
    other = StringProperty("")
    more = StringProperty("")
    __events__ = ("on_accept", "on_instead", "on_close")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._expire = Clock.create_trigger(lambda _: self.dispatch("on_close"), STAYS_S)

    def on_accept(self) -> None:
        """Event: the offer was taken."""

    def on_instead(self) -> None:
        """Event: what else was offered was taken."""

    def on_close(self) -> None:
        """Event: the notice is done with."""

    def show(self, view: NoticeView | None) -> bool:
        """Show a notice, or none; the same one again keeps its time. Return whether it is new."""
        if view is None:
            self.shown = False
            self._expire.cancel()
            return False
        fresh = not self.shown or (view.title, view.text) != (self.title, self.text)
        self.tone, self.icon, self.title = view.tone, view.icon, view.title
        self.text, self.action, self.more = view.text, view.action, view.more
        self.other = view.other
        self.shown = True
        if fresh:
            self._expire.cancel()
            self._expire()
        return fresh

    def on_touch_down(self, touch: Any) -> bool:
        """Keep touches on the notice from what lies under it."""
        return bool(super().on_touch_down(touch)) or self.collide_point(*touch.pos)


load_beside(__file__)
