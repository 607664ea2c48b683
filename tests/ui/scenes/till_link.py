"""The network, the hub and the clock as a till shows them."""

from common.errors import Problem
from kiosk.state import LinkStatus
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, close_sheet, sell


def _offline(till: Hands) -> None:
    till.tap(till.key(icon="close", under=till.screen.ids.search))
    till.session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    till.pass_time(120_000)
    till.scan("3760123456784")


def _explained(till: Hands) -> None:
    till.screen.explain_link()


def _waiting(till: Hands) -> None:
    """Three sales wait, the one just paid among them, and two were put aside; still offline."""
    close_sheet(till)
    session = till.session
    sell(session, 4)
    session.put_aside(Problem("handler_failed", {"reason": "KeyError: 'stock'"}))
    session.put_aside(Problem("unknown_schema", {"schema": 3, "kind": "sale.record"}))
    till.screen.close_notice()
    _settle(till)


def _listed(till: Hands) -> None:
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _many_listed(till: Hands) -> None:
    sell(till.session, 297)


def _clock_off(till: Hands) -> None:
    """All at once: put aside, waiting, a clock of a post whose battery died."""
    till.session.clock(2 * 365 * 86_400_000 + 5 * 3_600_000)


def _hub_trouble(till: Hands) -> None:
    session = till.session
    close_sheet(till)
    session.clock(-185_000)
    session.link(LinkStatus.ONLINE)
    session.trouble(Problem("hub_busy", {"reason": "database or disk is full"}))
    _settle(till)


def _hub_trouble_told(till: Hands) -> None:
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _clock_told(till: Hands) -> None:
    """Only the clock is off."""
    close_sheet(till)
    session = till.session
    session.trouble(None)
    session.acknowledge()
    session.take_back()
    till.frames()
    till.tap(till.key(icon="alert", under=till.screen.ids.status))


def _faults(till: Hands) -> None:
    """Two things were found and put right, one after the other."""
    close_sheet(till)
    till.session.clock(0)
    till.session.notices = [
        Problem("outbox_damaged", {"saved": 12, "lost": 1, "file": "outbox.damaged.db"}),
        Problem("replica_rebuilt", {}),
    ]
    till.session.wake()
    _settle(till)


def _settle(till: Hands) -> None:
    """Let the tiles finish flashing."""
    till.frames()
    till.until(lambda: not any(tile.glow for tile in till.tiles()), "the flashes over")


LINK = (
    Scene("till-offline", _offline),
    Scene("till-offline-explained", _explained),
    Scene("till-put-aside", _waiting),
    Scene("till-undelivered", _listed),
    Scene("till-undelivered-many", _many_listed),
    Scene("till-clock-years", _clock_off),
    Scene("till-hub-trouble", _hub_trouble),
    Scene("till-hub-trouble-explained", _hub_trouble_told),
    Scene("till-clock-minutes", _clock_told),
    Scene("till-put-right", _faults),
)
