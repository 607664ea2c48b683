"""The disk's room: below the limit no operations, one alert, and no to and fro at the edge."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from common import messages as m
from common.errors import Problem
from common.ids import IdMint
from common.topics import Profile
from hub.alerts import AlertBook
from hub.changes import ChangeLogBook
from hub.space import MB, Space, free_bytes
from hub.store import Store
from tests.hub.desk_bench import EPOCH, Bench, Disk, Hand, open_bench

LIMIT_MB = 200


class Rig:
    """A disk, a store, and the space that watches it; a look a second."""

    def __init__(self, store: Store, limit_mb: int = LIMIT_MB) -> None:
        self.store = store
        self.hand = Hand()
        self.disk = Disk()
        self.looks = 0
        log = ChangeLogBook(store)
        mint = IdMint(self.hand.wall_ms, Random(1).randbytes)
        alerts = AlertBook(store, log, mint, self.hand.wall_ms)
        self.space = Space(Path("/srv/shop"), limit_mb, self.measure, alerts, self.hand.clock)

    def measure(self, folder: Path) -> int:
        """Return the room, counting who asks."""
        assert folder == Path("/srv/shop")
        self.looks += 1
        if self.disk.free < 0:
            raise OSError("gone")
        return self.disk.free

    def at(self, free_mb: float) -> list[m.Changes]:
        """Let the disk have so much room, and look after a second."""
        self.disk.free = round(free_mb * MB)
        self.hand.now_s += 1
        return self.space.tick()

    def alerts(self) -> list[tuple[str, str]]:
        """Return what was told, as code and subject."""
        rows = self.store.db.execute("SELECT code, subject FROM alert ORDER BY id")
        return [(code, subject) for code, subject in rows]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.create(tmp_path / "comptoir.db")
    with store.group():
        ChangeLogBook.found(store, EPOCH)
    yield store
    store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        yield bench


def test_with_room_nothing_is_refused_or_told(store: Store) -> None:
    rig = Rig(store)
    assert rig.space.refusal() is None
    assert (rig.at(LIMIT_MB), rig.space.refusal(), rig.alerts()) == ([], None, [])
    assert rig.space.free == LIMIT_MB * MB


def test_below_the_limit_operations_are_refused_and_that_is_told_once(store: Store) -> None:
    rig = Rig(store)
    (changes,) = rig.at(199.9)
    assert changes.topic == "alerts"
    params = {"folder": "/srv/shop", "free": 199, "needed": 200}
    assert rig.space.refusal() == Problem("hub_disk_low", params)
    assert rig.at(50) == []
    refusal = rig.space.refusal()
    assert refusal is not None
    assert refusal.params["free"] == 50
    assert rig.alerts() == [("disk_low", "199 MB · /srv/shop")]


def test_there_is_no_to_and_fro_at_the_limit(store: Store) -> None:
    rig = Rig(store)
    rig.at(199)
    for free_mb in (200, 205, 219.9, 201):
        rig.at(free_mb)
        assert rig.space.low
    rig.at(220)
    assert (rig.space.low, rig.space.refusal()) == (False, None)
    rig.at(200)
    assert not rig.space.low
    assert len(rig.alerts()) == 1
    rig.at(199)
    assert (rig.space.low, len(rig.alerts())) == (True, 2)


def test_the_disk_is_looked_at_once_a_second_at_most(store: Store) -> None:
    rig = Rig(store)
    for _ in range(100):
        rig.space.tick()
        rig.hand.now_s += 0.25
    assert rig.looks == 25


def test_without_a_limit_nothing_is_ever_refused(store: Store) -> None:
    rig = Rig(store, 0)
    rig.at(0)
    assert (rig.space.refusal(), rig.alerts(), rig.space.free) == (None, [], 0)


def test_a_disk_that_cannot_be_asked_is_not_known_and_refuses_nothing(store: Store) -> None:
    rig = Rig(store)
    assert (rig.at(-1), rig.space.free, rig.space.refusal()) == ([], None, None)
    rig.at(100)
    rig.at(-1)
    assert rig.space.low, "what was low stays so until it is known to have room"


def test_an_alert_that_does_not_fit_is_told_when_it_does(store: Store) -> None:
    rig = Rig(store)
    store.db.execute("PRAGMA query_only = 1")
    assert rig.at(10) == []
    assert rig.space.low
    assert rig.alerts() == []
    store.db.execute("PRAGMA query_only = 0")
    assert len(rig.at(10)) == 1
    assert rig.alerts() == [("disk_low", "10 MB · /srv/shop")]


def test_a_real_disk_is_measured(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    with pytest.raises(OSError, match="none"):
        free_bytes(tmp_path / "none")


def test_the_hub_tells_its_office_and_status_that_the_disk_is_low(bench: Bench) -> None:
    console = bench.enrol(0, Profile.CONSOLE)
    bench.disk.free = 150 * MB
    assert [profile for profile, _ in bench.core.tick()] == [Profile.OFFICE]
    (said,) = bench.hear(console, m.Query(1, "status", {}))
    disk = said.result["disk"]
    assert (disk["free_bytes"], disk["low"]["code"]) == (150 * MB, "hub_disk_low")
