"""The till's desk without a screen: what each action leaves behind."""

import pytest

from common.barcodes import check_digit
from common.errors import Problem
from common.i18n import Translator
from common.models import Article, Shop, encode_row
from common.rules import ticket_is_sound
from kiosk.desks.desk import TOLD_AT_MOST, WAITING_SAID_AFTER_MS, Wall
from kiosk.desks.paying import SETTLE_MS
from kiosk.desks.till import TillDesk
from kiosk.scanner import Scan
from kiosk.state import LinkStatus
from kiosk.views.mode import Mode
from tests.ui.fake_session import OFFSET_MIN, FakeSession

Till = tuple[TillDesk, FakeSession]


@pytest.fixture
def till() -> Till:
    session = FakeSession(articles=60)
    wall = Wall(lambda: session.now_ms, lambda: OFFSET_MIN)
    return TillDesk(session, Translator("en"), wall), session


def articles(session: FakeSession) -> list[Article]:
    return session.catalogue.search(limit=10)


def type_in(desk: TillDesk, digits: str) -> None:
    for digit in digits:
        desk.press(digit)


def settle(desk: TillDesk, session: FakeSession, mode: Mode) -> bool:
    desk.pay(mode)
    session.now_ms += SETTLE_MS
    return desk.confirm()


def test_tickets_are_sound(till: Till) -> None:
    desk, session = till
    for article in articles(session)[:4]:
        desk.tap_article(article.id)
    type_in(desk, "0,375")
    desk.apply_entry()
    assert settle(desk, session, Mode.CASH)
    assert ticket_is_sound(session.tickets[-1])
    assert session.tickets[-1].lines[-1].quantity_milli == 375


def test_cash_exactly_typed_and_chosen(till: Till) -> None:
    desk, session = till
    given = []
    for typed, chosen in (("", None), ("200", None), ("", 5000), ("199,99", None)):
        desk.tap_article(articles(session)[0].id)
        desk.pay(Mode.CASH)
        session.now_ms += SETTLE_MS
        type_in(desk, typed)
        if chosen:
            desk.paying.give(chosen)
        assert desk.confirm()
        given.append(session.tickets[-1].payments[0].given_cents)
    assert given == [articles(session)[0].price_cents, 20_000, 5_000, 19_999]


def test_a_third_decimal_is_no_amount(till: Till) -> None:
    desk, session = till
    desk.tap_article(articles(session)[0].id)
    desk.pay(Mode.CASH)
    session.now_ms += SETTLE_MS
    type_in(desk, "50,123")
    assert not desk.can_confirm()
    assert not desk.confirm()


def test_an_empty_basket_cannot_be_paid(till: Till) -> None:
    desk, _ = till
    desk.pay(Mode.CASH)
    assert desk.mode is Mode.SELL
    assert not desk.confirm()


def test_every_step_but_the_last_can_be_taken_back(till: Till) -> None:
    desk, session = till
    first, second = articles(session)[:2]
    desk.tap_article(first.id)
    desk.tap_article(second.id)
    desk.more(2)
    line = desk.basket().lines[1].id
    desk.remove(line)
    desk.empty()
    counts = []
    while desk.can_undo():
        desk.undo()
        counts.append(desk.basket().count)
    assert counts == [1, 4, 2, 1, 0]
    desk.tap_article(first.id)
    assert settle(desk, session, Mode.CARD)
    assert not desk.can_undo()


def test_the_offer_to_bring_back_ends_with_the_next_article(till: Till) -> None:
    desk, session = till
    desk.tap_article(articles(session)[0].id)
    desk.empty()
    assert desk.notice() is not None
    desk.tap_article(articles(session)[1].id)
    assert desk.notice() is None


def test_a_line_at_nothing_goes(till: Till) -> None:
    desk, session = till
    desk.tap_article(articles(session)[0].id)
    desk.more(-1)
    assert desk.basket().lines == ()
    desk.undo()
    type_in(desk, "0")
    desk.apply_entry()
    assert desk.basket().lines == ()


def test_too_much_is_refused_in_words(till: Till) -> None:
    desk, session = till
    article = articles(session)[0]
    type_in(desk, "99999")
    desk.tap_article(article.id)
    type_in(desk, "99999")
    desk.tap_article(article.id)
    notice = desk.notice()
    assert notice is not None
    assert article.name in notice.title
    assert desk.basket().count == 99_999
    desk.more(2)
    assert desk.basket().count == 99_999


def test_codes_unknown_misread_and_no_longer_sold(till: Till) -> None:
    desk, session = till
    article = articles(session)[0]
    said = []
    for scan in (Scan("12345670"), Scan("12345671", misread=True)):
        desk.scan(scan)
        notice = desk.notice()
        assert notice is not None
        said.append(notice.title)
    session.retire(article.id)
    desk.scan(Scan(article.codes[0]))
    notice = desk.notice()
    assert notice is not None
    said.append(notice.title)
    assert said == [
        "Code 12345670 is not in the catalogue",
        "Code 12345671 was not read well",
        f"“{article.name}” is no longer sold",
    ]
    assert desk.basket().lines == ()


def test_a_notice_speaks_the_language_in_view(till: Till) -> None:
    desk, _ = till
    desk.scan(Scan("12345670"))
    desk.t = Translator("fr")
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "Le code 12345670 n’est pas au catalogue"


def test_what_was_put_right_is_said_once(till: Till) -> None:
    desk, session = till
    session.notices.append(Problem("hash_mismatch", {"n": 7}))
    desk.poll()
    notice = desk.notice()
    assert notice is not None
    assert "7" in notice.text
    desk.close_notice()
    desk.poll()
    assert desk.notice() is None


