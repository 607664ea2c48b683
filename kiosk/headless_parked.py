"""What a headless till's lines do with parked tickets: put lines aside, list them, go on with one.

Owns how a line names what it is about, and that a recall is answered once the hub has spoken.

Lines in:

    {"do":"park","lines":[{"code":"…","quantity_milli":1000}],"note":"M. Petit"}   → parked, reply
        `before`: the parked ticket that these lines go on from
    {"do":"parked"}                                                            → parked_tickets
    {"do":"recall","parked":"…"}                                → recalled, or error; also a reply
        online the hub grants it to one till; offline a till is given what it parked itself
    {"do":"unpark","parked":"…","outcome":"sold"}                              → queued, reply
        what became of one that was recalled here: "sold" or "dropped"

Lines out:

    {"event":"parked","ticket":{…},"n":8}
    {"event":"parked_tickets","tickets":[{"ticket":{…},"device_name":"Caisse 1","holder_name":"",
        "here":false,"pending":false}]}
    {"event":"recalled","ticket":{…}}
"""

from collections.abc import Callable, Mapping
from typing import Any

from common.commands import Unparked
from common.errors import Problem, Refusal
from kiosk import headless_lines as lines
from kiosk.basket import Basket
from kiosk.headless_goods import article_of
from kiosk.parked_tickets import ParkedEntry
from kiosk.session import Session


class ParkedLines:
    """Works on a session. `say`, `done` as for `TillLines`; `error(tag, problem)` says why not."""

    def __init__(
        self,
        session: Session,
        say: Callable[..., None],
        done: Callable[..., None],
        error: Callable[[Any, Problem], None],
    ) -> None:
        self._session = session
        self._parking = session.parking
        self._say = say
        self._done = done
        self._error = error
        self._tag: Any = None
        self.handlers: Mapping[type[Any], Callable[[Any], None]] = {
            lines.Park: self._park,
            lines.Parked: self._parked,
            lines.Recall: self._recall,
            lines.Unpark: self._unpark,
        }

    def look(self) -> None:
        """Say what came of a recall, once that is known."""
        recall = self._parking.take()
        if recall is None:
            return
        if recall.ticket is not None:
            self._say("recalled", self._tag, ticket=recall.ticket)
        elif recall.problem is not None:
            self._error(self._tag, recall.problem)

    def _park(self, line: lines.Park) -> None:
        basket = Basket(parked=line.before)
        for goods in line.lines:
            article = article_of(self._session.catalogue, goods)
            if not basket.takes(article, goods.quantity_milli):
                raise Refusal("bad_line", reason="the basket cannot take so much")
            basket = basket.add(article, goods.quantity_milli)
        self._done("parked", line.tag, ticket=self._parking.park(basket, line.note))

    def _parked(self, line: lines.Parked) -> None:
        tickets = [self._plain(entry) for entry in self._parking.entries()]
        self._say("parked_tickets", line.tag, tickets=tickets)

    def _plain(self, entry: ParkedEntry) -> dict[str, Any]:
        row = entry.row
        return {
            "ticket": entry.ticket,
            "device_name": self._session.state.device.name if row is None else row.device_name,
            "holder_name": "" if row is None else row.holder_name,
            "here": self._parking.is_here(entry),
            "pending": entry.pending,
        }

    def _recall(self, line: lines.Recall) -> None:
        self._tag = line.tag
        self._parking.recall(line.parked)
        self.look()

    def _unpark(self, line: lines.Unpark) -> None:
        try:
            outcome = Unparked(line.outcome)
        except ValueError as error:
            raise Refusal("bad_line", reason='outcome is "sold" or "dropped"') from error
        self._parking.end(line.parked, outcome)
        self._done("queued", line.tag)
