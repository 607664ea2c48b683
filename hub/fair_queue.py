"""What waits for its turn, fairly: a share for each post, and equal parts of a turn for all.

Owns the order and the bounds. While everything fits into one turn it leaves in the order in which
it came, which costs next to nothing; beyond that, posts take turns.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Put(Enum):
    """What became of something: it waits, its post has too much waiting, or all is full."""

    TAKEN = "taken"
    OVER_SHARE = "over share"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Room:
    """How much may wait: items and bytes, of all and of one."""

    items: int
    bytes: int
    share_items: int
    share_bytes: int


@dataclass(slots=True)
class _Held:
    """What waits of one post."""

    items: int = 0
    bytes: int = 0


class FairQueue(Generic[ItemT]):
    """Waiting items by the post that sent them; `who` is any name of one."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._arrived: list[tuple[str, int, ItemT]] = []
        self._lines: dict[str, deque[tuple[int, ItemT]]] = {}
        self._held: dict[str, _Held] = {}
        self._items = 0
        self._bytes = 0

    def __len__(self) -> int:
        return self._items

    def put(self, who: str, item: ItemT, size: int) -> Put:
        """Let an item of `size` bytes wait, where there is room for it."""
        room = self._room
        held = self._held.get(who)
        if held is None:
            held = self._held[who] = _Held()
        elif held.items >= room.share_items or held.bytes + size > room.share_bytes:
            return Put.OVER_SHARE
        if self._items >= room.items or self._bytes + size > room.bytes:
            return Put.FULL
        held.items += 1
        held.bytes += size
        self._items += 1
        self._bytes += size
        self._arrived.append((who, size, item))
        return Put.TAKEN

    def take(self, items: int, size: int) -> list[ItemT]:
        """Return what is next, at most `items`, and about `size` bytes: at least one, if any."""
        if not self._lines and self._items <= items and self._bytes <= size:
            taken = [item for _, _, item in self._arrived]
            self._clear()
            return taken
        lines = self._lines
        for who, weight, item in self._arrived:
            line = lines.get(who)
            if line is None:
                line = lines[who] = deque()
            line.append((weight, item))
        self._arrived.clear()
        taken = []
        left = size
        # Equal parts, so that one round fills a turn, and several where some have less.
        part, part_size = max(1, items // len(lines)), size // len(lines)
        while lines and len(taken) < items and (left > 0 or not taken):
            # Taken out and put back, a post stands last.
            who = next(iter(lines))
            line = lines.pop(who)
            number = weights = 0
            most = min(part, items - len(taken))
            while line and number < most and (not number or weights < part_size):
                weight, item = line.popleft()
                taken.append(item)
                weights += weight
                number += 1
            if line:
                lines[who] = line
            self._let_go(who, number, weights)
            left -= weights
        return taken

    def drop(self, who: str) -> None:
        """Forget what waits of one post."""
        kept = [each for each in self._arrived if each[0] != who]
        lines = {each: line for each, line in self._lines.items() if each != who}
        self._clear()
        for each, line in lines.items():
            for size, item in line:
                self.put(each, item, size)
        for each, size, item in kept:
            self.put(each, item, size)

    def _let_go(self, who: str, items: int, size: int) -> None:
        held = self._held[who]
        held.items -= items
        held.bytes -= size
        self._items -= items
        self._bytes -= size
        if not held.items:
            del self._held[who]

    def _clear(self) -> None:
        self._arrived = []
        self._lines = {}
        self._held.clear()
        self._items = self._bytes = 0
