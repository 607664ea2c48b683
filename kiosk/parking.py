"""Parking at one till: putting a basket aside, and going on with one that was.

Owns a basket's way into a parked ticket and back, and the asking for one: online the hub grants it,
offline a till takes up what it parked itself and says so afterwards. No screens, no disk.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Final

from common import messages as m
from common.commands import Arguments, TicketPark, TicketRecall, TicketUnpark, Unparked
from common.errors import Problem, Refusal
from common.models import ParkedLine, ParkedTicket
from kiosk.basket import Basket, BasketLine
from kiosk.clocks import Clocks
from kiosk.discount import Discount
from kiosk.parked_tickets import ParkedEntry, ParkedTickets
from kiosk.reception import Reception
from kiosk.state import LinkStatus, SessionState
from kiosk.till import Stamp

_SAME: Final = {field.name for field in fields(BasketLine)} - {"id", "discount"}
"""What a line is when it is parked as well, by the same names."""


@dataclass(frozen=True, slots=True)
class Recall:
    """What came of asking for a parked ticket: the ticket, or why it is not given."""

    ticket: ParkedTicket | None = None
    problem: Problem | None = None


class Parking:
    """One till's. `send` puts a command on disk and returns its n; `training`: exercises only."""

    def __init__(
        self,
        parked: ParkedTickets,
        send: Callable[[str, Arguments], int],
        state: Callable[[], SessionState],
        people: Reception,
        stamp: Callable[[], Stamp],
        clocks: Clocks,
        mint: Callable[[], str],
        training: Callable[[], bool],
    ) -> None:
        self._parked = parked
        self._send = send
        self._state = state
        self._people = people
        self._stamp = stamp
        self._clocks = clocks
        self._mint = mint
        self._training = training
        self._asked: tuple[int, ParkedTicket] | None = None
        self._recall: Recall | None = None

    def entries(self) -> list[ParkedEntry]:
        """Return the parked tickets of the shop, newest first; exercises to those who practise."""
        training = self._training()
        return [each for each in self._parked.all() if each.ticket.training is training]

    def is_here(self, entry: ParkedEntry) -> bool:
        """Return whether this till took it up, and has not said yet what became of it."""
        here = self._state().device.id
        return entry.taken or (entry.row is not None and entry.row.holder_id == here)

    def park(self, basket: Basket, note: str = "") -> ParkedTicket:
        """Put a basket aside; it is on disk on return. Raises Refusal, and it is not parked."""
        if not basket:
            raise Refusal("ticket_empty")
        at_ms, stamp = self._clocks.wall_ms(), self._stamp()
        ticket = ParkedTicket(
            self._mint(),
            at_ms,
            self._clocks.offset_min(at_ms),
            stamp.clock_diff_ms,
            stamp.operator,
            tuple(map(_parked_line, basket.lines)),
            basket.total_cents,
            note,
            stamp.operator_id,
            basket.discount.cents,
            basket.discount.bp,
            basket.parked,
            self._training(),
            basket.customer,
            basket.note,
        )
        self._send("ticket.park", TicketPark(ticket))
        return ticket

    def recall(self, parked_id: str) -> None:
        """Ask for a parked ticket; `take` says what comes of it. Raises Refusal."""
        entry = self._parked.get(parked_id)
        if entry is None:
            raise Refusal("unknown_parked")
        if self._asks_hub:
            n = self._send("ticket.recall", TicketRecall(parked_id))
            self._asked, self._recall = (n, entry.ticket), None
            return
        self._require_own(entry)
        if not self.is_here(entry):
            self._send("ticket.unpark", TicketUnpark(parked_id, Unparked.TAKEN))
        self._recall = Recall(entry.ticket)

    def end(self, parked_id: str, outcome: Unparked) -> None:
        """Say what became of a parked ticket that this till took up. Raises Refusal."""
        self._send("ticket.unpark", TicketUnpark(parked_id, outcome))

    @property
    def asking(self) -> bool:
        """Return whether the hub's answer is awaited."""
        return self._asked is not None

    def take(self) -> Recall | None:
        """Return what came of the last asking, once."""
        if self._asked is not None and self._state().link is LinkStatus.OFFLINE:
            # What the hub grants later shows in the list as being here.
            self._asked, self._recall = None, Recall(problem=Problem("parked_unanswered"))
        recall, self._recall = self._recall, None
        return recall

    def replies(self, replies: Iterable[m.Reply]) -> None:
        """Heed the hub's answer."""
        for reply in replies:
            if self._asked is not None and reply.n == self._asked[0]:
                granted = reply.status is m.Status.ACCEPTED
                problem = None if granted else Problem(reply.code, reply.params)
                self._recall = Recall(self._asked[1] if granted else None, problem)
                self._asked = None

    @property
    def _asks_hub(self) -> bool:
        online = self._state().link is not LinkStatus.OFFLINE
        return online and not self._people.must_hold("ticket.recall")

    def _require_own(self, entry: ParkedEntry) -> None:
        """Raise Refusal for what another till parked, or has in hand by what is known here."""
        row, here = entry.row, self._state().device.id
        if row is None or entry.taken or row.holder_id == here:
            return
        if row.holder_id:
            raise Refusal("parked_elsewhere", device=row.holder_name)
        if row.device_id != here:
            raise Refusal("parked_needs_hub", device=row.device_name)


def basket_of(ticket: ParkedTicket, next_id: int = 1) -> Basket:
    """Return the basket that was parked; its lines are numbered from `next_id` on."""
    lines = tuple(_basket_line(n, line) for n, line in enumerate(ticket.lines, start=next_id))
    off = Discount(ticket.discount_cents, ticket.discount_bp)
    last = lines[-1].id
    return Basket(lines, last, last + 1, off, ticket.id, ticket.customer, ticket.mention)


def _parked_line(line: BasketLine) -> ParkedLine:
    same = {name: getattr(line, name) for name in _SAME}
    return ParkedLine(**same, discount_cents=line.discount.cents, discount_bp=line.discount.bp)


def _basket_line(line_id: int, line: ParkedLine) -> BasketLine:
    same = {name: getattr(line, name) for name in _SAME}
    return BasketLine(line_id, **same, discount=Discount(line.discount_cents, line.discount_bp))
