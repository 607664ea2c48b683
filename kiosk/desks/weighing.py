"""Weighing for the next article: its weight stands on the pad when the scale has said it.

Owns that a question is open. How a scale is asked is `kiosk.devices.scale`'s.
"""

from typing import TYPE_CHECKING

from kiosk.views.notices import no_weight

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


class Weighing:
    """One weight at a time."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._open = False

    @property
    def possible(self) -> bool:
        """Return whether there is a scale to ask."""
        return self._desk.session.devices.scale.there

    def begin(self) -> None:
        """Ask the scale."""
        if self.possible:
            self._open = True
            self._desk.session.devices.scale.ask()

    def poll(self) -> None:
        """Take the weight that has come, or say why there is none."""
        scale = self._desk.session.devices.scale
        if not self._open or scale.view().weighing:
            return
        self._open = False
        milli, problem = scale.take(), scale.view().problem
        if problem is not None:
            self._desk.say(no_weight(problem))
        elif milli is not None:
            self._desk.weighed(milli)
