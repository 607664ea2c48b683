"""A shop with people, on the bench of desks: who logs in where, and what each then sends.

Owns the playing of the PIN checker: jobs are done in this thread, at the least cost there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from common import messages as m
from common import seal, wire
from common.ids import IdMint
from common.people import Role
from common.topics import Profile
from hub import quarantine
from hub.hub import Counters, Hub
from hub.login_outcomes import Outcomes
from hub.logins import LoginDesk
from hub.pins import PinChecker
from hub.records import people, trail
from hub.records.devices import Device
from tests.hub.desk_bench import SESSION_MS, Bench, decoded, open_bench

PEPPER: Final = b"p" * 32
PINS: Final = {
    Role.CASHIER: "4711",
    Role.SELLER: "2580",
    Role.DEPOT: "1957",
    Role.MANAGER: "8046",
    Role.ADMIN: "60137",
}


class Staffed:
    """A bench with a device a profile, and a person a role. `person`: id by role."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.console = bench.enrol(0, Profile.CONSOLE)
        self.till = bench.enrol(1, Profile.TILL)
        self.depot = bench.enrol(2, Profile.DEPOT)
        self.office = bench.enrol(3, Profile.OFFICE)
        self.till2 = bench.enrol(4, Profile.TILL)
        self.devices = {
            Profile.CONSOLE: self.console,
            Profile.TILL: self.till,
            Profile.DEPOT: self.depot,
            Profile.OFFICE: self.office,
        }
        self.person = {role: f"{place:032x}" for place, role in enumerate(Role, 1)}
        self.mint = IdMint(bench.hand.wall_ms, seal.random_bytes)
        self.checked = 0
        self._checker = PinChecker(PEPPER, seal.LEAST_PIN_COST)
        self._sent: dict[str, int] = {}
        self._requests = 0

    def staff(self) -> None:
        """Let a person of each role be there, with a PIN."""
        for role, person in self.person.items():
            args = {"person": person, "name": f"The {role}", "role": role}
            assert self.send(self.console, "person.put", args).status is m.Status.ACCEPTED
            assert isinstance(self.set_pin(self.console, person, PINS[role]), m.PinSet)

    def ask(self, device: Device, message: Any) -> Any:
        """Return the one answer to a message, after the checker did its job; None for none."""
        answers = self.bench.hear(device, message)
        return answers[0] if answers else self.settle()

    def settle(self) -> Any:
        """Do what the checker was asked; return the one answer."""
        answers = self.settle_all()
        return answers[0] if answers else None

    def settle_all(self) -> list[Any]:
        """Do what the checker was asked; return every answer."""
        answers: list[tuple[bytes, bytes]] = []
        while self.bench.pins:
            self.checked += 1
            done = self._checker.do(self.bench.pins.pop(0))
            answers += self.bench.core.pin_checked(done)
        self.bench.core.turn()
        return decoded(answers)

    def restart_logins(self) -> None:
        """Let the hub know of log-ins only what its database says."""
        bench, now_ms = self.bench, self.bench.hand.wall_ms
        journal = bench.desks.pipeline._journal
        outcomes = Outcomes(
            bench.store, bench.log, journal, seal.random_bytes, self.mint, now_ms, SESSION_MS
        )
        bench.desks.logins = LoginDesk(bench.store.db, bench.pins.append, outcomes, now_ms)
        bench.core = Hub(bench.desks, Counters(), now_ms)

    def quarantined(self) -> dict[str, Any]:
        """Return what names the one command that lies in quarantine."""
        (kept,) = quarantine.listing(self.bench.store.db, "")
        return {name: kept[name] for name in ("outbox", "n", "body_hash")}

    def login(self, device: Device, role: Role, pin: str = "") -> Any:
        """Return the answer to a log-in."""
        self._requests += 1
        return self.ask(device, m.Login(self._requests, self.person[role], pin or PINS[role]))

    def session(self, device: Device, role: Role) -> str:
        """Log somebody in; return the session."""
        answer = self.login(device, role)
        assert isinstance(answer, m.LoggedIn), answer
        return answer.session

    def set_pin(self, device: Device, person: str, pin: str, session: str = "") -> Any:
        """Return the answer to a new PIN."""
        self._requests += 1
        return self.ask(device, m.SetPin(self._requests, person, pin, session))

    def override(self, device: Device, role: Role, kind: str, session: str, pin: str = "") -> Any:
        """Return the answer to somebody who allows one action."""
        self._requests += 1
        asked = m.Override(self._requests, self.person[role], pin or PINS[role], kind, session)
        return self.ask(device, asked)

    def send(self, device: Device, kind: str, args: Any, **body: Any) -> m.Reply:
        """Send a command as a post does; return its reply. `schema`: its version, in the frame."""
        schema = int(body.pop("schema", 1))
        outbox = f"{0xE0 + device.number:032x}"
        n = self._sent[outbox] = self._sent.get(outbox, 0) + 1
        whole = {"id": self.mint(), "kind": kind, "args": args, **body}
        raw = orjson.dumps(whole)
        command = m.Command(outbox, n, 0, schema, wire.body_hash(raw), raw)
        answers = self.bench.core.message(b"peer", device.id, wire.encode_command(command))
        answers += self.bench.core.turn().answers
        (reply,) = (one for one in decoded(answers) if isinstance(one, m.Reply))
        return reply

    def trail(self, action: str = "") -> list[tuple[str, str, str, str]]:
        """Return (action, device's name, person's name, code) of the audit trail, oldest first."""
        found = trail.entries(self.bench.store.db, trail.Wanted(action=action, limit=10_000))
        return [(e["action"], e["device"], e["person"], e["code"]) for e in reversed(found)]

    def named(self, role: Role) -> Any:
        """Return the person of a role as the hub has it."""
        return people.person(self.bench.store.db, self.person[role])


@contextmanager
def open_staffed(folder: Path) -> Iterator[Staffed]:
    """Yield a shop in which a person of each role has a PIN."""
    with open_bench(folder) as bench:
        staffed = Staffed(bench)
        staffed.staff()
        yield staffed
