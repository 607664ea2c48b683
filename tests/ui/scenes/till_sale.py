"""A sale from the first tile to the change, by every way to pay."""

from dataclasses import replace

from kiosk.terminals.simulated import Answer
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, nothing


def _sale(till: Hands) -> None:
    for place in (0, 3, 3, 7, 11):
        till.tap(till.tile(place))
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
        till.tap(till.tile(place))
    till.tap(till.key(icon="card"))
    till.pass_time()


def _card_part(till: Hands) -> None:
    till.pad("2")


def _part_paid(till: Hands) -> None:
    """By card in part; what is left waits for another method."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _voucher(till: Hands) -> None:
    """A voucher that is worth more than what is left."""
    till.screen.pay("meal_voucher")
    till.pass_time()
    till.pad("50")


def _cash_rest(till: Hands) -> None:
    """The rest in cash, rounded, after a cheque as well."""
    till.screen.pay("cheque")
    till.pass_time()
    till.pad("1")
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    shop = till.session.catalogue.shop
    assert shop is not None
    till.session.put("shop", replace(shop, cash_step_cents=5))
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.pad("50")


def _several_paid(till: Hands) -> None:
    shop = till.session.catalogue.shop
    assert shop is not None
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.session.put("shop", replace(shop, cash_step_cents=0))
    till.frames()


def _terminal(till: Hands) -> None:
    """A terminal with a line has the amount."""
    till.session.plug_in(till.session.simulated(Answer.DECLINE))
    for place in (1, 2, 5):
        till.tap(till.tile(place))
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _declined(till: Hands) -> None:
    till.pass_time(3_000)
    till.screen.tick()


def _cut(till: Hands) -> None:
    """The line breaks during another try; a payment of before has no ticket either."""
    cards = till.session.devices.cards
    cards.terminal.answer = Answer.CUT  # type: ignore[attr-defined]
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.pass_time(3_000)
    till.screen.tick()


def _card_left(till: Hands) -> None:
    """What was taken before the till stopped is offered for the sale in hand."""
    till.tap(till.key(icon="close", under=till.screen.ids.hand))
    cards = till.session.devices.cards
    cards.terminal.answer = Answer.ACCEPT  # type: ignore[attr-defined]
    cards.pay(250, till.session.new_id())
    till.pass_time(3_000)
    cards.poll()
    cards.put_away()
    till.pass_time(240_000)
    till.screen.act("back")
    till.tap(till.key(icon="card", under=till.screen.ids.hand))


SALE = (
    Scene("till-start", nothing),
    Scene("till-sale", _sale),
    Scene("till-quantity", _quantity),
    Scene("till-cash", _cash),
    Scene("till-cash-missing", _too_little),
    Scene("till-paid", _paid),
    Scene("till-card", _card),
    Scene("till-card-part", _card_part),
    Scene("till-part-paid", _part_paid),
    Scene("till-voucher", _voucher),
    Scene("till-cash-rest", _cash_rest),
    Scene("till-several-paid", _several_paid),
    Scene("till-terminal", _terminal),
    Scene("till-terminal-declined", _declined),
    Scene("till-terminal-cut", _cut),
    Scene("till-card-left", _card_left),
)
