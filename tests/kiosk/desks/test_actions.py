"""What a till does beside ringing up: discounts, prices, free lines, voids, and who may."""

import orjson
import pytest

from common.i18n import Translator
from common.journal.event import EventData, What
from common.journal.kinds import RecordType
from common.rules import ticket_is_sound
from kiosk.desks.actions import ACTIONS
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.preferences import FAVOURITES_MOST
from kiosk.scanner import Scan
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE, BRUNO, CHANTAL, PIN
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    return TillDesk(session, Translator("en"), wall), session


def ring_up(till: Till, count: int = 2) -> int:
    """Put so many articles into the basket; return what they come to."""
    desk, session = till
    for article in session.catalogue.search(limit=count):
        desk.tap_article(article.id)
    return desk.sale.basket.total_cents


def type_in(desk: TillDesk, keys: str) -> None:
    for key in keys:
        desk.press(key)


def shows(desk: TillDesk, mode: Mode) -> bool:
    return desk.mode is mode


def open_keys(desk: TillDesk) -> set[str]:
    return {key.name for group in desk.actions().groups for key in group.keys if key.open}


def records(session: FakeSession, kind: RecordType) -> list[dict[str, object]]:
    """Return what the records of a type in the outbox hold."""
    found = []
    for kept in session.kept():
        for signed in orjson.loads(kept.body)["args"]["records"]:
            body = orjson.loads(signed["body"])
            if body["type"] == kind.value:
                found.append(body["data"])
    return found


def test_what_makes_no_sense_is_off(till: Till) -> None:
    desk, _ = till
    without = {"line_discount", "line_price", "void_line", "sale_discount", "void_sale"}
    assert not open_keys(desk) & without
    assert {"free_line", "tickets", "customer", "note"} <= open_keys(desk)
    desk.do("void_sale")
    assert shows(desk, Mode.SELL)
    ring_up(till)
    assert {"line_discount", "line_price", "void_line", "sale_discount"} <= open_keys(desk)
    assert len({each.name for each in ACTIONS}) == len(ACTIONS)


def test_ten_per_cent_off_a_line_and_back(till: Till) -> None:
    desk, _ = till
    before = ring_up(till, 1)
    desk.do("line_discount")
    type_in(desk, "10")
    assert shows(desk, Mode.FORM)
    assert desk.answer()
    assert shows(desk, Mode.SELL)
    assert desk.sale.basket.total_cents == before - (before + 5) // 10
    desk.undo()
    assert desk.sale.basket.total_cents == before


