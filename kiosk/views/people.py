"""People as they stand on screens: their tiles, their roles' names, and how it goes with a PIN.

Owns these words. A PIN is shown as how many digits were typed, nothing else of it comes here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator, mark
from common.models import Person
from common.people import PIN_LEAST, Role
from kiosk.state import Attempt, LinkStatus
from kiosk.views.problems import problem_words

ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.CASHIER: mark("Cashier"),
    Role.SELLER: mark("Seller"),
    Role.DEPOT: mark("Stock keeper"),
    Role.MANAGER: mark("Manager"),
    Role.ADMIN: mark("Administrator"),
}
ROLE_TONES: Final[Mapping[Role, str]] = {
    Role.CASHIER: "blue",
    Role.SELLER: "teal",
    Role.DEPOT: "orange",
    Role.MANAGER: "purple",
    Role.ADMIN: "slate",
}
_SECOND_MS: Final = 1000
_BAR_LENGTH: Final = 18


@dataclass(frozen=True, slots=True)
class PersonTile:
    """One person to touch. `quiet`: the post cannot let this one in just now."""

    id: str
    name: str
    initials: str
    role: str
    tone: str
    selected: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class PinView:
    """The pad: whose PIN, how many digits stand there, what was said about the last one.

    `open`: digits are taken; `ready`: there are enough. `message`: "" where nothing is to be said.
    """

    name: str
    role: str
    digits: int
    open: bool
    ready: bool
    working: bool
    message: str
    tone: str


def role_name(role: str, t: Translator) -> str:
    """Return a role in words; one of a later release by its own name."""
    return t(ROLE_NAMES[Role(role)]) if role in ROLE_NAMES else role


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words = [word for word in name.replace("-", " ").split() if word]
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper()


def short_name(name: str) -> str:
    """Return a name as it fits into the bar: in full, or the first with the last one's letter."""
    words = name.split()
    if len(name) <= _BAR_LENGTH or len(words) < 2:
        return name
    return f"{words[0]} {words[-1][0]}."


def who_can_log_in(people: Iterable[Person]) -> list[Person]:
    """Return those who have a PIN and work here."""
    return [each for each in people if each.active and each.has_pin]


def person_tiles(
    people: Iterable[Person],
    chosen: str,
    link: LinkStatus,
    known_here: Callable[[str], bool],
    t: Translator,
) -> tuple[PersonTile, ...]:
    """Return a tile each; without the hub, those whom the post cannot let in are quiet."""
    alone = link is LinkStatus.OFFLINE
    tiles = []
    for each in people:
        quiet = alone and not known_here(each.id)
        role = t("Only online") if quiet else role_name(each.role, t)
        tone = ROLE_TONES.get(each.role, "slate")
        tiles.append(
            PersonTile(
                each.id, each.name, initials(each.name), role, tone, each.id == chosen, quiet
            )
        )
    return tuple(tiles)


def pin_view(
    person: Person | None, digits: int, attempt: Attempt | None, now_ms: int, t: Translator
) -> PinView:
    """Return the pad for a person, None while nobody is chosen; `now_ms`: the post's own clock."""
    if person is None:
        return PinView("", "", 0, False, False, False, t("Touch your name."), "plain")
    mine = attempt if attempt is not None and attempt.person == person.id else None
    working = mine is not None and mine.working
    left_s = 0 if mine is None else max(0, -(-(mine.retry_at_ms - now_ms) // _SECOND_MS))
    waits = left_s > 0
    message, tone = _message(mine, digits, left_s, t)
    return PinView(
        name=person.name,
        role=role_name(person.role, t),
        digits=digits,
        open=not working and not waits,
        ready=digits >= PIN_LEAST and not working and not waits,
        working=working,
        message=message,
        tone=tone,
    )


def _message(attempt: Attempt | None, digits: int, left_s: int, t: Translator) -> tuple[str, str]:
    if attempt is None:
        return (t("Type your PIN.") if not digits else ""), "plain"
    if attempt.working:
        return t("One moment…"), "plain"
    if attempt.problem is None:
        return "", "plain"
    if left_s > 0:
        return _wait(attempt, left_s, t), "warn"
    if digits:
        return "", "plain"  # The next one is being typed.
    if attempt.retry_at_ms:
        return t("You can try again now."), "plain"
    return " ".join(filter(None, problem_words(attempt.problem, t))), "danger"


def _wait(attempt: Attempt, left_s: int, t: Translator) -> str:
    minutes, seconds = divmod(left_s, 60)
    time = f"{minutes}:{seconds:02d}" if minutes else t("{count} s", count=t.number(seconds))
    what = t("The PIN is not right.") if attempt.problem is not None else ""
    return f"{what} {t('Next try in {time}.', time=time)}".strip()
