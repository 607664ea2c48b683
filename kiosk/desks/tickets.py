"""The last tickets: which are listed, and which one is being read.

Owns the choice between this post's tickets and everybody's. The tickets are the catalogue's.
"""

from typing import Final

from kiosk.catalogue import SoldTicket
from kiosk.desks.desk import Desk
from kiosk.views import TicketView, ticket_views
from kiosk.views.counter import TicketDetailView, ticket_detail

LIMIT: Final = 100


class TicketList:
    """A list newest first and one ticket of it in detail."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._views: dict[str, TicketView] = {}
        self._sold: dict[str, SoldTicket] = {}
        self.own_only = True
        self.picked = ""

    @property
    def _series(self) -> str | None:
        return self._desk.session.state.device.series if self.own_only else None

    def open(self) -> None:
        """Read the list anew and show its newest ticket."""
        self.picked = ""
        self.ids()

    def show_all(self, everybody: bool) -> None:
        """List every till's tickets, or this one's only."""
        self.own_only = not everybody
        self.picked = ""

    def ids(self) -> list[str]:
        """Read the list; return its ids newest first."""
        desk = self._desk
        sold = desk.catalogue.sales(LIMIT, self._series)
        views = ticket_views(
            desk.catalogue,
            desk.t,
            desk.wall.now_ms(),
            desk.wall.utc_offset_min(),
            LIMIT,
            self._series,
        )
        self._sold = {each.ticket.id: each for each in sold}
        self._views = {view.id: view for view in views}
        if self.picked not in self._sold:
            self.picked = next(iter(self._sold), "")
        return list(self._views)

    def view(self, ticket_id: str) -> TicketView | None:
        """Return one row of the list as last read."""
        return self._views.get(ticket_id)

    def detail(self) -> TicketDetailView | None:
        """Return the ticket being read."""
        sold = self._sold.get(self.picked)
        if sold is None:
            return None
        return ticket_detail(sold, self._desk.t)
