"""A whole sale by the keys of a real keyboard, in a real window, beside a scanner."""

import pytest

from kiosk.desks.shortcuts import key_views
from kiosk.keyboard import QUIET_MS, WAIT_MS
from tests.ui.hands import ENTER, SCANCODES, Hands, OpenPost
from tests.ui.test_scanner_keys import code_of

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]

F1, F3, F4, F6, F9 = 282, 284, 285, 287, 290
ESCAPE, UP, DELETE, PAGE_DOWN = 27, 273, 127, 281


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    return open_post(lang="en")


def type_by_hand(till: Hands, text: str) -> None:
    """Type as slowly as people do."""
    for character in text:
        till.type_key(SCANCODES.get(character, 0), character)
        till.pass_ms(WAIT_MS)
        till.until(lambda: not till.stage._typist.holding, "what was typed by hand")


def test_a_sale_by_keys_alone(till: Hands) -> None:
    till.press_key(ord("&"), SCANCODES["1"], ctrl=True)
    till.press_key(ord("é"), SCANCODES["2"], ctrl=True)
    type_by_hand(till, "3")
    assert till.screen.ids.hand.entry.startswith("3")
    till.type_key(ENTER, "")
    type_by_hand(till, "+")
    lines = till.screen.desk.basket().lines
    assert [line.quantity for line in lines] == ["1\u00a0×", "4\u00a0×"]
    till.press_key(UP)
    till.press_key(DELETE)
    assert len(till.screen.desk.basket().lines) == 1
    till.press_key(F3)
    assert till.screen.mode == "cash"
    till.pass_time()
    till.pass_ms(QUIET_MS + 30)
    till.type_key(ENTER, "")
    till.frames()
    assert len(till.session.tickets) == 1
    assert till.screen.mode == "sell"


def test_a_scan_while_paying_confirms_nothing_and_types_nothing(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press_key(F3)
    till.pass_time()
    till.pass_ms(WAIT_MS)
    till.scan("3760123456784")
    till.pass_ms(WAIT_MS + 30)
    assert till.reads("3760123456784")
    assert till.session.tickets == []
    assert till.screen.mode == "cash"
    till.scan("1234")
    till.pass_ms(WAIT_MS + 30)
    assert till.session.tickets == []


def test_letters_of_a_scan_and_keys_of_the_customers_window_confirm_nothing(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press_key(F3)
    till.pass_time()
    till.pass_ms(QUIET_MS)
    till.type_key(4, "a")
    till.type_key(ENTER, "")
    till.pass_ms(QUIET_MS + 30)
    till.stage._key_down(None, 13, ENTER, stray=True)
    till.frames()
    assert till.session.tickets == []
    assert till.screen.mode == "cash"


def test_escape_leads_back_step_by_step(till: Hands) -> None:
    till.press_key(F4)
    assert till.screen.mode == "actions"
    till.press_key(ESCAPE)
    assert till.screen.mode == "sell"
    till.pass_ms(WAIT_MS)
    till.scan("3760123456784")
    till.pass_ms(WAIT_MS + 30)
    assert till.screen.ids.notice.shown
    till.press_key(ESCAPE)
    assert not till.screen.ids.notice.shown


def test_a_field_keeps_what_is_typed_into_it(till: Hands) -> None:
    till.tap(till.tiles()[0])
    till.press_key(F6)
    assert till.screen.in_field()
    type_by_hand(till, "4")
    till.press_key(DELETE)
    assert till.screen.ids.search.text == "4"
    assert till.screen.ids.hand.entry == ""
    assert len(till.screen.desk.basket().lines) == 1


def test_pages_help_and_settings(till: Hands) -> None:
    till.press_key(PAGE_DOWN)
    assert till.screen.desk.shelf.page == 1
    till.press_key(F1)
    assert till.reads("F2")
    listed = key_views(till.stage.t)
    assert "Ctrl D" in {each.key for each in listed}
    till.press_key(F9)
    assert till.screen.mode == "comfort"
    till.press("Dark")
    till.frames()
    assert till.stage.theme.colours.ground != till.stage.theme.colours.surface
    assert till.chosen[-1].theme == "dark"
    assert till.screen.mode == "comfort"


def test_what_is_chosen_is_shown_at_once_and_loses_nothing(till: Hands) -> None:
    code = code_of(till, 3)
    till.tap(till.tiles()[0])
    before = till.stage.theme.colours
    total = till.session_total()
    till.press_key(F9)
    till.press("On the left")
    till.frames()
    assert till.screen.ids.hand.x < till.screen.ids.deck.x
    till.press("Large")
    till.frames()
    assert till.stage.theme.px_per_dp > 1.1
    till.press("Dark")
    till.frames()
    assert till.stage.theme.colours is not before
    assert till.session_total() == total
    till.scan(code)
    assert len(till.screen.desk.basket().lines) == 2
