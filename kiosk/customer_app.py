"""The program of the customer's window: views come in as JSON lines, the newest is drawn.

Owns the window and the thread that reads. It ends with what it reads: a till that is gone leaves
no window behind. Keys that come here go to the till: a scanner's are meant for it.
"""

import logging
from contextlib import suppress
from threading import Thread
from typing import Any, BinaryIO, Final

import msgspec
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import global_idmap

from kiosk.screens.customer import CustomerScreen
from kiosk.theme import THEMES, Theme
from kiosk.views.customer import CustomerView, StrayKey

_log = logging.getLogger(__name__)
BASE_WIDTH_DP: Final = 800
BASE_HEIGHT_DP: Final = 480


def open_screen(theme: str) -> CustomerScreen:
    """Return the screen, in the size of its window: it is read from arm's length, and fills it."""
    scale = min(Window.width / BASE_WIDTH_DP, Window.height / BASE_HEIGHT_DP)
    made = Theme(THEMES[theme], scale)
    global_idmap["theme"] = made
    Window.clearcolor = made.colours.ground
    return CustomerScreen()


class CustomerApp(App):
    """Kivy's own idea of a program around the screen."""

    def __init__(self, views: BinaryIO, keys: BinaryIO, theme: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._views = views
        self._keys = keys
        self._theme = theme
        self._newest = CustomerView("")
        self._show = Clock.create_trigger(lambda _: self.root.show(self._newest))

    def build(self) -> Any:
        """Open the screen, and read from then on."""
        screen = open_screen(self._theme)
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up)
        Thread(target=self._read, name="views", daemon=True).start()
        return screen

    def _key_down(self, _window: Any, key: int, scancode: int, *_rest: object) -> None:
        self._tell(StrayKey(True, key, scancode))

    def _key_up(self, _window: Any, key: int, scancode: int, *_rest: object) -> None:
        self._tell(StrayKey(False, key, scancode))

    def _tell(self, key: StrayKey) -> None:
        with suppress(OSError):  # A till that is gone wants none.
            self._keys.write(msgspec.json.encode(key) + b"\n")
            self._keys.flush()

    def _read(self) -> None:
        for line in self._views:
            try:
                self._newest = msgspec.json.decode(line, type=CustomerView)
            except msgspec.DecodeError as error:
                _log.warning("no view: %s", error)
                continue
            self._show()
        Clock.schedule_once(lambda _: self.stop())


def run(views: BinaryIO, keys: BinaryIO, theme: str) -> None:
    """Show what is read until it ends or the window is closed; write the keys that come."""
    CustomerApp(views, keys, theme).run()
