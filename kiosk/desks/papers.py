"""Receipts of the sale just paid and of tickets being read.

Owns which paper it is: a ticket's first one, or a duplicate, which is recorded and may need leave.
"""

from typing import TYPE_CHECKING

from kiosk.views.notices import printing

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


class Papers:
    """What the till's desk prints; how a printer stands is the devices' panel's."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk

    @property
    def can_print(self) -> bool:
        """Return whether the sale just paid can be printed."""
        return self._desk.just_paid is not None and self._desk.session.devices.printer.can_print

    def print_paid(self) -> None:
        """Print the sale just paid."""
        self._desk.trying(self._desk.session.devices.printer.print_newest)

    @property
    def can_reprint(self) -> bool:
        """Return whether the ticket being read can be printed."""
        return self._desk.session.devices.printer.there and self._desk.tickets.read is not None

    def reprint(self) -> None:
        """Print the ticket being read: its first paper, else a duplicate, which is recorded."""
        desk = self._desk
        sold, printer = desk.tickets.read, desk.session.devices.printer
        if sold is None or not printer.there:
            return
        if printer.has_newest(sold.ticket.id):
            desk.trying(printer.print_newest)
        elif desk.allowing.ask("copy.record", self.reprint):
            desk.trying(lambda: desk.say(printing(desk.session.counter.copy(sold.ticket).data.n)))
