"""What the screens see of the replica: news folded in once, in whatever order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.messages import Change
from common.models import encode_row
from common.topics import TOPICS_OF, Profile
from kiosk.arrivals import Batch
from kiosk.mirror import Mirror
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import OTHER, digest_hex, maker
from tests.kiosk.shop_rows import article, level, uid

TOPICS = TOPICS_OF[Profile.TILL]
EPOCH, NEWER = "5" * 32, "6" * 32


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    stores = open_stores(tmp_path, maker(), TOPICS)
    yield stores
    stores.close()


def stock(number: int, milli: int) -> Change:
    row = level(number, milli)
    return Change(row.id, encode_row(row), OTHER, 1)


def news(stores: Stores) -> Batch:
    return Batch(0, tuple(stores.replica.take_news()))


def snapshot(stores: Stores, rows: dict[str, bytes], tseq: int, epoch: str = EPOCH) -> None:
    stores.replica.begin_snapshot("stock")
    stores.replica.add_rows("stock", list(rows.items()))
    assert stores.replica.swap_snapshot("stock", epoch, tseq, 0, digest_hex(rows))


def test_it_begins_with_what_is_on_disk(tmp_path: Path, stores: Stores) -> None:
    row = article(1, codes=("3257980128340",))
    stores.replica.apply("articles", 1, [Change(row.id, encode_row(row), OTHER, 1)])
    stores.close()
    again = open_stores(tmp_path, maker(), TOPICS)
    mirror = Mirror(TOPICS, again)
    assert mirror.catalogue.by_code("3257980128340") == row
    touched, replaced = mirror.take_changes()
    assert (touched, replaced) == ({}, frozenset(TOPICS))
    assert mirror.take_changes() == ({}, frozenset())
    again.close()


def test_changes_are_folded_and_named(stores: Stores) -> None:
    mirror = Mirror(TOPICS, stores)
    mirror.take_changes()
    stores.replica.apply("stock", 1, [stock(1, 5000), stock(2, 6000)])
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(1)) == 5000
    touched, replaced = mirror.take_changes()
    assert touched == {"stock": {level(1, 0).id, level(2, 0).id}}
    assert replaced == frozenset()
    stores.replica.apply("stock", 3, [Change(level(1, 0).id, None, OTHER, 2)])
    mirror.take(news(stores))
    assert mirror.catalogue.stock(uid(1)) is None


def test_a_swapped_topic_is_read_and_what_came_before_the_reading_is_not_folded_twice(
    stores: Stores,
) -> None:
    mirror = Mirror(TOPICS, stores)
    mirror.take_changes()
    row = level(1, 1000)
    snapshot(stores, {row.id: encode_row(row)}, 7)
    swapped = news(stores)
    stores.replica.apply("stock", 8, [stock(1, 2000)])
    later = news(stores)
    stores.replica.apply("stock", 9, [stock(1, 3000)])
    mirror.take(swapped)
    assert mirror.catalogue.stock_milli(uid(1)) == 3000
    mirror.take(later)
    assert mirror.catalogue.stock_milli(uid(1)) == 3000
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(1)) == 3000
    assert mirror.take_changes()[1] == {"stock"}
    stores.replica.apply("stock", 10, [stock(1, 4000)])
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(1)) == 4000


def test_after_a_newer_epoch_lower_numbers_are_folded(stores: Stores) -> None:
    mirror = Mirror(TOPICS, stores)
    stores.replica.apply("stock", 1, [stock(1, n) for n in range(9)])
    mirror.take(news(stores))
    row = level(1, 500)
    snapshot(stores, {row.id: encode_row(row)}, 2, epoch=NEWER)
    mirror.take(news(stores))
    stores.replica.apply("stock", 3, [stock(1, 600)])
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(1)) == 600


def test_a_row_that_screens_do_not_understand_stops_nothing(stores: Stores) -> None:
    mirror = Mirror(TOPICS, stores)
    stores.replica.apply(
        "stock", 1, [stock(1, 1000), Change("odd", b'{"other":"shape"}', OTHER, 1), stock(2, 7)]
    )
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(2)) == 7


def test_a_rebuilt_replica_is_read_anew(stores: Stores) -> None:
    mirror = Mirror(TOPICS, stores)
    stores.replica.apply("stock", 1, [stock(1, 1000)])
    mirror.take(news(stores))
    stores.rebuild_replica()
    mirror.take(Batch(0, rebuilt=True))
    assert mirror.catalogue.stock(uid(1)) is None
    assert mirror.take_changes()[1] == set(TOPICS)
    stores.replica.apply("stock", 1, [stock(1, 2000)])
    mirror.take(news(stores))
    assert mirror.catalogue.stock_milli(uid(1)) == 2000
