"""What happens at a till, or at the hub, beside what people enter: who came, what was cut off.

Owns the events that there are and what is said of each, bounded; a clock that was set; and their
words. Who writes them, and when, is the till's and the hub's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from common.i18n import mark
from common.models import TimeMs

Name = Annotated[str, Meta(pattern=r"^[a-z_]{1,32}\Z")]
Value = Annotated[str, Meta(max_length=300)] | Annotated[int, Meta(ge=-(2**53), le=2**53)]
Details = Annotated[dict[Name, Value], Meta(max_length=16)]


class What(StrEnum):
    """What happened. The values stand in records for ever."""

    LOGIN = "login"
    LOGOUT = "logout"
    LOCK = "lock"
    OFFLINE_START = "offline_start"
    OFFLINE_END = "offline_end"
    OVERRIDE_GRANTED = "override_granted"
    OVERRIDE_USED = "override_used"
    SETTINGS = "settings"
    UPDATE = "update"
    HUB_START = "hub_start"
    HUB_STOP = "hub_stop"
    PERSON = "person"
    PIN = "pin"
    POST = "post"


WORDS: Final[Mapping[What, str]] = {
    What.LOGIN: mark("somebody logged in"),
    What.LOGOUT: mark("somebody logged out"),
    What.LOCK: mark("the post was locked"),
    What.OFFLINE_START: mark("the post is without the hub"),
    What.OFFLINE_END: mark("the post has the hub again"),
    What.OVERRIDE_GRANTED: mark("somebody allowed one action"),
    What.OVERRIDE_USED: mark("an action that was allowed is done"),
    What.SETTINGS: mark("settings have changed"),
    What.UPDATE: mark("the software is another version"),
    What.HUB_START: mark("the hub was started"),
    What.HUB_STOP: mark("the hub was stopped"),
    What.PERSON: mark("a person was added or changed"),
    What.PIN: mark("a person has a new PIN"),
    What.POST: mark("a post was enrolled, taken out or let in"),
}
if WORDS.keys() != set(What):
    raise ImportError("an event has no words")


@dataclass(frozen=True, slots=True)
class EventData:
    """One event. `at_ms`: when it happened, by the clock of who writes it.

    `more`: so many of its kind, shortly before it, that were not written one by one.
    """

    what: What
    at_ms: TimeMs
    details: Details = field(default_factory=dict)
    more: Annotated[int, Meta(ge=0, le=2**31)] = 0


@dataclass(frozen=True, slots=True)
class ClockData:
    """A till's clock is not where it was: `before_ms` is what it would have shown, `after_ms` what
    it shows. `restarted`: the till was off in between; `before_ms` is its last record's time then.
    """

    before_ms: TimeMs
    after_ms: TimeMs
    restarted: bool = False
