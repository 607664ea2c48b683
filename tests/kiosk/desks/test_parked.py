"""Parked tickets at the till's desk: put aside by one touch, recalled by two, nothing lost."""

from collections.abc import Callable

import pytest

from common.commands import TicketPark, TicketRecall, TicketUnpark, Unparked
from common.i18n import Translator
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.state import LinkStatus
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    return TillDesk(session, Translator("en"), wall), session


def ring_up(till: Till, *places: int) -> None:
    desk, session = till
    found = session.catalogue.search(limit=10)
    for place in places:
        desk.tap_article(found[place].id)


def parked(till: Till, *places: int) -> str:
    """Park a sale; return its id."""
    desk, session = till
    ring_up(till, *(places or (0,)))
    desk.do("park")
    return session.parking.entries()[0].ticket.id


def recall(till: Till, parked_id: str, code: str = "") -> None:
    desk, session = till
    desk.open_actions()
    desk.do("parked")
    desk.parked.pick(parked_id)
    desk.parked.recall()
    session.grant(code)
    desk.poll()


def said(desk: TillDesk) -> str:
    notice = desk.notice()
    return "" if notice is None else notice.title


def pay(till: Till) -> None:
    desk, session = till
    desk.pay("card")
    session.now_ms += SETTLE_MS
    assert desk.confirm()


def test_one_touch_puts_the_sale_aside(till: Till) -> None:
    desk, session = till
    ring_up(till, 0, 1)
    lines = desk.sale.basket.to_lines()
    desk.do("park")
    assert not desk.sale.basket
    assert not desk.can_undo()
    assert said(desk) == "The sale is parked: 2 lines"
    (entry,) = session.parking.entries()
    assert [line.label for line in entry.ticket.lines] == [line.label for line in lines]


def test_a_name_may_be_given(till: Till) -> None:
    desk, session = till
    ring_up(till, 0)
    desk.do("park_named")
    assert not desk.answer()
    desk.form.write("name", "M. Petit")
    assert desk.answer()
    assert desk.mode is Mode.SELL
    assert session.parking.entries()[0].ticket.note == "M. Petit"


def test_recalled_it_is_in_hand_as_it_was(till: Till) -> None:
    desk, session = till
    ring_up(till, 0, 0, 3)
    before = desk.sale.basket.to_lines()
    desk.do("park")
    recall(till, session.parking.entries()[0].ticket.id)
    assert desk.sale.basket.to_lines() == before
    assert desk.mode is Mode.SELL


def test_where_a_sale_is_in_hand_it_is_parked_first(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    ring_up(till, 1, 2)
    recall(till, first)
    assert len(desk.sale.basket.lines) == 1
    assert {len(each.ticket.lines) for each in session.parking.entries()} == {1, 2}


@pytest.mark.parametrize("how", ["refused", "no room"])
def test_what_is_not_given_leaves_the_sale_in_hand(till: Till, how: str) -> None:
    desk, session = till
    first = parked(till, 0)
    ring_up(till, 1, 2)
    if how == "no room":
        session.refuse = "disk_full"
    recall(till, first, "parked_elsewhere" if how == "refused" else "")
    assert len(desk.sale.basket.lines) == 2
    assert said(desk) == (
        "This ticket cannot be recalled here" if how == "refused" else "This could not be recorded"
    )


def test_a_grant_that_comes_late_takes_nothing_out_of_hand(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    desk.parked.open()
    desk.parked.recall()
    assert not desk.parked.can_recall()
    desk.back()
    ring_up(till, 1)
    session.grant()
    desk.poll()
    assert len(desk.sale.basket.lines) == 1
    assert not desk.sale.basket.parked
    assert said(desk) == "The parked ticket is this till’s now"
    desk.parked.open()
    desk.parked.pick(first)
    assert desk.parked.can_recall()


OVER: list[tuple[Callable[[Till], object], Unparked]] = [
    (pay, Unparked.SOLD),
    (lambda till: void(till, "void_sale"), Unparked.DROPPED),
    (lambda till: void(till, "void_line"), Unparked.DROPPED),
]


def void(till: Till, action: str) -> None:
    desk, _ = till
    desk.do(action)
    desk.form.write("reason", "left")
    assert desk.answer()


@pytest.mark.parametrize(("ends", "outcome"), OVER, ids=["paid", "voided", "line voided"])
def test_when_it_is_over_the_hub_is_told(
    till: Till, ends: Callable[[Till], object], outcome: Unparked
) -> None:
    _, session = till
    first = parked(till, 0)
    recall(till, first)
    ends(till)
    assert list(session.sent[-1]) == ["ticket.unpark", TicketUnpark(first, outcome)]
    assert session.parking.entries() == []


def test_emptied_it_stays_in_the_list_and_one_touch_brings_it_back(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    recall(till, first)
    desk.empty()
    (entry,) = session.parking.entries()
    assert session.parking.is_here(entry)
    desk.undo()
    assert desk.sale.basket.parked == first


def test_parked_again_it_goes_on_from_the_one_before(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    recall(till, first)
    ring_up(till, 1)
    desk.do("park")
    (entry,) = session.parking.entries()
    assert entry.ticket.before == first


def test_offline_its_own_is_in_hand_at_once(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    session.link(LinkStatus.OFFLINE)
    desk.poll()
    desk.parked.open()
    desk.parked.pick(first)
    desk.parked.recall()
    assert desk.sale.basket.parked == first
    assert list(session.sent[-1]) == ["ticket.unpark", TicketUnpark(first, Unparked.TAKEN)]


def test_what_another_till_has_in_hand_is_shown_and_not_asked_for(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    session.hold(first, "e" * 32, "Caisse 1")
    desk.parked.open()
    view = desk.parked.view(first)
    assert view is not None
    assert view.state == "Taken up at Caisse 1"
    desk.parked.recall()
    assert isinstance(session.sent[-1][1], TicketPark)


def test_what_is_paid_in_part_is_not_put_aside(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    ring_up(till, 1)
    desk.pay("card")
    session.now_ms += SETTLE_MS
    desk.paying.give(10)
    assert not desk.confirm()
    assert desk.paying.begun
    desk.parked.park()
    assert desk.sale.basket
    assert len(session.parking.entries()) == 1
    desk.parked.open()
    desk.parked.pick(first)
    assert not desk.parked.can_recall()


def test_who_may_not_sell_neither_parks_nor_recalls(till: Till) -> None:
    desk, session = till
    first = parked(till, 0)
    session.hire()
    desk.poll()
    desk.parked.open()
    desk.parked.pick(first)
    desk.parked.recall()
    assert not any(isinstance(args, TicketRecall) for _, args in session.sent)
    session.log_in(AMELIE)
    desk.parked.recall()
    assert isinstance(session.sent[-1][1], TicketRecall)
