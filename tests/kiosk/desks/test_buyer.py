"""Whose sale it is: found, made on the spot, taken off, forgotten; and what is noted on it."""

import pytest

from common.commands import CustomerErase, CustomerPut
from common.i18n import Translator
from common.models import Customer, ParkedLine, ParkedTicket
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.parking import basket_of
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE
from tests.ui.fake_session import OFFSET_MIN, FakeSession

WHO = Customer("c1" * 16, "Amélie Dubois", "06 12 34 56 78")
OTHER = Customer("c2" * 16, "Bruno Côté")
Till = tuple[TillDesk, FakeSession]


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    session.put("customers", WHO, OTHER)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    desk = TillDesk(session, Translator("en"), wall)
    for article in session.catalogue.search(limit=2):
        desk.tap_article(article.id)
    return desk, session


def pay(till: Till) -> None:
    desk, session = till
    desk.pay("card")
    session.now_ms += SETTLE_MS
    assert desk.confirm()


def found(desk: TillDesk) -> list[str]:
    return [row.name for row in desk.buyer.view(desk.t).rows]


def test_two_taps_and_a_search_put_somebody_on_the_sale(till: Till) -> None:
    desk, session = till
    desk.do("customer")
    assert (desk.mode, found(desk)) == (Mode.CUSTOMER, ["Amélie Dubois", "Bruno Côté"])
    desk.buyer.search("0612")
    assert found(desk) == ["Amélie Dubois"]
    desk.buyer.choose(WHO.id)
    assert (desk.mode, desk.basket().customer) == (Mode.SELL, "Amélie Dubois")
    pay(till)
    sold = session.tickets[-1].customer
    assert sold is not None
    assert sold.id == WHO.id
    assert desk.basket().customer == ""


def test_the_panel_opens_anew_and_says_where_nobody_is(till: Till) -> None:
    desk, _ = till
    desk.do("customer")
    desk.buyer.search("nobody at all")
    assert desk.buyer.view(desk.t).nothing == "Nobody is found."
    desk.do("customer")
    assert desk.buyer.view(desk.t).text == ""


def test_somebody_new_is_on_the_sale_at_once(till: Till) -> None:
    desk, session = till
    desk.do("customer")
    desk.buyer.search("Nadia Petit")
    desk.buyer.ask_new()
    assert desk.form.answers()["name"] == "Nadia Petit"
    desk.form.write("phone", "0611223344")
    assert desk.answer()
    assert (desk.mode, desk.basket().customer) == (Mode.SELL, "Nadia Petit")
    ((kind, sent),) = session.sent
    assert isinstance(sent, CustomerPut)
    assert (kind, sent.customer.phone) == ("customer.put", "0611223344")


def test_a_number_that_was_searched_in_vain_is_a_number(till: Till) -> None:
    desk, _ = till
    desk.do("customer")
    desk.buyer.search("07 00 11 22 33")
    desk.buyer.ask_new()
    answers = desk.form.answers()
    assert (answers["name"], answers["phone"]) == (None, "07 00 11 22 33")
    assert not desk.answer()


def test_what_is_corrected_leaves_the_rest_as_it_is(till: Till) -> None:
    desk, session = till
    desk.buyer.choose(WHO.id)
    desk.buyer.ask_more()
    desk.form.write("vat_number", "FR40303265045")
    assert desk.answer()
    changed = session.sent[-1][1].customer
    assert (changed.name, changed.phone, changed.vat_number) == (
        WHO.name,
        WHO.phone,
        "FR40303265045",
    )


def test_nobody_is_taken_off_by_steps_back_and_somebody_by_a_touch(till: Till) -> None:
    desk, _ = till
    desk.buyer.choose(WHO.id)
    desk.undo()
    assert desk.basket().customer == "Amélie Dubois"
    desk.empty()
    assert desk.basket().customer == ""
    desk.undo()
    assert desk.basket().customer == "Amélie Dubois"
    desk.buyer.take_off()
    assert desk.basket().customer == ""


def test_a_manager_forgets_and_a_cashier_has_to_ask(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    desk.buyer.choose(WHO.id)
    desk.buyer.ask_erase()
    assert desk.allowing.open
    assert session.sent == []


def test_who_is_forgotten_is_on_no_sale(till: Till) -> None:
    desk, session = till
    desk.buyer.choose(WHO.id)
    desk.buyer.ask_erase()
    assert desk.answer()
    ((kind, sent),) = session.sent
    assert (kind, sent) == ("customer.erase", CustomerErase(WHO.id))
    assert desk.basket().customer == ""
    assert session.catalogue.customers.find("amelie") == []


def test_one_who_is_erased_elsewhere_is_said_before_it_is_paid(till: Till) -> None:
    desk, session = till
    desk.buyer.choose(WHO.id)
    session.catalogue.drop("customers", WHO.id)
    assert desk.basket().customer == "Customer C1C1C1C1"
    desk.pay("card")
    session.now_ms += SETTLE_MS
    assert not desk.confirm()
    desk.buyer.take_off()
    pay(till)
    assert session.tickets[-1].customer is None


def test_notes_stand_on_the_ticket_and_under_their_line(till: Till) -> None:
    desk, session = till
    desk.do("note")
    desk.form.write("note", "For Saturday")
    assert desk.answer()
    desk.do("line_note")
    desk.form.write("note", "cut in two")
    assert desk.answer()
    assert (desk.basket().note, desk.basket().lines[-1].unit) == ("For Saturday", "cut in two")
    pay(till)
    ticket = session.tickets[-1]
    assert (ticket.note, ticket.lines[-1].note) == ("For Saturday", "cut in two")


def test_a_note_is_taken_away_by_an_empty_one(till: Till) -> None:
    desk, _ = till
    for words in ("For Saturday", ""):
        desk.do("note")
        desk.form.write("note", words)
        assert desk.answer()
    assert desk.basket().note == ""


def test_a_parked_sale_keeps_both() -> None:
    line = ParkedLine("", "Cake", 1000, 250, 550, note="cut")
    parked = ParkedTicket(
        *("a1" * 16, 1, 0, 0, "", (line,), 250), customer=WHO.id, mention="For Saturday"
    )
    basket = basket_of(parked)
    assert (basket.customer, basket.note, basket.lines[0].note) == (WHO.id, "For Saturday", "cut")
