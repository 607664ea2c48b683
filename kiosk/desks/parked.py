"""Parked tickets at the till: putting the sale aside, the list, going on with one.

Owns which one is being read, and what becomes of the sale in hand when another takes its place. Who
may have a parked ticket is said by the session's parking.
"""

from typing import TYPE_CHECKING, Final

from common.commands import Unparked
from common.errors import Refusal
from common.i18n import mark
from kiosk.desks.form import Answers, Field, Form, Kind
from kiosk.desks.reasons import said
from kiosk.parked_tickets import ParkedEntry
from kiosk.parking import basket_of
from kiosk.views import TicketView
from kiosk.views.counter import TicketDetailView
from kiosk.views.mode import Mode
from kiosk.views.notices import not_recalled, parked, refused, waits_here
from kiosk.views.parked import parked_detail, parked_view

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

NOTE_MOST: Final = 60


class ParkedDesk:
    """The list, and one parked ticket of it in detail."""

    def __init__(self, desk: "TillDesk") -> None:
        self._desk = desk
        self._entries: dict[str, ParkedEntry] = {}
        self.picked = ""

    # Views.

    def ids(self) -> list[str]:
        """Read the list; return its ids newest first."""
        entries = self._desk.session.parking.entries()
        self._entries = {each.ticket.id: each for each in entries}
        if self.picked not in self._entries:
            self.picked = next(iter(self._entries), "")
        return list(self._entries)

    def view(self, parked_id: str) -> TicketView | None:
        """Return one row of the list as last read."""
        entry, desk = self._entries.get(parked_id), self._desk
        if entry is None:
            return None
        here = desk.session.parking.is_here(entry)
        return parked_view(entry, here, desk.t, desk.wall.now_ms(), desk.wall.utc_offset_min())

    def detail(self) -> TicketDetailView | None:
        """Return the one being read."""
        entry, desk = self._entries.get(self.picked), self._desk
        if entry is None:
            return None
        return parked_detail(entry, desk.session.parking.is_here(entry), desk.t)

    def can_recall(self) -> bool:
        """Return whether the one being read may be asked for: it waits, or was taken up here."""
        entry, parking = self._entries.get(self.picked), self._desk.session.parking
        if entry is None or parking.asking or self._desk.paying.begun:
            return False
        held = entry.row is not None and bool(entry.row.holder_id)
        return not held or parking.is_here(entry)

    # Touches.

    def park(self) -> None:
        """Put the sale aside."""
        self._park("")

    def ask_name(self) -> None:
        """Ask for a name by which the sale is found again."""

        def done(answers: Answers) -> None:
            self._put_aside(str(answers["name"] or ""))

        name = Field("name", Kind.TEXT, mark("Name or note"), most_letters=NOTE_MOST)
        self._desk.ask(Form(said(mark("Park the sale")), (name,), said(mark("Park it")), done))

    def open(self) -> None:
        """Show the list."""
        self.picked = ""
        self._desk.dismiss()
        self._desk.show(Mode.PARKED)
        self.ids()

    def pick(self, parked_id: str) -> None:
        """Read another one."""
        self.picked = parked_id

    def recall(self) -> None:
        """Go on with the one being read, where the hub lets this till."""
        desk = self._desk
        if not self.can_recall() or not desk.allowing.ask("ticket.recall", self.recall):
            return
        try:
            desk.session.parking.recall(self.picked)
        except Refusal as refusal:
            desk.say(not_recalled(refusal.problem))
        self.poll()

    # What comes.

    def poll(self) -> None:
        """Heed what came of asking for one."""
        desk = self._desk
        recall = desk.session.parking.take()
        if recall is None:
            return
        if recall.problem is not None:
            desk.say(not_recalled(recall.problem))
        elif recall.ticket is not None and desk.mode is not Mode.PARKED:
            desk.say(waits_here())  # Somebody did something else meanwhile: that goes on.
        elif recall.ticket is not None and (not desk.sale.basket or self._park("")):
            desk.sale.go_on(basket_of(recall.ticket, desk.sale.basket.next_id))
            desk.back()

    def over(self, parked_id: str, outcome: Unparked) -> None:
        """Say what became of the parked ticket that a sale went on from."""
        try:
            self._desk.session.parking.end(parked_id, outcome)
        except Refusal as refusal:
            self._desk.say(refused(refusal.problem))

    # Inside.

    def _park(self, note: str) -> bool:
        """Put the sale aside; return whether it is."""
        desk = self._desk
        if desk.paying.begun:
            desk.paying.refuse_change()
            return False
        if not desk.sale.basket or not desk.allowing.ask("ticket.park", self.park):
            return False
        try:
            self._put_aside(note)
        except Refusal as refusal:
            desk.say(refused(refusal.problem))
            return False
        return True

    def _put_aside(self, note: str) -> None:
        desk = self._desk
        lines = len(desk.sale.basket.lines)
        desk.session.parking.park(desk.sale.basket, note)
        desk.sale.lay_aside()
        desk.say(parked(lines))
