"""The counter of a till whose hub is away: each operation one record, its sums kept beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common.commands import TillRecords
from common.errors import Refusal
from common.journal.contents import content_of
from common.journal.drawer import CountData, CountedFor, Pieces
from common.journal.kinds import RecordType
from common.journal.opened import OpenedData
from common.journal.record import Record, read_record
from common.journal.report import ReportData
from common.journal.till_tally import CountSum, TillTally
from common.journal.void import Voided
from common.models import Original, Payment, Shop, convert, encode_row, original_of
from common.rules import cash, refund_line, ticket_is_sound, ticket_line
from kiosk.device import write_device
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.outbox_rows import Kept
from kiosk.session import Session
from kiosk.statements import CountUnderWay
from tests.kiosk.post import HandClocks, device, seeded_bytes
from tests.kiosk.shop_rows import uid
from tests.kiosk.test_session import stock_up

BREAD = ticket_line(uid(1), "Baguette", 2000, 120, 550, "3257980128340")
WINE = ticket_line(uid(2), "Wine", 1000, 1000, 2000, discount_cents=100)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Session]]:
    """Return a way to start the till of the test's folder, paired with a hub that is away."""
    write_keys(tmp_path, new_keys())
    write_device(tmp_path, device())
    stock_up(tmp_path)
    begun: list[Session] = []

    def start() -> Session:
        for session in begun:
            session.close()
        begun.append(open_session(tmp_path, HandClocks().clocks, seeded_bytes(len(begun))))
        return begun[-1]

    yield start
    begun[-1].close()


@pytest.fixture
def session(start: Callable[[], Session]) -> Session:
    return start()


def written(session: Session) -> list[Record]:
    """Return every record in the outbox, in order."""
    return [record for kept in session._outbox.kept(0) for record in records_of(kept)]


def records_of(kept: Kept) -> list[Record]:
    args = orjson.loads(kept.body)["args"]
    return [read_record(signed.body) for signed in convert(args, TillRecords).records]


def a_day(session: Session) -> None:
    """Do one of everything."""
    counter = session.counter
    counter.open_session(10_000)
    sold = counter.sell((BREAD, WINE), (cash(1140, 2000),))
    counter.sell((WINE,), (Payment("card", 900, 900),))
    back = refund_line(WINE, 1000)
    counter.refund(original_of(sold), (back,), (Payment("cash", -900, -900),), "corked")
    counter.void(Voided.LINE, (BREAD,), "too many")
    counter.copy(sold)
    counter.copy(sold)
    counter.open_drawer("change")
    counter.cash_in(5_000, "change")
    counter.cash_out(2_000, "flowers")


def test_each_operation_is_the_next_record_of_the_chain(session: Session) -> None:
    a_day(session)
    session.counter.x()
    session.counter.z(13_240)
    records = written(session)
    assert [record.type.value for record in records] == [
        *("opened", "session_opened", "sale", "sale", "refund", "void", "copy", "copy"),
        *("drawer", "cash_in", "cash_out", "x", "z"),
    ]
    assert [record.seq for record in records] == list(range(1, 14))
    kinds = [kept.kind for kept in session._outbox.kept(0)]
    assert kinds == [f"{record.type}.record" for record in records[1:]]
    assert session.state.waiting == 12


def test_a_z_states_what_the_session_came_to(session: Session) -> None:
    a_day(session)
    x: ReportData = session.counter.x().data
    z: ReportData = session.counter.z(13_300).data
    sums = z.sums
    assert (x.sums, x.first_seq, x.last_seq) == (sums, 1, 11)
    assert (z.first_seq, z.last_seq) == (1, 12)
    assert (sums.tickets.tickets, sums.tickets.net_cents) == (3, 1140 + 900 - 900)
    assert sums.tickets.absolute_cents == 1140 + 900 + 900
    assert sums.tickets.by_method == {"cash": 240, "card": 900}
    assert sums.refunds == CountSum(1, -900)
    assert sums.discounts == CountSum(3, 100)
    assert sums.voids == CountSum(1, 240)
    assert (sums.copies, sums.drawers) == (2, 1)
    assert (sums.cash_in, sums.cash_out) == (CountSum(1, 5_000), CountSum(1, 2_000))
    assert (sums.opened, sums.float_cents) == (1, 10_000)
    assert z.expected_cents == 10_000 + 240 + 5_000 - 2_000
    assert (z.counted_cents, z.difference_cents) == (13_300, 60)
    assert (x.counted_cents, x.difference_cents) == (None, None)
    assert (z.net_cents, z.absolute_cents) == (1140, 2940)
    rates = {rate: held.total_cents for rate, held in sums.tickets.by_rate.items()}
    assert rates == {"550": 240, "2000": 900}
    vat = {rate: held.vat_cents for rate, held in sums.tickets.by_rate.items()}
    assert vat == {"550": 13, "2000": 150}
    assert (z.lacks, z.perpetual_lacks, z.before) == ("", "", ())


