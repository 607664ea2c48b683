"""What a till records beside its sales: from its counter to journal, ledgers and screens."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common.journal.kinds import RecordType
from common.journal.report import ReportData
from common.journal.void import Voided
from common.models import Original, Payment, Ticket, original_of
from common.rules import refund_line
from kiosk.tenders import Tenders, paid_back
from tests.flows.signed_till import SignedTill


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SignedTill]:
    made = SignedTill(tmp_path)
    yield made
    made.close()


def give_back(till: SignedTill, sold: Ticket, original: Original | None = None) -> Ticket:
    """Give a whole ticket back in cash."""
    lines = [refund_line(line, line.quantity_milli) for line in sold.lines]
    paid = Payment("cash", -sold.total_cents, -sold.total_cents)
    ticket: Ticket = till.counter.refund(original or original_of(sold), lines, (paid,), "broken")
    return ticket


def level(till: SignedTill, place: int = 0) -> int:
    article = till.articles[place].id
    found: int = till.shop.one(
        "SELECT quantity_milli FROM stock_level WHERE article_id = ?", article
    )
    return found


def sales(till: SignedTill) -> dict[str, dict[str, Any]]:
    return till.shop.live("sales")


def alerts(till: SignedTill) -> list[tuple[str, str]]:
    return [tuple(row) for row in till.shop.rows("SELECT code, subject FROM alert ORDER BY id")]


def test_a_refund_puts_goods_back_and_takes_money_out(till: SignedTill) -> None:
    sold = till.sell(till.line(0, 3000), till.line(1, 2000))
    till.deliver()
    before = level(till)
    ticket = give_back(till, sold)
    (reply,) = till.deliver()
    assert reply.flags == ()
    assert set(reply.topics) == {"stock", "takings", "sales"}
    assert (before, level(till)) == (1_000_000 - 3000, 1_000_000)
    moved = till.shop.rows(
        "SELECT delta_milli, reason FROM stock_movement WHERE source_id = ? ORDER BY 1", ticket.id
    )
    assert moved == [(2000, "refund"), (3000, "refund")]
    ((total, methods),) = till.shop.rows("SELECT total_cents, by_method FROM takings")
    assert (total, orjson.loads(methods)) == (0, {"cash": 0})
    report = till.sound()
    totals = report.totals
    assert (totals.tickets, totals.net_cents) == (2, 0)
    assert totals.absolute_cents == 2 * sold.total_cents


def test_several_payments_and_what_was_rounded_are_exact_everywhere(till: SignedTill) -> None:
    line = till.line(0, 20_000)
    tenders = Tenders(line.total_cents, 5)
    voucher_cents = line.total_cents - 998
    for method, given_cents in (("meal_voucher", voucher_cents), ("cash", 2_000)):
        tender = tenders.offer(method, given_cents)
        assert tender is not None
        tenders = tenders.take(tender)
    till.counter.open_session(10_000)
    sold = till.session.sell((line,), tenders.payments())
    z = till.counter.z(0).data
    replies = till.deliver()
    assert [reply.flags for reply in replies] == [()] * len(replies)
    paid = {each.method: each.amount_cents for each in sold.payments}
    assert paid == {"meal_voucher": voucher_cents, "cash": 1_000, "rounding": -2}
    assert sum(paid.values()) == sold.total_cents == z.sums.tickets.net_cents
    assert z.sums.tickets.by_method == paid
    assert z.expected_cents == 11_000
    ((methods,),) = till.shop.rows("SELECT by_method FROM takings")
    assert orjson.loads(methods) == paid
    assert till.sound().totals.by_method == paid


def test_every_post_sees_a_refund_as_a_sale_that_names_its_original(till: SignedTill) -> None:
    sold = till.sell()
    ticket = give_back(till, sold)
    till.deliver()
    row = sales(till)[ticket.id]
    assert row["ticket"]["total_cents"] == -sold.total_cents
    assert row["refunds"] == orjson.loads(orjson.dumps(original_of(sold)))
    assert sales(till)[sold.id]["refunds"] is None


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({}, ""),
        ({"id": ""}, ""),
        ({"id": "f" * 32}, "flag_refund_unknown"),
        ({"number": 99}, "flag_refund_unknown"),
        ({"series": "99-ZZZZ"}, "flag_refund_unknown"),
    ],
)
def test_a_refund_of_a_ticket_that_nobody_sold_is_taken_and_flagged(
    till: SignedTill, change: dict[str, Any], flag: str
) -> None:
    sold = till.sell()
    named = {"id": sold.id, "series": sold.series, "number": sold.number, **change}
    ticket = give_back(till, sold, Original(business_date=sold.business_date, **named))
    _, reply = till.deliver()
    assert reply.flags == ((flag,) if flag else ())
    told = f"{ticket.series}-{ticket.number}: {named['series']}-{named['number']}"
    assert alerts(till) == ([(flag, told)] if flag else [])
    assert sales(till)[ticket.id]["flags"] == ([flag] if flag else [])
    till.sound()


def test_a_refund_above_what_was_sold_is_flagged(till: SignedTill) -> None:
    sold = till.sell(till.line(0, 1000))
    (line,) = sold.lines
    more = refund_line(till.line(0, 2000), 2000)
    dearer = refund_line(till.line(1, 1000), 1000)
    for lines in ((more,), (refund_line(line, 500), dearer)):
        total = sum(each.total_cents for each in lines)
        till.counter.refund(original_of(sold), lines, (Payment("cash", total, total),), "broken")
    flags = [reply.flags for reply in till.deliver()]
    assert flags == [(), ("flag_refund_above",), ("flag_refund_above",)]
    till.sound()


def test_a_refund_that_is_repeated_is_flagged_and_parts_are_not(till: SignedTill) -> None:
    sold = till.sell(till.line(0, 3000))
    (line,) = sold.lines
    parts = [refund_line(line, 1000, before) for before in (0, 1000, 2000)]
    assert sum(part.total_cents for part in parts) == -sold.total_cents
    for part in (*parts, parts[0]):
        paid = Payment("cash", part.total_cents, part.total_cents)
        till.counter.refund(original_of(sold), (part,), (paid,), "broken")
    flags = [reply.flags for reply in till.deliver()]
    assert flags == [(), (), (), (), ("flag_refund_repeated",)]
    till.sound()


def test_a_day_with_one_of_everything(till: SignedTill) -> None:
    counter = till.counter
    counter.open_session(20_000)
    sold = till.sell(till.line(0, 2000), till.line(2, 500))
    till.sell(method="card")
    counter.void(Voided.BASKET, (till.line(3),), "left")
    counter.copy(sold)
    counter.open_drawer("change")
    counter.cash_in(3_000, "change")
    counter.cash_out(10_000, "bank")
    give_back(till, sold)
    counter.x()
    expected = counter.tally.session.expected_cents
    z: ReportData = counter.z(expected).data
    replies = till.deliver()
    assert [reply.flags for reply in replies] == [()] * len(replies)
    report = till.sound()
    assert till.last(RecordType.Z) == z
    assert z.difference_cents == 0
    assert z.expected_cents == 20_000 + 3_000 - 10_000
    assert z.net_cents == report.totals.net_cents
    assert z.absolute_cents == report.totals.absolute_cents
    assert z.sums.tickets == report.totals
    assert (report.unproved, report.exercises) == (0, 0)
    # In the journal alone: no ticket, no stock, no takings.
    assert till.shop.one("SELECT count(*) FROM ticket") == 3
    ((takings,),) = till.shop.rows("SELECT total_cents FROM takings")
    assert takings == z.net_cents


def test_what_comes_twice_counts_once(till: SignedTill) -> None:
    """As after a renewed outbox, whose operations have other numbers."""
    sold = till.sell()
    give_back(till, sold)
    till.counter.open_drawer("change")
    received = till.received()
    till.shop.accept(*received)
    again = [
        one._replace(command=one.command._replace(outbox="9" * 32, n=n))
        for n, one in enumerate(received, 1)
    ]
    replies = till.shop.accept(*again)
    assert [reply.flags for reply in replies] == [("flag_repeated_id",)] * 3
    assert level(till) == 1_000_000
    assert len(till.records()) == 4
    till.sound()


def test_a_record_under_another_command_is_kept_apart(till: SignedTill) -> None:
    """Else a cashier's command would do what takes a manager."""
    till.counter.cash_out(5_000, "bank")
    (received,) = till.received()
    body = received.command.body.replace(b'"cash_out.record"', b'"cash_in.record"')
    forged = till.shop.post(till.at_hub.profile, 9)
    (reply,) = till.shop.replies(forged.send_bytes(body))
    assert (reply.status.value, reply.code) == ("quarantined", "unreadable_command")
    assert till.records() == []


