"""The screen of a post's first day: the hub on the left, its code under it, keys on the right.

Owns the keys of both fields. Everything that is typed goes to the desk.
"""

from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from common.i18n import LANGUAGES, Translator
from kiosk.screens.faults import guarded
from kiosk.views.pairing import HubRow, PairingView, Phase
from kiosk.widgets import hand as _hand  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import status_bar as _status_bar  # noqa: F401
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.key import Key, TouchArea
from kiosk.widgets.kv import load_beside
from kiosk.widgets.letters import LetterRow

LOOK_AROUND_S: Final = 1.0
PICTURE_S: Final = 1 / 15
ERASE: Final = "erase"
# Digits in the same places in both; a code has no I, L, O and U.
CODE_LAYOUT: Final = ("1234567890", "ABCDEFGHJK", "MNPQRSTVWX", "YZ")
ADDRESS_LAYOUT: Final = ("1234567890", "abcdefghij", "klmnopqrst", "uvwxyz.-:")
_BACKSPACE: Final = 8
_ENTERS: Final = (13, 271)


class HubButton(TouchArea):
    """One found hub."""

    name = StringProperty("")
    address = StringProperty("")
    about = StringProperty("")
    selected = BooleanProperty(False)
    refused = BooleanProperty(False)


class CodeGroup(TouchArea):
    """Four characters of the code; the missing ones are shown as places."""

    typed = StringProperty("")
    current = BooleanProperty(False)


class AddressBox(TouchArea):
    """The address as typed or chosen."""

    address = StringProperty("")
    hint = StringProperty("")
    current = BooleanProperty(False)


class CharacterKey(Key):
    """One key of the characters."""

    name = StringProperty("")


class CharacterKeys(BoxLayout):
    """The characters that the current field can hold. `on_key(character)` or `on_key("erase")`."""

    rows_of_keys = ListProperty([])
    key_height = NumericProperty(84)
    __events__ = ("on_key",)

    def on_rows_of_keys(self, *_: object) -> None:
        """Lay the keys out; erasing takes what the last row leaves free."""
        self.clear_widgets()
        columns = len(self.rows_of_keys[0])
        row = LetterRow()
        for characters in self.rows_of_keys:
            row = LetterRow()
            for character in characters:
                row.add_widget(self._key(character, text=character))
            self.add_widget(row)
        free = columns - len(self.rows_of_keys[-1])
        row.add_widget(self._key(ERASE, icon="erase", look="sunk", size_hint_x=free))

    def on_key(self, name: str) -> None:
        """Event: a key was touched."""

    def _key(self, name: str, **look: Any) -> CharacterKey:
        key = CharacterKey(name=name, **look)
        key.bind(on_press=lambda pressed: self.dispatch("on_key", pressed.name))
        return key


class Message(BoxLayout):
    """How pairing goes."""

    tone = StringProperty("plain")
    icon = StringProperty("")
    title = StringProperty("")
    text = StringProperty("")


class CameraSheet(BoxLayout):
    """What the camera sees, over the keys. `on_close()` when nobody wants to look any more."""

    t = ObjectProperty(str)
    picture = ObjectProperty(None, allownone=True)
    __events__ = ("on_close",)

    def on_close(self) -> None:
        """Event: look no more."""

    def on_touch_down(self, touch: Any) -> bool:
        """Keep every touch: what lies beneath is not in view."""
        super().on_touch_down(touch)
        return True

    def show(self, look: Any) -> None:
        """Show a picture."""
        size = (look.width, look.height)
        if not look.rgb:
            return
        if self.picture is None or self.picture.size != size:
            self.picture = Texture.create(size=size, colorfmt="rgb")
            self.picture.flip_vertical()
        self.picture.blit_buffer(look.rgb, colorfmt="rgb")
        self.canvas.ask_update()


