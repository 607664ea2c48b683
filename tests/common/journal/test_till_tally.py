"""What a till counts: over any day, and told from first principles once more."""

from typing import Any

import msgspec
import orjson
from hypothesis import given
from hypothesis import strategies as st

from common.journal import canon
from common.journal.contents import CONTENTS, read_data
from common.journal.drawer import CashData, DrawerData, SessionData
from common.journal.duplicate import CopyData
from common.journal.kinds import RecordType
from common.journal.refund import RefundData
from common.journal.report import report_of
from common.journal.sale import SaleData, line_vat_cents, sale_data
from common.journal.till_tally import Span, TillTally
from common.journal.void import VoidData, Voided
from common.models import Original, Payment, Ticket, convert, original_of
from common.money import vat_lines
from common.rules import refund_line, ticket_line, total_cents

PAPER = Original("", "01-ABCD", 1, "2026-03-03")
CENTS = st.integers(0, 50_000)


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    """Return a ticket of some lines, rates and discounts, paid in one or two ways."""
    lines = tuple(
        ticket_line(
            "",
            "x",
            draw(st.integers(1, 5_000)),
            draw(CENTS),
            draw(st.sampled_from([0, 550, 1000, 2000])),
            discount_cents=draw(st.sampled_from([0, 0, 1, 37])),
        )
        for _ in range(draw(st.integers(1, 4)))
    )
    total = total_cents(lines)
    first = draw(st.integers(min(0, total), max(0, total)))
    paid = (Payment("cash", first, first), Payment("card", total - first, total - first))
    return ticket_of(lines, paid)


def ticket_of(lines: tuple[Any, ...], paid: tuple[Payment, ...]) -> Ticket:
    vat = vat_lines((line.vat_bp, line.total_cents) for line in lines)
    return Ticket(
        "0" * 32, "A", 1, 0, 0, "2026-03-03", 0, "", "main", lines, vat, paid, total_cents(lines)
    )


def refunded(ticket: Ticket) -> RefundData:
    """Return the refund of a whole ticket."""
    lines = tuple(refund_line(line, line.quantity_milli) for line in ticket.lines)
    paid = tuple(Payment(p.method, -p.amount_cents, -p.amount_cents) for p in ticket.payments)
    back = ticket_of(lines, paid)
    return RefundData(back, line_vat_cents(back), original_of(ticket), "broken")


OPERATIONS = st.one_of(
    tickets().map(lambda ticket: (RecordType.SALE, sale_data(ticket))),
    tickets().map(lambda ticket: (RecordType.REFUND, refunded(ticket))),
    tickets().map(
        lambda t: (RecordType.VOID, VoidData(Voided.BASKET, t.lines, t.total_cents, "left"))
    ),
    st.just((RecordType.COPY, CopyData(PAPER, 1))),
    st.just((RecordType.DRAWER, DrawerData("change"))),
    CENTS.map(lambda cents: (RecordType.CASH_IN, CashData(cents + 1, "change"))),
    CENTS.map(lambda cents: (RecordType.CASH_OUT, CashData(cents + 1, "bank"))),
    CENTS.map(lambda cents: (RecordType.SESSION_OPENED, SessionData(cents))),
)


@given(st.lists(OPERATIONS, max_size=12), st.integers(0, 10**6))
def test_a_report_is_what_its_records_come_to(
    done: list[tuple[RecordType, Any]], counted: int
) -> None:
    tally = TillTally()
    for seq, (kind, data) in enumerate(done, 1):
        tally.add(kind, seq, data)
    stated = report_of(tally, len(done), counted)
    sums = stated.sums
    papers = [data.ticket for kind, data in done if isinstance(data, SaleData | RefundData)]
    by_method = {
        method: sum(p.amount_cents for t in papers for p in t.payments if p.method == method)
        for method in ("cash", "card")
    }
    assert sums.tickets.tickets == len(papers)
    assert sums.tickets.net_cents == stated.net_cents == sum(t.total_cents for t in papers)
    assert stated.absolute_cents == sum(abs(t.total_cents) for t in papers)
    assert sums.tickets.by_method == (by_method if papers else {})
    for rate, held in sums.tickets.by_rate.items():
        lines = [v for t in papers for v in t.vat if str(v.vat_bp) == rate]
        assert held.total_cents == sum(v.total_cents for v in lines)
        assert held.vat_cents == sum(v.vat_cents for v in lines)
        assert held.base_cents + held.vat_cents == held.total_cents
    of = {kind: [data for each, data in done if each is kind] for kind in RecordType}
    back = [data.ticket.total_cents for data in of[RecordType.REFUND]]
    assert (sums.refunds.count, sums.refunds.cents) == (len(back), sum(back))
    discounts = [line.discount_cents for t in papers for line in t.lines if line.discount_cents]
    assert (sums.discounts.count, sums.discounts.cents) == (len(discounts), sum(discounts))
    assert sums.voids.cents == sum(data.total_cents for data in of[RecordType.VOID])
    assert (sums.copies, sums.drawers) == (len(of[RecordType.COPY]), len(of[RecordType.DRAWER]))
    cash = sum(data.float_cents for data in of[RecordType.SESSION_OPENED])
    cash += by_method["cash"]
    cash += sum(data.amount_cents for data in of[RecordType.CASH_IN])
    cash -= sum(data.amount_cents for data in of[RecordType.CASH_OUT])
    assert (stated.expected_cents, stated.difference_cents) == (cash, counted - cash)


