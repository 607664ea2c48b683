"""The office's desk: the day at a glance, the tills' drawers, and the people who work here.

Owns what is listed and which of the three is in view. Takings, tickets and alerts are the hub's
own, as they arrive; drawers are asked of it while they are in view; people are `staff.py`'s.
"""

from enum import Enum
from typing import Final

from common.i18n import Translator
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.low_stock import LowStock
from kiosk.desks.staff import Staff
from kiosk.rights import Right
from kiosk.state import LinkStatus, Update
from kiosk.views import StockRowView, TicketView, stock_row, ticket_views
from kiosk.views.alerts import AlertRow, alert_rows, aside_note
from kiosk.views.drawers import DrawerRow, drawer_rows
from kiosk.views.office import OfficeView, office_view

TICKETS: Final = 60
ALERTS: Final = 60
# A post may have been silent for longer than the newest alerts go back.
ALERTS_READ: Final = 2_000
_COUNTING: Final = "z.record"
_COUNTING_BLIND: Final = "cash_out.record"
"""Whoever may do this sees what must be in a drawer, in a shop that counts openly, or blind."""


class Panel(Enum):
    """What the office's screen shows."""

    OVERVIEW = "overview"
    DRAWERS = "drawers"
    PEOPLE = "people"


class OfficeDesk(Desk):
    """Today at a glance."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        super().__init__(session, t, wall)
        self._low = LowStock(session.catalogue)
        self.staff = Staff(self)
        self.panel = Panel.OVERVIEW

    def poll(self) -> Update:
        """Fold in what has arrived, and keep the list of what to order again."""
        update = super().poll()
        self._low.follow(update)
        self.staff.poll(update.replies)
        if "takings" in update.touched:
            self.session.drawers.look()
        return update

    def open_panel(self, name: str) -> None:
        """Show the overview, the drawers, or the people."""
        self.panel = Panel(name)
        self.session.drawers.watch(self.panel is Panel.DRAWERS)
        self.staff.put_away()

    def nobody(self) -> str:
        """Return that nobody is set up yet, "" once somebody is."""
        return self.staff.note()

    def overview(self) -> OfficeView:
        """Return today's takings."""
        return office_view(self.catalogue, self.t, self.wall.now_ms(), self.wall.utc_offset_min())

    def drawers(self) -> tuple[DrawerRow, ...]:
        """Return the tills' drawers as the hub knows them."""
        found = self.session.drawers.all or ()
        return drawer_rows(found, self._sees_drawers(), self.t, self.wall.now_ms())

    def drawers_note(self) -> str:
        """Return why no drawer is in view, "" where some are."""
        t = self.t
        if self.session.drawers.all:
            return ""
        if self.session.state.link is not LinkStatus.ONLINE:
            return t("The hub is not there to say how the drawers stand.")
        asked = self.session.drawers.all is not None
        return t("This shop has no till yet.") if asked else t("The hub is being asked.")

    def _sees_drawers(self) -> bool:
        """Return whether the person here may see what must be in a drawer that is being used."""
        shop = self.catalogue.shop
        blind = shop is not None and shop.blind_count
        return self.session.people.may(_COUNTING_BLIND if blind else _COUNTING) is Right.YES

    def tickets(self) -> tuple[TicketView, ...]:
        """Return the last tickets of all tills."""
        return ticket_views(
            self.catalogue, self.t, self.wall.now_ms(), self.wall.utc_offset_min(), TICKETS
        )

    def alerts(self) -> tuple[AlertRow, ...]:
        """Return what somebody should look at."""
        alerts = self.catalogue.alerts(ALERTS_READ)
        return alert_rows(alerts, self.t, self.wall.now_ms(), self.wall.utc_offset_min(), ALERTS)

    def aside(self) -> str:
        """Return how many operations the hub has put aside, in words; "" for none."""
        return aside_note(self.catalogue.alerts(ALERTS_READ), self.t)

    def low_ids(self) -> list[str]:
        """Return the articles to order again, by name."""
        return self._low.among(self.catalogue.search_ids())

    def stock_row(self, article_id: str) -> StockRowView | None:
        """Return one of them."""
        article = self.catalogue.article(article_id)
        return None if article is None else stock_row(self.catalogue, article, self.t)
