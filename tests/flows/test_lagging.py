"""A post that lags: of what the hub broadcasts it takes the beginning, the end, every other one or
nothing for hours. Whatever is missing, it catches up by itself and stands like everybody else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.topics import Profile
from kiosk.presence import Way
from tests.flows.paper_shop import PaperPost, PaperShop
from tests.flows.test_paper_shop import check

Keeps = Callable[[int], bool]
"""Whether the so-many-th broadcast gets through."""

PATTERNS: dict[str, Keeps] = {
    "the beginning: its socket was full": lambda at: at < 20,
    "the end": lambda at: at > 60,
    "every other one": lambda at: at % 2 == 0,
    "one in seven": lambda at: at % 7 == 0,
    "bursts": lambda at: at // 5 % 3 == 0,
    "nothing": lambda _: False,
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PaperShop]:
    shop = PaperShop(tmp_path, [Profile.TILL, Profile.TILL, Profile.OFFICE], seed=11)
    for post in shop.posts:
        post.connect()
    shop.wait(3)
    yield shop
    shop.close()


class Backlog:
    """A post's socket, which has no room for some of what the hub broadcasts."""

    def __init__(self, post: PaperPost, keeps: Keeps) -> None:
        self._post = post
        self._keeps = keeps
        self._seen = 0

    def thin(self) -> None:
        """Drop what did not get through since the last call."""
        kept = []
        for way, frame in self._post.inbox:
            if way is Way.BROADCASTS:
                self._seen += 1
                if not self._keeps(self._seen):
                    continue
            kept.append((way, frame))
        self._post.inbox.clear()
        self._post.inbox.extend(kept)


@pytest.mark.parametrize("keeps", PATTERNS.values(), ids=PATTERNS)
def test_whatever_was_dropped_it_ends_live(shop: PaperShop, keeps: Keeps) -> None:
    seller, lagging, _ = shop.posts
    backlog = Backlog(lagging, keeps)
    for at in range(40):
        seller.sell(shop.articles[at % 5], 100)
        if at % 4 == 0:
            shop.hub.beat()
        shop.hand.sleep(0.1)
        shop.step()
        backlog.thin()
    shop.settle()
    check(shop)


@pytest.mark.parametrize("room", [10_000, 150, 0])
def test_hours_of_backlog_end_live(shop: PaperShop, room: int) -> None:
    """A machine that slept: what its socket had room for is there when it wakes, and no more."""
    seller, lagging, _ = shop.posts
    lagging.asleep = True
    for at in range(150):
        seller.sell(shop.articles[at % 5], 10)
        shop.hand.sleep(40)
        shop.hub.beat()
        for _ in range(4):
            shop.step()
    slept = [frame for way, frame in lagging.inbox if way is Way.BROADCASTS]
    assert len(slept) >= 450
    lagging.inbox.clear()
    lagging.inbox.extend((Way.BROADCASTS, frame) for frame in slept[:room])
    lagging.asleep = False
    shop.settle()
    check(shop)
