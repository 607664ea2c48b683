"""Hubs that are found, with the fingerprints of their cards, without a network."""

from collections.abc import Iterator
from queue import Queue

import pytest

from kiosk.config import Address
from kiosk.discover import FoundHub as Announced
from kiosk.found_hubs import MOST, FoundHubs

PATIENCE_S = 10.0


class Cards:
    """Answers for every address when it is told to."""

    def __init__(self) -> None:
        self.asked: Queue[Address] = Queue()
        self.answers: Queue[str] = Queue()

    def __call__(self, address: Address) -> str:
        self.asked.put(address)
        return self.answers.get(timeout=PATIENCE_S)


@pytest.fixture
def cards() -> Cards:
    return Cards()


@pytest.fixture
def found(cards: Cards) -> Iterator[FoundHubs]:
    found = FoundHubs(cards)
    yield found
    found.close()


def hub(number: int) -> Announced:
    return Announced("Épicerie", Address(f"10.0.0.{number}"))


def test_a_hub_is_listed_at_once_and_its_fingerprint_follows(
    cards: Cards, found: FoundHubs
) -> None:
    found.announced([hub(1)])
    found.announced([hub(1), hub(2)])
    assert [each.fingerprint for each in found.now()] == ["", ""]
    cards.answers.put("aaaa")
    assert cards.asked.get(timeout=PATIENCE_S) == hub(1).address
    # The second is asked once the first is known.
    assert cards.asked.get(timeout=PATIENCE_S) == hub(2).address
    assert [each.fingerprint for each in found.now()] == ["aaaa", ""]
    assert found.now()[0].address == "10.0.0.1:47801"
    found.announced([hub(2)])
    assert [each.address for each in found.now()] == ["10.0.0.2:47801"]
    cards.answers.put("")


def test_a_flood_of_announcements_fills_a_short_list(cards: Cards, found: FoundHubs) -> None:
    found.announced(hub(number) for number in range(200))
    assert len(found.now()) == MOST
    for _ in range(MOST):
        cards.answers.put("aaaa")
    for _ in range(MOST):
        cards.asked.get(timeout=PATIENCE_S)
    assert cards.asked.empty()
