"""Whether the hub is there: which ways are open, when it was last heard, what is due to be said.

Owns every timer of the conversation and the marks by which answers are matched to what was sent.
Knows no frame and no row.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Final

from kiosk.clocks import Clocks

PING_S: Final = 2.0
TICK_S: Final = 0.5
HELLO_AGAIN_S: Final = 3.0
REFUSED_AGAIN_S: Final = 10.0
GARBAGE_PAUSE_S: Final = 1.0
HEARTBEAT_LIMIT_S: Final = 3.5
HUB_LIMIT_S: Final = 6.0
_MARKS_KEPT: Final = 16


class Way(Enum):
    """The two ways between post and hub: commands and answers, and what the hub broadcasts."""

    COMMANDS = "commands"
    BROADCASTS = "broadcasts"


@dataclass(frozen=True, slots=True)
class Sent:
    """A hello or ping on its way: when it left, and whether broadcasts were open by then."""

    at_s: float
    subscribed: bool


class Presence:
    """The timers of one post's conversation."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._open: set[Way] = set()
        self._sent: OrderedDict[int, Sent] = OrderedDict()
        self._last_mark = 0
        self._opened_at_s = self._heard_at_s = self._beat_at_s = self._hello_at_s = -inf
        self._hello_due_s = inf
        self._ping_due_s = inf
        self._tick_due_s = clocks.monotonic()

    # What happens.

    def opened(self, way: Way) -> None:
        """A way is open; what the hub holds has to be compared anew."""
        now = self._clocks.monotonic()
        self._open.add(way)
        if way is Way.BROADCASTS:
            self._beat_at_s = now
        else:
            self._opened_at_s = self._heard_at_s = now
            self._ping_due_s = now + PING_S
        if Way.COMMANDS in self._open:
            self._hello_due_s = now

    def closed(self, way: Way) -> None:
        """A way is shut."""
        self._open.discard(way)
        if way is Way.COMMANDS:
            self._sent.clear()
            self._hello_due_s = self._ping_due_s = inf

    def heard(self) -> None:
        """The hub said something to this post."""
        self._heard_at_s = self._clocks.monotonic()

    def beat(self) -> None:
        """The hub's heartbeat came."""
        self._beat_at_s = self._clocks.monotonic()

    def answered(self, mark: int) -> Sent | None:
        """Return what this answers, None for an answer to nobody on this connection."""
        return self._sent.pop(mark, None)

    @property
    def last_mark(self) -> int:
        """Return the newest mark given: what is sent from now on has a larger one."""
        return self._last_mark

    # What is open and fresh.

    def is_open(self, way: Way) -> bool:
        """Return whether a way is open."""
        return way in self._open

    @property
    def hub_is_silent(self) -> bool:
        """Return whether the hub answers no more."""
        return self._clocks.monotonic() - self._heard_at_s > HUB_LIMIT_S

    @property
    def beats(self) -> bool:
        """Return whether the hub's heartbeat comes through."""
        fresh = self._clocks.monotonic() - self._beat_at_s <= HEARTBEAT_LIMIT_S
        return fresh and Way.BROADCASTS in self._open

    @property
    def broadcasts_stay_shut(self) -> bool:
        """Return whether following by hellos alone is better than waiting for broadcasts."""
        waited_s = self._clocks.monotonic() - self._opened_at_s
        return Way.BROADCASTS not in self._open and waited_s >= HELLO_AGAIN_S

    # What is due.

    def due_in_s(self) -> float:
        """Return after how many seconds something is due."""
        due = min(self._tick_due_s, self._hello_due_s, self._ping_due_s)
        return max(0.0, due - self._clocks.monotonic())

    def take_tick(self) -> bool:
        """Return whether to look around, and note that it is done."""
        now = self._clocks.monotonic()
        if now < self._tick_due_s:
            return False
        self._tick_due_s = now + TICK_S
        return True

    def take_ping(self) -> int | None:
        """Return the mark of a ping to send now, or None."""
        now = self._clocks.monotonic()
        if now < self._ping_due_s:
            return None
        self._ping_due_s = now + PING_S
        return self._mark(now)

    def take_hello(self) -> int | None:
        """Return the mark of a hello to send now, or None; unanswered, it is due again."""
        now = self._clocks.monotonic()
        if now < self._hello_due_s:
            return None
        self._hello_at_s = now
        self._hello_due_s = now + HELLO_AGAIN_S
        return self._mark(now)

    def hello_answered(self, sent: Sent) -> None:
        """No hello is due any more, unless broadcasts have opened since that one was sent."""
        if sent.subscribed or Way.BROADCASTS not in self._open:
            self._hello_due_s = inf

    def hello_in(self, pause_s: float) -> None:
        """Say hello `pause_s` after the last one, sooner if that is due."""
        if Way.COMMANDS in self._open:
            self._hello_due_s = min(self._hello_due_s, self._hello_at_s + pause_s)

    def hello_refused(self) -> None:
        """Give the hub a while."""
        self._hello_due_s = self._clocks.monotonic() + REFUSED_AGAIN_S

    def _mark(self, now: float) -> int:
        """Return our wall clock in ms, but never the same mark twice."""
        mark = self._last_mark = max(self._clocks.wall_ms(), self._last_mark + 1)
        self._sent[mark] = Sent(now, Way.BROADCASTS in self._open)
        if len(self._sent) > _MARKS_KEPT:
            self._sent.popitem(last=False)
        return mark
