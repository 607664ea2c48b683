"""Who may have what done: a command's profile, session, role and permission, as one decision.

Owns the rules over the table of kinds. A request that may not be is refused; a fact happened, and
is taken whoever did it: what is odd about it is flagged. Each no, and each oddity, is an entry of
the audit trail. While nobody in the shop has a PIN, the profile alone decides.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from common.commands import CommandKind, Nature
from common.errors import Refusal
from common.messages import CommandBody
from common.people import Role
from common.topics import Profile
from hub.records import people, sessions, trail
from hub.records.sessions import Here, Session
from hub.store import Connection

if TYPE_CHECKING:
    from hub.changes import Draft
    from hub.work import Work

CLOCK_TOLERANCE_MS: Final = 120_000
"""A post's clock may be so far from the hub's where it says when a fact happened."""
ALERT_PAUSE_MS: Final = 3_600_000
"""Between two alerts that a post records what it should not, of one kind."""


class Acting(NamedTuple):
    """In whose name a command is done. `role` None: nobody's, the profile alone decided.

    `allowed_by`: the id of who allowed it with a PIN, whose role then counts.
    """

    person: str = ""
    name: str = ""
    role: Role | None = None
    allowed_by: str = ""


NOBODY: Final = Acting()
OWNER: Final = Acting("", "console", Role.ADMIN)
"""The hub's own command line: who can read its folder owns the hub."""


class Denial(Refusal):
    """Somebody may not do this; `entry` says so in the audit trail."""

    def __init__(self, entry: trail.Entry, code: str, **params: object) -> None:
        super().__init__(code, **params)
        self.entry = entry


def denial(work: "Work", kind: str, code: str, person_id: str = "", /, **params: object) -> Denial:
    """Return what to raise where a command may not be done. `person_id`: of who would."""
    entry = trail.Entry(work.now_ms, kind, work.device.id, person_id, "", code)
    return Denial(entry, code, **{"kind": kind, **params})


class Authority:
    """Decides over one database. One owner thread."""

    __slots__ = ("_looked", "_peopled")

    def __init__(self) -> None:
        self._peopled = False
        self._looked: Draft | None = None

    def _is_peopled(self, work: "Work") -> bool:
        """Return whether somebody has a PIN; once so, it stays so. Looked up once a commit.

        No command gives the first PIN: it is a commit of its own.
        """
        if not self._peopled and self._looked is not work.draft:
            self._peopled, self._looked = people.has_pins(work.db), work.draft
        return self._peopled

    def acting(self, work: "Work", body: CommandBody, kind: CommandKind) -> Acting:
        """Return in whose name a command is done, in the savepoint that is open.

        Raises Denial for a request that may not be. Flags a fact, which is taken.
        """
        if work.device.profile is Profile.CONSOLE:
            return OWNER
        if work.vouched is not None:
            return _vouched(work, kind, work.vouched)
        if not self._is_peopled(work):
            return NOBODY
        if kind.nature is Nature.FACT and not kind.roles:
            return NOBODY  # What a post notes by itself.
        if kind.nature is Nature.FACT:
            return _of_fact(work, body, kind)
        return _of_request(work, body, kind)


class NotLive(Refusal):
    """A session is none that may act now. `person_id`: whose it is, or ""."""

    def __init__(self, person_id: str, code: str, **params: object) -> None:
        super().__init__(code, **params)
        self.person_id = person_id


def live(db: Connection, device_id: str, secret: str, kind: str, now_ms: int) -> Here:
    """Return a session of this device that goes on, and whose it is; raises NotLive."""
    here = sessions.here(db, secret) if secret else None
    if here is None or here.session.device_id != device_id:
        raise NotLive(here.session.person_id if here else "", "login_needed", kind=kind)
    if not here.active or here.session.end_ms <= now_ms:
        raise NotLive(here.session.person_id, "session_ended", person=here.name, kind=kind)
    return here


def check_profile(work: "Work", kind: CommandKind) -> None:
    """Raise Denial where this kind of post may never send such a command."""
    profile = work.device.profile
    if profile not in kind.profiles:
        raise denial(work, kind.name, "profile_not_allowed", profile=profile)


def _vouched(work: "Work", kind: CommandKind, by: Acting) -> Acting:
    """Decide on what lay in quarantine: whoever takes it out answers for it."""
    if kind.nature is Nature.REQUEST and by.role is not None and by.role not in kind.roles:
        raise denial(work, kind.name, "not_allowed", by.person, person=by.name)
    return by


# Requests: live sessions only.


