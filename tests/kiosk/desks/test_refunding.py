"""Looking for a ticket and giving it back, whole or in parts, to the cent."""

from dataclasses import asdict, replace

import msgspec
import pytest

from common import messages as m
from common.i18n import Translator
from common.models import Ticket
from common.rules import ticket_is_sound
from kiosk.desks.desk import Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.views.mode import Mode
from tests.ui.fake_people import AMELIE, BRUNO
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    return TillDesk(session, Translator("en"), wall), session


def sell(till: Till, *quantities: str) -> Ticket:
    """Sell the first articles, so much of each; return the ticket."""
    desk, session = till
    for article, quantity in zip(session.catalogue.search(limit=20), quantities, strict=False):
        for key in quantity:
            desk.press(key)
        desk.tap_article(article.id)
    desk.pay(Mode.CASH)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    session.now_ms += 60_000
    return session.tickets[-1]


def shows(desk: TillDesk, mode: Mode) -> bool:
    return desk.mode is mode


def give_back(till: Till, reason: str = "broken") -> bool:
    """Answer what is asked once the lines are chosen."""
    desk, _ = till
    if not desk.refunding.go_on():
        return False
    desk.form.write("reason", reason)
    return desk.answer()


def test_a_whole_ticket_goes_back_as_it_was_paid(till: Till) -> None:
    desk, session = till
    sold = sell(till, "2", "0,375", "1")
    desk.open_tickets()
    desk.refunding.begin()
    view = desk.refunding.view()
    assert view is not None
    assert view.is_all
    assert view.amount == desk.t.money(sold.total_cents)
    assert give_back(till)
    back = session.tickets[-1]
    assert back.total_cents == -sold.total_cents
    assert back.payments[0].method == "cash"
    assert ticket_is_sound(back)
    assert shows(desk, Mode.SELL)
    paid = desk.paid()
    assert paid is not None
    assert paid.change == desk.t.money(sold.total_cents)
    # Nothing of it is left, before and after the hub has it.
    for _ in range(2):
        desk.open_tickets()
        desk.tickets.pick(sold.id)
        detail = desk.tickets.detail()
        assert detail is not None
        assert not detail.can_refund
        assert desk.t.money(sold.total_cents) in detail.about
        desk.refunding.begin()
        assert not give_back(till)
        session.acknowledge()


def test_in_parts_it_comes_to_the_whole(till: Till) -> None:
    desk, session = till
    sold = sell(till, "3", "1")
    for _ in range(3):
        desk.open_tickets()
        desk.tickets.pick(sold.id)
        desk.refunding.begin()
        desk.refunding.take_nothing()
        assert not desk.refunding.go_on()
        desk.refunding.more(0, 1)
        assert give_back(till)
        session.acknowledge()
    desk.open_tickets()
    desk.tickets.pick(sold.id)
    desk.refunding.begin()
    desk.refunding.more(0, 1)
    view = desk.refunding.view()
    assert view is not None
    assert [line.gone for line in view.lines] == [True, False]
    assert give_back(till)
    assert sum(each.total_cents for each in session.tickets) == 0


def test_what_is_weighed_goes_as_a_whole(till: Till) -> None:
    desk, _ = till
    sell(till, "0,375")
    desk.open_tickets()
    desk.refunding.begin()
    desk.refunding.more(0, -1)
    view = desk.refunding.view()
    assert view is not None
    assert not view.can_ok
    desk.refunding.more(0, 1)
    view = desk.refunding.view()
    assert view is not None
    assert view.is_all


def test_by_card_if_somebody_says_so_and_not_without_a_reason(till: Till) -> None:
    desk, session = till
    sell(till, "1")
    desk.open_tickets()
    desk.refunding.begin()
    assert desk.refunding.go_on()
    desk.form.choose("way", "card")
    assert not desk.answer()
    desk.form.choose("reason", "Damaged", "Damaged")
    assert desk.answer()
    assert session.tickets[-1].payments[0].method == "card"


