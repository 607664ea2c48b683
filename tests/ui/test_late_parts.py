"""What is not in view is made when it is first wanted, once, and is kept from then on."""

from functools import partial
from typing import Any

import pytest

from tests.ui.hands import Hands, OpenPost


@pytest.fixture
def till(open_post: OpenPost) -> Hands:
    return open_post(lang="en")


def test_a_panel_is_made_when_it_is_first_shown(window: None) -> None:
    from kiosk.widgets.deck import Deck
    from kiosk.widgets.payment import Panel

    made: list[Any] = []

    def make(name: str) -> Any:
        made.append(Panel(deck_name=name))
        return made[-1]

    deck = Deck()
    deck.add_widget(Panel(deck_name="first"))
    for name in ("second", "third"):
        deck.offer(name, partial(make, name))
    deck.current = "first"
    assert [child.deck_name for child in deck.children] == ["first"]
    assert not made
    for current in ("second", "first", "second"):
        deck.current = current
        assert [child.deck_name for child in deck.children] == [current]
    assert deck.children == made
    assert deck.panel("second") is made[0]
    deck.current = "nobody's"
    assert not deck.children
    assert deck.panel("nobody's") is None


def test_an_explanation_is_built_when_somebody_asks_for_it(till: Hands) -> None:
    sheet = till.screen.ids.sheet
    assert not sheet.children
    till.screen.explain_link()
    till.frames()
    built = list(sheet.children)
    assert built
    assert till.reads(sheet.title, sheet)
    sheet.shown = False
    till.screen.speak(till.stage.t)
    till.screen.explain_link()
    assert sheet.children == built


def test_a_panel_made_late_speaks_the_language_in_view(till: Hands) -> None:
    till.screen.dispatch("on_language", "fr")
    till.press("Tickets")
    assert till.reads("Cette caisse", till.screen.ids.deck)
    till.screen.dispatch("on_language", "en")
    till.frames()
    assert till.reads("This till", till.screen.ids.deck)
