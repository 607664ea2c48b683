"""What a session offers around people: who is here, whose PIN is right, what waits for a log-in.

Joins attendance, held requests and the thread that looks at PINs; shows nothing and decides
nothing that they do not. The screens' thread alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from common import messages as m
from common import seal
from common.commands import COMMANDS, Nature
from kiosk.asking import PinAnswered, PinAsked
from kiosk.attendance import LOCK_AFTER_S, Attendance
from kiosk.catalogue import Catalogue
from kiosk.clocks import Clocks
from kiosk.comings import Note, nobody_notes
from kiosk.held import Held, HeldRequest
from kiosk.pin_looks import PinLooks, PinMaker
from kiosk.rights import Right, Signature
from kiosk.state import At, Attempt, LinkStatus, Who
from kiosk.verifiers import Memory, Unkept, Verifiers
from kiosk.worker import Work


@dataclass(frozen=True, slots=True)
class Pins:
    """Makes and looks at verifiers under this post's own `pepper`, 32 bytes."""

    pepper: bytes = field(repr=False)
    cost: seal.PinCost = seal.PIN_COST

    def make(self, pin: str) -> str:
        """Return a verifier; takes a tenth of a second and more."""
        return seal.pin_verifier(pin, self.pepper, self.cost)

    def fits(self, verifier: str, pin: str) -> bool:
        """Return whether it was made of this PIN; takes as long."""
        return seal.pin_fits(verifier, pin, self.pepper)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a post keeps of its people; by default, nothing beyond the program's end.

    `note`: who comes and goes.
    """

    memory: Memory = field(default_factory=Unkept)
    held: Held = field(default_factory=Held)
    pins: PinMaker = field(default_factory=lambda: Pins(seal.random_bytes(32)))
    note: Note = nobody_notes


class Reception:
    """People at one post. `changed` is called when there is something to show anew.

    `last_n`: the newest operation's number. `hub_ms`: the hub's time, as far as known.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        keeping: Keeping,
        clocks: Clocks,
        ask: Callable[[PinAsked], None],
        work: Work,
        hub_ms: Callable[[], int],
        last_n: Callable[[], int],
        changed: Callable[[], None],
    ) -> None:
        self._catalogue = catalogue
        self._held = keeping.held
        self._last_n = last_n
        self._changed = changed
        self._attendance = Attendance(
            catalogue,
            PinLooks(Verifiers(keeping.memory, hub_ms), keeping.pins, work),
            ask,
            clocks,
            hub_ms,
            self._locks_after_s,
            keeping.note,
        )

    # What screens ask.

    @property
    def who(self) -> Who:
        """Return who is at the post."""
        return self._attendance.who

    @property
    def attempt(self) -> Attempt | None:
        """Return how it stands with the last PIN typed."""
        return self._attendance.attempt

    def may(self, kind: str) -> Right:
        """Return whether the person at the post may do this."""
        return self._attendance.may(kind)

    def allowed_by(self, kind: str) -> str:
        """Return the name of who has allowed the next action of `kind`, "" for nobody."""
        return self._attendance.allowed_by(kind)

    def known_here(self, person_id: str) -> bool:
        """Return whether the post itself could let this person in."""
        return self._attendance.known_here(person_id)

    @property
    def held(self) -> tuple[HeldRequest, ...]:
        """Return the requests that wait for somebody to log in at the hub, oldest first."""
        return self._held.all()

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""
        return self._attendance.due_in_s

    # What screens do.

    def log_in(self, person_id: str, pin: str) -> None:
        """Look at a PIN; `attempt` says how that goes."""
        self._attendance.log_in(person_id, pin, self._last_n())
        self._changed()

    def log_out(self) -> None:
        """End the session of whoever is here or has locked the post."""
        self._attendance.log_out()
        self._changed()

    def lock(self) -> None:
        """Let nobody go on before a PIN was typed."""
        self._attendance.lock()
        self._changed()

    def allow(self, kind: str, person_id: str, pin: str) -> None:
        """Have a second person allow one action of `kind`; `attempt` says how that goes."""
        self._attendance.allow(kind, person_id, pin)
        self._changed()

    def set_pin(self, person_id: str, pin: str) -> None:
        """Give somebody another PIN; `attempt` says how that goes."""
        self._attendance.set_pin(person_id, pin)
        self._changed()

    def touch(self) -> None:
        """Somebody is there."""
        self._attendance.touch()

    def forget_attempt(self) -> None:
        """What was said about the last PIN was read."""
        self._attendance.forget_attempt()
        self._changed()

    def drop_held(self, request_id: str) -> None:
        """Give a held request up. Raises Refusal `disk_failed`, and it stays."""
        self._held.drop(request_id)
        self._changed()

    # What the session tells, and asks.

    def look(self) -> None:
        """Heed the shop's list of people as it is now."""
        self._attendance.look()

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise."""
        self._attendance.link(status)

    def hear(self, answer: PinAnswered) -> None:
        """Take the hub's answer to a PIN."""
        self._attendance.hear(answer)

    def reply(self, reply: m.Reply) -> None:
        """Heed what the hub says of the session in its reply to an operation."""
        self._attendance.reply(reply)

    def tick(self) -> None:
        """Do what is due."""
        self._attendance.tick()

    def check(self, kind: str) -> None:
        """Raise Refusal `login_needed` or `not_allowed` where the person may not do this."""
        self._attendance.check(kind)

    def sign(self, kind: str) -> Signature:
        """Return what an operation of now says of who did it, and by whose permission."""
        return self._attendance.sign(kind)

    def spend(self, kind: str) -> None:
        """An action of `kind` is on disk: what allowed it allows no other."""
        self._attendance.spend(kind)

    def forget_permissions(self) -> None:
        """Whatever was allowed is allowed no more."""
        self._attendance.forget_permissions()

    def must_hold(self, kind: str) -> bool:
        """Return whether this has to wait until the person has logged in at the hub."""
        return self.who.at is At.OFFLINE and COMMANDS[kind].nature is Nature.REQUEST

    def hold(self, operation_id: str, kind: str, args: dict[str, Any], made_ms: int) -> None:
        """Keep a request until then. Raises Refusal `too_many_held`, `disk_failed`."""
        who = self.who
        self._held.add(HeldRequest(operation_id, kind, args, who.person, who.name, made_ms))
        self._changed()

    def hand_over(self, send: Callable[[HeldRequest], None]) -> None:
        """Send what the person at the post had waiting, where the hub knows the session."""
        if self.who.at is At.ONLINE and len(self._held):
            self._held.hand_over(self.who.person, send)

    def _locks_after_s(self) -> int:
        shop = self._catalogue.shop
        return LOCK_AFTER_S if shop is None else shop.lock_after_s
