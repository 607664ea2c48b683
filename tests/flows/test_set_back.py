"""A till whose files went back to an older copy and which sold on before it met the hub again: its
numbers were used for other sales. Each of them arrives all the same, and once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.topics import Profile
from kiosk.outbox import Counts
from tests.flows.paper_shop import PaperShop
from tests.flows.test_paper_shop import check, tickets_at_the_hub


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PaperShop]:
    shop = PaperShop(tmp_path, [Profile.TILL, Profile.DEPOT], seed=3)
    yield shop
    shop.close()


@pytest.mark.parametrize("sold_on", [1, 3, 4, 9])
def test_sales_under_numbers_that_were_used_arrive(
    shop: PaperShop, tmp_path: Path, sold_on: int
) -> None:
    till = shop.posts[0]
    till.connect()
    till.sell(shop.articles[0], 1000)
    shop.wait(2)
    till.close()
    copy = (tmp_path / "post1" / "outbox.db").read_bytes()
    till.restart()
    till.connect()
    for _ in range(3):
        till.sell(shop.articles[1], 1000)
    shop.wait(2)
    till.close()
    (tmp_path / "post1" / "outbox.db").write_bytes(copy)
    for path in (tmp_path / "post1").glob("replica.db*"):
        path.unlink()  # It would show that numbers were used which the copy knows nothing of.
    till.restart()
    series = till.outbox.series
    for _ in range(sold_on):
        till.sell(shop.articles[2], 1000)
    shop.settle()
    assert till.outbox.series != series
    assert till.outbox.counts() == Counts(0, 0)
    assert {key[0] for key in tickets_at_the_hub(shop)} == {t.id for t in till.tickets}
    assert sum(tickets_at_the_hub(shop).values()) == 4 + sold_on
    level = till.mirror.catalogue.stock_milli(shop.articles[2])
    assert level == 5000 - 1000 * sold_on
    till.sell(shop.articles[3], 1000)
    shop.settle()
    assert till.mirror.catalogue.stock_milli(shop.articles[3]) == 4000


def test_a_plain_day_needs_no_new_outbox(shop: PaperShop) -> None:
    till = shop.posts[0]
    till.connect()
    series = till.outbox.series
    for _ in range(5):
        till.sell(shop.articles[0], 1000)
        till.connect()
        shop.wait(1)
    shop.settle()
    check(shop)
    assert till.outbox.series == series
