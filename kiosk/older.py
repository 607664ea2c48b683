"""Tickets that this post does not keep any more: asked of the hub, a page at a time, newest first.

Owns which page is asked next, what came of it, and that nobody waits for a hub that says nothing.
Kept in memory while they are looked at; nothing of it is on disk.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from common import messages as m
from common.errors import Problem
from common.models import Original, Ticket, convert
from kiosk.catalogue import SoldTicket
from kiosk.state import LinkStatus

PAGE: Final = 50
KIND: Final = "tickets"
ANSWER_S: Final = 10.0


class Older(Enum):
    """How it stands. `MORE`: the next page can be asked; `END`: there is nothing older."""

    MORE = "more"
    ASKING = "asking"
    END = "end"


class OlderTickets:
    """The pages so far. `ask` puts a question to the hub; `changed` is told of each answer."""

    def __init__(
        self,
        ask: Callable[[m.Query], None],
        monotonic: Callable[[], float],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._changed = changed
        self._until_s = 0.0
        self._request = 0
        self._link = LinkStatus.OFFLINE
        self._found: dict[str, SoldTicket] = {}
        self.state = Older.MORE
        self.problem: Problem | None = None

    @property
    def tickets(self) -> list[SoldTicket]:
        """Return what has come, newest first."""
        return list(self._found.values())

    def ticket(self, ticket_id: str) -> SoldTicket | None:
        """Return one of them."""
        return self._found.get(ticket_id)

    def begin(self) -> None:
        """Forget what has come: the list is opened anew."""
        self._request += 1  # What is still on its way is not for this list.
        self._found = {}
        self.state, self.problem = Older.MORE, None

    def more(self, before_ms: int) -> None:
        """Ask for what is older than anything that has come, or than `before_ms`."""
        if self.state is not Older.MORE:
            return
        if self._link is not LinkStatus.ONLINE:
            self.problem = Problem("older_need_hub")
            return
        oldest = next(reversed(self._found.values()), None)
        if oldest is not None:
            # Those of the same millisecond may be on the next page; the ones that came are known.
            before_ms = oldest.ticket.at_ms + 1
        self._request += 1
        self.state, self.problem = Older.ASKING, None
        self._until_s = self._monotonic() + ANSWER_S
        self._ask(m.Query(self._request, KIND, {"before_ms": max(0, before_ms), "limit": PAGE}))

    def hear(self, answer: m.Answer) -> None:
        """Take the hub's answer."""
        if self.state is not Older.ASKING or answer.request != self._request:
            return
        self.state = Older.MORE
        if answer.code:
            self.problem = Problem(answer.code, answer.params)
        else:
            self._take(answer.result)
        self._changed()

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise: an answer does not come from a hub that is not there."""
        self._link = status
        if status is not LinkStatus.ONLINE:
            self._give_up()

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""
        asking = self.state is Older.ASKING
        return max(0.0, self._until_s - self._monotonic()) if asking else None

    def tick(self) -> None:
        """Wait no longer than is bearable; it can be asked again."""
        if self._monotonic() >= self._until_s:
            self._give_up()

    def _give_up(self) -> None:
        if self.state is Older.ASKING:
            self.state, self.problem = Older.MORE, Problem("older_need_hub")
            self._changed()

    def _take(self, rows: Any) -> None:
        try:
            page = [_sold(row) for row in rows]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.problem = Problem("malformed", {"reason": str(error)})
            return
        new = [sold for sold in page if sold.ticket.id not in self._found]
        self._found.update((sold.ticket.id, sold) for sold in new)
        if not new:
            self.state = Older.END


def _sold(row: Any) -> SoldTicket:
    refunds = row.get("refunds")
    return SoldTicket(
        convert(row["ticket"], Ticket),
        str(row["device_name"]),
        refunds=None if refunds is None else convert(refunds, Original),
    )
