"""A scanner's keys reach the screen whatever is in view, and leave a typed field as it was."""

from time import monotonic

import pytest

from common.barcodes import check_digit
from kiosk.scanner import MAX_GAP_MS
from kiosk.sounds import Sound
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    return open_post(lang="en")


def code_of(till: Hands, place: int) -> str:
    """Return the barcode of an article in view."""
    article = till.session.catalogue.article(till.tiles()[place].article_id)
    assert article is not None
    return article.codes[0]


def labels(till: Hands) -> list[str]:
    """Return the basket's labels."""
    return [row.label for row in till.rows(till.screen.ids.hand.ids.lines)]


def test_scanned_without_focus(till: Hands) -> None:
    till.scan(code_of(till, 0))
    till.scan(code_of(till, 0))
    till.scan(code_of(till, 5))
    assert labels(till) == [till.tiles()[0].name, till.tiles()[5].name]
    assert till.rows(till.screen.ids.hand.ids.lines)[0].quantity.startswith("2")


def test_a_focused_field_is_put_back(till: Hands) -> None:
    field = till.screen.ids.search.ids.input
    code = code_of(till, 0)
    field.focus = True
    till.frames()
    for letter in "beu":
        field.insert_text(letter)
    assert till.screen.ids.search.text == "beu"
    for digit in code:
        # SDL reports the key first, then the text that it types.
        till.stage._key_down(None, ord(digit), 29 + (int(digit) or 10))
        field.insert_text(digit)
    till.stage._key_down(None, 13, 40)
    till.frames()
    assert len(labels(till)) == 1
    assert till.screen.ids.search.text == "beu"
    assert field.text == "beu"


def test_what_was_typed_slowly_is_put_back_whole(till: Hands) -> None:
    field = till.screen.ids.search.ids.input
    code = code_of(till, 0)
    field.focus = True
    till.frames()
    for letter in "beu":
        till.type_key(ord(letter) - ord("a") + 4, letter)
        next_s = monotonic() + MAX_GAP_MS / 1000
        while monotonic() <= next_s:
            till.frames(1)
    till.scan(code)
    assert len(labels(till)) == 1
    assert field.text == "beu"


def test_a_scan_and_an_error_are_heard_unless_sound_is_off(till: Hands) -> None:
    code = code_of(till, 0)
    till.scan(code)
    till.scan("3760123456784")
    till.scan(code)
    assert till.heard == [Sound.SCAN, Sound.ERROR, Sound.SCAN]
    till.stage.comfort.choose("sound", "off")
    till.scan(code)
    till.scan("3760123456784")
    assert len(till.heard) == 3


def test_an_unknown_code_is_said_calmly(till: Hands) -> None:
    body = "376012345678"
    code = f"{body}{check_digit(body)}"
    till.tap(till.tiles()[0])
    till.scan(code)
    assert till.reads(f"Code {code} is not in the catalogue")
    assert till.reads("Nothing was added")
    assert len(labels(till)) == 1
    till.tap(till.key(icon="close", under=till.screen.ids.notice))
    assert not till.screen.ids.notice.shown


def test_a_misread_code_says_so(till: Hands) -> None:
    body = "376012345678"
    till.scan(f"{body}{(check_digit(body) + 1) % 10}")
    assert till.reads("was not read well")


def test_scanning_goes_on_while_paying_or_looking_back(till: Hands) -> None:
    till.scan(code_of(till, 0))
    till.press("Cash")
    code = code_of(till, 1)
    till.scan(code)
    assert till.screen.mode == "sell"
    assert len(labels(till)) == 2
    till.press("Tickets")
    till.scan(code)
    assert till.screen.mode == "sell"
    assert till.session_total() > 0


def test_a_code_typed_on_the_pad(till: Hands) -> None:
    code = code_of(till, 3)
    till.pad(code)
    assert till.screen.ids.hand.entry == code
    till.press("Find code")
    assert labels(till) == [till.tiles()[3].name]
