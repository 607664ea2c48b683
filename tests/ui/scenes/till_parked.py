"""Tickets that wait."""

from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene


def _park(till: Hands) -> None:
    """A sale is put aside under a name; the next customer is there."""
    till.screen.act("back")
    till.frames()
    till.tap(till.tile(2))
    till.screen.act("do", "park_named")
    till.frames()
    till.screen.ids.deck.children[0].ids.fields.children[0].ids.field.touched()
    till.frames()
    for letter in "PETIT":
        till.press(letter)


def _parked(till: Hands) -> None:
    """Three are parked: one waits, one is in hand elsewhere, one was taken up here."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    for place in (1, 4):
        till.pass_time(240_000)
        till.tap(till.tile(place))
        till.tap(till.tile(place + 1))
        till.tap(till.key(icon="pause", under=till.screen.ids.hand))
    newest, older, _ = till.session.parking.entries()
    till.session.hold(newest.ticket.id, "e" * 32, "Caisse 1")
    till.session.hold(older.ticket.id, till.session.state.device.id, "Caisse 2")
    till.frames()


def _parked_list(till: Hands) -> None:
    till.screen.act("do", "parked")
    till.frames()
    till.screen.act("parked.pick", till.session.parking.entries()[2].ticket.id)


def _refused(till: Hands) -> None:
    """The hub has given it to another till."""
    till.tap(till.key(till.stage.t("Recall")))
    till.session.grant("parked_elsewhere")


def _recalled(till: Hands) -> None:
    """It is in hand again; the sale ends as any other."""
    till.screen.close_notice()
    till.tap(till.key(till.stage.t("Recall")))
    till.session.grant()
    till.frames()


def _parked_none(till: Hands) -> None:
    till.screen.act("do", "parked")


PARKED = (
    Scene("till-parked-none", _parked_none),
    Scene("till-park", _park),
    Scene("till-parked", _parked),
    Scene("till-parked-list", _parked_list),
    Scene("till-parked-refused", _refused),
    Scene("till-recalled", _recalled),
)