def _of_request(work: "Work", body: CommandBody, kind: CommandKind) -> Acting:
    if body.offline:
        name = _name(work.db, body.person)
        raise denial(work, kind.name, "offline_session", body.person, person=name)
    try:
        here = live(work.db, work.device.id, body.session, kind.name, work.now_ms)
    except NotLive as no:
        raise denial(work, kind.name, no.problem.code, no.person_id, **no.problem.params) from no
    session, name = here.session, here.name
    if here.now_role in kind.roles:
        return Acting(session.person_id, name, here.now_role)
    if not body.override:
        raise denial(work, kind.name, "not_allowed", session.person_id, person=name)
    allowed = _allowed(work, body, kind, session, work.now_ms)
    if allowed is None:
        raise denial(work, kind.name, "grant_unusable", session.person_id)
    return Acting(session.person_id, name, *allowed)


def _allowed(
    work: "Work", body: CommandBody, kind: CommandKind, session: Session, at_ms: int
) -> tuple[Role, str] | None:
    """Use up a permission; return (role, id) of who gave it, None where it is none for this."""
    found = sessions.permission(work.db, body.override)
    if (
        found is None
        or found.session_token != session.token
        or found.kind != kind.name
        or found.used_ms is not None
        or found.expires_ms <= at_ms
    ):
        return None
    giver = people.person(work.db, found.person_id)
    if giver is None or not giver.active or giver.role not in kind.roles:
        return None
    sessions.use(work.db, found.token, work.now_ms)
    return giver.role, giver.id


# Facts: taken, and flagged where odd.


def _of_fact(work: "Work", body: CommandBody, kind: CommandKind) -> Acting:
    acting, code = _judged(work, body, kind)
    if code == "offline_session":
        work.remark(code)
    elif code:
        report(work, kind.name, code, acting.person, body.id)
    return acting


def report(work: "Work", kind: str, code: str, person: str, operation: str) -> None:
    """Flag a fact and enter it in the trail; an alert now and then, since a shop's day is long."""
    since_ms = work.now_ms - ALERT_PAUSE_MS
    if trail.told_since(work.db, work.device.id, code, since_ms):
        work.remark(code)
    else:
        name = _name(work.db, person)
        work.flag(code, f"{work.device.name}: {kind}" + (f", {name}" if name else ""))
    details = {"operation": operation}
    entry = trail.Entry(work.now_ms, kind, work.device.id, person, "", code, details)
    trail.add_no(work.db, entry)


def check_operator(work: "Work", kind: str, operation: str, operator_id: str) -> None:
    """Flag a paper that bears another person than the one whose session it came in."""
    person = work.acting.person
    if work.vouched is None and person and operator_id not in ("", person):
        report(work, kind, "session_of_another", person, operation)


def _judged(work: "Work", body: CommandBody, kind: CommandKind) -> tuple[Acting, str]:
    """Return who did it, as far as that can be known, and what is odd about it or ""."""
    if body.offline:
        return _offline(work, body, kind)
    here = sessions.here(work.db, body.session) if body.session else None
    if here is None:
        return NOBODY, "no_session"
    session = here.session
    if session.device_id != work.device.id:
        return NOBODY, "session_of_another"
    # Its role of then: somebody who was promoted or left since did it all the same.
    acting = Acting(session.person_id, here.name, session.role)
    if body.person not in ("", session.person_id):
        return acting, "session_of_another"
    happened_ms = minted_ms(body.id)
    # What waited on a post while the hub was away comes after its session has ended: no wonder.
    if min(happened_ms, work.now_ms) > session.end_ms + CLOCK_TOLERANCE_MS:
        return acting, "no_session"
    if session.role in kind.roles:
        return acting, ""
    allowed = _allowed(work, body, kind, session, happened_ms) if body.override else None
    if allowed is None:
        return acting, "role_not_allowed"
    return Acting(session.person_id, here.name, *allowed), ""


def _offline(work: "Work", body: CommandBody, kind: CommandKind) -> tuple[Acting, str]:
    """Judge what a post recorded that could not ask the hub who is there: it is its word."""
    person = people.person(work.db, body.person)
    if person is None or not person.has_pin:
        return NOBODY, "no_session"
    acting = Acting(person.id, person.name, person.role)
    if person.role in kind.roles:
        return acting, "offline_session"
    # Where the hub was away, `override` is the id of whose PIN the post looked at as well.
    giver = people.person(work.db, body.override) if body.override else None
    if giver is None or not (giver.active and giver.has_pin and giver.role in kind.roles):
        return acting, "role_not_allowed"
    return Acting(person.id, person.name, giver.role, giver.id), "offline_session"


def minted_ms(operation: str) -> int:
    """Return when an operation was made, by its post's clock: its id is a UUIDv7."""
    return int(operation[:12], 16)


def _name(db: Connection, person_id: str) -> str:
    person = people.person(db, person_id) if person_id else None
    return "" if person is None else person.name