@given(tickets())
def test_a_whole_refund_leaves_a_session_at_nothing_but_the_absolute_total(ticket: Ticket) -> None:
    tally = TillTally()
    tally.add(RecordType.SALE, 1, sale_data(ticket))
    tally.add(RecordType.REFUND, 2, refunded(ticket))
    held = tally.session.tickets
    assert (tally.net_cents, held.net_cents) == (0, 0)
    assert tally.absolute_cents == 2 * abs(ticket.total_cents)
    assert {r.total_cents for r in held.by_rate.values()} <= {0}
    assert {r.vat_cents for r in held.by_rate.values()} <= {0}
    assert set(held.by_method.values()) <= {0}
    assert tally.session.discounts.cents == 0


@given(st.lists(OPERATIONS, max_size=6))
def test_a_tally_is_read_back_and_a_copy_goes_its_own_way(
    done: list[tuple[RecordType, Any]],
) -> None:
    tally = TillTally(before=(Span("ab" * 16, 1, 7),), lacks="set_back")
    for seq, (kind, data) in enumerate(done, 1):
        tally.add(kind, seq, data)
    body = orjson.dumps(msgspec.to_builtins(tally))
    assert convert(orjson.loads(body), TillTally) == tally
    other = tally.copy()
    other.add(RecordType.SALE, 9, sale_data(ticket_of((ticket_line("", "x", 1000, 5, 550),), ())))
    other.add(RecordType.DRAWER, 10, DrawerData("change"))
    assert convert(orjson.loads(body), TillTally) == tally != other


def test_a_z_begins_the_next_session_and_keeps_what_never_ends() -> None:
    sold = sale_data(
        ticket_of((ticket_line("", "x", 1000, 500, 550),), (Payment("cash", 500, 500),))
    )
    tally = TillTally(lacks="damaged", perpetual_lacks="damaged", before=(Span("ab" * 16, 1, 7),))
    tally.add(RecordType.SALE, 1, sold)
    tally.add(RecordType.X, 2, None)
    assert tally.first_seq == 1
    tally.add(RecordType.Z, 3, None)
    assert tally == TillTally(4, net_cents=500, absolute_cents=500, perpetual_lacks="damaged")


def test_what_goes_on_under_another_chain_names_the_one_before() -> None:
    tally = TillTally(first_seq=5)
    assert tally.carried("ab" * 16, 9).before == (Span("ab" * 16, 5, 9),)
    assert tally.carried("ab" * 16, 4).before == ()
    again = tally.carried("ab" * 16, 9).carried("cd" * 16, 2)
    assert again.before == (Span("ab" * 16, 5, 9), Span("cd" * 16, 1, 2))


def test_what_each_type_holds_is_read_back_of_its_canonical_bytes() -> None:
    sold = ticket_of((ticket_line("", "x", 1000, 500, 550),), (Payment("cash", 500, 500),))
    values: dict[RecordType, Any] = {
        RecordType.SALE: sale_data(sold),
        RecordType.REFUND: refunded(sold),
        RecordType.VOID: VoidData(Voided.LINE, sold.lines, 500, "left"),
        RecordType.COPY: CopyData(PAPER, 3),
        RecordType.DRAWER: DrawerData("change"),
        RecordType.CASH_IN: CashData(1, "change"),
        RecordType.SESSION_OPENED: SessionData(0),
        RecordType.Z: report_of(TillTally(), 1, 5),
        RecordType.X: report_of(TillTally(before=(Span("ab" * 16, 1, 7),)), 1, None),
    }
    for kind, value in values.items():
        assert isinstance(value, CONTENTS[kind])
        assert read_data(kind, canon.read_canonical(canon.canonical(value))) == value
