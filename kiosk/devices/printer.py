"""The receipt printer of a till and the drawer on it: what is printed by itself, what on request.

Owns which record's paper goes into the queue. A printer that fails never fails what was recorded:
what went wrong is shown, and the paper can be printed again from its ticket.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from common.errors import Problem, Refusal
from common.i18n import Translator
from kiosk.counter import Recorded
from kiosk.devices.papers import ON_REQUEST, has_paper, opens_drawer, sheet_of, trial_sheet
from kiosk.devices.settings import DrawerSettings, PrinterSettings, Printing
from kiosk.printing.escpos_bytes import drawer_bytes, load, sheet_bytes
from kiosk.printing.paper import Picture
from kiosk.printing.queue import PrinterView, PrintQueue

_log = logging.getLogger(__name__)
_NO_QUEUE: Final = PrinterView()


class Printer:
    """Prints by `queue`; None: there is no printer, or none that could be opened (`problem`).

    `t`: the language of papers.
    """

    def __init__(
        self,
        t: Translator,
        settings: PrinterSettings | None = None,
        drawer: DrawerSettings | None = None,
        queue: PrintQueue | None = None,
        logo: Picture | None = None,
        problem: Problem | None = None,
    ) -> None:
        self.t = t
        self._settings = settings or PrinterSettings()
        self._drawer = drawer or DrawerSettings()
        self.queue = queue
        self._logo = logo
        self._problem = problem
        self._newest: Recorded | None = None
        self._shown = PrinterView()
        self.on_wake: Callable[[], None] | None = None
        self.name_of: Callable[[str], str] = lambda _customer: ""
        if queue is not None:
            load()  # Not while the first customer waits.
            queue.on_change = self._changed

    @property
    def wanted(self) -> bool:
        """Return whether this till is to have a printer."""
        return bool(self._settings.address)

    @property
    def opens_drawer(self) -> bool:
        """Return whether a drawer hangs on it that opens for cash."""
        return self.wanted and self._drawer.opens_for_cash

    @property
    def address(self) -> str:
        """Return where the printer is."""
        return self._settings.address

    def view(self) -> PrinterView:
        """Return what waits, what may be out already, and what is wrong."""
        shown = _NO_QUEUE if self.queue is None else self.queue.view()
        if shown.problem is not None or self._problem is None:
            return shown
        return replace(shown, problem=self._problem)

    def poll(self) -> bool:
        """Return whether what is shown has changed since the last call."""
        before, self._shown = self._shown, self.view()
        return self._shown != before

    def _changed(self) -> None:
        """Say so, from the queue's thread."""
        if self.on_wake is not None:
            self.on_wake()

    # What was recorded.

    def recorded(self, made: Recorded) -> None:
        """Open the drawer where cash goes in or out, and print what is to be printed by itself."""
        if self.queue is None:
            return
        if self._drawer.opens_for_cash and opens_drawer(made):
            self.queue.kick(drawer_bytes())
        if not has_paper(made):
            return
        if made.type is ON_REQUEST and self._settings.printing is Printing.ON_REQUEST:
            self._newest = made
            return
        self._newest = None
        try:
            self._put(made)
        except Refusal as refusal:
            # It is recorded: the paper can be printed from it again, as a duplicate.
            _log.warning("no paper: %s", refusal)
            self._problem = refusal.problem

    @property
    def there(self) -> bool:
        """Return whether papers can be printed, now or once the printer is mended."""
        return self.queue is not None

    def has_newest(self, ticket_id: str) -> bool:
        """Return whether a ticket is the newest sale, and was not printed yet."""
        return self._newest is not None and self._newest.data.ticket.id == ticket_id

    @property
    def can_print(self) -> bool:
        """Return whether the newest sale waits for somebody to want its paper."""
        return self.queue is not None and self._newest is not None

    def print_newest(self) -> bool:
        """Print the newest sale, once: the next one would be a duplicate. Raises as `Jobs.add`.

        Return whether there was one.
        """
        newest = self._newest
        if newest is None:
            return False
        self._put(newest)
        self._newest = None
        return True

    def _put(self, made: Recorded) -> None:
        assert self.queue is not None
        sheet = sheet_of(made, self._logo, self._settings.qr, self.t, self._customer(made))
        self.queue.put(sheet.title, sheet_bytes(sheet, self._settings.columns))
        self._problem = None

    def print_trial(self) -> None:
        """Print a paper that says that it is a trial. Raises as `Jobs.add`."""
        if self.queue is not None:
            sheet = trial_sheet(self._logo, self.t)
            self.queue.put(sheet.title, sheet_bytes(sheet, self._settings.columns))
            self._problem = None

    # What waits.

    def retry(self) -> None:
        """Try now."""
        if self.queue is not None:
            self.queue.retry()

    def print_doubtful(self) -> None:
        """Print what may be out already. Raises Refusal `disk_failed`."""
        if self.queue is not None:
            self.queue.print_doubtful()

    def drop_doubtful(self) -> None:
        """Forget what may be out already."""
        if self.queue is not None:
            self.queue.drop_doubtful()

    def drop_waiting(self) -> None:
        """Forget what waits."""
        if self.queue is not None:
            self.queue.drop_waiting()

    def _customer(self, made: Recorded) -> str:
        """Return the name of whose ticket it is, where this till prints names."""
        ticket = made.copied or getattr(made.data, "ticket", None)
        whose = getattr(ticket, "customer", None)
        return self.name_of(whose.id) if whose and self._settings.customer_name else ""

    def open_drawer(self) -> None:
        """Open the drawer; that it was is recorded elsewhere."""
        if self.queue is not None:
            self.queue.kick(drawer_bytes())

    def close(self) -> None:
        """End; what waits is on disk."""
        if self.queue is not None:
            self.queue.close()
