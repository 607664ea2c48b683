"""What a session tells its screens about itself, as frozen values. No behaviour, no Kivy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from common.errors import Problem
from common.messages import Reply
from common.people import Role
from common.topics import Profile
from kiosk.membership import Revoked


class LinkStatus(Enum):
    """Whether what the screens show is what the hub has. Offline is calm: selling goes on."""

    OFFLINE = "offline"
    CATCHING_UP = "catching_up"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who this post is, as enrolled; `series` begins the numbers of its tickets."""

    id: str
    number: int
    name: str
    profile: Profile
    series: str
    operator: str = ""


class At(Enum):
    """Who is at the post. Open: nobody of the shop has a PIN, and it works without log-in.

    Offline: somebody the post let in by itself; the hub was not asked. Locked: whoever was here
    may be gone; what they had begun is kept.
    """

    OPEN = "open"
    NOBODY = "nobody"
    ONLINE = "online"
    OFFLINE = "offline"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Who:
    """The person at the post, or who has locked it. `since_ms`: in this state since then.

    `role` is "" where nobody is named. `ended`: why the last session is over, where nobody
    here ended it.
    """

    at: At = At.OPEN
    person: str = ""
    name: str = ""
    role: Role | Literal[""] = ""
    since_ms: int = 0
    ended: Problem | None = None

    @property
    def here(self) -> bool:
        """Return whether somebody is logged in."""
        return self.at in (At.ONLINE, At.OFFLINE)

    @property
    def shut(self) -> bool:
        """Return whether somebody has to log in before anything is done."""
        return self.at in (At.NOBODY, At.LOCKED)


class Act(Enum):
    """What a PIN was typed for."""

    LOGIN = "login"
    OVERRIDE = "override"
    SET_PIN = "set_pin"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A PIN that was typed: being looked at (`working`), taken, or why not (`problem`).

    `retry_at_ms`: no further try before, by the post's clock. The PIN itself is not in here.
    """

    act: Act
    person: str
    working: bool = True
    problem: Problem | None = None
    retry_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class SessionState:
    """`since_ms`: when `link` last changed. `waiting`: operations the hub has not acknowledged.

    `synced_ms`: when the replica was last known to equal the hub. `clock_diff_ms`: hub time minus
    this post's. `problem`: why the link is down, where known. `hub_trouble`: why the hub takes no
    operation though it is there. `who` is at the post; `attempt`: the last PIN typed, until the
    next touch; `held`: requests that wait for somebody to log in at the hub. `revoked`: that this
    post was taken out of the shop. Times in ms since 1970 UTC.
    """

    device: DeviceInfo
    link: LinkStatus = LinkStatus.OFFLINE
    since_ms: int = 0
    waiting: int = 0
    quarantined: int = 0
    synced_ms: int | None = None
    clock_diff_ms: int = 0
    problem: Problem | None = None
    hub_trouble: Problem | None = None
    who: Who = field(default_factory=Who)
    attempt: Attempt | None = None
    held: int = 0
    revoked: Revoked | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """What one `Session.poll` changed: keys touched by topic, and topics taken as a whole.

    `pictures`: which ones have come that a screen has looked for.
    """

    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    state_changed: bool = False
    replies: tuple[Reply, ...] = ()
    pictures: frozenset[str] = frozenset()
