"""Hub and posts through faults of every kind, without a socket: what was sold arrives once, and
everybody holds the same rows at the end."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.topics import TOPICS_OF, Profile
from common.wire import digest_hex
from kiosk.outbox import Counts
from kiosk.replica_file import Reader
from kiosk.state import LinkStatus
from tests.flows.paper_shop import PaperShop
from tests.kiosk.post import BOX

TILL, DEPOT = Profile.TILL, Profile.DEPOT


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[[int], PaperShop]]:
    """Return a way to open the one shop of a test: two tills and a depot."""
    shops = []

    def open_one(seed: int) -> PaperShop:
        shops.append(PaperShop(tmp_path, [TILL, TILL, DEPOT], seed))
        return shops[-1]

    yield open_one
    for shop in shops:
        shop.close()


def tickets_at_the_hub(shop: PaperShop) -> Counter[tuple[str, str, int]]:
    with closing(sqlite3.connect(shop.hub.path)) as db:
        return Counter(db.execute("SELECT id, series, number FROM ticket").fetchall())


def check(shop: PaperShop) -> None:
    """Everything sold is at the hub once, and every post holds the hub's rows."""
    sold = Counter(
        (ticket.id, ticket.series, ticket.number) for post in shop.posts for ticket in post.tickets
    )
    assert sold
    assert tickets_at_the_hub(shop) == sold
    assert shop.hub.log.heads["stock"].tseq > len(shop.articles)
    for post in shop.posts:
        assert post.talk.status is LinkStatus.ONLINE
        assert post.outbox.counts() == Counts(0, 0)
        for topic in TOPICS_OF[post.profile]:
            head = shop.hub.log.heads[topic]
            assert post.replica.tseq(topic) == head.tseq
            assert post.replica.digest(topic) == head.digest
            with closing(Reader(post.replica.path, BOX)) as reader:
                assert reader.read(topic).sound
    numbers = Counter((ticket.series, ticket.number) for p in shop.posts for ticket in p.tickets)
    assert all(count == 1 for count in numbers.values())


def test_a_quiet_day(open_shop: Callable[[int], PaperShop]) -> None:
    shop = open_shop(1)
    for post in shop.posts:
        post.connect()
    for _ in range(20):
        shop.posts[0].sell(shop.articles[0], 1000)
        shop.wait(1)
    shop.settle()
    check(shop)
    asked_again = [post.talk.events["digest_mismatch"] for post in shop.posts]
    assert asked_again == [0, 0, 0]


@pytest.mark.parametrize("seed", range(12))
def test_a_day_of_faults(open_shop: Callable[[int], PaperShop], seed: int) -> None:
    shop = open_shop(seed)
    rng = shop.rng
    for _ in range(80):
        post = rng.choice(shop.posts)
        match rng.randrange(8):
            case 0 | 1 | 2 if post.profile is TILL:
                for _ in range(rng.randrange(1, 6)):
                    post.sell(rng.choice(shop.articles), 1000 * rng.randrange(1, 4))
            case 3:
                post.connect()
            case 4:
                post.cut()
            case 5:
                post.restart()
            case 6 if rng.random() < 0.3:
                shop.hub.restart()
                for each in shop.posts:
                    each.cut()
            case _:
                shop.wait(rng.randrange(1, 4), loss=0.2)
        for _ in range(rng.randrange(4)):
            shop.step(loss=0.2)
    shop.settle()
    check(shop)


def test_a_replica_that_is_lost_comes_back_whole(
    open_shop: Callable[[int], PaperShop], tmp_path: Path
) -> None:
    shop = open_shop(7)
    till, other, depot = shop.posts
    for post in (till, other, depot):
        post.connect()
    for _ in range(30):
        till.sell(shop.articles[1], 2000)
    shop.wait(3)
    other.close()
    for path in (tmp_path / "post2").glob("replica.db*"):
        path.unlink()
    other.restart()
    shop.settle()
    check(shop)
    assert digest_hex(other.replica.digest("stock")) == digest_hex(till.replica.digest("stock"))


def test_an_outbox_set_back_to_an_older_copy_loses_and_doubles_nothing(
    open_shop: Callable[[int], PaperShop], tmp_path: Path
) -> None:
    shop = open_shop(8)
    till = shop.posts[0]
    till.connect()
    till.sell(shop.articles[0], 1000)
    shop.wait(2)
    till.close()
    copy = (tmp_path / "post1" / "outbox.db").read_bytes()
    till.restart()
    till.connect()
    for _ in range(3):
        till.sell(shop.articles[0], 1000)
    shop.wait(2)
    till.close()
    before = till.outbox.series
    (tmp_path / "post1" / "outbox.db").write_bytes(copy)
    till.restart()
    # Its replica has effects that the copy knows nothing of: it need not meet the hub to see that.
    assert till.outbox.series != before
    till.connect()
    shop.wait(5)
    till.sell(shop.articles[0], 1000)
    shop.settle()
    check(shop)


def test_a_hub_restored_from_a_backup_gets_back_what_it_had_acknowledged(
    open_shop: Callable[[int], PaperShop],
) -> None:
    shop = open_shop(9)
    till, other, depot = shop.posts
    for post in (till, other, depot):
        post.connect()
    till.sell(shop.articles[0], 1000)
    shop.wait(2)
    backup = shop.hub.backup()
    for _ in range(4):
        till.sell(shop.articles[0], 1000)
        other.sell(shop.articles[2], 2000)
    shop.wait(2)
    assert till.outbox.counts() == Counts(0, 0)
    for post in shop.posts:
        post.cut()
    till.sell(shop.articles[1], 1000)
    shop.hub.restore(backup, epoch="6" * 32)
    shop.settle()
    check(shop)
    assert {post.replica.epoch() for post in shop.posts} == {"6" * 32}


@pytest.mark.parametrize("seed", range(8))
def test_the_view_never_flickers_and_never_counts_twice(tmp_path: Path, seed: int) -> None:
    """One till sells alone: whatever happens, its screen shows the start less what it sold."""
    shop = PaperShop(tmp_path, [TILL], seed)
    (till,) = shop.posts
    rng, article = shop.rng, shop.articles[0]
    till.connect()
    shop.wait(2)
    sold = 0
    for _ in range(150):
        match rng.randrange(10):
            case 0 | 1 | 2:
                till.sell(article, 1000)
                sold += 1000
            case 3:
                till.connect()
            case 4:
                till.restart()
            case 5 if rng.random() < 0.2:
                shop.hub.restart()
                till.cut()
            case 6:
                shop.wait(1, loss=0.3)
            case _:
                shop.hand.sleep(0.1)
                shop.step(loss=0.3)
        catalogue = till.mirror.catalogue
        assert catalogue.stock_milli(article) == 5000 - sold
        shown = [each.ticket.number for each in catalogue.sales(1000)]
        assert sorted(shown) == list(range(1, sold // 1000 + 1))
    shop.settle()
    check(shop)
    assert not till.mirror.catalogue.is_pending(article)
    shop.close()