def test_an_amount_off_the_whole_sale_is_shared_on_the_ticket(till: Till) -> None:
    desk, session = till
    before = ring_up(till, 3)
    desk.do("sale_discount")
    desk.form.touch("amount")
    type_in(desk, "1,01")
    assert desk.answer()
    desk.pay(Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    ticket = session.tickets[-1]
    assert ticket.total_cents == before - 101
    assert sum(line.discount_cents for line in ticket.lines) == 101
    assert ticket_is_sound(ticket)


def test_another_price_holds_for_this_line(till: Till) -> None:
    desk, _ = till
    ring_up(till, 1)
    desk.more(1)
    desk.do("line_price")
    type_in(desk, "0,99")
    assert desk.answer()
    assert desk.sale.basket.total_cents == 198


def test_a_price_beyond_all_bounds_is_refused_and_stays_asked(till: Till) -> None:
    desk, _ = till
    before = ring_up(till, 1)
    type_in(desk, "99999")
    desk.apply_entry()
    desk.do("line_price")
    type_in(desk, "9999999")
    assert not desk.answer()
    view = desk.form.view(desk.t)
    assert view is not None
    assert view.problem
    desk.back()
    assert desk.sale.basket.total_cents == 99_999 * before


def test_a_line_that_is_no_article_bears_the_rate_that_is_chosen(till: Till) -> None:
    desk, session = till
    desk.do("free_line")
    type_in(desk, "3,5")
    desk.form.choose("label", "Sundries", "Sundries")
    rates = session.catalogue.vat_rates()
    desk.form.choose("vat", str(rates[-1]))
    assert desk.answer()
    line = desk.sale.basket.lines[-1]
    assert (line.article_id, line.label, line.total_cents) == ("", "Sundries", 350)
    assert line.vat_bp == rates[-1]


def test_a_voided_sale_is_recorded_and_gone(till: Till) -> None:
    desk, session = till
    total = ring_up(till)
    desk.do("void_sale")
    assert not desk.answer()
    desk.form.choose("reason", "Cannot pay", "Cannot pay")
    assert desk.answer()
    assert not desk.sale.basket
    assert not desk.can_undo()
    assert session.counter.tally.session.voids.count == 1
    (void,) = records(session, RecordType.VOID)
    assert (void["what"], void["reason"], void["total_cents"]) == ("basket", "Cannot pay", total)


def test_a_voided_line_is_recorded_and_the_others_stay(till: Till) -> None:
    desk, session = till
    ring_up(till, 3)
    first, second, third = desk.sale.basket.lines
    desk.select(second.id)
    desk.do("void_line")
    desk.form.write("reason", "fell down")
    assert desk.answer()
    assert desk.sale.basket.lines == (first, third)
    assert not desk.can_undo()
    (void,) = records(session, RecordType.VOID)
    assert (void["what"], void["total_cents"]) == ("line", second.total_cents)


def test_where_the_disk_is_full_nothing_is_voided(till: Till) -> None:
    desk, session = till
    ring_up(till)
    desk.do("void_sale")
    desk.form.write("reason", "x")
    session.fill_disk()
    assert not desk.answer()
    assert len(desk.sale.basket.lines) == 2
    assert shows(desk, Mode.FORM)


def test_a_cashier_needs_somebody_for_a_discount_once(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(AMELIE)
    before = ring_up(till, 1)
    keys = {key.name: key for group in desk.actions().groups for key in group.keys}
    assert (keys["line_discount"].open, keys["line_discount"].asks) == (True, True)
    assert not keys["void_line"].asks
    desk.do("line_discount")
    assert desk.allowing.open
    assert shows(desk, Mode.SELL)
    desk.allowing.choose(CHANTAL.id)
    for digit in PIN:
        desk.allowing.press(digit)
    desk.allowing.press("ok")
    desk.poll()
    assert shows(desk, Mode.FORM)
    type_in(desk, "50")
    assert desk.answer()
    assert desk.sale.basket.total_cents < before
    # It was allowed once.
    desk.do("line_discount")
    assert desk.allowing.open
    noted = [each.data.what for each in session.events() if isinstance(each.data, EventData)]
    assert What.OVERRIDE_GRANTED in noted
    assert What.OVERRIDE_USED in noted


def test_a_seller_may_alone(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(BRUNO)
    ring_up(till, 1)
    desk.do("line_price")
    assert shows(desk, Mode.FORM)
    assert not desk.allowing.open


def test_a_code_that_nobody_knows_is_sold_as_sundries_and_keeps_its_code(till: Till) -> None:
    desk, session = till
    desk.scan(Scan("3760123456784"))
    notice = desk.notice()
    assert notice is not None
    assert notice.action
    desk.act_on_notice()
    type_in(desk, "2,5")
    desk.form.choose("label", "Sundries", "Sundries")
    assert desk.answer()
    desk.pay(Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    (line,) = session.tickets[-1].lines
    assert (line.article_id, line.code, line.total_cents) == ("", "3760123456784", 250)


def test_what_a_notice_offers_is_about_the_last_scan(till: Till) -> None:
    desk, session = till
    desk.scan(Scan("3760123456784"))
    desk.scan(Scan(session.catalogue.search(limit=1)[0].codes[0]))
    desk.empty()
    desk.act_on_notice()
    assert len(desk.sale.basket.lines) == 1
    assert shows(desk, Mode.SELL)


def test_favourites_are_chosen_from_the_line_and_stand_beside_the_categories(till: Till) -> None:
    desk, session = till
    third, first = (session.catalogue.search(limit=4)[place] for place in (3, 1))
    assert [each.id for each in desk.shelf.categories(desk.t)][:2] != ["", "favourites"]
    for article in (third, first):
        desk.tap_article(article.id)
        desk.do("favourite")
    assert [each.id for each in desk.shelf.categories(desk.t)][:2] == ["", "favourites"]
    desk.shelf.fit(10)
    desk.shelf.choose("favourites")
    assert desk.shelf.ids() == [third.id, first.id]
    # What is off sale is not offered, and what is searched is searched everywhere.
    session.retire(third.id)
    desk.shelf.find()
    assert desk.shelf.ids() == [first.id]
    desk.shelf.search("beurre")
    assert first.id not in desk.shelf.ids()
    desk.shelf.choose("favourites")
    desk.do("favourite")
    assert desk.shelf.ids() == []


def test_there_is_room_for_so_many_favourites(till: Till) -> None:
    desk, session = till
    for n in range(FAVOURITES_MOST):
        assert desk.comfort.turn_favourite(f"{n:032x}")
    desk.tap_article(session.catalogue.search(limit=1)[0].id)
    desk.do("favourite")
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "There are enough favourites"
    assert len(desk.comfort.preferences.favourites) == FAVOURITES_MOST
