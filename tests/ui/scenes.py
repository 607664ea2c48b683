"""What people see, as tables of scenes: each leads a post's screen on from the one before.

The same scenes are checked for their layout at every size and photographed for the docs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from common.errors import Problem
from common.topics import Profile
from kiosk.state import LinkStatus
from tests.ui.hands import Hands

Size = tuple[int, int]
DESK: Size = (1280, 800)
SMALL: Size = (1024, 768)
LARGE: Size = (1920, 1080)
UPRIGHT: Size = (800, 1280)


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` is the picture's; `lead` brings the screen there."""

    name: str
    lead: Callable[[Hands], None]


def _sale(till: Hands) -> None:
    for place in (0, 3, 3, 7, 11):
        till.tap(till.tiles()[place])
    till.session.change_price(till.tiles()[3].article_id, 399)
    till.frames()


def _quantity(till: Hands) -> None:
    till.tap(till.key("1", under=till.screen.ids.hand))
    till.tap(till.key("2", under=till.screen.ids.hand))


def _cash(till: Hands) -> None:
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))
    till.tap(till.key(icon="cash"))
    till.pass_time()
    till.pad("20")


def _too_little(till: Hands) -> None:
    till.tap(till.key(icon="erase", under=till.screen.ids.hand))


def _paid(till: Hands) -> None:
    till.pad("0")
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _card(till: Hands) -> None:
    for place in (1, 2, 5):
        till.tap(till.tiles()[place])
    till.tap(till.key(icon="card"))
    till.pass_time()


def _tickets(till: Hands) -> None:
    till.session.acknowledge()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.pass_time(95_000)
    till.tap(till.tiles()[4])
    till.tap(till.key(icon="ticket"))


def _search(till: Hands) -> None:
    till.tap(till.key(icon="left"))
    till.tap(till.screen.ids.search)
    till.frames()
    for letter in "BEUR":
        till.press(letter)


def _offline(till: Hands) -> None:
    till.tap(till.key(icon="close", under=till.screen.ids.search))
    till.session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    till.pass_time(120_000)
    till.scan("3760123456784")


def _explained(till: Hands) -> None:
    till.screen.explain_link()


def _stock(depot: Hands) -> None:
    rows = depot.rows(depot.screen.ids.stock)
    for place in (0, 1, 3):
        depot.screen.act("add", rows[place].key)
    depot.pad("24")
    depot.tap(depot.key(under=depot.screen.ids.hand, text=depot.stage.t("Quantity")))
    depot.session.change_stock(rows[2].key, 2_000)
    depot.frames()


def _confirming(depot: Hands) -> None:
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()


def _article(depot: Hands) -> None:
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    row = depot.rows(depot.screen.ids.stock)[1]
    depot.screen.open_article(row.key)


def _deliveries(depot: Hands) -> None:
    depot.session.acknowledge()
    depot.pass_time(300_000)
    depot.tap(depot.key(icon="plus", under=depot.screen.ids.card))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.hand))
    depot.pass_time()
    depot.tap(depot.key(icon="check", under=depot.screen.ids.hand))
    depot.tap(depot.key(icon="left"))
    depot.tap(depot.key(icon="receive", under=depot.screen.ids.deck))


def _reorder(depot: Hands) -> None:
    depot.tap(depot.key(icon="left"))
    depot.screen.choose_filter("low")


def _nothing(_: Hands) -> None:
    """Stay where the screen begins."""


TILL = (
    Scene("till-start", _nothing),
    Scene("till-sale", _sale),
    Scene("till-quantity", _quantity),
    Scene("till-cash", _cash),
    Scene("till-cash-missing", _too_little),
    Scene("till-paid", _paid),
    Scene("till-card", _card),
    Scene("till-tickets", _tickets),
    Scene("till-search", _search),
    Scene("till-offline", _offline),
    Scene("till-offline-explained", _explained),
)
DEPOT = (
    Scene("depot-stock", _stock),
    Scene("depot-confirming", _confirming),
    Scene("depot-article", _article),
    Scene("depot-deliveries", _deliveries),
    Scene("depot-reorder", _reorder),
)
OFFICE = (Scene("office", _nothing),)
WALKS: dict[Profile, tuple[Scene, ...]] = {
    Profile.TILL: TILL,
    Profile.DEPOT: DEPOT,
    Profile.OFFICE: OFFICE,
}
SIZES: dict[Profile, tuple[Size, ...]] = {
    Profile.TILL: (DESK, SMALL, LARGE),
    Profile.DEPOT: (UPRIGHT, DESK, SMALL),
    Profile.OFFICE: (DESK, LARGE, UPRIGHT),
}
IN_DOCS: dict[Profile, Size] = {
    Profile.TILL: DESK,
    Profile.DEPOT: UPRIGHT,
    Profile.OFFICE: DESK,
}
