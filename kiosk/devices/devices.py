"""The devices of one till, together: what a session holds, and a desk asks.

Owns that each is polled and closed, and what follows from a record by itself. Without any settings
there is a card terminal by hand, and nothing else.
"""

from collections.abc import Callable

from common.i18n import Translator
from kiosk.clocks import Clocks, system_clocks
from kiosk.counter import Recorded
from kiosk.devices.display import Display
from kiosk.devices.printer import Printer
from kiosk.devices.scale import Scale
from kiosk.terminals.cards import CardPayments
from kiosk.terminals.manual import ManualTerminal


class Devices:
    """One owner thread, the session's. `t`: the language of papers and of the customer's screen."""

    def __init__(
        self,
        cards: CardPayments | None = None,
        printer: Printer | None = None,
        scale: Scale | None = None,
        display: Display | None = None,
        t: Translator | None = None,
        clocks: Clocks | None = None,
    ) -> None:
        self.t = t or Translator("fr")
        self.cards = cards or CardPayments(ManualTerminal(), clocks or system_clocks())
        self.printer = printer or Printer(self.t)
        self.scale = scale or Scale()
        self.display = display or Display()

    def wake_by(self, wake: Callable[[], None]) -> None:
        """Have `wake` called, from any thread, when there is something to poll."""
        self.cards.terminal.on_wake = wake
        self.scale.on_wake = wake
        self.printer.on_wake = wake
        self.display.on_wake = wake

    def recorded(self, made: Recorded) -> None:
        """Do what follows from a record that is on disk: its paper, the drawer."""
        self.printer.recorded(made)

    def poll(self) -> bool:
        """Take what they have said; return whether that changed what is shown of them."""
        polled = (
            self.cards.poll(),
            self.printer.poll(),
            self.scale.poll(),
            self.display.poll(),
        )
        return any(polled)

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds to poll by itself, None for never."""
        return self.cards.due_in_s

    def close(self) -> None:
        """Let go of them all; what waits is on disk."""
        self.display.close()
        self.printer.close()
        self.scale.close()
        self.cards.close()
