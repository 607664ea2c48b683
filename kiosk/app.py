"""The composition root of what is drawn: one window, and the screen that belongs in it.

Owns the way from a session to its screen by profile, from a scanner's keys to the screen in view,
one poll a frame, and the change from pairing to working. Opens no socket and no file.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import global_idmap
from kivy.metrics import Metrics
from kivy.uix.floatlayout import FloatLayout

from common.errors import Problem
from common.i18n import Translator
from common.invitation import MAX_LENGTH
from common.topics import Profile
from kiosk.desks.comfort import Comfort
from kiosk.desks.depot import DepotDesk
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.office import OfficeDesk
from kiosk.desks.pairing import Pairing, PairingDesk
from kiosk.desks.pin_entry import CLEAR, ERASE, OK
from kiosk.desks.revoked import RevokedDesk
from kiosk.desks.till import TillDesk
from kiosk.heap import set_aside, sort_out
from kiosk.keyboard import CHARACTERS, Typist, key_name
from kiosk.kivy_setup import ScreenSettings
from kiosk.preferences import Preferences
from kiosk.scanner import MIN_LENGTH, Scan, Scanner
from kiosk.screens.depot import DepotScreen
from kiosk.screens.faults import Faults, guarded
from kiosk.screens.frame import Frame
from kiosk.screens.office import OfficeScreen
from kiosk.screens.pairing import PairingScreen
from kiosk.screens.revoked import RevokedScreen
from kiosk.screens.till import TillScreen
from kiosk.sounds import Sound
from kiosk.theme import THEMES, Theme, larger_scale_for, read_for, scale_for, side_for

STATUS_EVERY_S: Final = 1.0
# A screen that was replaced is still held by what was due in its last frames.
SORT_OUT_AFTER_S: Final = 1.0
# So often it is asked whether what was typed is a person's.
SETTLE_EVERY_S: Final = 0.03
_PIN_KEYS: Final[Mapping[int, str]] = {8: ERASE, 13: OK, 271: OK}
POSTS: Final[Mapping[Profile, tuple[type[Desk], type[Frame]]]] = {
    Profile.TILL: (TillDesk, TillScreen),
    Profile.DEPOT: (DepotDesk, DepotScreen),
    Profile.OFFICE: (OfficeDesk, OfficeScreen),
}

REVOKED: Final = (RevokedDesk, RevokedScreen)


def system_wall() -> Wall:
    """Return this machine's clock and time zone."""

    def offset_min() -> int:
        return round(time.localtime().tm_gmtoff / 60)

    return Wall(lambda: time.time_ns() // 1_000_000, offset_min)


def _now_ms() -> int:
    return int(Clock.time() * 1_000)


class Stage:
    """One window's worth of screens. Built before any screen: it sets the theme's scale.

    `on_chosen` is told what was chosen on the post, `hear` what is to be heard.
    """

    def __init__(
        self,
        settings: ScreenSettings,
        t: Translator,
        wall: Wall,
        on_chosen: Callable[[Preferences], None] | None = None,
        hear: Callable[[Sound], None] | None = None,
    ) -> None:
        self.comfort = Comfort(settings.preferences, self._choose)
        self.theme = self._dress()
        self.root = FloatLayout()
        self.t = t
        self._settings = settings
        self._wall = wall
        self._on_chosen = on_chosen
        self._hear = hear
        self._alarmed = False
        self._typist = Typist()
        self._settle_typed = Clock.create_trigger(lambda _: self._settle(), SETTLE_EVERY_S)
        self._dress_anew = Clock.create_trigger(lambda _: self._show_anew())
        self._sort_out = Clock.create_trigger(lambda _: sort_out(), SORT_OUT_AFTER_S)
        self._scanner = Scanner()
        self._field_before: Any = ""
        self._poll = Clock.create_trigger(lambda _: self._poll_in_turn())
        self._poll_later = Clock.create_trigger(lambda _: self._poll_screen(), settings.calm_s)
        self._polled_s = -settings.calm_s
        self._tick = Clock.schedule_interval(guarded(lambda _: self.screen.tick()), STATUS_EVERY_S)
        self._session: Session | None = None
        self._desk: Any = None
        self._make_screen: Any = None
        self._shows_revoked = False
        self.screen: Any = None
        self.faults = Faults(self._tell_fault, Clock.time)
        self.faults.open()
        Window.bind(
            on_key_down=self._key_down, on_key_up=self._key_up, on_textinput=self._text_typed
        )
        Window.bind(on_touch_down=self._touched)

    def _dress(self) -> Theme:
        """Return the theme that was chosen, where every .kv rule finds it from now on."""
        chosen = self.comfort.preferences
        window, large = (Window.width, Window.height, Metrics.density), chosen.scale == "large"
        theme = Theme(
            THEMES[chosen.theme],
            (larger_scale_for if large else scale_for)(*window),
            side_for(Window.width, Window.height),
            read_for(*window) if large else 1,
        )
        # Every .kv rule reads `theme`; Kivy offers this map for such names.
        global_idmap["theme"] = theme
        Window.clearcolor = theme.colours.ground
        return theme

    def open_pairing(self, pairing: Pairing) -> None:
        """Show the pairing screen; when it is done, the screen of the post that this has become."""
        screen = PairingScreen(desk=PairingDesk(pairing, self.t), t=self.t)
        screen.bind(on_paired=lambda _, session: self.open_post(session))
        # What is scanned here is longer than any barcode of an article.
        self._scanner = Scanner(max_length=MAX_LENGTH)
        self._show(screen)

    def open_post(self, session: Session) -> None:
        """Show the screen of a session's profile, and keep it in step from now on."""
        self._scanner = Scanner()
        revoked = session.state.revoked is not None
        make_desk, make_screen = REVOKED if revoked else POSTS[session.state.device.profile]
        self._desk = make_desk(session, self.t, self._wall)
        self._desk.comfort = self.comfort
        self._make_screen = make_screen
        self._shows_revoked = revoked
        self._show(self._screen_of_post())
        self._session = session
        # From the link's thread: a trigger may be pulled from any, and counts once a frame.
        session.on_wake = self._poll
        set_aside()
        self._poll()

    def _screen_of_post(self) -> Any:
        more = {} if self._shows_revoked else {"letters_by_touch": self._settings.letters_by_touch}
        return self._make_screen(desk=self._desk, t=self.t, **more)

    def _poll_in_turn(self) -> None:
        """Show what has come, at once or when it is time: each time the screen is drawn anew."""
        if Clock.time() - self._polled_s >= self._settings.calm_s:
            self._poll_screen()
        else:
            self._poll_later()

    def _poll_screen(self) -> None:
        """Show what has come; a post that was taken out of the shop has another screen."""
        self._polled_s = Clock.time()
        self.screen.poll()
        session = self._session
        if session is not None:
            self._take_stray_keys(session)
        if session is not None and self._shows_revoked != (session.state.revoked is not None):
            self.open_post(session)

    def close(self) -> None:
        """Let go of the window and the session; both can be used again."""
        if self._session is not None:
            self._session.on_wake = None
        self.faults.close()
        self._poll.cancel()
        self._poll_later.cancel()
        self._dress_anew.cancel()
        self._sort_out.cancel()
        self._settle_typed.cancel()
        self._tick.cancel()
        Window.unbind(
            on_key_down=self._key_down, on_key_up=self._key_up, on_textinput=self._text_typed
        )
        Window.unbind(on_touch_down=self._touched)

    def choose_language(self, lang: str) -> None:
        """Say everything in another language from this moment."""
        if lang != self.t.lang:
            self.t = Translator(lang)
            self.screen.speak(self.t)
            self.comfort.choose("lang", lang)

    def _choose(self, chosen: Preferences) -> None:
        """Keep what was chosen, and show it once the touch that chose it is over."""
        if self._on_chosen is not None:
            self._on_chosen(chosen)
        self._dress_anew()

    def _show_anew(self) -> None:
        """Build the screen anew where it looks otherwise now; its desk stays as it is."""
        looks = self.comfort.preferences
        if self._desk is None or (looks.theme, looks.scale, looks.basket) == self._looks:
            return
        self.theme = self._dress()
        self._show(self._screen_of_post())
        self._sort_out()
        self._poll()

    def _tell_fault(self, problem: Problem) -> None:
        self.screen.tell_fault(problem)

    def _show(self, screen: Any) -> None:
        screen.bind(on_language=lambda _, lang: self.choose_language(lang))
        if isinstance(screen, Frame):
            screen.bind(on_alarm=self._alarm, on_loaded=lambda _: set_aside())
        looks = self.comfort.preferences
        self._looks = (looks.theme, looks.scale, looks.basket)
        self.screen = screen
        self.root.clear_widgets()
        self.root.add_widget(screen)

    def _touched(self, *_: object) -> None:
        if self._session is not None:
            self._session.people.touch()

    def _text_typed(self, _window: Any, text: str) -> None:
        if isinstance(self.screen, PairingScreen):
            self.screen.typed(text)
        elif self.screen.covered:
            if text.isdecimal():
                self.screen.typed_pin(text)
        elif CHARACTERS.issuperset(text) and not self.screen.in_field():
            self._type(self._typist.type(text, _now_ms()))
            self._settle_typed()

    def _type(self, text: str) -> None:
        if text and not self.screen.covered:
            self.screen.typed(text)

    def _settle(self) -> None:
        """Hand on what a person has typed, once it can be no scanner's any more."""
        self._type(self._typist.settled(_now_ms()))
        if self._typist.holding:
            self._settle_typed()

    def _key_down(
        self,
        _window: Any,
        key: int,
        scancode: int,
        _text: str = "",
        modifiers: Sequence[str] = (),
        *_rest: object,
        stray: bool = False,
    ) -> None:
        """Take a key. `stray`: it came to the customer's window, and is a scanner's or nothing."""
        self._touched()
        runs, unended = self._scanner.runs, self._scanner.length >= MIN_LENGTH
        scan = self._scanner.key_down(scancode, _now_ms())
        if self._scanner.runs != runs:
            self._field_before = self.screen.field_text()
        if self.screen.covered:
            self._key_of_pin(key, scanned=scan is not None)
        elif scan is not None:
            self._typist.scanned(_now_ms())
            self.screen.restore_field(self._field_before)
            self._scanned(scan)
        elif isinstance(self.screen, PairingScreen):
            self.screen.key_pressed(key)
        elif not stray:
            self._shortcut(key_name(key, scancode, modifiers), unended)

    def _shortcut(self, name: str, unended: bool) -> None:
        """Do what a key stands for; what was typed before it comes first.

        `unended`: so many keys came before it, as fast as a scanner's, that it may be their end.
        """
        if name:
            typed, quiet = self._typist.pressed(_now_ms(), unended)
            self._type(typed)
            self.screen.pressed(name, quiet)
        else:
            self._typist.touched(_now_ms())

    def _scanned(self, scan: Scan) -> None:
        self._alarmed = False
        self.screen.scanned(scan)
        if not self._alarmed:
            self._sound(Sound.SCAN)

    def _alarm(self, *_: object) -> None:
        self._alarmed = True
        self._sound(Sound.ERROR)

    def _sound(self, sound: Sound) -> None:
        if self._hear is not None and self.comfort.preferences.sound == "on":
            self._hear(sound)

    def _take_stray_keys(self, session: Session) -> None:
        """Take what was typed, by a scanner, where the customer's window had the keyboard."""
        for stray in session.devices.display.take_keys():
            if stray.down:
                self._key_down(None, stray.key, stray.scancode, stray=True)
            else:
                self._key_up(None, stray.key, stray.scancode)

    def _key_of_pin(self, key: int, scanned: bool) -> None:
        """Take a real keyboard where a PIN is asked for. A scanner types digits, too: they go."""
        if scanned:
            self.screen.typed_pin(CLEAR)
        elif key in _PIN_KEYS:
            self.screen.typed_pin(_PIN_KEYS[key])

    def _key_up(self, _window: Any, _key: int, scancode: int, *_rest: object) -> None:
        self._scanner.key_up(scancode)


class KioskApp(App):
    """Kivy's own idea of a program around a `Stage`."""

    def __init__(self, make_stage: Callable[[], Stage], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._make_stage = make_stage
        self._stage: Stage | None = None

    def open_settings(self, *_: object) -> bool:
        """Open nothing: F1 would open Kivy's own settings."""
        return False

    def build(self) -> Any:
        """Make the stage once there is a window."""
        self._stage = self._make_stage()
        return self._stage.root

    def on_stop(self) -> None:
        """Let go of the session; who opened it closes it."""
        if self._stage is not None:
            self._stage.close()


def run(
    session: Session,
    translator: Translator,
    settings: ScreenSettings,
    wall: Wall | None = None,
    on_chosen: Callable[[Preferences], None] | None = None,
    hear: Callable[[Sound], None] | None = None,
) -> None:
    """Show a session's screen until the window is closed. The session stays open."""

    def make_stage() -> Stage:
        stage = Stage(settings, translator, wall or system_wall(), on_chosen, hear)
        stage.open_post(session)
        return stage

    KioskApp(make_stage).run()


def run_pairing(
    pairing: Pairing,
    translator: Translator,
    settings: ScreenSettings,
    wall: Wall | None = None,
    on_chosen: Callable[[Preferences], None] | None = None,
) -> None:
    """Show the pairing screen, then in the same window the screen of the post that came of it.

    Returns when the window is closed, paired or not; sessions that were opened stay open.
    """

    def make_stage() -> Stage:
        stage = Stage(settings, translator, wall or system_wall(), on_chosen)
        stage.open_pairing(pairing)
        return stage

    KioskApp(make_stage).run()
