"""An X, a hand-over or a Z, as the person reads it on the screen.

Owns its order. Amounts are the record's own; only what goes out of the drawer is a difference of
two of them. The paper of it is `kiosk/printing`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from common.i18n import Translator
from common.journal.drawer import CountedFor
from common.journal.report import ReportData
from common.journal.till_tally import CountSum
from common.rules import CASH
from kiosk.statements import Statement
from kiosk.views.papers import METHODS, SEPARATOR


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One label with its amount; `strong`: what one looks for."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """Rows about the same thing."""

    title: str
    rows: tuple[ReportRow, ...]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One VAT rate: without VAT, VAT, with VAT."""

    rate: str
    base: str
    vat: str
    total: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole of it. `left`, `right`: blocks side by side. `rates`: with their heading first.

    `note`: what to know, "" for nothing.
    """

    title: str
    detail: str
    left: tuple[ReportBlock, ...]
    right: tuple[ReportBlock, ...]
    rates: tuple[RateRow, ...]
    note: str


def report_view(statement: Statement, blind: bool, t: Translator) -> ReportView:
    """Return a statement; `blind`: without what lies in the drawer, still to be counted."""
    report, at_ms, offset_min = statement.report, statement.at_ms, statement.utc_offset_min
    when = f"{t.date(at_ms, offset_min)} {t.time_of_day(at_ms, offset_min)}"
    exercise = t("Exercise") if statement.training else ""
    notes = []
    if blind:
        notes.append(t("What is in the drawer is shown once it was counted."))
    if report.lacks or report.perpetual_lacks:
        notes.append(t("These sums may lack something: the journal says why."))
    return ReportView(
        title=_title(statement, t),
        detail=SEPARATOR.join(part for part in (exercise, when, statement.operator) if part),
        left=(
            ReportBlock(t("Sales"), tuple(_sales(report, t))),
            ReportBlock(t("Paid by"), tuple(_methods(report, blind, t))),
            ReportBlock(t("Since the first day"), tuple(_perpetual(report, t))),
        ),
        right=(
            *(() if blind else (ReportBlock(t("The drawer"), tuple(_drawer(report, t))),)),
            ReportBlock(t("Beside the sales"), tuple(_beside(report, t))),
        ),
        rates=tuple(_rates(report, t)),
        note=" ".join(notes),
    )


def _title(statement: Statement, t: Translator) -> str:
    count, number = statement.report.count, t.number(statement.number)
    if count is not None and count.why == CountedFor.HAND_OVER:
        return t("The drawer is handed over")
    if not statement.number:
        return t("Z closing") if statement.is_z else t("X reading")
    if statement.is_z:
        return t("Z report no. {number}", number=number)
    return t("X report no. {number}", number=number)


def _sales(report: ReportData, t: Translator) -> Iterator[ReportRow]:
    tickets = report.sums.tickets
    yield ReportRow(t("Tickets"), t.number(tickets.tickets))
    yield from _counted(t("Refunds"), report.sums.refunds, t)
    yield from _counted(t("Discounts"), report.sums.discounts, t)
    yield ReportRow(t("TOTAL"), t.money(tickets.net_cents), strong=True)


def _methods(report: ReportData, blind: bool, t: Translator) -> Iterator[ReportRow]:
    for method, cents in sorted(report.sums.tickets.by_method.items()):
        name = t(METHODS[method]) if method in METHODS else method
        hidden = blind and method == CASH
        yield ReportRow(name, "…" if hidden else t.money(cents))


def _perpetual(report: ReportData, t: Translator) -> Iterator[ReportRow]:
    yield ReportRow(t("Perpetual total, net"), t.money(report.net_cents))
    yield ReportRow(t("Perpetual total, absolute"), t.money(report.absolute_cents))


def _drawer(report: ReportData, t: Translator) -> Iterator[ReportRow]:
    sums = report.sums
    yield ReportRow(t("Opening float"), t.money(sums.float_cents))
    yield ReportRow(t("Cash sales"), t.money(sums.tickets.by_method.get(CASH, 0)))
    yield from _counted(t("Cash in"), sums.cash_in, t)
    yield from _counted(t("Cash out"), sums.cash_out, t, -1)
    yield ReportRow(t("Expected"), t.money(report.expected_cents), strong=True)
    if report.counted_cents is None or report.difference_cents is None:
        return
    yield ReportRow(t("Counted"), t.money(report.counted_cents), strong=True)
    yield ReportRow(t("Difference"), t.money(report.difference_cents), strong=True)
    count = report.count
    if count is not None and count.reason:
        yield ReportRow(t("Reason"), count.reason)
    if count is not None and count.left_cents is not None:
        yield ReportRow(t("Stays"), t.money(count.left_cents))
        yield ReportRow(t("To take out"), t.money(report.counted_cents - count.left_cents))


def _beside(report: ReportData, t: Translator) -> Iterator[ReportRow]:
    sums = report.sums
    voids = t.money(sums.voids.cents)
    yield ReportRow(t("Given up ({count})", count=t.number(sums.voids.count)), voids)
    yield ReportRow(t("Duplicates"), t.number(sums.copies))
    yield ReportRow(t("Drawer opened"), t.number(sums.drawers))


def _rates(report: ReportData, t: Translator) -> Iterator[RateRow]:
    rates = report.sums.tickets.by_rate
    if rates:
        yield RateRow(t("VAT"), t("Net"), t("Tax"), t("Gross"))
    for rate, sums in sorted(rates.items(), key=lambda each: int(each[0])):
        amounts = (sums.base_cents, sums.vat_cents, sums.total_cents)
        yield RateRow(t.percent(int(rate)), *map(t.money, amounts))


def _counted(label: str, sums: CountSum, t: Translator, sign: int = 1) -> Iterator[ReportRow]:
    """Yield how many and how much; nothing where there was none."""
    if sums.count:
        yield ReportRow(f"{label} ({t.number(sums.count)})", t.money(sign * sums.cents))