def test_after_a_z_sums_begin_anew_and_two_totals_go_on(session: Session) -> None:
    a_day(session)
    first: ReportData = session.counter.z(0).data
    session.counter.sell((BREAD,), (cash(240, 240),))
    second: ReportData = session.counter.z(240).data
    assert second.first_seq == first.last_seq + 2
    assert second.sums.tickets.net_cents == 240
    assert (second.sums.float_cents, second.difference_cents) == (0, 0)
    assert (second.net_cents, second.absolute_cents) == (1140 + 240, 2940 + 240)


def test_sums_are_there_after_a_restart_to_the_cent(start: Callable[[], Session]) -> None:
    session = start()
    a_day(session)
    before = session.counter.tally
    again = start()
    assert again.counter.tally == before
    assert again.counter.session_open
    again.counter.z(0)
    assert not start().counter.session_open


def test_a_refund_is_a_ticket_of_its_own_that_names_another(session: Session) -> None:
    sold = session.sell((BREAD, WINE), (cash(1140, 1140),))
    back = tuple(refund_line(line, line.quantity_milli) for line in sold.lines)
    ticket = session.counter.refund(
        original_of(sold), back, (Payment("cash", -1140, -1140),), "broken"
    )
    assert (ticket.series, ticket.number) == (sold.series, 2)
    assert ticket.total_cents == -sold.total_cents
    assert ticket_is_sound(ticket)
    mirrored = [(v.vat_bp, -v.base_cents, -v.vat_cents, -v.total_cents) for v in ticket.vat]
    assert mirrored == [(v.vat_bp, v.base_cents, v.vat_cents, v.total_cents) for v in sold.vat]
    kind, data = content_of(written(session)[-1])
    assert kind is RecordType.REFUND
    assert (data.ticket, data.original, data.reason) == (ticket, original_of(sold), "broken")
    assert sum(data.line_vat_cents) == sum(v.vat_cents for v in ticket.vat)
    assert session.catalogue.stock_milli(uid(1)) == 10_000
    shown = {each.ticket.id for each in session.catalogue.sales(5)}
    assert shown == {ticket.id, sold.id}
    assert session.undelivered()[-1].total_cents == -1140


PAPER = Original("", "01-AAAA", 7, "2026-03-01")


@pytest.mark.parametrize(
    ("do", "code"),
    [
        (lambda c: c.refund(PAPER, (), (), "broken"), "ticket_empty"),
        (lambda c: c.refund(PAPER, (BREAD,), (cash(240, 240),), "broken"), "refund_positive"),
        (
            lambda c: c.refund(
                PAPER, (refund_line(BREAD, 2000),), (Payment("cash", -200, -200),), "broken"
            ),
            "payment_differs",
        ),
        (
            lambda c: c.refund(
                PAPER, (refund_line(BREAD, 2000),), (Payment("cash", -240, -240),), ""
            ),
            "malformed",
        ),
        (lambda c: c.void(Voided.BASKET, (), "left"), "ticket_empty"),
        (lambda c: c.void(Voided.BASKET, (BREAD,), ""), "malformed"),
        (lambda c: c.open_drawer(""), "malformed"),
        (lambda c: c.cash_in(0, "change"), "malformed"),
        (lambda c: c.cash_out(-5, "change"), "malformed"),
        (lambda c: c.open_session(1), "session_already_open"),
        (lambda c: c.x(-1), "malformed"),
        (lambda c: c.z(-1), "malformed"),
    ],
)
def test_what_is_no_operation_leaves_no_trace(
    session: Session, do: Callable[[Any], Any], code: str
) -> None:
    session.counter.open_session(5)
    before = session.counter.tally, session.last_n
    with pytest.raises(Refusal) as caught:
        do(session.counter)
    assert caught.value.problem.code == code
    assert (session.counter.tally, session.last_n) == before
    assert session.sell((BREAD,), (cash(240, 240),)).number == 1


def test_nothing_is_ended_where_nothing_began(session: Session) -> None:
    with pytest.raises(Refusal, match="since its last Z"):
        session.counter.z(0)
    session.counter.open_drawer("change")
    session.counter.z(0)
    with pytest.raises(Refusal, match="since its last Z"):
        session.counter.z(0)


def test_copies_are_counted_by_ticket_also_over_a_restart(start: Callable[[], Session]) -> None:
    session = start()
    one = session.sell((BREAD,), (cash(240, 240),))
    two = session.sell((BREAD,), (cash(240, 240),))
    numbers = [session.counter.copy(ticket).data.n for ticket in (one, two, one)]
    again = start()
    numbers += [again.counter.copy(one).data.n, again.counter.copy(two).data.n]
    assert numbers == [1, 1, 2, 3, 2]


