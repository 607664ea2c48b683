"""What every screen of a paired post has: the status bar, the notice, the link's explanation.

Owns how a desk's views reach them and how a change of language reaches every text. A screen's own
panels stand in subclasses and their .kv files.
"""

from typing import Any, Final

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from common.i18n import LANGUAGES, Translator
from kiosk.widgets import allow_sheet as _allow_sheet  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import gate as _gate  # noqa: F401
from kiosk.widgets import link_sheet as _link_sheet  # noqa: F401
from kiosk.widgets import notice_bar as _notice_bar  # noqa: F401
from kiosk.widgets import status_bar as _status_bar  # noqa: F401
from kiosk.widgets.kv import load_beside

ALARMING: Final = ("warn", "danger")
"""Tones of notices that are heard as well."""


class Frame(FloatLayout):
    """Base of the screens. `t` is the language in view; every .kv text depends on it.

    `basket_left`: the list in hand, or its pad, stands on the left.
    """

    desk = ObjectProperty(None)
    t = ObjectProperty(str)
    letters_by_touch = BooleanProperty(True)
    portrait = BooleanProperty(False)
    basket_left = BooleanProperty(False)
    __events__ = ("on_language", "on_alarm", "on_loaded")

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def on_alarm(self) -> None:
        """Event: something is said that should be heard."""

    def on_loaded(self) -> None:
        """Event: whole topics have come, and are shown."""

    def on_kv_post(self, _base_widget: Any) -> None:
        """Fill the screen once its widgets exist."""
        self.basket_left = self.desk.comfort.preferences.basket == "left"
        self._place_hand()
        self.fbind("portrait", self._place_hand)
        self.ids.status.offer(LANGUAGES, self.desk.t.lang)
        self.render()
        self.render_status()
        self.render_people()

    def speak(self, t: Translator) -> None:
        """Say everything in another language; nothing that was typed or chosen is lost."""
        self.desk.t = t
        self.t = t
        self.ids.status.offer(LANGUAGES, t.lang)
        self.render_all()
        self.render_status()
        self.render_people()

    def _place_hand(self, *_: object) -> None:
        """Put the list in hand on the side that was chosen; upright it is its pad that moves."""
        if "hand" in self.ids:
            hand = self.ids.hand.__self__
            hand.pad_left = self.basket_left and self.portrait
            body = hand.parent
            body.remove_widget(hand)
            left = self.basket_left and not self.portrait
            body.add_widget(hand, index=len(body.children) if left else 0)

    def render(self) -> None:
        """Show the desk's small views; each screen adds its own."""
        self.show_notice()

    def show_notice(self) -> None:
        """Show what is said in passing; what went wrong is heard as well."""
        view = self.desk.notice()
        if self.ids.notice.show(view) and view.tone in ALARMING:
            self.dispatch("on_alarm")

    def render_all(self) -> None:
        """Show everything anew, lists and grids too."""
        self.render()

    def render_status(self) -> None:
        """Show the status bar of this moment, and the explanation where it is open."""
        self.ids.status.show(self.desk.status())
        if self.ids.sheet.shown:
            self.ids.sheet.show(self.desk.link_sheet())

    def render_people(self) -> None:
        """Shut the gate or open it, and show the question to a second person where it stands."""
        gate, allowing = self.desk.gate, self.desk.allowing
        if gate.shut and not self.ids.gate.shown:
            self.leave_fields()
        self.ids.gate.show(gate.view() if gate.shut else None)
        self.ids.allow.show(allowing.view() if allowing.open else None)

    def leave_fields(self) -> None:
        """Let no field have the keyboard, and no explanation stay: the gate is shut over it all."""
        self.ids.sheet.shown = False

    def tick(self) -> None:
        """Look once a second at what time alone changes: the clock, a wait, the automatic lock."""
        self.poll()
        self.render_status()
        if self.ids.gate.shown or self.ids.allow.shown:
            self.render_people()

    def poll(self) -> None:
        """Fold in what has arrived and show what it changed; called at most once a frame."""
        update = self.desk.poll()
        if update.state_changed:
            self.render_status()
            self.render_people()
            self.render()
        if update.replaced:
            self.render_all()
            self.dispatch("on_loaded")
        elif update.touched:
            self.show_touched(update)
        if update.pictures:
            self.show_pictures(update.pictures)
        self.show_notice()

    def show_touched(self, update: Any) -> None:
        """Show anew what an update touched, and nothing else."""
        raise NotImplementedError

    def show_pictures(self, pictures: Any) -> None:
        """Show pictures that have come, where the screen shows any."""

    @property
    def covered(self) -> bool:
        """Return whether a PIN is asked for: nothing else takes what is typed or scanned."""
        return bool(self.ids.gate.shown or self.ids.allow.shown)

    def typed_pin(self, name: str) -> None:
        """Take a key of a real keyboard where a PIN is asked for: a digit, erase, clear, ok."""
        asking = self.desk.gate if self.ids.gate.shown else self.desk.allowing
        asking.press(name)
        self.render_people()

    def pin(self, part: str, action: str, *args: Any) -> None:
        """Do an action of the gate or of the question to a second person, and show it."""
        getattr(getattr(self.desk, part), action)(*args)
        self.render_people()
        self.render_status()

    def lock(self) -> None:
        """Shut the gate: whoever is here goes away for a moment, or somebody else comes."""
        self.pin("gate", "lock")

    def scanned(self, scan: Any) -> None:
        """Take a barcode, whatever is in view."""
        self.desk.scan(scan)
        self.render()

    def in_field(self) -> bool:
        """Return whether a text field has the keyboard."""
        return False

    def pressed(self, name: str, quiet: bool) -> None:
        """Take a key of a real keyboard, where the screen has a use for it."""

    def typed(self, text: str) -> None:
        """Take characters of a real keyboard, where the screen has a use for them."""

    def restore_field(self, text: str) -> None:
        """Put back what stood in the field that a scan was typed into."""

    def field_text(self) -> str:
        """Return what stands in the field that keys are typed into."""
        return ""

    def explain_link(self) -> None:
        """Show what the link's sign means."""
        self.ids.sheet.show(self.desk.link_sheet())

    def touch_undelivered(self, row: str) -> None:
        """Touch a row of what is not delivered."""
        self.desk.touch_undelivered(row)
        self.render_status()

    def tell_fault(self, problem: Any) -> None:
        """Say that something in the program went wrong; everything in view stays."""
        self.desk.tell_fault(problem)
        self.show_notice()

    def close_notice(self) -> None:
        """Take the notice away; the next one, if any, has its own time."""
        self.desk.close_notice()
        self.ids.notice.show(None)
        self.render()

    def act_on_notice(self) -> None:
        """Do what the notice offers."""
        self.desk.act_on_notice()
        self.render()

    def act_on_other(self) -> None:
        """Do what the notice offers instead."""
        self.desk.act_on_other()
        self.render()


load_beside(__file__)
