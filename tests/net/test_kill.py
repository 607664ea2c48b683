"""kill -9 at any moment: nothing that was acknowledged is lost, nothing counts twice.

Straight to the hub and by the dozen sales; `tests/chaos` does it by the thousand kills, through a
bad network.
"""

import signal
from random import Random

import pytest
from child_processes import ShopError
from shop_processes import KioskProcess

from common.sample import sample_basket, sample_shop
from tests.chaos.history import History
from tests.chaos.verdict import PostAtRest, faults, read_outbox, stock_of
from tests.net.conftest import Street
from tests.net.ledger import read_ledger

pytestmark = [pytest.mark.net]
ROUNDS = 6
SALES_A_ROUND = 12
NAME = "Caisse 1"


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


def _hear(history: History, till: KioskProcess) -> None:
    """Take all that a till has said in its life."""
    history.new_life()
    for line in till.lines_from(0):
        history.take(line)


@pytest.mark.parametrize("victim", ["hub", "till"])
def test_kill_at_any_moment_loses_and_doubles_nothing(street: Street, victim: str) -> None:
    rng = Random(f"kill {victim}")
    folder = street.folder()
    begun_with = stock_of(read_ledger(folder.database))
    hub = street.hub(folder)
    till = street.post(hub, "till", NAME)
    history = History(NAME)
    for _ in range(ROUNDS):
        tags = _sell_some(till, rng, SALES_A_ROUND)
        # Somewhere in the middle of the round: some are on disk, some are on their way.
        last = tags[rng.randrange(len(tags))]
        till.wait_tag(last)
        if victim == "hub":
            hub.kill()
            hub = street.hub(folder)
            till.wait_tag(tags[-1])
        else:
            till.kill()
            _hear(history, till)
            till = street.again(NAME)
        till.wait_online()
    till.wait_equal(hub.heads())
    heads = till.digests()
    assert till.end() == 0
    assert hub.end() == 0
    _hear(history, till)

    outbox = read_outbox(street.root / NAME / "outbox.db")
    found = faults(read_ledger(folder.database), begun_with, [PostAtRest(history, outbox, heads)])
    assert [*found, *history.faults] == []
    assert len(history.papers) >= ROUNDS


def test_a_hub_does_not_start_twice_on_a_folder(street: Street) -> None:
    folder = street.folder(articles=0)
    hub = street.hub(folder)
    with pytest.raises(ShopError, match="Another hub runs"):
        street.hub(folder)
    assert hub.end(signal.SIGTERM) == 0
