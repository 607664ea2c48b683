"""The gate, permissions and the office's people, without a window."""

from pathlib import Path

import pytest

from common.commands import PersonPut
from common.i18n import Translator
from common.topics import Profile
from kiosk.desks.desk import Desk, Wall
from kiosk.desks.office import OfficeDesk, Panel
from kiosk.desks.pin_entry import OK
from kiosk.desks.till import TillDesk
from kiosk.state import At, LinkStatus
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE, BRUNO, CHANTAL, DRISS, ELODIE, FRANCOIS, GAELLE, PIN
from tests.ui.fake_session import OFFSET_MIN, FakeSession

EN, FR = Translator("en"), Translator("fr")
ROOT = Path(__file__).parents[3]


def wall(session: FakeSession) -> Wall:
    return Wall(lambda: session.now_ms, lambda: OFFSET_MIN)


@pytest.fixture
def till() -> TillDesk:
    session = FakeSession(Profile.TILL)
    return TillDesk(session, EN, wall(session))


@pytest.fixture
def office() -> OfficeDesk:
    session = FakeSession(Profile.OFFICE)
    return OfficeDesk(session, EN, wall(session))


def shop(desk: Desk) -> FakeSession:
    session = desk.session
    assert isinstance(session, FakeSession)
    return session


def type_pin(desk: Desk, pin: str = PIN) -> None:
    """Type a PIN at the gate and ask."""
    for digit in pin:
        desk.gate.press(digit)
    desk.gate.press(OK)
    desk.poll()


def hired(desk: Desk) -> None:
    """Let the shop have people with PINs."""
    shop(desk).hire()
    desk.poll()


def test_without_pins_there_is_no_gate(till: TillDesk) -> None:
    assert not till.gate.shut
    assert till.status().operator == "Amélie"
    assert till.status().person == ""


def test_somebody_logs_in(till: TillDesk) -> None:
    hired(till)
    assert till.gate.shut
    till.gate.choose(AMELIE.id)
    type_pin(till)
    assert not till.gate.shut
    assert till.status().person == AMELIE.name
    assert till.status().operator == ""


def test_only_who_has_a_pin_and_works_here_is_shown(till: TillDesk) -> None:
    hired(till)
    names = [tile.name for tile in till.gate.view().tiles]
    assert names == [each.name for each in (AMELIE, BRUNO, CHANTAL, DRISS, ELODIE, FRANCOIS)]


def test_digits_are_counted_and_never_shown(till: TillDesk) -> None:
    hired(till)
    till.gate.choose(AMELIE.id)
    for digit in "4071":
        till.gate.press(digit)
    view = till.gate.view()
    assert view.pin.digits == 4
    assert view.pin.ready
    assert "4071" not in repr(view)


def test_three_digits_are_no_pin_yet(till: TillDesk) -> None:
    hired(till)
    till.gate.choose(AMELIE.id)
    for digit in "407":
        till.gate.press(digit)
    assert not till.gate.view().pin.ready
    till.gate.press(OK)
    assert not shop(till).door.asked


def test_digits_typed_for_one_are_not_anothers(till: TillDesk) -> None:
    hired(till)
    till.gate.choose(AMELIE.id)
    till.gate.press("4")
    till.gate.choose(BRUNO.id)
    assert till.gate.view().pin.digits == 0


def test_the_wait_is_counted_down(till: TillDesk) -> None:
    hired(till)
    till.gate.choose(AMELIE.id)
    for _ in range(3):
        type_pin(till, "9999")
    assert "30 s" in till.gate.view().pin.message
    assert not till.gate.view().pin.open
    till.gate.press("4")
    assert till.gate.view().pin.digits == 0
    shop(till).now_ms += 18_000
    assert "12 s" in till.gate.view().pin.message
    shop(till).now_ms += 12_000
    assert till.gate.view().pin.open
    type_pin(till)
    assert not till.gate.shut


