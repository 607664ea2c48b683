"""A cash session's papers, with all that they may have to say."""

from common.journal.drawer import CashData, SessionData
from common.journal.kinds import RecordType
from common.journal.report import ReportData, report_of
from common.journal.till_tally import CountSum, TillTally
from common.models import Payment
from kiosk.printing.parts import Origin
from kiosk.printing.till_paper import TillPaper
from tests.kiosk.printing.sold import AT_MS, SHOP, ticket

_SIGNATURE = "0123456789abcdefghijkl"


def origin(training: bool = False) -> Origin:
    """Return where and when, as of the tickets in `sold.py`."""
    who = (SHOP, "Caisse 1", "Amélie")
    return Origin(*who, AT_MS, 60, "comptoir 1.0", _SIGNATURE, training)


def report(counted_cents: int | None, lacks: str = "") -> ReportData:
    """Return what a busy day comes to."""
    tally = TillTally(first_seq=17, net_cents=123_456_789, absolute_cents=124_000_000, lacks=lacks)
    by_card = (Payment("card", ticket().total_cents, ticket().total_cents),)
    for payments in (None, None, by_card):
        tally.session.tickets.add(ticket(payments=payments))
    tally.session.refunds = CountSum(2, -1_580)
    tally.session.discounts = CountSum(3, 450)
    tally.session.voids = CountSum(1, 899)
    tally.session.copies, tally.session.drawers = 2, 1
    tally.session.cash_in, tally.session.cash_out = CountSum(1, 5_000), CountSum(2, 12_000)
    tally.session.opened, tally.session.float_cents = 1, 15_000
    return report_of(tally, 58, counted_cents)


PAPERS = {
    "z": TillPaper(RecordType.Z, 12, report(13_000), origin()),
    "x": TillPaper(RecordType.X, 3, report(None, lacks="outbox"), origin()),
    "cash-out": TillPaper(
        RecordType.CASH_OUT, 4, CashData(12_000, "Dépôt à la banque"), origin(training=True)
    ),
    "cash-session": TillPaper(RecordType.SESSION_OPENED, 1, SessionData(15_000), origin()),
}
