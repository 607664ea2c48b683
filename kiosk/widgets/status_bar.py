"""The bar on top of every screen: who this post is, and whether it is in step with the hub.

Owns its layout from wide to narrow; the link's state is said by colour, sign and word together.
"""

from collections.abc import Mapping

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.views import StatusView
from kiosk.widgets import words as _words  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside


class LanguageKey(Key):
    """One language; `lang` is its code."""

    lang = StringProperty("")
    chosen = BooleanProperty(False)


class LanguageChoice(BoxLayout):
    """All languages side by side, the one in view marked. `on_language(lang)`."""

    __events__ = ("on_language",)

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def offer(self, languages: Mapping[str, str], chosen: str) -> None:
        """Offer these languages by code."""
        if not self.children:
            for lang in languages:
                key = LanguageKey(lang=lang, text=lang.upper())
                key.bind(on_release=lambda pressed: self.dispatch("on_language", pressed.lang))
                self.add_widget(key)
        for key in self.children:
            key.chosen = key.lang == chosen


class PairingHead(BoxLayout):
    """The bar of a post that has no name yet: the program's name and the languages."""

    title = StringProperty("")
    __events__ = ("on_language",)

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def offer(self, languages: Mapping[str, str], chosen: str) -> None:
        """Offer these languages by code, `chosen` marked."""
        self.ids.languages.offer(languages, chosen)


class StatusBar(BoxLayout):
    """`on_explain` asks what one of its signs means, `on_language(lang)` for another language;
    `on_lock`: whoever is here goes, or somebody else comes; `on_devices`: what is wrong with a
    device."""

    device = StringProperty("")
    operator = StringProperty("")
    person = StringProperty("")
    initials = StringProperty("")
    apart = StringProperty("")
    person_text = StringProperty("")
    link = StringProperty("offline")
    link_text = StringProperty("")
    tone = StringProperty("warn")
    since = StringProperty("")
    synced = StringProperty("")
    sign = StringProperty("")
    sign_icon = StringProperty("")
    sign_tone = StringProperty("plain")
    device_sign = StringProperty("")
    time = StringProperty("")
    clock_off = BooleanProperty(False)
    narrow = BooleanProperty(False)
    short = BooleanProperty(False)
    line_height = NumericProperty(26)
    __events__ = ("on_explain", "on_language", "on_lock", "on_devices")

    def on_devices(self) -> None:
        """Event: the sign of a device was touched."""

    def on_lock(self) -> None:
        """Event: the person's key was touched."""

    def on_explain(self) -> None:
        """Event: a sign was touched: the link's, the clock's, what waits or was put aside."""

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def offer(self, languages: Mapping[str, str], chosen: str) -> None:
        """Offer these languages by code, `chosen` marked."""
        self.ids.languages.offer(languages, chosen)

    def show(self, view: StatusView) -> None:
        """Show the status of this moment."""
        self.device, self.operator, self.time = view.device, view.operator, view.time
        self.person, self.initials, self.apart = view.person, view.initials, view.apart
        self.link, self.link_text, self.tone = view.link.value, view.link_text, view.tone
        self.since, self.synced = view.since, view.synced
        self.clock_off, self.device_sign = view.clock_off, view.device_sign
        if view.sign is None:
            self.sign = ""
        else:
            self.sign, self.sign_icon = view.sign.text, view.sign.icon
            self.sign_tone = view.sign.tone


load_beside(__file__)
