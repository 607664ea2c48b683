"""Who is at a post: logged in at the hub or by the post itself, locked, or nobody.

Owns log-in, log-out, lock and the permission for one action, as a machine without thread, socket
or screen: messages go out by `ask`, looks at a PIN by `looks`, time comes from clocks that are
handed in. A PIN is held while it is looked at, and then by nobody. What was begun on the post, a
sale above all, is none of its business: it is there whoever comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from common import messages as m
from common.commands import Nature
from common.errors import Problem
from common.journal.event import Value, What
from common.models import Person
from common.permits import ASKED
from kiosk.asking import PinAnswered, PinAsked
from kiosk.clocks import Clocks
from kiosk.comings import Note, changes, nobody_notes
from kiosk.pin_looks import PinLooks
from kiosk.rights import Grant, Right, Rights, Signature
from kiosk.state import Act, At, Attempt, LinkStatus, Who

ANSWER_S: Final = 6.0
"""So long the hub's answer to a PIN is waited for; then the post looks itself."""
LOOK_S: Final = 30.0
"""So long the post's own look may take, on a machine that has no memory to spare."""
LOCK_AFTER_S: Final = 120
_FAR_MS: Final = 2**62
_ENDED: Final = frozenset({"session_ended", "login_needed", "no_session"})


class People(Protocol):
    """The list of people, as the shop gave it: `Catalogue`."""

    def people(self) -> list[Person]:
        """Return everybody, those who work here no more included."""

    def person(self, person_id: str) -> Person | None:
        """Return one of them."""


@dataclass(slots=True)
class _Asked:
    """A PIN under way. `pin_set_ms`: of the list when it was typed; `kind`: an override's.

    `here`: the post itself is looking at it.
    """

    request: int
    act: Act
    person: str
    pin: str = field(repr=False)
    until_s: float
    kind: str = ""
    pin_set_ms: int = 0
    here: bool = False