# Exercises.


def test_exercises_are_in_the_journal_and_nowhere_else(till: SignedTill) -> None:
    till.sell()
    till.deliver()
    before = level(till)
    till.counter.training = True
    till.counter.open_session(1_000)
    practised = till.sell()
    give_back(till, practised)
    till.counter.z(1_000)
    replies = till.deliver()
    assert [(reply.flags, reply.topics) for reply in replies] == [((), {})] * 4
    assert level(till) == before
    assert practised.id not in sales(till)
    assert till.shop.one("SELECT count(*) FROM ticket") == 1
    ((takings,),) = till.shop.rows("SELECT tickets FROM takings")
    assert takings == 1
    report = till.sound()
    assert (report.totals.tickets, report.exercises, report.chains) == (1, 2, 2)
    assert {record.type for record in till.records()} == {
        RecordType.OPENED,
        RecordType.SALE,
        RecordType.TRAINING,
    }


def test_cash_that_was_rounded_both_ways_is_exact_everywhere(till: SignedTill) -> None:
    till.counter.open_session(10_000)
    line = till.line(0, 1000)
    tenders = Tenders(line.total_cents, 5)
    tender = tenders.offer("cash", 100_000)
    assert tender is not None
    sold = till.session.sell((line,), tenders.take(tender).payments())
    back = refund_line(line, 1000)
    paid = paid_back({"cash": line.total_cents}, 5)
    assert [each.method for each in paid] == ["cash", "rounding"]
    ticket = till.counter.refund(original_of(sold), (back,), paid, "broken")
    x = till.counter.x(0).data
    z = till.counter.z(10_000).data
    replies = till.deliver()
    assert [reply.flags for reply in replies] == [()] * len(replies)
    assert sum(each.amount_cents for each in ticket.payments) == -line.total_cents
    for report in (x, z):
        assert report.sums.tickets.by_method == {"cash": 0, "rounding": 0}
        assert report.sums.tickets.net_cents == 0
        assert report.expected_cents == 10_000
    ((total, methods),) = till.shop.rows("SELECT total_cents, by_method FROM takings")
    assert (total, orjson.loads(methods)) == (0, {"cash": 0, "rounding": 0})
    assert till.sound().totals.by_method == {"cash": 0, "rounding": 0}
