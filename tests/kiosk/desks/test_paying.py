"""Paying at the till without a screen: several methods, parts taken back, refusals, rounding."""

from dataclasses import replace

import pytest

from common.i18n import Translator
from common.models import Payment, Shop
from common.rules import ticket_is_sound
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.pin_entry import OK
from kiosk.desks.till import TillDesk
from kiosk.views.mode import Mode
from tests.ui.fake_people import CHANTAL, DRISS, PIN
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]
PRICE_CENTS = 3_247


@pytest.fixture
def till() -> Till:
    """Return a till with one article of 32.47 € in its basket."""
    session = FakeSession(articles=20)
    desk = TillDesk(session, Translator("en"), Wall(lambda: session.now_ms, lambda: OFFSET_MIN))
    article = session.catalogue.search(limit=1)[0]
    session.put("articles", replace(article, price_cents=PRICE_CENTS))
    desk.tap_article(article.id)
    return desk, session


def take(till: Till, method: str, digits: str = "") -> bool:
    """Take a payment, of the rest where no digits are typed."""
    desk, session = till
    desk.pay(method)
    session.now_ms += SETTLE_MS
    for digit in digits:
        desk.press(digit)
    return desk.confirm()


def shown(desk: TillDesk) -> Mode:
    """Return the panel in view: it changes by what is called, which a type checker cannot see."""
    return desk.mode


def shop(session: FakeSession, **fields: object) -> None:
    session.put("shop", replace(Shop("shop", "Essai"), **fields))  # type: ignore[arg-type]


def paid(session: FakeSession) -> list[tuple[str, int, int]]:
    return [
        (each.method, each.amount_cents, each.given_cents) for each in session.tickets[-1].payments
    ]


def test_cash_in_part_then_the_card_for_the_rest(till: Till) -> None:
    desk, session = till
    assert not take(till, "cash", "20")
    assert not session.tickets
    assert shown(desk) is Mode.PAYING
    assert (desk.basket().title, desk.basket().total) == ("Still to pay", "€12.47")
    assert take(till, "card")
    assert paid(session) == [("cash", 2_000, 2_000), ("card", 1_247, 1_247)]
    assert ticket_is_sound(session.tickets[-1])
    assert shown(desk) is Mode.SELL
    assert not desk.paying.begun


def test_several_vouchers_a_cheque_and_cash_with_change(till: Till) -> None:
    _, session = till
    for method, digits in (("meal_voucher", "9"), ("meal_voucher", "9"), ("cheque", "10")):
        assert not take(till, method, digits)
    assert take(till, "cash", "5")
    assert paid(session) == [
        ("meal_voucher", 900, 900),
        ("meal_voucher", 900, 900),
        ("cheque", 1_000, 1_000),
        ("cash", 447, 500),
    ]


def test_a_voucher_above_the_rest_settles_and_gives_nothing_back(till: Till) -> None:
    desk, session = till
    assert take(till, "voucher", "50")
    assert paid(session) == [("voucher", PRICE_CENTS, PRICE_CENTS)]
    view = desk.paid()
    assert view is not None
    assert (view.label, view.change) == ("Paid", "€32.47")


def test_more_than_the_rest_is_not_taken_by_card(till: Till) -> None:
    desk, session = till
    assert not take(till, "card", "40")
    assert not desk.can_confirm()
    assert not session.tickets
    assert not desk.paying.begun


def test_what_was_taken_is_taken_back(till: Till) -> None:
    desk, session = till
    take(till, "cash", "20")
    take(till, "card", "5")
    cash, card = desk.payment().tenders
    desk.paying.take_back(cash.id)
    assert desk.notice() is None
    assert desk.payment().due == "€27.47"
    desk.paying.take_back(card.id)
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "€5.00 were charged to a card"
    assert not desk.paying.begun
    desk.paying.take_back(card.id)
    assert take(till, "cash")
    assert paid(session) == [("cash", PRICE_CENTS, PRICE_CENTS)]


def test_a_sale_that_is_paid_in_part_may_grow_and_not_shrink(till: Till) -> None:
    desk, session = till
    take(till, "cash", "30")
    desk.back()
    assert shown(desk) is Mode.SELL
    line = desk.basket().lines[0].id
    for shrink in (desk.empty, lambda: desk.remove(line), desk.undo, lambda: desk.more(-1)):
        shrink()
        notice = desk.notice()
        assert notice is not None
        assert notice.title == "€30.00 of this sale are paid already"
        assert len(desk.basket().lines) == 1
    keys = {key.name: key for group in desk.actions().groups for key in group.keys}
    assert not any(keys[name].open for name in ("void_sale", "void_line", "sale_discount"))
    desk.more(1)
    assert desk.basket().total == "€34.94"
    assert take(till, "card")
    assert paid(session) == [("cash", 3_000, 3_000), ("card", 3_494, 3_494)]


