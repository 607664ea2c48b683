"""A panel of a till's large half that shows one part of its desk.

Owns how such a panel is told to show itself anew, and how its touches reach the desk: by the dotted
name of an action, as in "form.choose". A new panel is a class of these and a line in the screen's
table.
"""

from typing import Any

from kiosk.widgets.payment import Panel


class DeskPanel(Panel):
    """Base of such panels. `letters_by_touch`: touching a field brings letters to the screen."""

    __events__ = ("on_act",)
    letters_by_touch = True

    def show(self, desk: Any) -> None:
        """Show the desk's part as it is now; called whenever something was touched or has come."""
        raise NotImplementedError

    def leave(self) -> None:
        """Let go of the keyboard: the panel is not in view any more."""

    def act(self, action: str, *args: Any) -> None:
        """Ask for an action of the desk."""
        self.dispatch("on_act", action, args)

    def on_act(self, action: str, args: Any) -> None:
        """Event: an action of the desk was asked for."""