class PairingScreen(FloatLayout):
    """`on_paired(session)` when the post begins to work; `on_language(lang)` as on every screen."""

    desk = ObjectProperty(None)
    t = ObjectProperty(str)
    portrait = BooleanProperty(False)
    address = StringProperty("")
    field = StringProperty("address")
    working = BooleanProperty(False)
    done = BooleanProperty(False)
    alone = BooleanProperty(True)
    more_hubs = StringProperty("")
    can_pair = BooleanProperty(False)
    has_camera = BooleanProperty(False)
    tone = StringProperty("plain")
    icon = StringProperty("")
    title = StringProperty("")
    text = StringProperty("")
    __events__ = ("on_language", "on_paired")

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def on_paired(self, session: Any) -> None:
        """Event: the post has a session now."""

    def on_kv_post(self, _base_widget: Any) -> None:
        """Fill the screen and go on looking for hubs."""
        self._look = Clock.schedule_interval(guarded(self._look_around), LOOK_AROUND_S)
        self._pictures: Any = None
        self.sheet: CameraSheet | None = None
        self.render()

    def speak(self, t: Translator) -> None:
        """Say everything in another language; what was typed stays."""
        self.desk.t = t
        self.t = t
        if self.sheet is not None:
            self.sheet.t = t
        self.render()

    def render(self) -> None:
        """Show the desk's view."""
        view: PairingView = self.desk.view()
        self.ids.head.offer(LANGUAGES, self.desk.t.lang)
        self.address, self.field, self.can_pair = view.address, view.field, view.can_pair
        self.working = view.phase is Phase.WORKING
        self.done = view.phase is Phase.DONE
        self.has_camera = self.desk.has_camera
        self.tone, self.icon = view.tone, view.icon
        self.title, self.text = view.title, view.text
        self.alone, self.more_hubs = not view.hubs, view.more_hubs
        self._render_hubs(view.hubs)
        groups: list[Any] = [self.ids.group0, self.ids.group1, self.ids.group2, self.ids.group3]
        for place, (box, typed) in enumerate(zip(groups, view.groups, strict=True)):
            box.typed = typed
            box.current = view.field == "code" and place == view.group and not self.done
        wanted = ADDRESS_LAYOUT if view.field == "address" else CODE_LAYOUT
        self.ids.characters.rows_of_keys = list(wanted)

    @property
    def covered(self) -> bool:
        """Return that nothing lies over this screen."""
        return False

    def tick(self) -> None:
        """Have nothing to look at each second: there is no status yet."""

    def field_text(self) -> Any:
        """Return what stands in the fields, which a scanner types into."""
        return self.desk.typed()

    def restore_field(self, typed: Any) -> None:
        """Put it back."""
        self.act("restore", typed)

    def scanned(self, scan: Any) -> None:
        """Take what a scanner or the camera read."""
        self.act("scan", scan.code, self._later)

    def act(self, action: str, *args: Any) -> None:
        """Do one of the desk's actions and show what it changed."""
        getattr(self.desk, action)(*args)
        self.render()

    def typed(self, text: str) -> None:
        """Take what a real keyboard typed."""
        self.act("type", text)

    def key_pressed(self, key: int) -> None:
        """Take a real keyboard's erase and Enter keys."""
        if key == _BACKSPACE:
            self.act("type", ERASE)
        elif key in _ENTERS:
            self.go_on()

    def tell_fault(self, problem: Any) -> None:
        """Say that something in the program went wrong."""
        self.act("tell_fault", problem)

    def go_on(self) -> None:
        """Ask the hub, or begin to work once it has said yes."""
        if self.done:
            session = self.desk.open_session()
            if session is not None:
                self._look.cancel()
                self.dispatch("on_paired", session)
                return
        else:
            self.desk.pair(self._later)
        self.render()

    def open_camera(self) -> None:
        """Look by the camera, over the whole screen, until it has read something."""
        self.desk.open_camera()
        self.sheet = CameraSheet(t=self.t)
        self.sheet.bind(on_close=lambda _: self.close_camera())
        self.add_widget(self.sheet)
        self._pictures = Clock.schedule_interval(guarded(self._look_by_camera), PICTURE_S)
        self.render()

    def close_camera(self) -> None:
        """Look no more."""
        self.desk.close_camera()
        if self.sheet is not None:
            self._pictures.cancel()
            self.remove_widget(self.sheet)
            self.sheet = None
        self.render()

    def _look_by_camera(self, *_: object) -> None:
        look = self.desk.look(self._later)
        if look is None:
            self.close_camera()
        elif self.sheet is not None:
            self.sheet.show(look)

    def _later(self, call: Any) -> None:
        def run(_: float) -> None:
            call()
            self.render()

        Clock.schedule_once(run)

    def _look_around(self, *_: object) -> None:
        if self.desk.look_around():
            self.render()

    def _render_hubs(self, hubs: tuple[HubRow, ...]) -> None:
        box: Any = self.ids.hubs
        if [each.address for each in reversed(box.children)] != [hub.address for hub in hubs]:
            box.clear_widgets()
            for hub in hubs:
                button = HubButton(name=hub.name, address=hub.address)
                button.bind(on_release=lambda pressed: self.act("choose_hub", pressed.address))
                box.add_widget(button)
        for button, hub in zip(reversed(box.children), hubs, strict=True):
            button.about, button.selected, button.refused = hub.about, hub.selected, hub.refused


load_beside(__file__)
