"""Which open connections are whose, as far as a post said hello on them.

Owns a bounded memory of ways back: for what the hub says to a post unasked.
"""

from collections import deque
from typing import Final

CALLS_KEPT: Final = 4
"""Of each post's connections, the newest so many: a post has one, and those that just broke."""


class Callers:
    """Peers by device id."""

    def __init__(self) -> None:
        self._peers: dict[str, deque[bytes]] = {}

    def note(self, device_id: str, peer: bytes) -> None:
        """A post said hello on a connection."""
        peers = self._peers.setdefault(device_id, deque(maxlen=CALLS_KEPT))
        if peer not in peers:
            peers.append(peer)

    def of(self, device_id: str) -> tuple[bytes, ...]:
        """Return a post's connections, oldest first; some may be gone."""
        return tuple(self._peers.get(device_id, ()))

    def everybody(self) -> list[bytes]:
        """Return all connections."""
        return [peer for peers in self._peers.values() for peer in peers]

    def forget(self, device_id: str) -> None:
        """Remember a post's connections no more."""
        self._peers.pop(device_id, None)