def test_a_part_that_still_fits_may_shrink(till: Till) -> None:
    desk, session = till
    desk.more(1)
    take(till, "cash", "30")
    desk.back()
    desk.more(-1)
    assert desk.basket().total == "€2.47"
    take(till, "card")
    assert session.tickets[-1].total_cents == PRICE_CENTS


def test_a_sale_that_shrinks_to_what_is_paid_is_recorded_by_one_touch(till: Till) -> None:
    desk, session = till
    desk.more(1)
    take(till, "cash", "32,47")
    desk.back()
    desk.more(-1)
    desk.pay("card")
    assert not desk.can_confirm()
    desk.back()
    assert desk.payment().ok == "Record the sale"
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    assert paid(session) == [("cash", PRICE_CENTS, PRICE_CENTS)]


def test_back_leads_to_what_was_paid_and_then_to_the_articles(till: Till) -> None:
    desk, _ = till
    desk.pay("cash")
    desk.back()
    assert shown(desk) is Mode.SELL
    take(till, "cash", "1")
    desk.pay("meal_voucher")
    assert shown(desk) is Mode.TENDER
    desk.back()
    assert shown(desk) is Mode.PAYING
    assert not desk.can_confirm()
    desk.back()
    assert shown(desk) is Mode.SELL


def test_a_ticket_that_cannot_be_written_keeps_what_was_taken(till: Till) -> None:
    desk, session = till
    take(till, "cash", "20")
    session.refuse = "disk_full"
    assert not take(till, "card")
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "This could not be recorded"
    assert desk.paid() is None
    assert [each.text for each in desk.payment().tenders] == ["Cash"]
    session.refuse = ""
    assert desk.confirm()
    assert paid(session) == [("cash", 2_000, 2_000), ("card", 1_247, 1_247)]


def test_the_next_sale_begins_with_nothing_paid(till: Till) -> None:
    desk, session = till
    take(till, "cash", "20")
    take(till, "card")
    desk.tap_article(session.catalogue.search_ids()[3])
    assert not desk.paying.begun
    assert desk.payment().tenders == ()


def test_methods_that_the_shop_does_not_take_are_not_offered(till: Till) -> None:
    desk, session = till
    shop(session, methods=("cash", "card"))
    assert [each.name for each in desk.payment().methods] == ["cash", "card"]
    desk.pay("cheque")
    assert shown(desk) is Mode.SELL


def test_cash_is_rounded_where_the_shop_asks_for_it(till: Till) -> None:
    desk, session = till
    shop(session, cash_step_cents=5)
    desk.pay("cash")
    assert desk.payment().due == "€32.45"
    assert take(till, "cash", "40")
    assert paid(session) == [("cash", 3_245, 4_000), ("rounding", 2, 2)]
    assert ticket_is_sound(session.tickets[-1])
    tally = session.counter.tally.session.tickets
    assert tally.by_method == {"cash": 3_245, "rounding": 2}
    assert tally.net_cents == sum(tally.by_method.values())
    assert session.counter.tally.session.expected_cents == 3_245


def test_only_cash_is_rounded(till: Till) -> None:
    desk, session = till
    shop(session, cash_step_cents=5)
    take(till, "voucher", "10")
    desk.pay("card")
    assert desk.payment().due == "€22.47"
    assert take(till, "card")
    assert paid(session) == [("voucher", 1_000, 1_000), ("card", 2_247, 2_247)]


def test_somebody_who_may_not_sell_takes_no_part_either(till: Till) -> None:
    desk, session = till
    session.hire()
    session.log_in(DRISS)
    assert not take(till, "cash", "20")
    assert desk.allowing.open
    assert not desk.paying.begun
    desk.allowing.choose(CHANTAL.id)
    for digit in (*PIN, OK):
        desk.allowing.press(digit)
    desk.poll()
    assert desk.paying.begun
    # Once allowed is the whole sale, not each of its payments.
    assert take(till, "card")
    assert session.tickets[-1].operator == DRISS.name


def test_a_sale_of_nothing_is_settled_by_nothing(till: Till) -> None:
    desk, session = till
    article = session.catalogue.search(limit=1)[0]
    desk.empty()
    session.put("articles", replace(article, price_cents=0))
    desk.tap_article(article.id)
    assert take(till, "cash")
    assert session.tickets[-1].payments == (Payment("cash", 0, 0),)
