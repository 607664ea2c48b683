"""People. Who is new, renamed, of another role, or works here no more; never a PIN."""

from common.commands import PersonPut
from common.errors import Refusal
from common.journal.event import What
from common.models import Person
from common.people import Role, may_administer
from hub.authority import denial
from hub.records import people, sessions
from hub.work import Work


def put(work: Work, args: PersonPut) -> None:
    """Keep a person. Whoever has another role now, or has left, is logged out everywhere."""
    before = people.person(work.db, args.person)
    _require_right(work, before, args)
    for other in people.people(work.db):
        if other.id != args.person and other.name.casefold() == args.name.casefold():
            raise Refusal("person_name_taken", name=other.name)
    if before is not None and _falls(before, args):
        _require_another_admin(work, before)
    people.put(work.db, args.person, args.name, args.role, args.active)
    if before is not None and (before.role is not args.role or not args.active):
        sessions.end_of_person(work.db, args.person, work.now_ms)
    after = people.person(work.db, args.person)
    assert after is not None
    work.put("people", after)
    name = work.acting.name or work.device.name
    work.journal.event(
        What.PERSON,
        work.now_ms,
        person=after.id,
        name=after.name,
        role=after.role.value,
        active=int(after.active),
        by=name,
    )


def _require_right(work: Work, before: Person | None, args: PersonPut) -> None:
    """Refuse who may not administer what the person was, or is to be."""
    role = work.acting.role
    if role is None:
        return
    for subject in {args.role} | ({before.role} if before else set()):
        if not may_administer(role, subject):
            acting = work.acting
            raise denial(
                work,
                "person.put",
                "may_not_administer",
                acting.person,
                person=acting.name,
                role=subject,
            )


def _falls(before: Person, args: PersonPut) -> bool:
    """Return whether somebody who administers with a PIN no longer will."""
    was = before.role is Role.ADMIN and before.active and before.has_pin
    return was and not (args.role is Role.ADMIN and args.active)


def _require_another_admin(work: Work, before: Person) -> None:
    others = (
        person
        for person in people.people(work.db)
        if person.id != before.id and person.role is Role.ADMIN and person.active
    )
    if not any(person.has_pin for person in others):
        raise Refusal("last_admin", person=before.name)
