"""What a scene is, at which sizes it is looked at, and what hands do in several of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.models import Person
from common.rules import cash, ticket_line
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands

Size = tuple[int, int]


DESK: Size = (1280, 800)


SMALL: Size = (1024, 768)


LARGE: Size = (1920, 1080)


UPRIGHT: Size = (800, 1280)


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` is the picture's; `lead` brings the screen there.

    `pictured`: False where it only leads back to what there is a picture of.
    """

    name: str
    lead: Callable[[Hands], None]
    pictured: bool = True


def close_sheet(hands: Hands) -> None:
    hands.screen.ids.sheet.shown = False


def sell(session: FakeSession, count: int) -> None:
    """Sell one article so many times, half a minute apart."""
    articles = session.catalogue.search(limit=40)
    for turn in range(count):
        each = articles[turn % len(articles)]
        line = ticket_line(each.id, each.name, 1000, each.price_cents, each.vat_bp)
        session.now_ms += 30_000
        session.sell([line], [cash(line.total_cents, line.total_cents)])


def deck(till: Hands, mode: str) -> Any:
    """Return a panel of the large half."""
    return next(each for each in till.screen.ids.deck.children if each.deck_name == mode)


def action(till: Hands, name: str) -> Any:
    """Return an action's key, scrolled into view."""
    from kivy.uix.scrollview import ScrollView

    key = next(each for each in till.widgets() if getattr(each, "name", "") == name)
    for panel in till.widgets():
        if isinstance(panel, ScrollView) and key in panel.walk():
            panel.scroll_to(key, animate=False)
            till.frames(2)
    return key


def nothing(_: Hands) -> None:
    """Stay where the screen begins."""


def tile_of(hands: Hands, person: Person) -> Any:
    """Return the tile of a person, on whichever page it is."""
    from kiosk.widgets.person_grid import PersonGrid

    for grid in [each for each in hands.widgets() if isinstance(each, PersonGrid)]:
        for page in range(int(grid.pages)):
            grid.page = page
            hands.frames(1)
            for each in hands.widgets(grid):
                if getattr(each, "person", "") == person.id:
                    return each
    raise AssertionError(f"no tile of {person.name} in view: {hands.texts()}")


def type_digits(hands: Hands, digits: str, under: Any = None) -> None:
    """Touch the keys of a pad for a PIN."""
    for digit in digits:
        hands.tap(hands.key(digit, under=under or hands.screen.ids.gate))
