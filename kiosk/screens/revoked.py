"""The screen of a post that was taken out of the shop: what happened, what is kept, what to do."""

from typing import Any

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from common.i18n import LANGUAGES, Translator
from kiosk.widgets import status_bar as _status_bar  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.kv import load_beside


class RevokedScreen(FloatLayout):
    """`on_language(lang)` as on every screen."""

    desk = ObjectProperty(None)
    t = ObjectProperty(str)
    device = StringProperty("")
    title = StringProperty("")
    happened = StringProperty("")
    kept = StringProperty("")
    to_do = StringProperty("")
    covered = False
    __events__ = ("on_language",)

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def on_kv_post(self, _base_widget: Any) -> None:
        """Fill the screen once its widgets exist."""
        self.render()

    def speak(self, t: Translator) -> None:
        """Say everything in another language."""
        self.desk.t = t
        self.t = t
        self.render()

    def poll(self) -> None:
        """Fold in what has arrived."""
        self.desk.poll()
        self.render()

    def render(self) -> None:
        """Show the desk's view; the last one stays where the post is in the shop again."""
        self.ids.head.offer(LANGUAGES, self.desk.t.lang)
        view = self.desk.view()
        if view is not None:
            self.device, self.title, self.happened = view.device, view.title, view.happened
            self.kept, self.to_do = view.kept, view.to_do

    def tick(self) -> None:
        """Show nothing that moves."""

    def tell_fault(self, problem: Any) -> None:
        """Have nowhere to say it: it is in the log."""

    def field_text(self) -> str:
        """Return nothing: no field takes a scanner's keys here."""
        return ""

    def restore_field(self, text: str) -> None:
        """Have nothing to restore."""

    def in_field(self) -> bool:
        """Return no: there is no field."""
        return False

    def pressed(self, name: str, quiet: bool) -> None:
        """Pass over a key."""

    def typed(self, text: str) -> None:
        """Pass over what is typed."""

    def scanned(self, scan: Any) -> None:
        """Pass over a barcode: nothing is sold here."""


load_beside(__file__)
