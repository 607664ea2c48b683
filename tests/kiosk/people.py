"""People at a post under test: a list by hand, a hub that answers when told to, a clock by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from common import messages as m
from common.models import Person
from common.people import Role
from kiosk.attendance import Attendance
from kiosk.pin_looks import PinLooks
from kiosk.state import LinkStatus
from kiosk.verifiers import Memory, Remembered, Unkept, Verifiers
from tests.kiosk.post import HandClocks
from tests.kiosk.shop_rows import uid

ResultT = TypeVar("ResultT")
PIN, OTHER_PIN = "4071", "8352"
CASHIER = Person(uid(101), "Amélie", Role.CASHIER, True, True, 1)
SELLER = Person(uid(102), "Bruno", Role.SELLER, True, True, 1)
MANAGER = Person(uid(103), "Chantal", Role.MANAGER, True, True, 1)
STOCK = Person(uid(104), "Driss", Role.DEPOT, True, True, 1)
WITHOUT_PIN = Person(uid(105), "Élodie", Role.CASHIER, True, False, 0)
EVERYBODY = (CASHIER, SELLER, MANAGER, STOCK, WITHOUT_PIN)


class PlainPins:
    """Verifiers that cost nothing, for tests that are not about them."""

    def make(self, pin: str) -> str:
        """Return a verifier."""
        return f"of {pin}"

    def fits(self, verifier: str, pin: str) -> bool:
        """Return whether it was made of this PIN."""
        return verifier == f"of {pin}"


class ListOfPeople:
    """The shop's list."""

    def __init__(self, *people: Person) -> None:
        self.rows = {each.id: each for each in people}

    def people(self) -> list[Person]:
        """Return everybody."""
        return list(self.rows.values())

    def person(self, person_id: str) -> Person | None:
        """Return one of them."""
        return self.rows.get(person_id)


class Recall:
    """A memory that outlives a program. `fails`: its disk does not do."""

    def __init__(self) -> None:
        self.kept = Remembered()
        self.writes = 0

    def read(self) -> Remembered:
        """Return what is kept."""
        return self.kept

    def write(self, remembered: Remembered) -> None:
        """Keep this instead."""
        self.kept = remembered
        self.writes += 1


class Post:
    """One post's attendance; slow looks at PINs are done when `work` is called."""

    def __init__(
        self,
        *people: Person,
        hand: HandClocks | None = None,
        memory: Memory | None = None,
        locks_after_s: int = 120,
    ) -> None:
        self.hand = hand or HandClocks()
        self.list = ListOfPeople(*people)
        self.asked: list[Any] = []
        self._jobs: list[Callable[[], None]] = []
        hub_ms = self.hand.clocks.wall_ms
        self.verifiers = Verifiers(memory or Unkept(), hub_ms)
        self.at = Attendance(
            self.list,
            PinLooks(self.verifiers, PlainPins(), self._begin),
            self.asked.append,
            self.hand.clocks,
            hub_ms,
            lambda: locks_after_s,
        )

    def _begin(self, job: Callable[[], ResultT], done: Callable[[ResultT], None]) -> None:
        self._jobs.append(lambda: done(job()))

    def work(self) -> None:
        """Let every slow look at a PIN end."""
        jobs, self._jobs = self._jobs, []
        for each in jobs:
            each()

    def online(self) -> None:
        """Let the hub be there."""
        self.at.link(LinkStatus.ONLINE)

    def offline(self) -> None:
        """Let the hub be gone."""
        self.at.link(LinkStatus.OFFLINE)

    def take(self) -> Any:
        """Return the one message that was asked since the last call."""
        (asked,) = self.asked
        self.asked.clear()
        return asked

    def come_in(self, person: Person, pin: str = PIN, session: str = "5" * 32) -> None:
        """Log somebody in at the hub, verifier and all."""
        self.online()
        self.at.log_in(person.id, pin)
        login = self.take()
        assert isinstance(login, m.Login)
        until_ms = self.hand.wall + 12 * 3_600_000
        self.at.hear(m.LoggedIn(login.request, session, person.id, person.role, until_ms))
        self.work()

    def try_here(self, person: Person, pin: str = PIN) -> None:
        """Type a PIN while the hub is away, and let the look at it end."""
        self.offline()
        self.at.log_in(person.id, pin)
        self.work()

    def change(self, person: Person, **fields: Any) -> None:
        """Let the shop's list say otherwise."""
        self.list.rows[person.id] = replace(self.list.rows[person.id], **fields)
        self.at.look()
