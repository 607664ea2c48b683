"""The gate, and asking a second person."""

from common.errors import Problem
from kiosk.state import LinkStatus
from tests.ui.fake_people import AMELIE, CHANTAL, DRISS, PIN
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene, tile_of, type_digits


def _training_locked(till: Hands) -> None:
    """Who trains has gone for a moment."""
    till.screen.pin("allowing", "cancel")
    till.session.log_in(AMELIE)
    till.frames()
    till.screen.act("empty")
    till.screen.act("do", "training")
    till.screen.lock()
    till.frames()


def _gate(till: Hands) -> None:
    """The shop has people with PINs from now on: a sale was begun before."""
    till.session.unequip()
    till.screen.act("back")
    till.screen.close_notice()
    till.screen.close_notice()
    till.session.hire()
    till.frames()


def _pin(till: Hands) -> None:
    till.tap(tile_of(till, AMELIE))
    type_digits(till, "407")


def _wrong_pin(till: Hands) -> None:
    type_digits(till, "2")
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()


def _wait_for_pin(till: Hands) -> None:
    for _ in range(2):
        type_digits(till, "1357")
        till.tap(till.key(icon="check", under=till.screen.ids.gate))
        till.frames()
    till.pass_time(7_000)
    till.screen.tick()


def _here(till: Hands) -> None:
    till.pass_time(60_000)
    till.screen.tick()
    type_digits(till, PIN)
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()
    till.tap(till.tile(2))


def _locked(till: Hands) -> None:
    till.screen.lock()
    till.frames()


def _locked_offline(till: Hands) -> None:
    till.session.link(LinkStatus.OFFLINE, Problem("hub_unreachable", {"address": "192.168.1.20"}))
    till.frames()


def _here_offline(till: Hands) -> None:
    type_digits(till, PIN)
    till.tap(till.key(icon="check", under=till.screen.ids.gate))
    till.frames()


def _not_allowed(till: Hands) -> None:
    """Somebody whose role does not sell pays: a second person may allow it."""
    till.session.link(LinkStatus.ONLINE)
    till.session.log_in(DRISS)
    till.frames()
    till.tap(till.key(icon="card", under=till.screen.ids.hand))
    till.pass_time()
    till.screen.confirm()
    till.screen.render_people()
    till.frames()


def _allowing(till: Hands) -> None:
    till.tap(tile_of(till, CHANTAL))
    type_digits(till, "13579", till.screen.ids.allow)
    till.tap(till.key(icon="check", under=till.screen.ids.allow))
    till.frames()


PEOPLE = (
    Scene("till-login", _gate),
    Scene("till-login-pin", _pin),
    Scene("till-login-wrong", _wrong_pin),
    Scene("till-login-wait", _wait_for_pin),
    Scene("till-logged-in", _here),
    Scene("till-locked", _locked),
    Scene("till-locked-offline", _locked_offline),
    Scene("till-logged-in-offline", _here_offline),
    Scene("till-allow", _not_allowed),
    Scene("till-allow-wrong", _allowing),
    Scene("till-training-locked", _training_locked),
)
