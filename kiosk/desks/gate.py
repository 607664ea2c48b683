"""The gate of a post: shut while somebody has to log in, over whatever the screen holds.

Owns who is chosen on it and the digits being typed. What lies behind is not touched: a sale in hand
is there for whoever comes.
"""

from typing import TYPE_CHECKING

from common.models import Person
from kiosk.desks.pin_entry import CLEAR, OK, PinEntry
from kiosk.state import Act, At
from kiosk.views.gate import GateView, gate_view
from kiosk.views.people import person_tiles, pin_view, who_can_log_in

if TYPE_CHECKING:
    from kiosk.desks.desk import Desk


class Gate:
    """Logging in, locking, switching to somebody else."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._entry = PinEntry()
        self._shown: tuple[At, str] | None = None

    @property
    def shut(self) -> bool:
        """Return whether somebody has to log in."""
        self._settle()
        return self._desk.session.state.who.shut

    def view(self) -> GateView:
        """Return what stands on it."""
        self._settle()
        desk = self._desk
        state, t = desk.session.state, desk.t
        people = who_can_log_in(desk.catalogue.people())
        chosen = self._entry.chosen
        tiles = person_tiles(people, chosen, state.link, desk.session.people.known_here, t)
        attempt = state.attempt if state.attempt and state.attempt.act is Act.LOGIN else None
        person = desk.catalogue.person(chosen)
        pin = pin_view(person, self._entry.digits, attempt, desk.wall.now_ms(), t)
        since = t.time_of_day(state.who.since_ms, desk.wall.utc_offset_min())
        return gate_view(state.who, state.link, desk.in_hand(), tiles, pin, t, since)

    def choose(self, person_id: str) -> None:
        """Touch a person's tile."""
        self._settle()
        self._entry.choose(person_id)
        self._desk.session.people.forget_attempt()

    def press(self, name: str) -> None:
        """Touch a key of the pad; the last one asks."""
        pin = self.view().pin
        if name == OK:
            if pin.ready:
                self._desk.session.people.log_in(self._entry.chosen, self._entry.take())
        elif pin.open:
            self._entry.press(name)

    def clear(self) -> None:
        """Forget what was typed."""
        self._entry.press(CLEAR)

    def lock(self) -> None:
        """Shut it: whoever is here goes away for a moment, or somebody else comes."""
        self._desk.session.people.lock()

    def leave(self) -> None:
        """Log out whoever has locked the post."""
        self._desk.session.people.log_out()

    def _settle(self) -> None:
        """Begin anew where somebody else is at the post than when it was last looked at."""
        who = self._desk.session.state.who
        seen = (who.at, who.person)
        if seen != self._shown:
            self._shown = seen
            self._entry.choose(self._first() if who.shut else "")

    def _first(self) -> str:
        """Return whose PIN will most likely be typed: who has locked it, or the only one there."""
        who = self._desk.session.state.who
        people: list[Person] = who_can_log_in(self._desk.catalogue.people())
        if who.person in {each.id for each in people}:
            return who.person
        return people[0].id if len(people) == 1 else ""
