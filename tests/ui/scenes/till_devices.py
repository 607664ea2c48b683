"""The devices of a till."""

from dataclasses import replace

from common.errors import Problem
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, action


def _paid_print(till: Hands) -> None:
    """A till with devices: a sale is paid, and its paper can be had."""
    till.session.equip(till.stage.t.lang)
    for place in (1, 4):
        till.tap(till.tile(place))
    till.tap(till.key(icon="cash", under=till.screen.ids.hand))
    till.pass_time()
    till.tap(till.key(icon="check", under=till.screen.ids.hand))


def _devices(till: Hands) -> None:
    till.tap(till.key(icon="menu"))
    till.tap(action(till, "devices"))


def _devices_wrong(till: Hands) -> None:
    """All at once: a printer that is off, a paper in doubt, a window that ended, a card's money."""
    devices = till.session.equipment
    assert devices is not None
    for reference, amount in (("p1", 2519), ("p2", 480)):
        devices.cards.pay(amount, reference)
        devices.cards.poll()
        if reference == "p1":
            devices.cards.confirm(True)
            devices.cards.put_away()
    for number in ("121", "122", "123"):
        devices.queue.put(f"Ticket {number}", b"")
    devices.queue.off()
    devices.queue.shown = replace(devices.queue.shown, doubtful=("Ticket 01-WXYZ-120",))
    devices.customer.problem = Problem("display_ended", {"reason": "exit 1"})
    devices.weighs.answer(problem=Problem("scale_moves"))
    till.screen.tick()


def _devices_drop(till: Hands) -> None:
    till.tap(till.key(till.stage.t("Drop what waits")))


DEVICES = (
    Scene("till-paid-print", _paid_print),
    Scene("till-devices", _devices),
    Scene("till-devices-wrong", _devices_wrong),
    Scene("till-devices-drop", _devices_drop),
)
