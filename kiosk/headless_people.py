"""What a headless kiosk's lines about people do: log-in, lock, permissions, PINs, held requests.

Owns that a PIN's outcome is said once, and that later lines are taken after it. A PIN is in no line
that goes out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from common.errors import Refusal
from common.permits import ASKED
from kiosk import headless_lines as lines
from kiosk.session import Session
from kiosk.state import Act


class PeopleLines:
    """Works on a session. `say(event, tag, **fields)` gives a line out."""

    def __init__(self, session: Session, say: Callable[..., None]) -> None:
        self._session = session
        self._say = say
        self._asked: tuple[Act, Any] | None = None
        self.handlers: Mapping[type[Any], Callable[[Any], None]] = {
            lines.Login: self._login,
            lines.Logout: self._logout,
            lines.Lock: self._lock,
            lines.Override: self._override,
            lines.SetPin: self._set_pin,
            lines.Held: self._held,
            lines.Drop: self._drop,
        }

    @property
    def waiting(self) -> bool:
        """Return whether a PIN is being looked at: later lines wait."""
        return self._asked is not None

    def look(self) -> None:
        """Say how it went with a PIN, once that is known."""
        attempt = self._session.people.attempt
        if self._asked is None or (attempt is not None and attempt.working):
            return
        (act, tag), self._asked = self._asked, None
        problem = None if attempt is None else attempt.problem
        person = "" if attempt is None else attempt.person
        retry_at_ms = 0 if attempt is None else attempt.retry_at_ms
        self._say(
            "pin",
            tag,
            act=act.value,
            person=person,
            taken=attempt is not None and problem is None,
            problem=problem,
            retry_at_ms=retry_at_ms,
        )

    def _login(self, line: lines.Login) -> None:
        person = self._person(line.person)
        self._asked = Act.LOGIN, line.tag
        self._session.people.log_in(person, line.pin)

    def _override(self, line: lines.Override) -> None:
        if line.kind not in ASKED:
            raise Refusal("unknown_command", kind=line.kind)
        if not self._session.people.who.here:
            raise Refusal("login_needed", kind=line.kind)
        person = self._person(line.person)
        self._asked = Act.OVERRIDE, line.tag
        self._session.people.allow(line.kind, person, line.pin)

    def _set_pin(self, line: lines.SetPin) -> None:
        person = self._person(line.person)
        self._asked = Act.SET_PIN, line.tag
        self._session.people.set_pin(person, line.pin)

    def _logout(self, line: lines.Logout) -> None:
        self._session.people.log_out()
        self._say("who", line.tag, who=self._session.people.who)

    def _lock(self, line: lines.Lock) -> None:
        self._session.people.lock()
        self._say("who", line.tag, who=self._session.people.who)

    def _held(self, line: lines.Held) -> None:
        self._say("held", line.tag, requests=self._session.people.held)

    def _drop(self, line: lines.Drop) -> None:
        self._session.people.drop_held(line.id)
        self._held(lines.Held(tag=line.tag))

    def _person(self, named: str) -> str:
        """Return an id for an id or a name; raises Refusal `person_unknown`."""
        for each in self._session.catalogue.people():
            if named in (each.id, each.name):
                return each.id
        raise Refusal("person_unknown", person=named[:60])