# What is remembered of the drawer.


def ask_for_sessions(session: Session) -> None:
    shop = Shop("shop", "Essai", session_required=True)
    session.catalogue.put("shop", shop.id, encode_row(shop))


def test_a_shop_may_ask_for_a_session_before_it_sells(session: Session) -> None:
    ask_for_sessions(session)
    assert session.counter.session_missing
    with pytest.raises(Refusal, match="opens a cash session"):
        session.sell((BREAD,), (cash(240, 240),))
    assert written(session) == []
    session.counter.open_session(0)
    assert session.sell((BREAD,), (cash(240, 240),)).number == 1
    session.counter.z(240)
    back = refund_line(BREAD, 1000)
    with pytest.raises(Refusal, match="opens a cash session"):
        session.counter.refund(
            Original("", "02-ABCD", 1, "2026-03-03"),
            (back,),
            (Payment("cash", -120, -120),),
            "stale",
        )


def test_the_last_z_and_a_count_are_there_after_a_restart(start: Callable[[], Session]) -> None:
    session = start()
    counter = session.counter
    assert (counter.remembered.last_z, counter.remembered.counting) == (None, None)
    session.sell((BREAD,), (cash(240, 240),))
    count = CountData(CountedFor.CLOSE, (Pieces(200, 1),), "lost", 100)
    z = counter.z(200, count)
    under_way = CountUnderWay("hand_over", {"200": 3}, 5)
    counter.remembered.keep_count(under_way)
    remembered = start().counter.remembered
    assert remembered.last_z == z.statement
    assert remembered.last_z is not None
    assert (remembered.last_z.number, remembered.last_z.report.count) == (1, count)
    assert remembered.counting == under_way
    assert remembered.handed_over is None


def test_a_count_ends_with_what_it_was_for(session: Session) -> None:
    counter = session.counter
    count = CountData(CountedFor.HAND_OVER, reason="lost")
    ends: tuple[Callable[[], object], ...] = (
        lambda: counter.open_session(100),
        lambda: counter.x(100, count),
        lambda: counter.z(100),
    )
    for record in ends:
        counter.remembered.keep_count(CountUnderWay("close", {"100": 1}))
        counter.x()
        assert counter.remembered.counting is not None
        record()
        assert counter.remembered.counting is None
    # A hand-over is one of its cash session.
    assert counter.remembered.handed_over is None


def test_a_memo_that_cannot_be_read_is_as_if_there_were_none(session: Session) -> None:
    session._outbox.keep_memos({"last_z": b"\xff", "count": b"[]"})
    assert session.counter.remembered.last_z is None
    assert session.counter.remembered.counting is None


# Exercises.


def test_an_exercise_is_in_a_chain_of_its_own_and_counts_nowhere(session: Session) -> None:
    real = session.sell((BREAD,), (cash(240, 240),))
    counter = session.counter
    before = counter.tally
    counter.training = True
    assert counter.tally == TillTally()
    counter.open_session(100)
    exercise = counter.sell((WINE,), (cash(900, 900),))
    ended = counter.z(1_000)
    assert (exercise.series, exercise.number) == (f"{real.series}-ECOLE", 1)
    assert ended.training
    assert ended.data.difference_cents == 0
    counter.training = False
    assert counter.tally == before
    assert session.sell((BREAD,), (cash(240, 240),)).number == 2
    chains = {record.chain for record in written(session)}
    assert len(chains) == 2
    marked = [record for record in written(session) if record.chain == ended.chain]
    assert [record.type.value for record in marked] == ["opened", *["training"] * 3]
    assert convert(marked[0].data, OpenedData).why == "training"
    assert [record.seq for record in marked] == [1, 2, 3, 4]
    assert [content_of(record)[0].value for record in marked[1:]] == ["session_opened", "sale", "z"]
    # Only the real ones are on the screens.
    assert session.catalogue.stock_milli(uid(1)) == 6_000
    assert exercise.id not in {each.ticket.id for each in session.catalogue.sales(9)}


def test_exercises_go_on_after_a_restart_which_begins_in_earnest(
    start: Callable[[], Session],
) -> None:
    session = start()
    session.counter.training = True
    session.sell((BREAD,), (cash(240, 240),))
    again = start()
    assert not again.counter.training
    assert again.sell((BREAD,), (cash(240, 240),)).series == again.state.device.series
    again.counter.training = True
    assert again.sell((BREAD,), (cash(240, 240),)).number == 2
    assert again.counter.tally.session.tickets.tickets == 2
