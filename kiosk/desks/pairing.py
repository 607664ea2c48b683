"""The desk of a post's first day: which hub, which code, and the hub's answer.

Owns what is typed and where. Proving the code is handed in as `enrol`, finding hubs as `found`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from common.errors import Problem, Refusal
from common.i18n import Translator
from common.invitation import looks_like_invitation
from common.invitation import read as read_invitation
from common.seal import read_code
from kiosk.camera import Look
from kiosk.config import parse_address
from kiosk.desks.desk import Session
from kiosk.state import DeviceInfo
from kiosk.views.pairing import CODE_LENGTH, FoundHub, PairingView, Phase, Typed, pairing_view

ERASE: Final = "erase"
CODE_KEYS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORGIVEN: Final = str.maketrans("OIL", "011")
_ADDRESS_KEYS: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyz.:-[]")
_MAX_ADDRESS: Final = 100
_FALSE: Final = frozenset({"false_hub", "other_hub"})

Outcome = DeviceInfo | Problem
OnDone = Callable[[Outcome], None]


class Camera(Protocol):
    """A camera that looks for a QR code until it is closed."""

    def newest(self) -> Look:
        """Return what was seen last."""

    def close(self) -> None:
        """Let it go."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """How a post is paired. `enrol(address, code, on_done)` returns at once and answers later,
    from any thread, with who this post now is or with why not; `enrol_invited(text, on_done)` does
    so by what a QR code says. `found()`: hubs seen on the network by now. `open_session()`: the
    session of a post that has just been paired. `open_camera()`: begins to look, None without a
    camera.
    """

    enrol: Callable[[str, str, OnDone], None]
    enrol_invited: Callable[[str, OnDone], None]
    found: Callable[[], Sequence[FoundHub]]
    open_session: Callable[[], Session]
    open_camera: Callable[[], Camera] | None = None


class PairingDesk:
    """Types an address and a code, and asks the hub."""

    def __init__(self, pairing: Pairing, t: Translator) -> None:
        self.t = t
        self.field = "address"
        self.phase = Phase.TYPING
        self._pairing = pairing
        self._hubs: tuple[FoundHub, ...] = ()
        self._address = ""
        self._typed_address = False
        self._code = ""
        self._outcome: Outcome | None = None
        self._refused: frozenset[str] = frozenset()
        self._camera: Camera | None = None
        self.look_around()

    def view(self) -> PairingView:
        """Return the screen."""
        return pairing_view(
            self._hubs,
            self._refused,
            self.typed(),
            self.phase,
            self._outcome,
            self.can_pair(),
            self.t,
        )

    def can_pair(self) -> bool:
        """Return whether there is an address and a whole code."""
        idle = self.phase in (Phase.TYPING, Phase.FAILED)
        return idle and bool(self._address) and len(self._code) == CODE_LENGTH

    def look_around(self) -> bool:
        """See which hubs are there; a single one is chosen. Return whether anything changed."""
        hubs = tuple(self._pairing.found())
        if hubs == self._hubs:
            return False
        self._hubs = hubs
        if not self._address and not self._typed_address and len(hubs) == 1:
            self.choose_hub(hubs[0].address)
        return True

    def choose_hub(self, address: str) -> None:
        """Take a found hub; the code is typed next."""
        if self.phase in (Phase.TYPING, Phase.FAILED):
            self._address = address
            self.field = "code"

    def touch(self, field: str) -> None:
        """Type into this field from now on: "address" or "code"."""
        self.field = field

    def type(self, characters: str) -> None:
        """Take characters, or `ERASE`; what a field cannot hold changes nothing."""
        if self.phase not in (Phase.TYPING, Phase.FAILED):
            return
        if self.phase is Phase.FAILED:
            self.phase, self._outcome = Phase.TYPING, None
        if self.field == "address":
            self._typed_address = True
            self._address = _typed(self._address, characters.lower(), _ADDRESS_KEYS, _MAX_ADDRESS)
        else:
            plain = characters if characters == ERASE else characters.upper().translate(_FORGIVEN)
            self._code = _typed(self._code, plain, frozenset(CODE_KEYS), CODE_LENGTH)

    def pair(self, later: Callable[[Callable[[], None]], None]) -> None:
        """Ask the hub. `later(call)` runs a call in the screens' thread."""
        if not self.can_pair():
            return
        try:
            code = read_code(self._code)
        except ValueError:
            self._finish(Problem("wrong_code"))
            return
        self.phase, self._outcome = Phase.WORKING, None
        self._pairing.enrol(
            self._address, code, lambda outcome: later(lambda: self._finish(outcome))
        )

    def scan(self, text: str, later: Callable[[Callable[[], None]], None]) -> None:
        """Take what a scanner or a camera read: an invitation is followed at once, a code is typed.

        `later` as with `pair`. Anything else is said to be neither.
        """
        if self.phase not in (Phase.TYPING, Phase.FAILED):
            return
        self.close_camera()
        try:
            if not looks_like_invitation(text):
                self._take_code(read_code(text))
                return
            invited = read_invitation(text)
        except ValueError as error:
            self._finish(Problem("qr_unreadable", {"reason": str(error)}))
            return
        self._address = f"{invited.hosts[0]}:{invited.card_port}"
        self.phase, self._outcome = Phase.WORKING, None
        self._pairing.enrol_invited(text, lambda outcome: later(lambda: self._finish(outcome)))

    @property
    def has_camera(self) -> bool:
        """Return whether a QR code can be held before a camera now."""
        idle = self.phase in (Phase.TYPING, Phase.FAILED)
        return self._pairing.open_camera is not None and idle and self._camera is None

    def open_camera(self) -> None:
        """Begin to look."""
        if self._pairing.open_camera is not None and self.has_camera:
            self.phase, self._outcome = Phase.TYPING, None
            self._camera = self._pairing.open_camera()

    def look(self, later: Callable[[Callable[[], None]], None]) -> Look | None:
        """Return what the camera sees, None once it looks no more; a text that it reads is taken
        as `scan` takes it."""
        if self._camera is None:
            return None
        look = self._camera.newest()
        if not look.text and not look.failed:
            return look
        self.close_camera()
        if look.text:
            self.scan(look.text, later)
        else:
            self._finish(Problem("camera_failed"))
        return None

    def close_camera(self) -> None:
        """Look no more."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None

    def typed(self) -> Typed:
        """Return what stands in the fields, for `restore`."""
        return Typed(self.field, self._address, self._typed_address, self._code)

    def restore(self, typed: Typed) -> None:
        """Put back what stood in the fields before a scanner typed into them."""
        if self.phase in (Phase.TYPING, Phase.FAILED):
            self.field, self._address = typed.field, typed.address
            self._typed_address, self._code = typed.typed_address, typed.code

    def open_session(self) -> Session | None:
        """Return the session of the post that this now is; None when it says why it cannot be."""
        try:
            return self._pairing.open_session()
        except Refusal as refusal:
            self._outcome = refusal.problem
            return None

    def tell_fault(self, problem: Problem) -> None:
        """Say that something in the program went wrong; what was typed stays."""
        self._outcome = problem
        if self.phase is not Phase.DONE:
            self.phase = Phase.FAILED

    def _finish(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self.phase = Phase.DONE if isinstance(outcome, DeviceInfo) else Phase.FAILED
        if isinstance(outcome, Problem) and outcome.code in _FALSE:
            self._turn_from(str(outcome.params.get("address", "")))

    def _turn_from(self, address: str) -> None:
        """Mark a hub as false; where one other is there, it is chosen, and the code is kept."""
        false = {hub.address for hub in self._hubs if _same_place(hub.address, address)}
        self._refused |= false | {address}
        left = [hub for hub in self._hubs if hub.address not in self._refused]
        if len(left) == 1 and any(_same_place(self._address, each) for each in self._refused):
            self._address, self.field = left[0].address, "code"

    def _take_code(self, code: str) -> None:
        self.phase, self._outcome = Phase.TYPING, None
        self.field, self._code = "code", code


def _typed(text: str, characters: str, allowed: frozenset[str], limit: int) -> str:
    if characters == ERASE:
        return text[:-1]
    return (text + "".join(each for each in characters if each in allowed))[:limit]


def _same_place(one: str, other: str) -> bool:
    """Return whether two addresses, as people type them or as they are shown, are the same."""
    try:
        return parse_address(one) == parse_address(other)
    except ValueError:
        return one == other