@pytest.mark.parametrize("t", [EN, FR])
def test_a_sale_is_kept_over_lock_log_out_and_switch(till: TillDesk, t: Translator) -> None:
    till.t = t
    hired(till)
    shop(till).log_in(AMELIE)
    article = till.catalogue.search()[0]
    till.tap_article(article.id)
    till.tap_article(article.id)
    till.pay(Mode.CASH)
    till.press("2")
    till.gate.lock()
    view = till.gate.view()
    assert view.icon == "lock"
    assert AMELIE.name in view.text
    assert till.in_hand() in view.text
    till.gate.leave()
    assert shop(till).state.who.at is At.NOBODY
    till.gate.choose(BRUNO.id)
    type_pin(till)
    assert till.mode is Mode.CASH
    assert till.basket().count == 2
    shop(till).now_ms += 1_000
    till.press("0")
    assert till.confirm()
    assert shop(till).tickets[-1].operator == BRUNO.name


def test_the_one_who_has_locked_is_chosen(till: TillDesk) -> None:
    hired(till)
    shop(till).log_in(BRUNO)
    till.gate.lock()
    assert till.gate.shut
    assert [tile.id for tile in till.gate.view().tiles if tile.selected] == [BRUNO.id]
    type_pin(till)
    assert not till.gate.shut


def test_without_the_office_it_says_who_can_log_in(till: TillDesk) -> None:
    hired(till)
    shop(till).log_in(AMELIE)
    till.gate.lock()
    shop(till).link(LinkStatus.OFFLINE)
    view = till.gate.view()
    assert [tile.id for tile in view.tiles if not tile.quiet] == [AMELIE.id]
    assert "before" in view.note
    type_pin(till)
    assert till.status().apart
    assert shop(till).state.who.at is At.OFFLINE


# Somebody else allows it.


def ready_to_pay(till: TillDesk) -> None:
    """Have somebody whose role does not sell stand at the last step of a sale."""
    hired(till)
    shop(till).log_in(DRISS)
    till.tap_article(till.catalogue.search()[0].id)
    till.pay(Mode.CARD)
    shop(till).now_ms += 1_000


def allow(desk: Desk, pin: str = PIN) -> None:
    """Type a PIN at the question and ask."""
    for digit in pin:
        desk.allowing.press(digit)
    desk.allowing.press(OK)
    desk.poll()


def test_a_sale_that_the_role_does_not_allow_is_done_once_somebody_allows_it(
    till: TillDesk,
) -> None:
    ready_to_pay(till)
    assert not till.confirm()
    assert till.allowing.open
    assert not shop(till).tickets
    names = {tile.name for tile in till.allowing.view().tiles}
    assert names == {each.name for each in (AMELIE, BRUNO, CHANTAL, ELODIE, FRANCOIS)}
    till.allowing.choose(CHANTAL.id)
    allow(till)
    assert not till.allowing.open
    assert [ticket.operator for ticket in shop(till).tickets] == [DRISS.name]
    assert till.mode is Mode.SELL


def test_a_wrong_pin_leaves_the_question(till: TillDesk) -> None:
    ready_to_pay(till)
    till.confirm()
    till.allowing.choose(CHANTAL.id)
    allow(till, "9999")
    assert till.allowing.open
    assert till.allowing.view().pin.tone == "danger"
    assert not shop(till).tickets


def test_doing_without_leaves_the_sale(till: TillDesk) -> None:
    ready_to_pay(till)
    till.confirm()
    till.allowing.cancel()
    assert not till.allowing.open
    assert till.basket().count == 1
    assert till.mode is Mode.CARD


def test_the_question_goes_with_who_asked(till: TillDesk) -> None:
    ready_to_pay(till)
    till.confirm()
    till.gate.lock()
    till.poll()
    assert not till.allowing.open


# The office's people.


def test_the_office_says_that_nobody_is_set_up(office: OfficeDesk) -> None:
    assert "PIN" in office.nobody()
    hired(office)
    assert office.nobody() == ""


def manage(office: OfficeDesk) -> None:
    """Have the manager look at the people."""
    hired(office)
    shop(office).log_in(CHANTAL)
    office.open_panel("people")
    assert office.panel is Panel.PEOPLE


def test_a_manager_adds_somebody(office: OfficeDesk) -> None:
    manage(office)
    office.staff.add()
    card = office.staff.card()
    assert card is not None
    assert not card.can_save
    office.staff.rename(" Zoé ")
    office.staff.choose_role("seller")
    office.staff.choose_role("admin")
    office.staff.save()
    ((kind, args),) = shop(office).sent
    assert kind == "person.put"
    assert isinstance(args, PersonPut)
    assert (args.name, args.role, args.active) == ("Zoé", "seller", True)
    assert office.staff.card() is None


