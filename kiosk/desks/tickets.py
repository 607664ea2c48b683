"""The last tickets: which are listed, which one is being read, and those that only the hub has.

Owns the choice between this post's tickets and everybody's, and what is searched for. The tickets
are the catalogue's, the older ones the hub's; what is done with one is asked of other desks.
"""

from typing import Final

from kiosk.catalogue import SoldTicket
from kiosk.desks.desk import Desk
from kiosk.older import Older
from kiosk.search import Folder
from kiosk.views import TicketView
from kiosk.views.counter import TicketDetailView, ticket_detail
from kiosk.views.papers import OlderView, older_view, ticket_view, ticket_words

LIMIT: Final = 100
_SEARCHED: Final = 20_000
"""So many of the newest tickets are looked through; the hub is asked for what is older."""


class TicketList:
    """A list newest first and one ticket of it in detail."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sold: dict[str, SoldTicket] = {}
        self._words: dict[str, str] = {}
        self._fold = Folder()
        self.own_only = True
        self.picked = ""
        self.text = ""

    @property
    def _series(self) -> str | None:
        return self._desk.session.state.device.series if self.own_only else None

    def open(self) -> None:
        """Read the list anew and show its newest ticket."""
        self.picked = self.text = ""
        self._desk.session.older.begin()
        self.ids()

    def show_all(self, everybody: bool) -> None:
        """List every till's tickets, or this one's only."""
        self.own_only = not everybody
        self.picked = ""

    def search(self, text: str) -> None:
        """List those in which every word of a text stands: number, amount, time, article."""
        self.text = text
        self.picked = ""

    def pick(self, ticket_id: str) -> None:
        """Read another ticket."""
        self.picked = ticket_id

    def more(self) -> None:
        """Ask the hub for older ones."""
        known = self._desk.catalogue.sales(_SEARCHED, self._series)
        before_ms = known[-1].ticket.at_ms if known else self._desk.wall.now_ms()
        self._desk.session.older.more(before_ms)

    def ids(self) -> list[str]:
        """Read the list; return its ids newest first."""
        # Each word as a whole: a number has hyphens, an amount a comma.
        wanted = [self._fold(word) for word in self.text.split()]
        catalogue = self._desk.catalogue
        found: dict[str, SoldTicket] = {}
        for sold in catalogue.sales(_SEARCHED if wanted else LIMIT, self._series):
            if len(found) >= LIMIT:
                break
            if self._has(sold, wanted):
                found[sold.ticket.id] = sold
        for sold in self._desk.session.older.tickets:
            own = self._series in (None, sold.ticket.series)
            if own and catalogue.ticket(sold.ticket.id) is None and self._has(sold, wanted):
                found[sold.ticket.id] = sold
        self._sold = found
        if self.picked not in found:
            self.picked = next(iter(found), "")
        return list(found)

    def view(self, ticket_id: str) -> TicketView | None:
        """Return one row of the list as last read."""
        sold = self._sold.get(ticket_id)
        if sold is None:
            return None
        wall = self._desk.wall
        return ticket_view(sold, self._desk.t, wall.now_ms(), wall.utc_offset_min())

    def older(self) -> OlderView:
        """Return what the key below the list says."""
        older = self._desk.session.older
        return older_view(
            older.state is Older.ASKING, older.state is Older.END, older.problem, self._desk.t
        )

    @property
    def read(self) -> SoldTicket | None:
        """Return the ticket being read."""
        return self._sold.get(self.picked)

    def detail(self) -> TicketDetailView | None:
        """Return the ticket being read, as it is shown."""
        sold = self.read
        if sold is None:
            return None
        catalogue, whose = self._desk.catalogue, sold.ticket.customer
        customer = None if whose is None else catalogue.customers.get(whose.id)
        refunds = catalogue.refunds_of(sold.ticket)
        return ticket_detail(sold, self._desk.t, refunds, customer)

    def _has(self, sold: SoldTicket, wanted: list[str]) -> bool:
        if not wanted:
            return True
        words = self._words.get(sold.ticket.id)
        if words is None:
            if len(self._words) >= _SEARCHED:
                self._words.clear()
            words = self._words[sold.ticket.id] = self._fold(ticket_words(sold))
        return all(each in words for each in wanted)
