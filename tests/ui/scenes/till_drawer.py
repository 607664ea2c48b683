"""The drawer from its float to the Z."""

from typing import Any

from common.models import Shop
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, sell


def _float(till: Hands) -> None:
    """The till is opened by its float: notes and coins are counted."""
    till.screen.act("back")
    till.screen.act("do", "open_session")
    till.frames()
    for worth, count in (("2000", "3"), ("1000", "5"), ("500", "4"), ("50", "20"), ("1", "37")):
        till.tap(_cell(till, worth))
        till.pad(count)


def _cash_in(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    till.screen.act("do", "cash_in")
    till.pad("50")
    till.tap(till.key(till.stage.t("Change from the bank")))


def _x(till: Hands) -> None:
    """What the session comes to, after two sales more."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    sell(till.session, 4)
    till.screen.act("do", "x")


def _count_to_close(till: Hands) -> None:
    till.screen.act("do", "close")
    till.frames()
    for worth, count in (("5000", "2"), ("2000", "3"), ("200", "11"), ("20", "8")):
        till.tap(_cell(till, worth))
        till.pad(count)


def _close(till: Hands) -> None:
    """It differs: the reason is asked."""
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _z(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Wrong change given")))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _blind(till: Hands) -> None:
    """The next session, in a shop that counts blind; what the Z left is the float."""
    till.session.put("shop", Shop("shop", "Épicerie des Tilleuls", blind_count=True))
    till.screen.act("do", "open_session")
    till.frames()


def _blind_close(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.screen.close_notice()
    sell(till.session, 1)
    till.screen.act("do", "hand_over")
    till.frames()
    till.tap(_cell(till, "2000"))
    till.pad("1")


def _blind_handed(till: Hands) -> None:
    till.tap(till.key(icon="check", under=till.screen.ids.hand))
    till.tap(till.key(till.stage.t("Not known why")))
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _cell(till: Hands, worth: str) -> Any:
    """Return the cell of a note or coin."""
    return next(each for each in till.widgets() if getattr(each, "name", "") == worth)


DRAWER = (
    Scene("till-float", _float),
    Scene("till-cash-in", _cash_in),
    Scene("till-x", _x),
    Scene("till-count", _count_to_close),
    Scene("till-difference", _close),
    Scene("till-z", _z),
    Scene("till-float-left", _blind),
    Scene("till-count-blind", _blind_close),
    Scene("till-handed-over", _blind_handed),
)