def test_a_manager_changes_nobody_above(office: OfficeDesk) -> None:
    manage(office)
    office.staff.pick(FRANCOIS.id)
    office.staff.rename("Somebody else")
    card = office.staff.card()
    assert card is not None
    assert not card.open
    assert card.name == FRANCOIS.name
    assert not card.can_set_pin
    office.staff.save()
    assert not shop(office).sent


def test_somebody_works_here_no_more(office: OfficeDesk) -> None:
    manage(office)
    office.staff.pick(ELODIE.id)
    office.staff.switch_active()
    office.staff.save()
    ((_, args),) = shop(office).sent
    assert isinstance(args, PersonPut)
    assert (args.person, args.active) == (ELODIE.id, False)


def test_a_cashier_needs_a_managers_pin(office: OfficeDesk) -> None:
    hired(office)
    shop(office).log_in(AMELIE)
    office.open_panel("people")
    office.staff.pick(ELODIE.id)
    office.staff.rename("Élodie M.")
    office.staff.save()
    assert not shop(office).sent
    assert {tile.id for tile in office.allowing.view().tiles} == {CHANTAL.id, FRANCOIS.id}
    office.allowing.choose(CHANTAL.id)
    allow(office)
    assert len(shop(office).sent) == 1


def type_new(office: OfficeDesk, pin: str) -> None:
    """Type a new PIN once."""
    for name in (*pin, OK):
        office.staff.press(name)
    office.poll()


def test_a_pin_is_typed_twice_and_set(office: OfficeDesk) -> None:
    manage(office)
    office.staff.pick(GAELLE.id)
    office.staff.start_pin()
    type_new(office, "4821")
    card = office.staff.card()
    assert card is not None
    assert "once more" in card.pin_title
    type_new(office, "4821")
    assert shop(office).door.pins == {GAELLE.id: "4821"}
    assert not office.staff.setting_pin


@pytest.mark.parametrize("pin", ["1234", "1212", "0000"])
def test_a_pin_that_everybody_would_guess_is_none(office: OfficeDesk, pin: str) -> None:
    manage(office)
    office.staff.pick(GAELLE.id)
    office.staff.start_pin()
    type_new(office, pin)
    card = office.staff.card()
    assert card is not None
    assert card.pin.tone == "danger"
    assert "once more" not in card.pin_title


def test_two_that_differ_are_begun_anew(office: OfficeDesk) -> None:
    manage(office)
    office.staff.pick(GAELLE.id)
    office.staff.start_pin()
    type_new(office, "4821")
    type_new(office, "4822")
    card = office.staff.card()
    assert card is not None
    assert "not the same" in card.pin.message
    assert not shop(office).door.pins


def test_ones_own_pin_may_be_set_by_anybody(office: OfficeDesk) -> None:
    hired(office)
    shop(office).log_in(AMELIE)
    office.open_panel("people")
    office.staff.pick(AMELIE.id)
    card = office.staff.card()
    assert card is not None
    assert card.can_set_pin
    office.staff.pick(ELODIE.id)
    card = office.staff.card()
    assert card is not None
    assert not card.can_set_pin


# What waits for a log-in.


def test_a_held_request_is_listed_and_given_up_by_two_touches(office: OfficeDesk) -> None:
    hired(office)
    session = shop(office)
    session.log_in(CHANTAL)
    office.gate.lock()
    session.link(LinkStatus.OFFLINE)
    session.log_in(CHANTAL)
    assert session.state.who.at is At.OFFLINE
    office.staff.pick(ELODIE.id)
    office.staff.rename("Élodie M.")
    office.staff.save()
    assert not session.sent
    office.poll()
    sign = office.status().sign
    assert sign is not None
    assert "log-in" in sign.text
    listing = office.link_sheet().listing
    assert listing is not None
    first, why = listing.rows
    assert CHANTAL.name in first.detail
    assert CHANTAL.name in why.reason
    office.touch_undelivered(first.id)
    assert len(session.people.held) == 1
    listing = office.link_sheet().listing
    assert listing is not None
    assert "once more" in listing.rows[1].reason
    office.touch_undelivered(why.id)
    assert not session.people.held
    assert office.link_sheet().listing is None
