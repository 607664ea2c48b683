"""Training at a till: everything is done as always, in a chain of exercises, and counts nowhere.

Owns how it begins and ends. It ends with the program, and where somebody else logs in: nobody sells
for nothing without having asked for it.
"""

from typing import TYPE_CHECKING

from common.commands import Unparked
from kiosk.views.notices import training_began, training_ended

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


class Training:
    """The exercises at one till."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._person = ""

    @property
    def on(self) -> bool:
        """Return whether what is done now is an exercise."""
        return self._desk.session.counter.training

    def begin(self) -> None:
        """Do nothing but exercises from now on; a real sale in hand comes first."""
        if self._desk.sale.basket or self.on:
            return
        self._person = self._desk.session.state.who.person
        self._switch(True)
        self._desk.say(training_began())

    def end(self) -> None:
        """Sell again; the exercise in hand is given up."""
        if self.on:
            self._switch(False)
            self._desk.say(training_ended())

    def poll(self) -> None:
        """End where somebody else is here now."""
        who = self._desk.session.state.who
        if self.on and who.here and who.person != self._person:
            self.end()

    def _switch(self, on: bool) -> None:
        desk = self._desk
        desk.drawer.forget()
        desk.sale.end(Unparked.DROPPED)
        desk.paying.forget()
        desk.dismiss_paid()
        desk.back()
        # What somebody allowed for an exercise allows nothing else.
        desk.session.people.forget_permissions()
        desk.session.counter.training = on