def test_several_problems_are_said_one_after_the_other(till: Till) -> None:
    desk, session = till
    session.notices += [Problem("hash_mismatch", {"n": n}) for n in (7, 8, 7, 9)]
    desk.poll()
    seen = []
    while (notice := desk.notice()) is not None:
        seen.append((notice.text.split()[1], notice.more))
        desk.close_notice()
    assert seen == [("7", "2 more messages"), ("8", "1 more message"), ("9", "")]


def test_what_is_told_waits_behind_what_was_just_done(till: Till) -> None:
    desk, session = till
    session.notices.append(Problem("hash_mismatch", {"n": 7}))
    desk.poll()
    desk.scan(Scan("3760123456784"))
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "Code 3760123456784 is not in the catalogue"
    desk.tap_article(session.catalogue.search_ids()[0])
    notice = desk.notice()
    assert notice is not None
    assert notice.title == "Found and put right on this post"


def test_a_storm_of_problems_is_cut_short(till: Till) -> None:
    desk, session = till
    session.notices += [Problem("hash_mismatch", {"n": n}) for n in range(500)]
    desk.poll()
    count = 0
    while desk.notice() is not None:
        desk.close_notice()
        count += 1
    assert count == TOLD_AT_MOST


def sell(desk: TillDesk, session: FakeSession) -> None:
    desk.tap_article(session.catalogue.search_ids()[0])
    desk.pay(Mode.CARD)
    session.now_ms += SETTLE_MS
    assert desk.confirm()
    desk.poll()


def test_what_is_not_delivered_is_read_once_for_every_change(till: Till) -> None:
    desk, session = till
    session.link(LinkStatus.OFFLINE)
    sell(desk, session)
    listing = desk.link_sheet().listing
    desk.link_sheet()
    assert session.reads == 1
    assert listing is not None
    assert [row.title for row in listing.rows] == [f"Ticket {session.state.device.series}-1"]
    sell(desk, session)
    listing = desk.link_sheet().listing
    assert session.reads == 2
    assert listing is not None
    assert listing.count == "2"
    session.acknowledge()
    desk.poll()
    assert desk.link_sheet().listing is None


def test_what_the_hub_takes_at_once_is_not_listed(till: Till) -> None:
    desk, session = till
    sell(desk, session)
    assert desk.link_sheet().listing is None
    session.now_ms += WAITING_SAID_AFTER_MS
    assert desk.link_sheet().listing is not None


def test_an_outbox_that_cannot_be_read_is_said(till: Till) -> None:
    desk, session = till
    session.unreadable = "disk_failed"
    assert desk.link_sheet().listing is None
    notice = desk.notice()
    assert notice is not None
    assert notice.text.startswith("The file outbox.db cannot be used: disk I/O error.")


def test_waiting_is_said_at_once_offline_and_later_online(till: Till) -> None:
    desk, session = till
    desk.tap_article(articles(session)[0].id)
    settle(desk, session, Mode.CARD)
    assert desk.status().waiting == 0
    session.now_ms += WAITING_SAID_AFTER_MS
    assert desk.status().waiting == 1
    session.acknowledge()
    assert desk.status().waiting == 0
    session.link(LinkStatus.OFFLINE)
    desk.tap_article(articles(session)[0].id)
    settle(desk, session, Mode.CARD)
    assert desk.status().waiting == 1


def test_pages_keep_their_place(till: Till) -> None:
    desk, _ = till
    shelf = desk.shelf
    shelf.fit(10)
    assert shelf.pages == 6
    shelf.turn(3)
    first = shelf.ids()[0]
    shelf.fit(20)
    assert first in shelf.ids()
    shelf.turn(99)
    assert shelf.page == shelf.pages - 1
    shelf.search("a")
    assert not shelf.counted
    assert shelf.count >= 20
    page = shelf.ids()
    assert shelf.count_on()
    assert not shelf.count_on()
    assert shelf.count == len(desk.catalogue.search_ids("a"))
    assert shelf.ids() == page
    shelf.search("e")
    shelf.turn(1)
    assert (shelf.counted, shelf.page) == (True, 1)
    shelf.search("zorglub")
    assert (shelf.pages, shelf.ids()) == (1, [])
    shelf.choose("")
    assert shelf.count == 60


def test_a_search_goes_on_bit_by_bit_and_begins_anew_where_it_may_find_others(till: Till) -> None:
    desk, session = till
    shelf = desk.shelf
    shelf.fit(3)
    shelf.search("a")
    page = shelf.ids()
    assert not shelf.counted
    while not shelf.counted:
        assert shelf.go_on()
    assert shelf._ids == desk.catalogue.search_ids("a")
    assert shelf.ids() == page
    while shelf.go_on():
        pass
    shelf.search("a")
    gone = shelf.ids()[0]
    session.catalogue.drop("articles", gone)
    assert shelf.go_on()
    assert shelf.counted
    assert shelf._ids == desk.catalogue.search_ids("a")
    assert gone not in shelf._ids


def test_labels_of_the_shops_scales_are_sold_at_their_price_and_by_their_weight(till: Till) -> None:
    desk, session = till
    shop = Shop("shop", "Essai", price_labels=("21",), weight_labels=("26",))
    session.catalogue.put("shop", "shop", encode_row(shop))
    ham = Article("f" * 32, "Jambon", "c" * 32, 2_490, 550, ("2112345", "2600042"))
    session.catalogue.put("articles", ham.id, encode_row(ham))
    for body in ("211234500543", "260004200375"):
        desk.scan(Scan(f"{body}{check_digit(body)}"))
    assert settle(desk, session, Mode.CASH)
    ticket = session.tickets[-1]
    assert ticket_is_sound(ticket)
    assert [(line.quantity_milli, line.total_cents) for line in ticket.lines] == [
        (1_000, 543),
        (375, 934),
    ]
