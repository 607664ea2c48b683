"""X and Z: what a till's cash session comes to, stated in its chain.

Bound by sequence, never by date: each covers the records from the one after the last Z up to the
one before itself. Owns what they state and how it is made of a tally.
"""

from dataclasses import dataclass

from common.journal.drawer import CashCents, CountData
from common.journal.record import Seq
from common.journal.till_tally import SessionSums, Span, TillTally
from common.models import PersonId


@dataclass(frozen=True, slots=True)
class ReportData:
    """The sums of records `first_seq` to `last_seq` of this chain, and of `before` in earlier ones.

    `net_cents`, `absolute_cents`: the till's two totals that never end; the first goes down with
    refunds, the second grows with them. `counted_cents`: what was found in the drawer, None where
    nobody counted; `count`: how it was. `lacks`, `perpetual_lacks`: why sums may lack something.
    """

    first_seq: Seq
    last_seq: int
    before: tuple[Span, ...]
    sums: SessionSums
    expected_cents: int
    counted_cents: CashCents | None
    difference_cents: int | None
    net_cents: int
    absolute_cents: int
    lacks: str = ""
    perpetual_lacks: str = ""
    operator_id: PersonId = ""
    count: CountData | None = None


def report_of(
    tally: TillTally,
    last_seq: int,
    counted_cents: int | None,
    operator_id: str = "",
    count: CountData | None = None,
) -> ReportData:
    """Return what an X or a Z states of a tally that stands after record `last_seq`."""
    expected = tally.session.expected_cents
    return ReportData(
        first_seq=tally.first_seq,
        last_seq=last_seq,
        before=tally.before,
        sums=tally.copy().session,
        expected_cents=expected,
        counted_cents=counted_cents,
        difference_cents=None if counted_cents is None else counted_cents - expected,
        net_cents=tally.net_cents,
        absolute_cents=tally.absolute_cents,
        lacks=tally.lacks,
        perpetual_lacks=tally.perpetual_lacks,
        operator_id=operator_id,
        count=count,
    )
