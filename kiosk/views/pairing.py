"""What stands on the pairing screen: where the hub is, the code so far, and how it went.

Owns its words. What a code is and how it is proved is known elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from common.errors import Problem
from common.i18n import Translator, mark
from common.topics import Profile
from kiosk.state import DeviceInfo
from kiosk.views.problems import problem_text

GROUPS: Final = 4
GROUP_LENGTH: Final = 4
CODE_LENGTH: Final = GROUPS * GROUP_LENGTH
HUBS_LISTED: Final = 3
_POSTS: Final[Mapping[Profile, str]] = {
    Profile.TILL: mark("This post is now the till “{name}”."),
    Profile.DEPOT: mark("This post is now the depot “{name}”."),
    Profile.OFFICE: mark("This post is now the office desk “{name}”."),
}


class Phase(Enum):
    """How far pairing has come."""

    TYPING = "typing"
    WORKING = "working"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FoundHub:
    """A hub that announces itself on the network: a hint, nothing in it is trusted.

    `fingerprint`: of the identity that its card shows, "" while that is not known.
    """

    name: str
    address: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields. `field`: "address" or "code", which is typed into;
    `typed_address`: somebody has typed into the address."""

    field: str
    address: str
    typed_address: bool
    code: str


@dataclass(frozen=True, slots=True)
class HubRow:
    """One found hub to touch. `about`: where it is and its fingerprint; `refused`: it could not
    prove the code."""

    name: str
    address: str
    about: str
    selected: bool
    refused: bool = False


@dataclass(frozen=True, slots=True)
class PairingView:
    """`groups`: the code as typed, four characters each; `field`: "address" or "code" is typed.

    `more_hubs` says how many there are beside those listed, "" for none.
    `title` and `text` say how it goes, `tone` and `icon` mark it; "" while nothing is to be said.
    """

    hubs: tuple[HubRow, ...]
    more_hubs: str
    address: str
    groups: tuple[str, ...]
    group: int
    field: str
    phase: Phase
    can_pair: bool
    tone: str
    icon: str
    title: str
    text: str


def pairing_view(
    hubs: tuple[FoundHub, ...],
    refused: frozenset[str],
    typed: Typed,
    phase: Phase,
    outcome: DeviceInfo | Problem | None,
    can_pair: bool,
    t: Translator,
) -> PairingView:
    """Return the screen; `outcome` is who this post now is, or why it could not be paired.

    `refused`: addresses of hubs that could not prove the code.
    """
    address, code = typed.address, typed.code
    tone, icon, title, text = _message(phase, outcome, address, t)
    listed = _listed(hubs, address)
    more = len(hubs) - len(listed)
    return PairingView(
        hubs=tuple(_row(hub, address, refused, t) for hub in listed),
        more_hubs=_more(more, t) if more else "",
        address=address,
        groups=tuple(code[i : i + GROUP_LENGTH] for i in range(0, CODE_LENGTH, GROUP_LENGTH)),
        group=min(len(code) // GROUP_LENGTH, GROUPS - 1),
        field=typed.field,
        phase=phase,
        can_pair=can_pair,
        tone=tone,
        icon=icon,
        title=title,
        text=text,
    )


def _listed(hubs: tuple[FoundHub, ...], address: str) -> tuple[FoundHub, ...]:
    """Return the hubs that there is room for; the chosen one is among them."""
    chosen = [hub for hub in hubs if hub.address == address][:1]
    others = [hub for hub in hubs if hub not in chosen][: HUBS_LISTED - len(chosen)]
    return tuple(hub for hub in hubs if hub in chosen or hub in others)


def _more(count: int, t: Translator) -> str:
    return t.n(
        "and {count} more hub: type its address", "and {count} more hubs: type the address", count
    )


def _row(hub: FoundHub, address: str, refused: frozenset[str], t: Translator) -> HubRow:
    false = hub.address in refused
    about = t("could not prove the code") if false else hub.fingerprint
    where = f"{hub.address} · {about}" if about else hub.address
    return HubRow(hub.name, hub.address, where, hub.address == address, false)


def _message(
    phase: Phase, outcome: DeviceInfo | Problem | None, address: str, t: Translator
) -> tuple[str, str, str, str]:
    if phase is Phase.WORKING:
        title = t("Pairing with {address}…", address=address)
        text = t("The hub and this post prove the code to each other. It takes a few seconds.")
        return "accent", "catching_up", title, text
    if isinstance(outcome, DeviceInfo):
        title = t(_POSTS.get(outcome.profile, _POSTS[Profile.TILL]), name=outcome.name)
        text = t("It begins by fetching the catalogue; you can work in a moment.")
        return "go", "check", title, text
    if isinstance(outcome, Problem):
        return "danger", "alert", t("This post is not paired yet"), problem_text(outcome, t)
    return "plain", "", "", ""
