"""What every screen of a paired post has: the status bar, the notice, the link's explanation.

Owns how a desk's views reach them and how a change of language reaches every text. A screen's own
panels stand in subclasses and their .kv files.
"""

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from common.i18n import LANGUAGES, Translator
from kiosk.widgets import allow_sheet as _allow_sheet  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import gate as _gate  # noqa: F401
from kiosk.widgets import link_sheet as _link_sheet  # noqa: F401
from kiosk.widgets import notice_bar as _notice_bar  # noqa: F401
from kiosk.widgets import status_bar as _status_bar  # noqa: F401
from kiosk.widgets.kv import load_beside


class Frame(FloatLayout):
    """Base of the screens. `t` is the language in view; every .kv text depends on it."""

    desk = ObjectProperty(None)
    t = ObjectProperty(str)
    letters_by_touch = BooleanProperty(True)
    portrait = BooleanProperty(False)
    __events__ = ("on_language",)

    def on_language(self, lang: str) -> None:
        """Event: another language was chosen."""

    def on_kv_post(self, _base_widget: Any) -> None:
        """Fill the screen once its widgets exist."""
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

    def render(self) -> None:
        """Show the desk's small views; each screen adds its own."""
        self.ids.notice.show(self.desk.notice())

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
        elif update.touched:
            self.show_touched(update)
        self.ids.notice.show(self.desk.notice())

    def show_touched(self, update: Any) -> None:
        """Show anew what an update touched, and nothing else."""
        raise NotImplementedError

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
        self.ids.notice.show(self.desk.notice())

    def close_notice(self) -> None:
        """Take the notice away; the next one, if any, has its own time."""
        self.desk.close_notice()
        self.ids.notice.show(None)
        self.render()

    def act_on_notice(self) -> None:
        """Do what the notice offers."""
        self.desk.act_on_notice()
        self.render()


load_beside(__file__)
