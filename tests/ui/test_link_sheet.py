"""The sheet behind the bar's signs: what is not delivered yet, live while it is open."""

import pytest

from common.errors import Problem
from common.i18n import Translator
from common.rules import cash, ticket_line
from common.topics import Profile
from kiosk.state import LinkStatus
from tests.ui import layout
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


def sell(session: FakeSession, count: int = 1) -> None:
    """Sell one article so many times."""
    article = session.catalogue.search(limit=1)[0]
    line = ticket_line(article.id, article.name, 1000, article.price_cents, article.vat_bp)
    for _ in range(count):
        session.sell([line], [cash(line.total_cents, line.total_cents)])


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    """Return a till offline with three sales waiting, in English."""
    hands = open_post(lang="en")
    hands.session.link(LinkStatus.OFFLINE)
    sell(hands.session, 3)
    hands.frames()
    return hands


def titles(hands: Hands) -> list[str]:
    """Return what the list's rows in view are called; a reason has no title."""
    return [row.title for row in hands.rows(hands.screen.ids.sheet.ids.undelivered)]


def test_the_sign_of_what_waits_opens_the_list(till: Hands) -> None:
    till.tap(till.key("3 sales wait for the office"))
    assert till.screen.ids.sheet.shown
    assert titles(till) == [till.ticket(1), till.ticket(2), till.ticket(3)]
    assert till.reads("Not delivered yet")
    till.press("Close")
    assert not till.screen.ids.sheet.shown


def test_the_list_follows_while_it_is_open(till: Hands) -> None:
    till.tap(till.key(icon="waiting", under=till.screen.ids.status))
    sell(till.session)
    till.until(lambda: len(titles(till)) == 4, "the fourth sale")
    till.session.put_aside(Problem("handler_failed", {"reason": "KeyError"}))
    till.until(lambda: titles(till)[:2] == [till.ticket(1), ""], "the sale put aside, with why")
    assert till.screen.ids.sheet.count == "4"
    till.session.acknowledge()
    till.session.take_back()
    till.until(lambda: not till.screen.ids.sheet.listed, "nothing left")
    assert till.reads("Nothing waits to be sent")


def test_a_long_list_is_scrolled_and_stays_open(till: Hands) -> None:
    sell(till.session, 200)
    till.frames()
    till.tap(till.key(icon="waiting", under=till.screen.ids.status))
    rows = till.screen.ids.sheet.ids.undelivered
    assert till.screen.ids.sheet.count == "203"
    till.drag(rows, by=300)
    assert till.screen.ids.sheet.shown
    assert titles(till)[0] != till.ticket(1)


def test_what_is_not_listed_is_counted_and_the_list_stays_where_it_is(till: Hands) -> None:
    sell(till.session, 200)
    till.frames()
    till.tap(till.key(icon="waiting", under=till.screen.ids.status))
    rows = till.screen.ids.sheet.ids.undelivered
    rows.scroll_y = 0
    till.until(lambda: titles(till)[-1] == "and 103 more", "the last row")
    till.screen.render_status()
    till.frames()
    assert titles(till)[-1] == "and 103 more"


def test_a_touch_beside_it_puts_it_away_and_touches_nothing_else(till: Hands) -> None:
    till.tap(till.key(icon="offline", under=till.screen.ids.status))
    till.tap_at(8, till.screen.height / 2)
    assert not till.screen.ids.sheet.shown
    assert not till.session_total()


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "problem",
    [
        Problem("unknown_schema", {"schema": 12, "kind": "goods.receive"}),
        Problem("unknown_command", {"kind": "goods.receive"}),
        Problem("unreadable_command", {"reason": "Object missing required field `lines`"}),
        Problem("handler_failed", {"reason": "IntegrityError: UNIQUE constraint failed: x.id"}),
        Problem("hash_mismatch", {"n": 123_456}),
        Problem("profile_not_allowed", {"profile": "office", "kind": "sale.record"}),
        Problem("outbox_of_another", {"outbox": "f" * 32}),
    ],
    ids=lambda each: getattr(each, "code", each),
)
def test_a_reason_is_never_cut(till: Hands, problem: Problem, lang: str) -> None:
    till.stage.choose_language(lang)
    till.session.put_aside(problem)
    till.frames()
    till.tap(till.key(icon="alert", under=till.screen.ids.status))
    assert till.reads(problem.text(Translator(lang)).split(".")[-2][-20:])


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (800, 1280), (800, 600)], ids=str)
def test_all_is_told_without_scrolling_the_words(
    open_post: OpenPost, size: tuple[int, int]
) -> None:
    hands = open_post(size=size, lang="fr")
    hands.session.trouble(Problem("hub_busy", {"reason": "database or disk is full"}))
    hands.session.clock(-95 * 60_000)
    sell(hands.session, 5)
    hands.session.put_aside(Problem("handler_failed", {"reason": "KeyError"}))
    hands.frames()
    hands.screen.explain_link()
    hands.frames()
    ids = hands.screen.ids.sheet.ids
    rows = 1 if size == (800, 600) else 2
    assert len(hands.rows(ids.undelivered)) >= rows
    if size != (800, 600):
        assert ids.parts.height <= ids.telling.height + 1
    assert ids.card.height <= size[1]
    assert ids.close.y >= 0


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (800, 1280)], ids=str)
def test_the_bar_has_room_for_everything_at_once(
    open_post: OpenPost, size: tuple[int, int], lang: str
) -> None:
    hands = open_post(size=size, lang=lang)
    hands.session.link(LinkStatus.OFFLINE)
    hands.session.clock(600_000)
    sell(hands.session, 120)
    hands.session.put_aside(Problem("handler_failed", {"reason": "KeyError"}))
    hands.pass_time(3 * 86_400_000)
    hands.screen.render_status()
    hands.frames()
    assert layout.faults(hands, hands.screen.ids.status) == []


def test_the_clock_has_a_sign_only_while_it_is_off(open_post: OpenPost) -> None:
    hands = open_post(Profile.OFFICE, lang="en")
    hands.session.clock(-185_000)
    hands.until(lambda: hands.screen.ids.status.clock_off, "the sign on the clock")
    hands.tap(hands.key(icon="alert", under=hands.screen.ids.status))
    assert hands.reads("This post's clock is 3 minutes ahead of the office's.")
    hands.session.clock(0)
    hands.until(lambda: not hands.reads("This post's clock"), "the clock set right")
    hands.press("Close")
    hands.tap(hands.key("14:52"))
    assert not hands.screen.ids.sheet.shown


def test_a_hub_that_takes_nothing_is_said_first(till: Hands) -> None:
    till.session.link(LinkStatus.ONLINE)
    till.session.trouble(Problem("hub_busy", {"reason": "database or disk is full"}))
    till.pass_time(5_000)
    till.frames()
    till.tap(till.key("The office records nothing just now\n3 sales wait for the office"))
    assert till.reads("Nothing is lost. Keep working")
    till.session.trouble(None)
    till.until(lambda: not till.reads("Nothing is lost"), "the trouble over")
