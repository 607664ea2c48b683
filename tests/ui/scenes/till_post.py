"""Exercises, and how a post looks and is typed at."""

from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, action


def _training(till: Hands) -> None:
    """Exercises, from the first one on."""
    till.screen.act("empty")
    till.screen.act("do", "training")
    till.frames()
    for place in (0, 3, 5):
        till.tap(till.tile(place))


def _trained(till: Hands) -> None:
    till.screen.close_notice()
    till.screen.pay("cash")
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _training_over(till: Hands) -> None:
    till.tap(till.key(till.stage.t("End training")))


def _comfort(till: Hands) -> None:
    till.screen.act("back")
    till.screen.close_notice()
    till.screen.close_notice()
    till.tap(till.key(icon="menu"))
    till.tap(action(till, "comfort"))


def _shortcuts(till: Hands) -> None:
    till.press_key(282)


POST = (
    Scene("till-training", _training),
    Scene("till-training-paid", _trained),
    Scene("till-training-over", _training_over, pictured=False),
    Scene("till-settings", _comfort),
    Scene("till-shortcuts", _shortcuts),
)