class Attendance:
    """Who is at one post. One owner thread; `changed` is called when something is to be shown.

    `hub_ms`: the hub's time, as far as known. `locks_after_s`: 0 for never. `note`: keep what
    happened.
    """

    def __init__(
        self,
        people: People,
        looks: PinLooks,
        ask: Callable[[PinAsked], None],
        clocks: Clocks,
        hub_ms: Callable[[], int],
        locks_after_s: Callable[[], int] = lambda: LOCK_AFTER_S,
        note: Note = nobody_notes,
    ) -> None:
        self._people = people
        self._looks = looks
        self._ask = ask
        self._clocks = clocks
        self._hub_ms = hub_ms
        self._locks_after_s = locks_after_s
        self._note = note
        self._link = LinkStatus.OFFLINE
        self._request = 0
        self._asked: _Asked | None = None
        self._session = ""
        self._expires_ms = 0
        self._pin_set_ms = 0
        self._own_pin = False
        self._since_n = 0
        self._rights = Rights(hub_ms)
        self._touched_s = clocks.monotonic()
        self.who = Who()
        self.attempt: Attempt | None = None
        self.look()

    # What people do.

    def log_in(self, person_id: str, pin: str, last_n: int = 0) -> None:
        """Look at a PIN; `attempt` says how that goes. `last_n`: the newest operation by now."""
        self.touch()
        person = self._may_log_in(person_id)
        if person is None or self._asked is not None:
            return
        asked = self._begin(Act.LOGIN, person_id, pin, person.pin_set_ms)
        self._since_n = last_n
        if self._link is LinkStatus.OFFLINE:
            self._look_here(asked)
        else:
            self._ask(m.Login(asked.request, person_id, pin))

    def log_out(self) -> None:
        """End the session, and that of whoever locked the post."""
        if self.who.at is not At.OPEN:
            self._leave()
            self._become(Who(At.NOBODY))

    def lock(self) -> None:
        """Let nobody go on before a PIN was typed. The hub's session ends with it."""
        if self.who.here:
            self._leave()
            self._become(replace(self.who, at=At.LOCKED, ended=None))

    def allow(self, kind: str, person_id: str, pin: str) -> None:
        """Have a second person allow one action of `kind`."""
        self.touch()
        person = self._may_log_in(person_id)
        if person is None or self._asked is not None or not self.who.here:
            return
        if person.role not in ASKED[kind].roles:
            self._fail(Act.OVERRIDE, person_id, Problem("not_allowed", {"person": person.name}))
            return
        asked = self._begin(Act.OVERRIDE, person_id, pin, person.pin_set_ms, kind)
        if self.who.at is At.ONLINE and self._link is not LinkStatus.OFFLINE:
            self._ask(m.Override(asked.request, person_id, pin, kind, self._session))
        else:
            self._look_here(asked)

    def set_pin(self, person_id: str, pin: str) -> None:
        """Give somebody another PIN; only the hub can."""
        self.touch()
        if self._asked is not None:
            return
        if self._link is LinkStatus.OFFLINE or self.who.at is At.OFFLINE:
            code = "pin_needs_hub" if self._link is LinkStatus.OFFLINE else "offline_session"
            self._fail(Act.SET_PIN, person_id, Problem(code, {"person": self.who.name}))
            return
        asked = self._begin(Act.SET_PIN, person_id, pin, 0)
        self._own_pin = self._own_pin or person_id == self.who.person
        self._ask(m.SetPin(asked.request, person_id, pin, self._session))

    def touch(self) -> None:
        """Somebody is there."""
        self._touched_s = self._clocks.monotonic()

    def forget_attempt(self) -> None:
        """What was said about the last PIN was read."""
        if self._asked is None:
            self.attempt = None

    # What is asked.

    def may(self, kind: str) -> Right:
        """Return whether the person at the post may do this."""
        return self._rights.may(self.who, kind)

    def check(self, kind: str) -> None:
        """Raise Refusal `login_needed` or `not_allowed` where the person may not do this."""
        self._rights.check(self.who, kind)

    def sign(self, kind: str) -> Signature:
        """Return what an operation of now says of who did it, and by whose permission."""
        return self._rights.sign(self.who, self._session, kind)

    def spend(self, kind: str) -> None:
        """An action of `kind` is on disk: what allowed it allows no other."""
        grant = self._rights.grant(kind)
        if grant is not None:
            self._note(What.OVERRIDE_USED, **self._allowed(kind, grant))
        self._rights.spend(kind)

    def forget_permissions(self) -> None:
        """Whatever was allowed is allowed no more."""
        self._rights.clear()

    def allowed_by(self, kind: str) -> str:
        """Return the name of who has allowed the next action of `kind`, "" for nobody."""
        grant = self._rights.grant(kind)
        person = None if grant is None else self._people.person(grant.person)
        return "" if person is None else person.name

    def known_here(self, person_id: str) -> bool:
        """Return whether the post itself could let this person in."""
        return self._looks.knows(person_id)

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `tick` has something to do, None for never."""
        now_s = self._clocks.monotonic()
        due = [] if self._asked is None else [self._asked.until_s]
        if self.who.here:
            after_s = self._locks_after_s()
            due += [self._touched_s + after_s] if after_s else []
            if self._session:
                due.append(now_s + max(0, self._expires_ms - self._hub_ms()) / 1000)
        return max(0.0, min(due) - now_s) if due else None

    # What happens.

    def look(self) -> None:
        """Heed the shop's list of people as it is now."""
        rows = self._people.people()
        pins = {row.id: row.pin_set_ms for row in rows if row.active and row.has_pin}
        if rows:
            self._looks.keep_only(pins)
        # Without the list, somebody remembered here means that there are people.
        needed = bool(pins) or (not rows and self._looks.knows_anybody)
        if not needed:
            if self.who.at is not At.OPEN:
                self._leave()
                self._become(Who(At.OPEN))
            return
        if self.who.at is At.OPEN:
            self._become(Who(At.NOBODY))
        elif self.who.person and rows:
            self._look_at_person(pins)

    def link(self, status: LinkStatus) -> None:
        """The link stands otherwise."""
        self._link = status
        if status is LinkStatus.OFFLINE and self._asked is not None and not self._asked.here:
            self._give_up(self._asked)

    def hear(self, answer: PinAnswered) -> None:
        """Take the hub's answer to a PIN."""
        asked = self._asked
        if asked is None or answer.request != asked.request:
            if isinstance(answer, m.LoggedIn):
                # It came too late: the post has gone on without.
                self._ask(m.Logout(answer.session))
            return
        if isinstance(answer, m.LoggedIn):
            self._logged_in(asked, answer)
        elif isinstance(answer, m.Granted):
            self._granted(asked, Grant(answer.grant, answer.person, answer.expires_ms))
        elif isinstance(answer, m.PinSet):
            self._taken(asked)
        else:
            self._denied(asked, Problem(answer.code, answer.params))

    def reply(self, reply: m.Reply) -> None:
        """Heed what the hub says of this session in its reply to an operation."""
        said = {reply.code, *reply.flags} & _ENDED
        if said and self.who.at is At.ONLINE and reply.n > self._since_n:
            self._end(Problem("session_ended", {"person": self.who.name}))

    def tick(self) -> None:
        """Do what is due: give up waiting for the hub, end what has expired, lock."""
        now_s = self._clocks.monotonic()
        if self._asked is not None and now_s >= self._asked.until_s:
            self._give_up(self._asked)
        if not self.who.here:
            return
        if self._session and self._hub_ms() >= self._expires_ms:
            self._end(Problem("session_ended", {"person": self.who.name}))
            return
        after_s = self._locks_after_s()
        if after_s and now_s - self._touched_s >= after_s:
            self.lock()

    # Inside: a PIN.

    def _may_log_in(self, person_id: str) -> Person | None:
        person = self._people.person(person_id)
        if person is not None and person.active and person.has_pin:
            return person
        self._fail(Act.LOGIN, person_id, Problem("person_unknown", {"person": person_id[:8]}))
        return None

    def _begin(self, act: Act, person: str, pin: str, pin_set_ms: int, kind: str = "") -> _Asked:
        self._request += 1
        until_s = self._clocks.monotonic() + ANSWER_S
        self._asked = _Asked(self._request, act, person, pin, until_s, kind, pin_set_ms)
        self.attempt = Attempt(act, person)
        return self._asked

    def _give_up(self, asked: _Asked) -> None:
        """Nothing comes: look here where the hub does not answer, and that is of use."""
        if asked.here:
            self._denied(asked, Problem("pin_busy"))
        elif asked.act is Act.SET_PIN:
            self._denied(asked, Problem("pin_needs_hub"))
        else:
            self._look_here(asked)

    def _look_here(self, asked: _Asked) -> None:
        asked.here, asked.until_s = True, self._clocks.monotonic() + LOOK_S
        if asked.act is Act.OVERRIDE and ASKED[asked.kind].nature is not Nature.FACT:
            self._denied(asked, Problem("override_needs_hub"))
        else:
            self._looks.look(asked.person, asked.pin, lambda problem: self._looked(asked, problem))

    def _looked(self, asked: _Asked, problem: Problem | None) -> None:
        if asked is not self._asked:
            return
        if problem is not None:
            self._denied(asked, problem)
        elif self._may_log_in(asked.person) is None:
            self._asked = None  # The hub has said so meanwhile.
        elif asked.act is Act.OVERRIDE:
            self._granted(asked, Grant(asked.person, asked.person, _FAR_MS, offline=True))
        else:
            self._come_in(asked, At.OFFLINE, "", 0)

    def _logged_in(self, asked: _Asked, answer: m.LoggedIn) -> None:
        self._come_in(asked, At.ONLINE, answer.session, answer.expires_ms)
        person_id, pin_set_ms = asked.person, asked.pin_set_ms

        def is_still() -> bool:
            person = self._people.person(person_id)
            return person is not None and person.active and person.pin_set_ms == pin_set_ms

        self._looks.remember(person_id, asked.pin, pin_set_ms, is_still)

    def _come_in(self, asked: _Asked, at: At, session: str, expires_ms: int) -> None:
        person = self._people.person(asked.person)
        assert person is not None
        self._session, self._expires_ms = session, expires_ms
        self._pin_set_ms, self._own_pin = asked.pin_set_ms, False
        self._rights.clear()
        self._become(Who(at, person.id, person.name, person.role))
        self._taken(asked)
        self.touch()

    def _granted(self, asked: _Asked, grant: Grant) -> None:
        self._rights.add(asked.kind, grant)
        self._note(What.OVERRIDE_GRANTED, **self._allowed(asked.kind, grant))
        self._taken(asked)

    def _allowed(self, kind: str, grant: Grant) -> dict[str, Value]:
        person = self._people.person(grant.person)
        name = "" if person is None else person.name
        return {"kind": kind, "person": grant.person, "name": name, "offline": int(grant.offline)}

    def _taken(self, asked: _Asked) -> None:
        self._asked = None
        self.attempt = Attempt(asked.act, asked.person, working=False)

    def _denied(self, asked: _Asked, problem: Problem) -> None:
        self._asked = None
        self._fail(asked.act, asked.person, problem)
        if problem.code in _ENDED and self.who.at is At.ONLINE:
            self._end(Problem("session_ended", {"person": self.who.name}))

    def _fail(self, act: Act, person: str, problem: Problem) -> None:
        retry_ms = problem.params.get("retry_ms")
        wait_ms = retry_ms if isinstance(retry_ms, int) and retry_ms > 0 else 0
        retry_at_ms = self._clocks.wall_ms() + wait_ms if wait_ms else 0
        self.attempt = Attempt(act, person, False, problem, retry_at_ms)

    # Inside: who is here.

    def _look_at_person(self, pins: dict[str, int]) -> None:
        person = self._people.person(self.who.person)
        if person is None or person.id not in pins:
            self._leave()
            self._become(Who(At.NOBODY))
            return
        if self.who.at is At.ONLINE and person.role != self.who.role:
            self._end(Problem("session_ended", {"person": person.name}))
            return
        if self.who.here and pins[person.id] != self._pin_set_ms:
            if not self._own_pin:
                self._end(Problem("session_ended", {"person": person.name}))
                return
            self._pin_set_ms = pins[person.id]
        self.who = replace(self.who, name=person.name, role=person.role)

    def _end(self, why: Problem) -> None:
        """The session is over, not by anybody here."""
        self._leave()
        self._become(replace(self.who, at=At.LOCKED, ended=why))

    def _leave(self) -> None:
        if self._session:
            self._ask(m.Logout(self._session))
        self._session = ""
        self._rights.clear()
        if self._asked is not None and self._asked.act is not Act.LOGIN:
            self._asked = None
        self.attempt = None if self._asked is None else self.attempt

    def _become(self, who: Who) -> None:
        """Another person is here, or nobody, from now on; note who came and who went."""
        before, self.who = self.who, replace(who, since_ms=self._clocks.wall_ms())
        for what, details in changes(before, self.who):
            self._note(what, **details)
