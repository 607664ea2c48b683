"""Having somebody else allow one action: which action, who may, and going on with it afterwards.

Owns the question while it stands, and that the action is done once the answer is yes, by nobody's
second touch. Each desk asks it before what the person at the post may not do alone.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from common.i18n import mark
from common.models import Person
from common.permits import ASKED, DISCOUNT, PRICE
from kiosk.desks.pin_entry import CLEAR, OK, PinEntry
from kiosk.rights import Right
from kiosk.state import Act
from kiosk.views.gate import AllowView
from kiosk.views.people import person_tiles, pin_view, who_can_log_in

if TYPE_CHECKING:
    from kiosk.desks.desk import Desk

ACTIONS: Final[Mapping[str, str]] = {
    "sale.record": mark("Recording a sale"),
    "refund.record": mark("Giving money back"),
    "void.record": mark("Giving up a basket"),
    "copy.record": mark("Printing a ticket once more"),
    "drawer.record": mark("Opening the drawer"),
    "cash_in.record": mark("Putting cash in"),
    "cash_out.record": mark("Taking cash out"),
    "session_opened.record": mark("Opening a cash session"),
    "x.record": mark("An X report"),
    "z.record": mark("Closing the till with a Z"),
    DISCOUNT: mark("Giving a discount"),
    PRICE: mark("Selling at another price"),
    "training.record": mark("Training"),
    "goods.receive": mark("Taking in a delivery"),
    "price.set": mark("Changing a price"),
    "catalogue.put": mark("Changing articles"),
    "article.create": mark("Making an article"),
    "person.put": mark("Changing people"),
    "quarantine.retry": mark("Taking in what was put aside"),
    "quarantine.close": mark("Closing what was put aside"),
}
_OTHER: Final = mark("This action")


class Allowing:
    """One question at a time."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._entry = PinEntry()
        self._kind = ""
        self._then: Callable[[], object] = lambda: None

    @property
    def open(self) -> bool:
        """Return whether the question stands."""
        return bool(self._kind)

    def ask(self, kind: str, then: Callable[[], object]) -> bool:
        """Return whether `kind` may be done now; where somebody else may allow it, ask.

        `then` is called once somebody has.
        """
        right = self._desk.session.people.may(kind)
        if right is Right.ASK:
            self._kind, self._then = kind, then
            people = self._people()
            self._entry.choose(people[0].id if len(people) == 1 else "")
            self._desk.session.people.forget_attempt()
        return right is not Right.ASK

    def view(self) -> AllowView:
        """Return the question."""
        desk, t = self._desk, self._desk.t
        state, chosen = desk.session.state, self._entry.chosen
        known_here = desk.session.people.known_here
        tiles = person_tiles(self._people(), chosen, state.link, known_here, t)
        attempt = state.attempt if state.attempt and state.attempt.act is Act.OVERRIDE else None
        person = desk.catalogue.person(chosen)
        pin = pin_view(person, self._entry.digits, attempt, desk.wall.now_ms(), t)
        action = t(ACTIONS.get(self._kind, _OTHER))
        text = t(
            "{name} may not do this alone. Somebody who may can allow it once, with a PIN. "
            "Both names are recorded.",
            name=state.who.name,
        )
        return AllowView(action, text, tiles, pin)

    def choose(self, person_id: str) -> None:
        """Touch a person's tile."""
        self._entry.choose(person_id)
        self._desk.session.people.forget_attempt()

    def press(self, name: str) -> None:
        """Touch a key of the pad; the last one asks."""
        pin = self.view().pin
        if name == OK:
            if pin.ready:
                people = self._desk.session.people
                people.allow(self._kind, self._entry.chosen, self._entry.take())
        elif pin.open:
            self._entry.press(name)

    def cancel(self) -> None:
        """Do without."""
        self._kind = ""
        self._entry.press(CLEAR)
        self._desk.session.people.forget_attempt()

    def poll(self) -> None:
        """Go on where somebody has allowed it; let go of the question where nobody is here now."""
        if not self._kind:
            return
        state = self._desk.session.state
        if not state.who.here:
            self.cancel()
            return
        attempt = state.attempt
        taken = attempt is not None and attempt.act is Act.OVERRIDE and not attempt.working
        if taken and attempt is not None and attempt.problem is None:
            then = self._then
            self.cancel()
            then()

    def _people(self) -> list[Person]:
        """Return who may allow it: not the one who asks."""
        roles = ASKED[self._kind].roles
        asks = self._desk.session.state.who.person
        people = who_can_log_in(self._desk.catalogue.people())
        return [each for each in people if each.role in roles and each.id != asks]
