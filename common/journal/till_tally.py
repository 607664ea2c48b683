"""What a till counts as it goes: the sums of its cash session, and its two totals that never end.

Owns what of each record is counted, and how. The till keeps a tally record by record and states it
in X and Z; whoever verifies counts the same records once more, by the same lines. Cents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from common.journal.kinds import RECORDS, Counts, RecordType
from common.journal.totals import Totals
from common.models import Ticket
from common.rules import CASH


@dataclass(slots=True)
class CountSum:
    """How many, and what they come to."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        """Count one more."""
        self.count += 1
        self.cents += cents

    def copy(self) -> "CountSum":
        """Return one that goes its own way."""
        return CountSum(self.count, self.cents)


@dataclass(slots=True)
class SessionSums:
    """A cash session. `tickets`: sales and refunds together; the rest tells parts of it apart.

    `refunds` and what is discounted on them are negative. `voids`: what was never paid.
    """

    tickets: Totals = field(default_factory=Totals)
    refunds: CountSum = field(default_factory=CountSum)
    discounts: CountSum = field(default_factory=CountSum)
    voids: CountSum = field(default_factory=CountSum)
    copies: int = 0
    drawers: int = 0
    cash_in: CountSum = field(default_factory=CountSum)
    cash_out: CountSum = field(default_factory=CountSum)
    opened: int = 0
    float_cents: int = 0

    @property
    def expected_cents(self) -> int:
        """Return what must be in the drawer."""
        paid = self.tickets.by_method.get(CASH, 0)
        return self.float_cents + paid + self.cash_in.cents - self.cash_out.cents


@dataclass(frozen=True, slots=True)
class Span:
    """Records of a chain, the first and the last of them."""

    chain: str
    first_seq: int
    last_seq: int


@dataclass(slots=True)
class TillTally:
    """Where a till's sums stand. The session's begin with record `first_seq` of this chain.

    `before`: where it began, in chains that ended under it. `lacks`, `perpetual_lacks`: why its
    sums, or the two that never end, may lack something; "" where they do not.
    """

    first_seq: int = 1
    session: SessionSums = field(default_factory=SessionSums)
    net_cents: int = 0
    absolute_cents: int = 0
    before: tuple[Span, ...] = ()
    lacks: str = ""
    perpetual_lacks: str = ""

    def add(self, kind: RecordType, seq: int, data: Any) -> None:
        """Count a record; `data`: what it holds, as a value of its type's class."""
        if kind is RecordType.Z:
            self.begin_session(seq + 1)
            return
        add = _ADD.get(RECORDS[kind].counts)
        if add is not None:
            add(self, data)

    def begin_session(self, first_seq: int) -> None:
        """Let another session begin with a record."""
        self.first_seq = first_seq
        self.session = SessionSums()
        self.before = ()
        self.lacks = ""

    def copy(self) -> "TillTally":
        """Return one that goes its own way."""
        s = self.session
        tickets = replace(
            s.tickets,
            by_rate={rate: replace(held) for rate, held in s.tickets.by_rate.items()},
            by_method=dict(s.tickets.by_method),
        )
        session = replace(
            s,
            tickets=tickets,
            refunds=s.refunds.copy(),
            discounts=s.discounts.copy(),
            voids=s.voids.copy(),
            cash_in=s.cash_in.copy(),
            cash_out=s.cash_out.copy(),
        )
        return replace(self, session=session)

    def carried(self, chain: str, last_seq: int) -> "TillTally":
        """Return it as it goes on under another chain, since this one ended at `last_seq`."""
        held = self.copy()
        if self.first_seq <= last_seq:
            held.before = (*self.before, Span(chain, self.first_seq, last_seq))
        held.first_seq = 1
        return held


def _ticket(tally: TillTally, data: Any) -> None:
    ticket: Ticket = data.ticket
    session = tally.session
    session.tickets.add(ticket)
    tally.net_cents += ticket.total_cents
    tally.absolute_cents += abs(ticket.total_cents)
    for line in ticket.lines:
        if line.discount_cents:
            session.discounts.add(line.discount_cents)


def _refund(tally: TillTally, data: Any) -> None:
    _ticket(tally, data)
    tally.session.refunds.add(data.ticket.total_cents)


def _copy(tally: TillTally, _: Any) -> None:
    tally.session.copies += 1


def _drawer(tally: TillTally, _: Any) -> None:
    tally.session.drawers += 1


def _float(tally: TillTally, data: Any) -> None:
    tally.session.opened += 1
    tally.session.float_cents += data.float_cents


_ADD: Final[Mapping[Counts, Callable[[TillTally, Any], None]]] = {
    Counts.TICKET: _ticket,
    Counts.REFUND: _refund,
    Counts.VOID: lambda tally, data: tally.session.voids.add(data.total_cents),
    Counts.COPY: _copy,
    Counts.DRAWER: _drawer,
    Counts.CASH_IN: lambda tally, data: tally.session.cash_in.add(data.amount_cents),
    Counts.CASH_OUT: lambda tally, data: tally.session.cash_out.add(data.amount_cents),
    Counts.FLOAT: _float,
}
if _ADD.keys() != set(Counts) - {Counts.NOTHING}:
    raise ImportError("what is counted is counted nowhere")
