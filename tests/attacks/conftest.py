"""One shop and its running hub for the attacks of a file, and posts whose keys a test holds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq
from shop_processes import HubProcess

from hub.folder import Folder
from tests.attacks.posts import Post, tills
from tests.bench.shop import Shop, make_shop

TILLS = 20
MIB = 1024 * 1024


class Place:
    """A running hub, the keys of its tills, and sockets that end with the test."""

    def __init__(self, shop: Shop, hub: HubProcess) -> None:
        self.shop = shop
        self.hub = hub
        self._keys = iter(tills(shop))

    def new_keys(self) -> Any:
        """Return the keys of a till that no test has used yet: one that is cut off stays so."""
        return next(self._keys)

    @property
    def memory(self) -> int:
        """Return the hub's resident memory, bytes."""
        return int(psutil.Process(self.hub.pid).memory_info().rss)

    def ports(self) -> dict[str, int]:
        """Return every port that the hub listens on, by its setting; a pairing code is out."""
        self.hub.new_code("till", "Caisse 99")
        names = ("commands", "card", "enrolment", "till", "depot", "office")
        return {name: self.shop.port(f"{name}_port") for name in names}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Yield a running hub of a shop with twenty tills."""
    shop = make_shop(Path(tmp_path_factory.mktemp("attacked")) / "hub", 40, TILLS, 1, 1)
    hub = HubProcess(Folder(shop.root))
    try:
        yield Place(shop, hub)
        assert hub.running, hub.last_words()
    finally:
        hub.end()


@pytest.fixture
def post(place: Place) -> Iterator[Callable[..., Post]]:
    """Return a way to connect as a till: a new one, or under keys that are given."""
    made: list[Post] = []
    with zmq.Context() as context:

        def connect(keys: Any = None) -> Post:
            made.append(Post(context, place.shop, keys or place.new_keys()))
            return made[-1]

        try:
            yield connect
        finally:
            for each in made:
                each.close()
