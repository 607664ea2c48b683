"""The outbox protocol: which queued commands to send when, without a socket, a disk or a clock.

Numbers are contiguous and on disk before they come here. Sends within a window, sends again what
was not answered, rewinds where the hub says so. Never drops a command: only a reply ends one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from common import messages as m

WINDOW: Final = 64
RESEND_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Queued:
    """A command as it lies in the outbox: number, schema, hash and bytes of its body."""

    n: int
    schema: int
    body_hash: bytes
    body: bytes


class Outcome(Enum):
    """What a reply did to the queue."""

    ENDED = "ended"
    KNOWN = "known"
    FOREIGN = "foreign"


class Outgoing:
    """The queue of one outbox. `acked`: everything up to it was replied to, on disk; `last`: the
    newest number given, whose reply may have come before an older one's."""

    def __init__(
        self,
        outbox: str,
        queued: Iterable[Queued],
        acked: int,
        clock: Callable[[], float],
        window: int = WINDOW,
        last: int = 0,
    ) -> None:
        self.outbox = outbox
        self._queue = {entry.n: entry for entry in queued}
        self._acked = acked
        self._last = max(acked, last, *self._queue)
        self._next = acked + 1
        self._clock = clock
        self._window = window
        self._rewound = 0
        self._waits_since_s = 0.0
        self._open = False

    @property
    def acked(self) -> int:
        """Return the number up to which every command was replied to."""
        return self._acked

    @property
    def last(self) -> int:
        """Return the newest number."""
        return self._last

    @property
    def waiting(self) -> int:
        """Return how many commands have no reply yet."""
        return len(self._queue)

    def add(self, entry: Queued) -> None:
        """Queue a command that is on disk; raises ValueError out of order."""
        if entry.n != self._last + 1:
            raise ValueError(f"command {entry.n} after {self._last}")
        self._queue[entry.n] = entry
        self._last = entry.n

    def welcome(self, last_n: int) -> int | None:
        """The hub has everything up to `last_n`; start sending.

        Returns the first number that the caller must bring back from disk (`restore`), where the
        hub lost commands that it had acknowledged; None where it did not.
        """
        self._open = True
        self._rewound = 0
        self._next = self._acked + 1
        # A reply may have come before an older one's, so `acked` does not tell.
        unanswered = sum(n > last_n for n in self._queue)
        return last_n + 1 if unanswered < self._last - last_n else None

    def restore(self, entries: Iterable[Queued], acked: int) -> None:
        """Queue acknowledged commands again, for a hub restored from a backup."""
        self._queue.update((entry.n, entry) for entry in entries)
        self._acked = min(self._acked, acked)
        self._rewound = 0
        self._next = self._acked + 1

    def disconnected(self) -> None:
        """Send nothing until the next welcome."""
        self._open = False

    def take(self) -> list[m.Command]:
        """Return the commands to send now, in order."""
        if not self._open or not self._queue:
            return []
        now = self._clock()
        # The oldest one's time counts: newer ones may be answered all the while.
        if self._next > self._acked + 1 and now - self._waits_since_s >= RESEND_S:
            self._next = self._acked + 1
        end = min(self._last, self._acked + self._window)
        numbers = range(self._next, end + 1)
        if not numbers:
            return []
        if self._next == self._acked + 1:
            self._waits_since_s = now
        self._next = end + 1
        return [self._command(self._queue[n]) for n in numbers if n in self._queue]

    def reply(self, reply: m.Reply) -> Outcome:
        """Take a reply; ENDED where it ended a command that waited for it."""
        if reply.outbox != self.outbox:
            return Outcome.FOREIGN
        if self._queue.pop(reply.n, None) is None:
            return Outcome.KNOWN
        while self._acked < self._last and self._acked + 1 not in self._queue:
            self._acked += 1
            self._waits_since_s = self._clock()
        self._next = max(self._next, self._acked + 1)
        return Outcome.ENDED

    def expect(self, expect: m.Expect) -> None:
        """The hub saw a hole: go back to the number it expects.

        Once a number: the hub says so for each command behind the hole, and were each to send a
        window again, every one of these would be answered likewise. After that time decides.
        """
        known = expect.outbox != self.outbox or expect.n <= self._rewound
        if not known and self._acked < expect.n < self._next:
            self._next = self._rewound = expect.n

    def _command(self, entry: Queued) -> m.Command:
        return m.Command(
            self.outbox, entry.n, self._acked, entry.schema, entry.body_hash, entry.body
        )
