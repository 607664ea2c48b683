"""What a headless till's lines do beside selling: refunds, copies, voids, the drawer, X and Z.

Owns how a line names what it is about. The operations are the counter's, as on the screens.

Lines in:

    {"do":"refund","ticket":"…","reason":"broken"}                             → refunded, reply
        whole, or `lines` of it; by its paper: "original":{"series":…,"number":…,"business_date":…}
        with `lines`. `payment` is "cash" or "card"
    {"do":"void","lines":[{"code":"…"}],"extent":"basket","reason":"…"}          → recorded, reply
    {"do":"copy","ticket":"…"}  {"do":"drawer","reason":"…"}                   → recorded, reply
    {"do":"cash_in","amount_cents":5000,"reason":"…"}, so `cash_out`           → recorded, reply
    {"do":"open_session","float_cents":10000}                                  → recorded, reply
    {"do":"x"}  and  {"do":"z","counted_cents":43210}                          → recorded, reply
    {"do":"training","on":true}                                                → training
    {"do":"sums"}                                                              → sums

Lines out:

    {"event":"refunded","ticket":{…},"original":{…},"n":8}
    {"event":"recorded","type":"z","chain":"…","seq":12,"training":false,"data":{…},"n":8}
    {"event":"training","on":true}
    {"event":"sums","tally":{…},"session_open":true,"training":false}
"""

from collections.abc import Callable, Mapping
from typing import Any

from common.errors import Refusal
from common.journal.void import Voided
from common.models import Original, Ticket, TicketLine, original_of
from common.rules import refund_line, total_cents
from kiosk import headless_lines as lines
from kiosk.counter import Recorded
from kiosk.headless_goods import refund_payments, sold_line
from kiosk.session import Session


class TillLines:
    """Works on a session. `say(event, tag, **fields)` gives a line out; `done` so, with its n."""

    def __init__(
        self, session: Session, say: Callable[..., None], done: Callable[..., None]
    ) -> None:
        self._session = session
        self._counter = session.counter
        self._say = say
        self._done = done
        self.handlers: Mapping[type[Any], Callable[[Any], None]] = {
            lines.Refund: self._refund,
            lines.Void: self._void,
            lines.Copy: self._copy,
            lines.Drawer: self._drawer,
            lines.CashIn: self._cash_in,
            lines.CashOut: self._cash_out,
            lines.OpenSession: self._open_session,
            lines.X: self._x,
            lines.Z: self._z,
            lines.Training: self._training,
            lines.Sums: self._sums,
        }

    def _refund(self, line: lines.Refund) -> None:
        original, back = self._given_back(line)
        shop = self._session.catalogue.shop
        step_cents = 0 if shop is None else shop.cash_step_cents
        paid = refund_payments(line.payment, total_cents(back), step_cents)
        ticket = self._counter.refund(original, back, paid, line.reason)
        self._done("refunded", line.tag, ticket=ticket, original=original)

    def _given_back(self, line: lines.Refund) -> tuple[Original, list[TicketLine]]:
        """Return which ticket is given back, and the lines of it; raises Refusal."""
        catalogue, paper = self._session.catalogue, line.original
        if (paper is None) is not bool(line.ticket):
            raise Refusal("bad_line", reason="a refund names a ticket or an original")
        if paper is not None:
            original = Original("", paper.series, paper.number, paper.business_date)
            sold = [sold_line(catalogue, goods) for goods in line.lines or ()]
            return original, [refund_line(each, each.quantity_milli) for each in sold]
        ticket = self._ticket(line.ticket)
        if line.lines is None:
            whole = [refund_line(each, each.quantity_milli) for each in ticket.lines]
            return original_of(ticket), whole
        return original_of(ticket), [self._part(ticket, goods) for goods in line.lines]

    def _part(self, ticket: Ticket, goods: lines.Goods) -> TicketLine:
        for line in ticket.lines:
            if goods.code not in ("", line.code) or goods.article not in ("", line.article_id):
                continue
            if goods.quantity_milli <= line.quantity_milli:
                return refund_line(line, goods.quantity_milli)
        raise Refusal("bad_line", reason=f"the ticket has no line with {goods.quantity_milli}")

    def _void(self, line: lines.Void) -> None:
        sold = [sold_line(self._session.catalogue, goods) for goods in line.lines]
        try:
            what = Voided(line.extent)
        except ValueError as error:
            raise Refusal("bad_line", reason='extent is "basket" or "line"') from error
        self._recorded(line, self._counter.void(what, sold, line.reason))

    def _copy(self, line: lines.Copy) -> None:
        self._recorded(line, self._counter.copy(self._ticket(line.ticket)))

    def _drawer(self, line: lines.Drawer) -> None:
        self._recorded(line, self._counter.open_drawer(line.reason))

    def _cash_in(self, line: lines.CashIn) -> None:
        self._recorded(line, self._counter.cash_in(line.amount_cents, line.reason))

    def _cash_out(self, line: lines.CashOut) -> None:
        self._recorded(line, self._counter.cash_out(line.amount_cents, line.reason))

    def _open_session(self, line: lines.OpenSession) -> None:
        self._recorded(line, self._counter.open_session(line.float_cents))

    def _x(self, line: lines.X) -> None:
        self._recorded(line, self._counter.x(line.counted_cents))

    def _z(self, line: lines.Z) -> None:
        self._recorded(line, self._counter.z(line.counted_cents))

    def _training(self, line: lines.Training) -> None:
        self._counter.training = line.on
        self._say("training", line.tag, on=line.on)

    def _sums(self, line: lines.Sums) -> None:
        counter = self._counter
        self._say(
            "sums",
            line.tag,
            tally=counter.tally,
            session_open=counter.session_open,
            training=counter.training,
        )

    # Inside.

    def _ticket(self, ticket_id: str) -> Ticket:
        found = self._session.catalogue.ticket(ticket_id)
        if found is None:
            raise Refusal("unknown_ticket", ticket=ticket_id[:60])
        return found

    def _recorded(self, line: Any, made: Recorded) -> None:
        self._done(
            "recorded",
            line.tag,
            type=made.type,
            chain=made.chain,
            seq=made.seq,
            training=made.training,
            data=made.data,
        )
