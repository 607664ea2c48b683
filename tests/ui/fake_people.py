"""People of a made-up shop, and the office's answers to their PINs, for screens under test."""

from collections.abc import Callable
from typing import TypeVar

from common import messages as m
from common.models import Person
from common.people import Role
from kiosk.asking import PinAnswered, PinAsked

ResultT = TypeVar("ResultT")
PIN = "4071"
PEOPLE = (
    Person("1" * 31 + "a", "Amélie Roussel", Role.CASHIER, True, True, 1),
    Person("1" * 31 + "b", "Bruno Castel", Role.SELLER, True, True, 1),
    Person("1" * 31 + "c", "Chantal Le Goff", Role.MANAGER, True, True, 1),
    Person("1" * 31 + "d", "Driss Benali", Role.DEPOT, True, True, 1),
    Person("1" * 31 + "e", "Élodie Marchand", Role.CASHIER, True, True, 1),
    Person("1" * 31 + "f", "François-Xavier de Montalembert", Role.ADMIN, True, True, 1),
    Person("2" * 31 + "a", "Gaëlle Petit", Role.CASHIER, True, False, 0),
    Person("2" * 31 + "b", "Hugo Vidal", Role.SELLER, False, True, 1),
)
AMELIE, BRUNO, CHANTAL, DRISS, ELODIE, FRANCOIS, GAELLE, HUGO = PEOPLE


class FakeDoor:
    """The hub's side: everybody's PIN is `PIN` until another is set. Answers when told to."""

    def __init__(self, people: dict[str, Person], now_ms: Callable[[], int]) -> None:
        self.people = people
        self.now_ms = now_ms
        self.pins: dict[str, str] = {}
        self.asked: list[PinAsked] = []
        self.logged_out = 0
        self.silent = False
        self.wrong = 0

    def answer(self, asked: PinAsked) -> PinAnswered | None:
        """Return what the hub says, None for nothing."""
        self.asked.append(asked)
        if isinstance(asked, m.Logout):
            self.logged_out += 1
            return None
        if self.silent:
            return None
        if isinstance(asked, m.SetPin):
            self.pins[asked.person] = asked.pin
            return m.PinSet(asked.request, asked.person)
        if asked.pin != self.pins.get(asked.person, PIN):
            self.wrong += 1
            if self.wrong >= 3:
                params = {"retry_ms": 30_000, "retry_s": 30}
                return m.Denied(asked.request, "too_many_tries", params)
            return m.Denied(asked.request, "wrong_pin", {"retry_ms": 0})
        self.wrong = 0
        until_ms = self.now_ms() + 12 * 3_600_000
        if isinstance(asked, m.Override):
            return m.Granted(asked.request, "9" * 32, asked.person, asked.kind, until_ms)
        role = self.people[asked.person].role
        return m.LoggedIn(asked.request, "5" * 32, asked.person, role, until_ms)


class InlinePins:
    """Verifiers that cost nothing: screens are not about them."""

    def make(self, pin: str) -> str:
        """Return a verifier."""
        return f"of {pin}"

    def fits(self, verifier: str, pin: str) -> bool:
        """Return whether it was made of this PIN."""
        return verifier == f"of {pin}"


def at_once(job: Callable[[], ResultT], done: Callable[[ResultT], None]) -> None:
    """Do a job in the thread that asks."""
    done(job())
