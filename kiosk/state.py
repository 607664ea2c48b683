"""What a session tells its screens about itself, as frozen values. No behaviour, no Kivy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from common.errors import Problem
from common.messages import Reply
from common.topics import Profile


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


@dataclass(frozen=True, slots=True)
class SessionState:
    """`since_ms`: when `link` last changed. `waiting`: operations the hub has not acknowledged.

    `synced_ms`: when the replica was last known to equal the hub. `clock_diff_ms`: hub time minus
    this post's. `problem`: why the link is down, where known. `hub_trouble`: why the hub takes no
    operation though it is there. Times in ms since 1970 UTC.
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


@dataclass(frozen=True, slots=True)
class Update:
    """What one `Session.poll` changed: keys touched by topic, and topics taken as a whole."""

    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    state_changed: bool = False
    replies: tuple[Reply, ...] = ()
