"""Whether the disk has room for the replica: it stands still long before the outbox has to.

Owns how much is left for whom. The hub can give the replica again, but nobody a sale: what is free
in the end belongs to the outbox. Pure; how much is free, and the time, are handed in.
"""

from collections.abc import Callable
from math import inf
from typing import Final

OUTBOX_NEEDS_BYTES: Final = 16 * 1024 * 1024
"""With less the outbox takes nothing more: a write that fails halfway is worse than a clear no."""
REPLICA_NEEDS_BYTES: Final = 64 * 1024 * 1024
"""With less the replica takes nothing more; hundreds of thousands of sales still fit."""
AGAIN_BYTES: Final = 96 * 1024 * 1024
"""So much must be free for it to go on, or it would begin and stop all the time."""
FULL_AGAIN_S: Final = 30.0
"""After a write that found no room, whatever the disk said was free (a quota, for one)."""


class Room:
    """The room of one replica. `free_bytes` asks the disk; `clock` gives monotonic seconds."""

    def __init__(self, free_bytes: Callable[[], int], clock: Callable[[], float]) -> None:
        self._free_bytes = free_bytes
        self._clock = clock
        self._shut_until_s = -inf
        self.enough = True

    def look(self) -> bool:
        """Look again; return whether `enough` changed."""
        before = self.enough
        needed = REPLICA_NEEDS_BYTES if before else AGAIN_BYTES
        self.enough = self._clock() >= self._shut_until_s and self._free_bytes() >= needed
        return self.enough is not before

    def failed(self) -> None:
        """A write found no room."""
        self._shut_until_s = self._clock() + FULL_AGAIN_S
        self.enough = False
