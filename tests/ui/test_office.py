"""The office's overview, live."""

import pytest

from common.rules import cash, ticket_line
from common.topics import Profile
from tests.ui.fake_people import AMELIE, CHANTAL
from tests.ui.fake_session import FakeSession, sample_alert, sample_takings
from tests.ui.hands import OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


def a_shop_at_work() -> FakeSession:
    """Return an office session with takings, tickets and alerts."""
    session = FakeSession(Profile.OFFICE)
    session.put(
        "takings",
        sample_takings("1" * 32, "Caisse 1", 34, 61_280),
        sample_takings("2" * 32, "Caisse 2", 51, 98_745),
    )
    session.put(
        "alerts",
        sample_alert(1, "flag_negative_stock", "Baguette tradition: -2"),
        sample_alert(2, "flag_clock", "C1-34: 95 s"),
    )
    articles = session.catalogue.search(limit=40)
    now = session.now_ms
    for turn in range(9):
        session.now_ms -= 240_000
        bought = articles[turn * 3 : turn * 3 + 1 + turn % 4]
        lines = [
            ticket_line(each.id, each.name, 1000, each.price_cents, each.vat_bp) for each in bought
        ]
        total = sum(line.total_cents for line in lines)
        session.sell(lines, [cash(total, total)])
    session.acknowledge()
    session.now_ms = now
    return session


def test_today_at_a_glance(open_post: OpenPost) -> None:
    office = open_post(Profile.OFFICE, lang="en", session=a_shop_at_work())
    assert office.reads("€1,600.25")
    assert office.reads("85 tickets")
    assert office.reads("Caisse 1")
    assert office.reads("Stock below zero")
    assert office.reads("Baguette tradition: -2")
    office.session.put("takings", sample_takings("1" * 32, "Caisse 1", 35, 71_280))
    office.until(lambda: office.reads("€1,700.25"), "the new sum")
    assert len(office.rows(office.screen.ids.last)) > 3


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_post_that_is_silent_now_stands_out_until_it_is_back(
    open_post: OpenPost, lang: str
) -> None:
    office = open_post(Profile.OFFICE, lang=lang, session=a_shop_at_work())
    office.session.put("alerts", sample_alert(30, "post_silent", "Caisse 1, 2 min"))
    alerts = office.screen.ids.alerts
    office.until(lambda: office.rows(alerts)[0].stands_out, "the silent post")
    words = [each for each in office.widgets(office.rows(alerts)[0]) if hasattr(each, "text")]
    assert not [each.text for each in words if getattr(each, "is_shortened", False)]
    office.session.put("alerts", sample_alert(29, "post_back", "Caisse 1, 12 min"))
    office.until(lambda: not any(row.stands_out for row in office.rows(alerts)), "it is back")
    assert len(office.rows(alerts)) == 4


def test_what_was_put_aside_is_counted_with_the_way_to_see_it(open_post: OpenPost) -> None:
    office = open_post(Profile.OFFICE, lang="en", session=a_shop_at_work())
    assert not office.reads("comptoir-hub quarantine")
    office.session.put("alerts", sample_alert(3, "handler_failed", "3f8a1c02-21"))
    office.until(lambda: office.reads("1 operation was put aside."), "the count")


def test_drawers_are_asked_for_while_they_are_in_view(open_post: OpenPost) -> None:
    office = open_post(Profile.OFFICE, lang="en", session=a_shop_at_work())
    assert office.session.asked_drawers == []
    office.tap(office.key("Drawers"))
    assert [each.kind for each in office.session.asked_drawers] == ["drawers"]
    assert office.reads("The hub is being asked.")
    office.session.answer_drawers()
    office.until(lambda: office.reads("€612.35"), "what must be in the first drawer")
    assert not office.reads("The hub is being asked.")
    assert len(office.rows(office.screen.ids.drawers)) == 3
    office.tap(office.key("Today"))
    office.session.now_ms += 60_000
    office.frames()
    assert len(office.session.asked_drawers) == 1


def test_only_who_may_close_a_till_sees_what_must_be_in_it(open_post: OpenPost) -> None:
    office = open_post(Profile.OFFICE, lang="en", session=a_shop_at_work())
    office.session.hire()
    for person, sees in ((AMELIE, False), (CHANTAL, True)):
        office.session.log_in(person)
        office.frames()
        office.tap(office.key("Drawers"))
        office.session.now_ms += 60_000
        office.session.poll()
        office.session.answer_drawers()
        office.until(lambda: office.reads("Caisse 2"), "the drawers")
        assert office.reads("€612.35") is sees
        office.tap(office.key("Today"))
