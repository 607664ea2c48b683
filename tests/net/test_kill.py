"""kill -9 at any moment: nothing that was acknowledged is lost, nothing counts twice."""

import signal
from random import Random
from typing import Any

import pytest
from shop_processes import KioskProcess, ShopError

from common.sample import sample_basket, sample_shop
from tests.net.conftest import Street
from tests.net.ledger import read_ledger

pytestmark = [pytest.mark.net]
ROUNDS = 6
SALES_A_ROUND = 12


def _sell_some(till: KioskProcess, rng: Random, count: int) -> list[int]:
    """Ask for sales without waiting; return their tags."""
    articles = sample_shop(1, 60).articles
    tags = []
    for _ in range(count):
        lines = [
            {"code": article.code, "quantity_milli": milli}
            for article, milli in sample_basket(rng, articles)
        ]
        tags.append(till.do("sell", lines=lines, payment="card"))
    return tags


def _sold(till: KioskProcess) -> dict[str, dict[str, Any]]:
    """Return the tickets that a till said to be on its disk, by id."""
    events = till.events()
    return {e["ticket"]["id"]: e["ticket"] for e in events if e["event"] == "sold"}


@pytest.mark.parametrize("victim", ["hub", "till"])
def test_kill_at_any_moment_loses_and_doubles_nothing(street: Street, victim: str) -> None:
    rng = Random(f"kill {victim}")
    folder = street.folder()
    hub = street.hub(folder)
    till = street.post(hub, "till", "Caisse 1")
    sold: dict[str, dict[str, Any]] = {}
    for _ in range(ROUNDS):
        tags = _sell_some(till, rng, SALES_A_ROUND)
        # Somewhere in the middle of the round: some are on disk, some are on their way.
        last = tags[rng.randrange(len(tags))]
        till.wait_tag(last)
        if victim == "hub":
            hub.end(signal.SIGKILL)
            hub = street.hub(folder)
            till.wait_tag(tags[-1])
        else:
            till.end(signal.SIGKILL)
            sold |= _sold(till)
            till = street.again("Caisse 1")
        till.wait_online()
    sold |= _sold(till)
    till.wait_equal(hub.heads())
    assert till.end() == 0
    assert hub.end() == 0

    ledger = read_ledger(folder.database)
    missing = {ticket for ticket in sold if ticket not in ledger.tickets}
    assert not missing, f"{len(missing)} acknowledged tickets are lost"
    assert all(ledger.tickets[ticket] == sold[ticket]["total_cents"] for ticket in sold)
    assert max(ledger.numbers.values()) == 1, "a ticket number was used twice"
    assert ledger.takings_cents == sum(ledger.tickets.values())
    assert ledger.stock == ledger.moved
    for topic, (_, digest) in ledger.heads.items():
        assert ledger.digests.get(topic, "0" * 64) == digest


def test_a_hub_does_not_start_twice_on_a_folder(street: Street) -> None:
    folder = street.folder(articles=0)
    street.hub(folder)
    with pytest.raises(ShopError, match="Another hub runs"):
        street.hub(folder)
