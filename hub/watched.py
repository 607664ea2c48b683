"""What is known of one post that the hub watches: values, and how they are shown.

Owns which states a post has on disk, and how it looks from them and from what was heard since the
hub's start. `watch.py` decides what follows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.records.devices import Device


class State(StrEnum):
    """What is on disk about a post, and what follows for its silence."""

    NEW = "new"  # Paired and never heard: nothing is expected of it.
    EXPECTED = "expected"
    AWAY = "away"  # It said goodbye.
    SILENT = "silent"  # An alert said so.


class Presence(StrEnum):
    """How a post is shown."""

    NEVER = "never"
    HERE = "here"
    AWAITED = "awaited"  # Not heard since the hub's start, and not long enough to wonder.
    AWAY = "away"
    SILENT = "silent"


@dataclass(slots=True)
class Post:
    """One post. `seen_ms`, `state`, `told_clock_…`: as on disk; the rest is since the hub's start.

    `heard_s`: by the monotonic clock, None also after a goodbye; `counted_s`, `stored_s`: which of
    them was counted, and which is on disk. `quiet_s`: silence that the hub was there to hear.
    """

    device: Device
    state: State
    seen_ms: int | None
    told_clock_ms: int = 0
    told_clock_at_ms: int = 0
    heard_s: float | None = None
    counted_s: float | None = None
    stored_s: float | None = None
    quiet_s: float = 0.0
    goodbye_ms: int | None = None
    clock_diff_ms: int | None = None
    told_s: float | None = None
    silences: int = 0
    counted_silence: bool = False


@dataclass(frozen=True, slots=True)
class PostView:
    """How one post stands. `heard_ms`: last heard, ever; `clock_diff_ms`: hub time minus the
    post's, None unless it is known; `silences`: since the hub's start, those without alert too."""

    device: Device
    presence: Presence
    heard_ms: int | None
    clock_diff_ms: int | None
    silences: int


def post_of(device: Device, seen_ms: int | None, note: dict[str, Any]) -> Post:
    """Return a post as it was left on disk. `note`: of `hub.records.presence`."""
    state = State.NEW if seen_ms is None else State(note.get("state", State.EXPECTED))
    told_ms, told_at_ms = note.get("clock_ms", 0), note.get("clock_at_ms", 0)
    return Post(device, state, seen_ms, told_ms, told_at_ms)


def duration(elapsed_ms: int) -> str:
    """Return a duration as people of either language read it: 40 s, 12 min, 3 h 05 min."""
    seconds = max(0, elapsed_ms) // 1000
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
