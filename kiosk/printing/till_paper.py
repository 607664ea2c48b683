"""What stands on a paper of the cash session: X and Z, cash put in or taken out, a float.

Owns the order of it. Amounts are the record's own: nothing is computed again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.i18n import Translator, mark
from common.journal.drawer import CashData, CountData, Pieces, SessionData, worth
from common.journal.kinds import RecordType
from common.journal.report import ReportData
from common.journal.till_tally import CountSum, SessionSums
from kiosk.printing.paper import Pair, Row, Rule, Sheet, Table, Text
from kiosk.printing.parts import Origin, head_rows, signature_rows, stamp_rows
from kiosk.views.papers import method_name

TITLES: Final[Mapping[RecordType, str]] = {
    RecordType.X: mark("X report no. {number}"),
    RecordType.Z: mark("Z report no. {number}"),
    RecordType.CASH_IN: mark("Cash in no. {number}"),
    RecordType.CASH_OUT: mark("Cash out no. {number}"),
    RecordType.SESSION_OPENED: mark("Cash session no. {number}"),
}
"""Of the records that have such a paper."""


@dataclass(frozen=True, slots=True)
class TillPaper:
    """A record of the cash session. `number`: of its type, in its chain. `data`: what it holds."""

    type: RecordType
    number: int
    data: Any
    origin: Origin


def till_sheet(paper: TillPaper, t: Translator) -> Sheet:
    """Return a record's paper; raises KeyError for a type that has none."""
    title = t(TITLES[paper.type], number=t.number(paper.number))
    return Sheet(title, tuple(_rows(paper, title, t)))


def _rows(paper: TillPaper, title: str, t: Translator) -> Iterator[Row]:
    yield from head_rows(paper.origin, title, 0, t)
    yield Rule()
    match paper.data:
        case ReportData() as report:
            yield from _report(report, t)
        case CashData() as cash:
            yield Pair(t("Amount"), t.money(cash.amount_cents), bold=True, large=True)
            yield Text(cash.reason)
            yield from _to_sign(t)
        case SessionData() as session:
            yield Pair(t("Opening float"), t.money(session.float_cents), bold=True, large=True)
            yield from _pieces(session.pieces, t)
            yield from _to_sign(t)
    yield Rule()
    yield from signature_rows(paper.origin, t)
    yield from stamp_rows(paper.origin.training, 0, t)


def _to_sign(t: Translator) -> Iterator[Row]:
    yield Text("")
    yield Text(t("Signature of the person:"))
    yield Text("")
    yield Text("")


def _report(report: ReportData, t: Translator) -> Iterator[Row]:
    sums, tickets = report.sums, report.sums.tickets
    yield Pair(t("Tickets"), t.number(tickets.tickets))
    yield Pair(t("TOTAL"), t.money(tickets.net_cents), bold=True, large=True)
    yield from _counted(t("Refunds"), sums.refunds, t)
    yield from _counted(t("Discounts"), sums.discounts, t)
    if tickets.by_rate:
        yield Rule()
        yield Table((t("VAT"), t("Net"), t("Tax"), t("Gross")))
        for rate, rated in sorted(tickets.by_rate.items(), key=lambda each: int(each[0])):
            amounts = (rated.base_cents, rated.vat_cents, rated.total_cents)
            yield Table((t.percent(int(rate)), *map(t.money, amounts)))
    if tickets.by_method:
        yield Rule()
        for method, cents in sorted(tickets.by_method.items()):
            yield Pair(method_name(method, t), t.money(cents))
    yield Rule()
    yield from _drawer(report, sums, t)
    yield Rule()
    yield from _counted(t("Given up before payment"), sums.voids, t)
    yield Pair(t("Duplicates"), t.number(sums.copies))
    yield Pair(t("Drawer opened without a sale"), t.number(sums.drawers))
    yield Rule()
    yield Pair(t("Perpetual total, net"), t.money(report.net_cents))
    yield Pair(t("Perpetual total, absolute"), t.money(report.absolute_cents))
    records = f"{t.number(report.first_seq)}-{t.number(report.last_seq)}"
    yield Pair(t("Records of the journal"), records)
    if report.lacks or report.perpetual_lacks:
        yield Text(t("These sums may lack something: the journal says why."), bold=True)


def _drawer(report: ReportData, sums: SessionSums, t: Translator) -> Iterator[Row]:
    yield Pair(t("Opening float"), t.money(sums.float_cents))
    yield from _counted(t("Cash in"), sums.cash_in, t)
    yield from _counted(t("Cash out"), sums.cash_out, t, taken=True)
    yield Pair(t("Expected in the drawer"), t.money(report.expected_cents), bold=True)
    if report.counted_cents is not None and report.difference_cents is not None:
        yield Pair(t("Counted"), t.money(report.counted_cents), bold=True)
        yield Pair(t("Difference"), t.money(report.difference_cents), bold=True)
    if report.count is not None:
        yield from _count(report.count, t)


def _count(count: CountData, t: Translator) -> Iterator[Row]:
    """Yield the notes and coins that were counted, why they differ and what of them stays."""
    if count.reason:
        yield Text(count.reason)
    yield from _pieces(count.pieces, t)
    if count.left_cents is not None:
        yield Pair(t("Stays in the drawer"), t.money(count.left_cents))


def _pieces(pieces: Iterable[Pieces], t: Translator) -> Iterator[Row]:
    for each in pieces:
        label = f"  {t.number(each.count)} × {t.money(each.cents)}"
        yield Pair(label, t.money(worth([each])))


def _counted(label: str, sums: CountSum, t: Translator, taken: bool = False) -> Iterator[Row]:
    """Yield how many and how much; nothing where there was none."""
    if sums.count:
        cents = -sums.cents if taken else sums.cents
        yield Pair(f"{label} ({t.number(sums.count)})", t.money(cents))
