"""The part of a till's desk that shows its devices: how each stands, and what to do about it.

Owns no device: it asks the session's. Nothing here is needed to sell.
"""

from typing import TYPE_CHECKING

from common.i18n import mark
from kiosk.desks.form import Answers, Form
from kiosk.desks.reasons import said
from kiosk.views.devices import (
    DeviceRow,
    DevicesView,
    display_row,
    drawer_row,
    note_row,
    printer_row,
    scale_row,
    sign,
    terminal_row,
)

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk


class DevicesDesk:
    """The devices of the till of `desk`."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk

    def view(self) -> DevicesView:
        """Return how they stand, what needs somebody first."""
        return DevicesView(self._rows())

    def sign(self) -> str:
        """Return the sign of what is wrong, for the status bar."""
        return sign(self._rows())

    def _rows(self) -> tuple[DeviceRow, ...]:
        desk = self._desk
        devices, t = desk.session.devices, desk.t
        printed = devices.printer.view()
        now_ms, offset_min = desk.wall.now_ms(), desk.wall.utc_offset_min()
        notes = (
            note_row(note, now_ms, offset_min, t)
            for note in devices.cards.left()
            if not desk.paying.holds(note.asked.reference)
        )
        rows = (
            *notes,
            printer_row(printed, devices.printer.wanted, t),
            drawer_row(printed, devices.printer.opens_drawer, t),
            display_row(devices.display.view(), t),
            scale_row(devices.scale.view(), devices.scale.there, t),
            terminal_row(devices.cards.terminal.name, devices.cards.view, t),
        )
        return tuple(sorted(rows, key=lambda row: row.tone != "warn"))

    # Touches.

    def touch(self, action: str, about: str) -> None:
        """Do what a row's key says."""
        doing = getattr(self, action)
        if about:
            doing(about)
        else:
            doing()

    def retry_printer(self) -> None:
        """Try now."""
        self._desk.session.devices.printer.retry()

    def print_doubtful(self) -> None:
        """Print what may be out: somebody looked, and it is not."""
        self._desk.trying(self._desk.session.devices.printer.print_doubtful)

    def drop_doubtful(self) -> None:
        """Forget what may be out: it is."""
        self._desk.session.devices.printer.drop_doubtful()

    def print_trial(self) -> None:
        """Print a paper that says that it is a trial."""
        self._desk.trying(self._desk.session.devices.printer.print_trial)

    def ask_drop_waiting(self) -> None:
        """Ask whether what waits for the printer is given up."""
        printer = self._desk.session.devices.printer

        def done(_: Answers) -> None:
            printer.drop_waiting()
            self._desk.open_devices()

        self._desk.ask(
            Form(
                said(mark("Drop what waits for the printer?")),
                (),
                said(mark("Drop it")),
                done,
                lambda t, _: t("Nothing recorded is lost: a ticket can be printed again later."),
                "danger",
            )
        )

    def ask_drop_card(self, reference: str) -> None:
        """Ask whether somebody has seen to a card payment without a ticket."""
        cards = self._desk.session.devices.cards

        def done(_: Answers) -> None:
            cards.drop(reference)
            self._desk.open_devices()

        self._desk.ask(
            Form(
                said(mark("Has somebody seen to this card payment?")),
                (),
                said(mark("It is seen to")),
                done,
                lambda t, _: t(
                    "It is in a ticket by now, or was given back, or the terminal never took it."
                    " It is not shown again."
                ),
                "danger",
            )
        )

    def restart_display(self) -> None:
        """Start the customer's screen again."""
        self._desk.session.devices.display.restart()
        self._desk.tell_customer()

    def weigh(self) -> None:
        """Ask the scale."""
        self._desk.weighing.begin()