def test_a_refund_is_not_given_back(till: Till) -> None:
    desk, _ = till
    sell(till, "1")
    desk.open_tickets()
    desk.refunding.begin()
    assert give_back(till)
    desk.open_tickets()
    detail = desk.tickets.detail()
    assert detail is not None
    assert "Gives back ticket" in detail.about
    assert not detail.can_refund
    desk.refunding.begin()
    assert shows(desk, Mode.TICKETS)


def test_a_cashier_needs_somebody_and_a_seller_does_not(till: Till) -> None:
    desk, session = till
    sell(till, "1")
    session.hire()
    session.log_in(AMELIE)
    desk.open_tickets()
    desk.refunding.begin()
    assert desk.allowing.open
    assert shows(desk, Mode.TICKETS)
    desk.allowing.cancel()
    session.log_in(BRUNO)
    desk.refunding.begin()
    assert shows(desk, Mode.REFUND)


def test_where_the_disk_is_full_nothing_is_given_back(till: Till) -> None:
    desk, session = till
    sell(till, "1")
    desk.open_tickets()
    desk.refunding.begin()
    session.fill_disk()
    assert not give_back(till)
    assert shows(desk, Mode.FORM)
    assert len(session.tickets) == 1


@pytest.mark.parametrize(
    "text", ["{number}", "{amount}", "{comma}", "{time}", "{label}", "{label} {time}", "amelie"]
)
def test_a_ticket_is_found_by_what_is_on_it(till: Till, text: str) -> None:
    desk, session = till
    wanted = sell(till, "7")
    session.now_ms += 3_600_000
    others = session.catalogue.search(limit=20)[10:13]
    for article in others:
        desk.tap_article(article.id)
    desk.pay(Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    desk.open_tickets()
    units, cents = divmod(wanted.total_cents, 100)
    found = text.format(
        number=f"{wanted.series.lower()}-1",
        amount=f"{units}.{cents:02}",
        comma=f"{units},{cents:02}",
        time=desk.t.time_of_day(wanted.at_ms, OFFSET_MIN),
        label=wanted.lines[0].label.upper(),
    )
    desk.tickets.search(found)
    assert wanted.id in desk.tickets.ids()
    if text != "amelie":
        assert desk.tickets.ids() == [wanted.id]
    desk.tickets.search("zorglub")
    assert desk.tickets.ids() == []
    assert desk.tickets.detail() is None


def test_older_ones_come_from_the_hub_and_can_be_given_back(till: Till) -> None:
    desk, session = till
    sold = sell(till, "2")
    old = replace(sold, id="e" * 32, series="05-ZZZZ", number=9, at_ms=sold.at_ms - 10**9)
    desk.open_tickets()
    desk.tickets.show_all(everybody=True)
    assert desk.tickets.older().open
    desk.tickets.more()
    assert not desk.tickets.older().open
    query = session.asked_older[-1]
    assert query.args["before_ms"] == sold.at_ms
    row = {"ticket": msgspec.to_builtins(old), "device_name": "Caisse 5", "refunds": None}
    session.older.hear(m.Answer(query.request, [row]))
    assert desk.tickets.ids() == [sold.id, old.id]
    desk.tickets.search("05-zzzz-9")
    assert desk.tickets.ids() == [old.id]
    desk.refunding.begin()
    assert give_back(till)
    back = session.tickets[-1]
    assert back.total_cents == -old.total_cents
    assert session.catalogue.refunds_of(old) == [back]
    assert asdict(session.counter.tally.session)["refunds"]["count"] == 1


def ring_up(till: Till, places: slice) -> int:
    """Put articles into the basket; return what they come to."""
    desk, session = till
    for article in session.catalogue.search(limit=30)[places]:
        desk.tap_article(article.id)
    return desk.sale.basket.total_cents


def exchange(till: Till, sold: Ticket) -> bool:
    """Give a whole ticket back against the sale in hand."""
    desk, _ = till
    desk.open_tickets()
    desk.tickets.pick(sold.id)
    desk.refunding.begin()
    assert desk.refunding.go_on()
    desk.form.choose("way", "exchange")
    desk.form.write("reason", "too small")
    return desk.answer()


def test_an_exchange_for_something_dearer_leaves_the_rest_to_pay(till: Till) -> None:
    desk, session = till
    sold = sell(till, "1")
    total = ring_up(till, slice(10, 16))
    assert total > sold.total_cents
    assert exchange(till, sold)
    assert shows(desk, Mode.PAYING)
    back = session.tickets[-1]
    assert [(p.method, p.amount_cents) for p in back.payments] == [("exchange", -sold.total_cents)]
    # What came back stays paid, and the sale cannot come to less.
    (tender,) = desk.paying.tenders.taken
    desk.paying.take_back(tender.id)
    assert desk.paying.tenders.paid_cents == sold.total_cents
    assert desk.notice() is not None
    desk.pay(Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    bought = session.tickets[-1]
    assert [(p.method, p.amount_cents) for p in bought.payments] == [
        ("exchange", sold.total_cents),
        ("card", total - sold.total_cents),
    ]
    assert ticket_is_sound(bought)
    by_method = session.counter.tally.session.tickets.by_method
    assert by_method["exchange"] == 0
    assert by_method["card"] == total - sold.total_cents


def test_an_exchange_for_something_cheaper_gives_cash_back(till: Till) -> None:
    desk, session = till
    sold = sell(till, "9", "9")
    total = ring_up(till, slice(10, 11))
    assert total < sold.total_cents
    assert exchange(till, sold)
    back, bought = session.tickets[-2:]
    assert [(p.method, p.amount_cents) for p in back.payments] == [
        ("exchange", -total),
        ("cash", total - sold.total_cents),
    ]
    assert [(p.method, p.amount_cents) for p in bought.payments] == [("exchange", total)]
    assert shows(desk, Mode.SELL)
    assert not desk.sale.basket
    notice = desk.notice()
    assert notice is not None
    assert desk.t.money(sold.total_cents - total) in notice.title


def test_without_a_sale_in_hand_there_is_nothing_to_exchange_for(till: Till) -> None:
    desk, _ = till
    sell(till, "1")
    desk.open_tickets()
    desk.refunding.begin()
    assert desk.refunding.go_on()
    view = desk.form.view(desk.t)
    assert view is not None
    assert [each.value for each in view.fields[1].choices] == ["cash", "card"]


def test_cash_that_goes_back_is_rounded_where_the_shop_asks_for_it(till: Till) -> None:
    desk, session = till
    shop = session.catalogue.shop
    assert shop is not None
    session.put("shop", replace(shop, cash_step_cents=5))
    session.change_price(session.catalogue.search(limit=1)[0].id, 208)
    sold = sell(till, "1")
    total = sold.total_cents
    assert total % 5
    desk.open_tickets()
    desk.refunding.begin()
    assert desk.refunding.go_on()
    in_cash = 5 * round(total / 5)
    view = desk.form.view(desk.t)
    assert view is not None
    assert desk.t.money(in_cash) in view.hint
    desk.form.choose("way", "card")
    view = desk.form.view(desk.t)
    assert view is not None
    assert not view.hint
    desk.form.choose("way", "cash")
    assert give_back(till)
    back = session.tickets[-1]
    paid = {each.method: each.amount_cents for each in back.payments}
    assert paid == {"cash": -in_cash, "rounding": in_cash - total}
    assert ticket_is_sound(back)
    shown = desk.paid()
    assert shown is not None
    assert shown.change == desk.t.money(in_cash)
    tally = session.counter.tally.session
    assert (tally.tickets.net_cents, tally.expected_cents) == (0, 0)
    assert tally.tickets.by_method == {"cash": 0, "rounding": 0}
