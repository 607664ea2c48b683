"""The hubs that announce themselves, each with the fingerprint that its card shows.

Owns the asking of their cards, one after the other on a thread of its own, and how many are known
at most: whoever floods the network with announcements fills a short list. All of it is hints.
"""

from collections.abc import Callable, Iterable
from queue import SimpleQueue
from threading import Thread
from typing import Final

from common.card import fingerprint
from common.errors import Refusal
from kiosk.config import Address
from kiosk.discover import FoundHub as Announced
from kiosk.views.pairing import FoundHub

MOST: Final = 16
"""Hubs that are known at a time; further ones are left out."""
FingerprintOf = Callable[[Address], str]


class FoundHubs:
    """`fingerprint_of(address)` may take seconds, and returns "" where nobody answers as a hub."""

    def __init__(self, fingerprint_of: FingerprintOf) -> None:
        self._fingerprint_of = fingerprint_of
        self._announced: tuple[Announced, ...] = ()
        self._fingerprints: dict[Address, str] = {}
        self._to_ask: SimpleQueue[Address | None] = SimpleQueue()
        self._thread = Thread(target=self._ask, name="cards", daemon=True)
        self._thread.start()

    def announced(self, hubs: Iterable[Announced]) -> None:
        """Take which hubs announce themselves now; from any one thread."""
        known = tuple(hubs)[:MOST]
        before = {hub.address for hub in self._announced}
        self._announced = known
        for address in dict.fromkeys(hub.address for hub in known):
            if address not in before:
                self._to_ask.put(address)

    def now(self) -> tuple[FoundHub, ...]:
        """Return them, with the fingerprints that are known by now."""
        return tuple(
            FoundHub(hub.name, str(hub.address), self._fingerprints.get(hub.address, ""))
            for hub in self._announced
        )

    def close(self) -> None:
        """Ask no more; a question on its way ends by itself."""
        self._to_ask.put(None)

    def _ask(self) -> None:
        while (address := self._to_ask.get()) is not None:
            self._fingerprints[address] = self._fingerprint_of(address)


def shown_fingerprint(address: Address, card_s: float = 2.0) -> str:
    """Return the fingerprint of the card that is shown at an address, "" where none is."""
    from kiosk.enrol import ask_card

    try:
        return fingerprint(ask_card(address, card_s).identity)
    except Refusal:
        return ""
