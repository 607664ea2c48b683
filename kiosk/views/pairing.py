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
    """A hub that announces itself on the network: a hint, nothing in it is trusted."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class HubRow:
    """One found hub to touch."""

    name: str
    address: str
    selected: bool


@dataclass(frozen=True, slots=True)
class PairingView:
    """`groups`: the code as typed, four characters each; `field`: "address" or "code" is typed.

    `title` and `text` say how it goes, `tone` and `icon` mark it; "" while nothing is to be said.
    """

    hubs: tuple[HubRow, ...]
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
    address: str,
    code: str,
    field: str,
    phase: Phase,
    outcome: DeviceInfo | Problem | None,
    can_pair: bool,
    t: Translator,
) -> PairingView:
    """Return the screen; `outcome` is who this post now is, or why it could not be paired."""
    tone, icon, title, text = _message(phase, outcome, address, t)
    return PairingView(
        hubs=tuple(HubRow(hub.name, hub.address, hub.address == address) for hub in hubs),
        address=address,
        groups=tuple(code[i : i + GROUP_LENGTH] for i in range(0, CODE_LENGTH, GROUP_LENGTH)),
        group=min(len(code) // GROUP_LENGTH, GROUPS - 1),
        field=field,
        phase=phase,
        can_pair=can_pair,
        tone=tone,
        icon=icon,
        title=title,
        text=text,
    )


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
