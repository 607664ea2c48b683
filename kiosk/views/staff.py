"""The office's list of people, and the card of the one in hand: name, role, PIN, still here or not.

Owns these words, and which of the card's keys may be touched. What is allowed is decided elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from common.i18n import Translator
from common.models import Person
from common.people import Role
from kiosk.views.people import ROLE_NAMES, ROLE_TONES, PinView, initials, role_name


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the list; `state` is "" for one who is set up and works here."""

    id: str
    name: str
    initials: str
    role: str
    tone: str
    state: str
    gone: bool
    selected: bool


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """One role to choose; not `open`: the person at the post may not give it."""

    role: str
    name: str
    tone: str
    selected: bool
    open: bool


@dataclass(frozen=True, slots=True)
class StaffCard:
    """The person in hand. `changed`: there is something to save. `note` says what keeps it shut.

    `pin_title` says which time the new PIN is typed, "" while none is; `pin` is the pad then.
    """

    title: str
    name: str
    roles: tuple[RoleChoice, ...]
    active: bool
    active_text: str
    is_new: bool
    open: bool
    can_save: bool
    can_set_pin: bool
    pin_text: str
    note: str
    pin_title: str
    pin: PinView


def staff_rows(people: Iterable[Person], chosen: str, t: Translator) -> tuple[StaffRow, ...]:
    """Return the list: those who work here first."""
    ordered = sorted(people, key=lambda each: not each.active)
    return tuple(
        StaffRow(
            id=each.id,
            name=each.name,
            initials=initials(each.name),
            role=role_name(each.role, t),
            tone=ROLE_TONES.get(each.role, "slate"),
            state=_state(each, t),
            gone=not each.active,
            selected=each.id == chosen,
        )
        for each in ordered
    )


def role_choices(chosen: str, given: frozenset[Role], t: Translator) -> tuple[RoleChoice, ...]:
    """Return every role; `given`: those that the person at the post may give."""
    return tuple(
        RoleChoice(role, t(name), ROLE_TONES[role], role == chosen, role in given)
        for role, name in ROLE_NAMES.items()
    )


def nobody_note(people: Iterable[Person], t: Translator) -> str:
    """Return that nobody is set up yet, and what that means; "" once somebody is."""
    if any(each.active and each.has_pin for each in people):
        return ""
    return t(
        "Nobody has a PIN yet: every post works without log-in. "
        "The first one is set on the office computer: comptoir-hub people."
    )


def _state(person: Person, t: Translator) -> str:
    if not person.active:
        return t("Works here no more")
    return "" if person.has_pin else t("No PIN yet")
