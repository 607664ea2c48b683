"""Hands and eyes of a test: taps what it finds on the screen, reads what stands there.

Every touch goes through Kivy's own event loop; waiting is stepping frames until something is so.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any

from common.i18n import Translator
from kiosk.desks.desk import Wall
from kiosk.desks.pairing import Pairing
from kiosk.kivy_setup import ScreenSettings
from kiosk.preferences import Preferences
from kiosk.sounds import Sound
from tests.ui.fake_session import OFFSET_MIN, FakeSession
from tests.ui.frame_clock import FRAME_S, FRAMES

DEADLINE_S = 5.0
# SDL scancodes: digits 1–9 and 0 are 30–39, Enter is 40.
SCANCODES = {**{str(n): 29 + n for n in range(1, 10)}, "0": 39}
ENTER = 40


class Hands:
    """One post's window under test."""

    def __init__(
        self,
        session: FakeSession,
        t: Translator,
        settings: ScreenSettings,
        size: tuple[int, int],
        pairing: Pairing | None = None,
    ) -> None:
        from kivy.core.window import Window

        from kiosk.app import Stage

        self.session = session
        self.faults_expected = 0
        self.chosen: list[Preferences] = []
        self.heard: list[Sound] = []
        self._window = Window
        if tuple(Window.size) != size:
            Window.size = size
            self._step(2)
        wall = Wall(self.now_ms, lambda: OFFSET_MIN)
        self.stage = Stage(settings, t, wall, self.chosen.append, self.heard.append)
        Window.add_widget(self.stage.root)
        if pairing is None:
            self.stage.open_post(session)
        else:
            self.stage.open_pairing(pairing)
        self.frames()

    @property
    def screen(self) -> Any:
        """Return the screen in view."""
        return self.stage.screen

    @property
    def languages(self) -> list[str]:
        """Return the languages that were chosen, one after the other."""
        return [each.lang for each in self.chosen]

    def close(self) -> None:
        """Take the screen out of the window."""
        self.stage.close()
        # The window goes on after a fault; a test must not.
        assert self.stage.faults.count == self.faults_expected, "a callback failed: see the log"
        self._window.remove_widget(self.stage.root)
        self._step(1)

    def frames(self, count: int = 4) -> None:
        """Let frames pass."""
        self._step(count)

    def until(self, true: Callable[[], Any], what: str = "") -> None:
        """Let frames pass until something is so; fails after a deadline."""
        end = monotonic() + DEADLINE_S
        while not true():
            assert monotonic() < end, f"never came: {what or true}; on screen: {self.texts()}"
            self._step(1)

    def session_total(self) -> int:
        """Return what the basket comes to, in cents."""
        total: int = self.screen.desk.sale.basket.total_cents
        return total

    def ticket(self, number: int) -> str:
        """Return what the till's ticket of this number is called, in English."""
        return f"Ticket {self.session.state.device.series}-{number}"

    # Eyes.

    def widgets(self, under: Any = None) -> Iterator[Any]:
        """Yield every widget in view below a widget, or below the screen."""
        for widget in reversed((under or self.screen).children):
            if widget.opacity == 0 or widget.width <= 1 or widget.height <= 1:
                continue
            yield widget
            yield from self.widgets(widget)

    def texts(self, under: Any = None) -> list[str]:
        """Return the texts in view."""
        from kivy.uix.label import Label

        return [
            each.text.replace("\n", " ")
            for each in self.widgets(under)
            if isinstance(each, Label) and each.text
        ]

    def reads(self, text: str, under: Any = None) -> bool:
        """Return whether some text in view holds `text`."""
        return any(text in each for each in self.texts(under))

    def cover(self) -> Any:
        """Return what lies over the whole screen and takes its touches, None for nothing."""
        layers = [self.screen.ids.get(name) for name in ("gate", "allow", "sheet")]
        return next((each for each in layers if each is not None and each.shown), None)

    def key(self, text: str = "", icon: str = "", under: Any = None) -> Any:
        """Return the push button in view with this text and sign; fails when there is none."""
        from kiosk.widgets.key import Key

        for each in self.widgets(under):
            if isinstance(each, Key) and text in ("", each.text) and icon in ("", each.icon):
                return each
        raise AssertionError(f"no key {text!r} {icon!r} in view: {self.texts(under)}")

    def rows(self, under: Any) -> list[Any]:
        """Return a list's rows in view, from the top."""
        rows: list[Any] = under.rows
        return rows

    def tiles(self) -> list[Any]:
        """Return the tiles that show an article."""
        grid = self.screen.ids.grid
        return [tile for tile in reversed(grid.children) if tile.article_id]

    def tile(self, place: int) -> Any:
        """Return the tile at a place; where there are fewer, they are counted round."""
        tiles = self.tiles()
        return tiles[place % len(tiles)]

    # Hands.

    def tap(self, widget: Any) -> None:
        """Touch the middle of a widget."""
        self.tap_at(*widget.to_window(*widget.center) if widget.parent else widget.center)

    def tap_at(self, x: float, y: float) -> None:
        """Touch a place of the window."""
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self._step(1)
        touch.touch_up()
        self._step(3)

    def drag(self, widget: Any, by: float) -> None:
        """Put a finger on a widget's middle, move it up by so many pixels, and lift it."""
        from kivy.tests.common import UnitTestTouch

        x, y = widget.to_window(*widget.center)
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        for step in range(1, 11):
            self._step(1)
            touch.touch_move(x, y + by * step / 10)
        self._step(1)
        touch.touch_up()
        self._step(3)

    def press(self, *texts: str) -> None:
        """Touch the push buttons with these texts, one after the other."""
        for text in texts:
            self.tap(self.key(text))

    def pad(self, digits: str) -> None:
        """Type digits on the numeric pad."""
        for digit in digits:
            self.tap(self.key(digit, under=self.screen.ids.hand))

    def scan(self, code: str) -> None:
        """Let a scanner type a code: key events only, as fast as they come."""
        for digit in code:
            self.type_key(SCANCODES[digit], digit)
        self.type_key(ENTER, "")
        self._step(2)

    def type_key(self, scancode: int, text: str) -> None:
        """Press and release one key of a keyboard, as SDL reports it."""
        key = 13 if scancode == ENTER else ord(text)
        self._window.dispatch("on_key_down", key, scancode, text, [])
        if text:
            self._window.dispatch("on_textinput", text)
        self._window.dispatch("on_key_up", key, scancode)

    def press_key(self, key: int, scancode: int = 0, ctrl: bool = False) -> None:
        """Press a key that types nothing, by SDL's code: F1 is 282, escape 27."""
        self._window.dispatch("on_key_down", key, scancode, "", ["ctrl"] if ctrl else [])
        self._window.dispatch("on_key_up", key, scancode)
        self._step(2)

    def pass_ms(self, ms: int) -> None:
        """Let frames pass for at least so long by Kivy's clock, which keys are timed by too."""
        self._step(ceil(ms / 1_000 / FRAME_S))

    def now_ms(self) -> int:
        """Return what the wall's clock says."""
        return self.session.now_ms

    def pass_time(self, ms: int = 1_000) -> None:
        """Let the wall's clock go on."""
        self.session.now_ms += ms

    def shot(self, path: Path) -> Path:
        """Save a picture of the window."""
        self._draw(6)
        taken = self._window.screenshot(name=str(path.with_suffix(".tmp.png")))
        assert taken, "the window took no picture"
        os.replace(taken, path)
        return path

    def _step(self, count: int) -> None:
        """Do what `EventLoop.idle` does in a frame, except drawing: nobody looks."""
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(count):
            FRAMES.pass_frame()
            Clock.tick()
            EventLoop.dispatch_input()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()

    @staticmethod
    def _draw(count: int) -> None:
        from kivy.base import EventLoop

        for _ in range(count):
            FRAMES.pass_frame()
            EventLoop.idle()


def pairing_hands(pairing: Pairing, lang: str, size: Sequence[int], session: FakeSession) -> Hands:
    """Open the pairing screen."""
    width, height = size
    return Hands(session, Translator(lang), ScreenSettings(calm_s=0), (width, height), pairing)


OpenPost = Callable[..., Hands]
