"""The link on real sockets: refused and admitted again, a hub that moved, nonsense, faults."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Condition
from time import monotonic
from typing import Any

import pytest

from common import messages as m
from common import seal, wire
from common.topics import TOPICS_OF, Profile
from kiosk.arrivals import Arrivals, Batch, LinkView
from kiosk.card_inquiry import CardInquiry
from kiosk.clocks import system_clocks
from kiosk.device import Device, HubPlace, read_device, write_device
from kiosk.keys import DeviceKeys, new_keys, read_keys, write_keys
from kiosk.link import Link
from kiosk.link_life import Post
from kiosk.sockets import Hall
from kiosk.state import LinkStatus
from kiosk.stores import open_stores
from tests.kiosk.post import draft, maker
from tests.net.fake_hub import FakeHub

pytestmark = [pytest.mark.net]
PATIENCE_S = 20.0


def read_or_new_keys(folder: Path) -> DeviceKeys:
    """Return the keys of a folder, made at the first time."""
    if not (folder / "keys").exists():
        write_keys(folder, new_keys())
    return read_keys(folder)


def place_of(hub: FakeHub) -> HubPlace:
    """Return where a hub is, as a post knows it that was paired with it."""
    return HubPlace(
        hub.identity.public.hex(),
        hub.curve.public.hex(),
        "127.0.0.1",
        hub.card_port,
        hub.commands_port,
    )


class Line:
    """A link with nobody behind it but a test; keeps what it leaves."""

    def __init__(self, folder: Path, hub: FakeHub, **place: Any) -> None:
        self.folder = folder
        self.closed = False
        self.kept: list[Device] = []
        self.batches: list[Batch] = []
        self.view = LinkView()
        self._news = Condition()
        self._arrivals = Arrivals()
        self._arrivals.on_wake = self._woken
        device = read_device(folder) or Device(
            "d" * 32, 5, "Caisse 5", Profile.TILL, replace(place_of(hub), **place)
        )
        self.keys = read_or_new_keys(folder)
        self.stores = open_stores(folder, maker(), TOPICS_OF[Profile.TILL])
        post = Post(device, self.keys, self.stores, system_clocks(), self._keep, folder=folder)
        self.link = Link(post, self._arrivals)
        self.link.start()

    def _keep(self, device: Device) -> None:
        self.kept.append(device)
        write_device(self.folder, device)

    def _woken(self) -> None:
        with self._news:
            for batch in self._arrivals.take():
                self.batches.append(batch)
                self.view = batch.link or self.view
            self._news.notify_all()

    def wait(self, wanted: Callable[[], Any]) -> None:
        """Wait until something holds after a batch has come."""
        with self._news:
            assert self._news.wait_for(wanted, PATIENCE_S), f"never: {self.view}"

    def wait_status(self, status: LinkStatus) -> None:
        self.wait(lambda: self.view.status is status)

    def wait_problem(self, code: str) -> None:
        self.wait(lambda: self.view.problem is not None and self.view.problem.code == code)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.link.stop()
            self.stores.close()


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


@pytest.fixture
def line_to(tmp_path: Path) -> Iterator[Callable[..., Line]]:
    """Return a way to make the one line of a test."""
    lines = []

    def make(hub: FakeHub, **place: Any) -> Line:
        lines.append(Line(tmp_path, hub, **place))
        return lines[-1]

    yield make
    for line in lines:
        line.close()


def test_it_comes_online_and_keeps_the_broadcast_port(
    hub: FakeHub, line_to: Callable[..., Line]
) -> None:
    line = line_to(hub)
    line.wait_status(LinkStatus.ONLINE)
    assert [device.hub.broadcast_port for device in line.kept] == [hub.broadcast_port]
    assert line.view.problem is None


def test_an_operation_is_sent_when_it_rings(hub: FakeHub, line_to: Callable[..., Line]) -> None:
    line = line_to(hub)
    line.wait_status(LinkStatus.ONLINE)
    line.stores.outbox.append(draft())
    line.link.ring()
    line.wait(lambda: any(reply.n == 1 for batch in line.batches for reply in batch.replies))
    assert line.stores.outbox.counts().waiting == 0


def test_a_refused_key_is_said_and_tried_again(hub: FakeHub, line_to: Callable[..., Line]) -> None:
    hub.admits = False
    line = line_to(hub)
    line.wait_problem("hub_refuses_key")
    assert line.view.status is LinkStatus.OFFLINE
    hub.admits = True
    line.wait_status(LinkStatus.ONLINE)
    assert line.view.problem is None


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.close()


@pytest.fixture
def inquiry(hub: FakeHub, hall: Hall) -> Iterator[CardInquiry]:
    """Yield an inquiry that asks at its first turn."""
    inquiry = CardInquiry(hall, place_of(hub))
    inquiry.close(again_s=0.0)
    yield inquiry
    inquiry.close()


def test_who_asks_for_a_card_in_vain_rests_meanwhile(
    hub: FakeHub, hall: Hall, inquiry: CardInquiry
) -> None:
    hub.on_card = lambda _asked: []
    inquiry.turn(needed=True)
    turns, until_s = 0, monotonic() + 0.3
    while (left_s := until_s - monotonic()) > 0:
        hall.wait(int(left_s * 1000) + 1)
        inquiry.turn(needed=True)
        turns += 1
    assert turns < 5
    assert hub.said == [m.CardRequest()]


@pytest.mark.parametrize("carded", [True, False])
def test_a_notice_ends_the_asking_whatever_came_with_it(
    hub: FakeHub, hall: Hall, inquiry: CardInquiry, carded: bool
) -> None:
    notice = m.Revocation("{}", "00" * 64)
    hub.on_card = lambda asked: (
        [notice] if isinstance(asked, m.RevocationRequest) else [hub.card()] * carded
    )
    inquiry.refused_keys = (bytes(32), bytes(32))
    until_s = monotonic() + PATIENCE_S
    while inquiry.notice is None and monotonic() < until_s:
        inquiry.turn(needed=True)
        hall.wait(100)
    assert inquiry.notice == notice
    assert inquiry.due_in_s > 5.0


@pytest.mark.parametrize("stale", [{"commands_port": 9}, {"curve_key": "2b" * 32}])
def test_a_hub_that_moved_is_found_by_its_card(
    hub: FakeHub, line_to: Callable[..., Line], stale: dict[str, Any]
) -> None:
    line = line_to(hub, **stale)
    line.wait_status(LinkStatus.ONLINE)
    place = line.kept[-1].hub
    assert place.commands_port == hub.commands_port
    assert place.curve_key == hub.curve.public.hex()


def test_another_hubs_card_changes_nothing(hub: FakeHub, line_to: Callable[..., Line]) -> None:
    hub.card_identity = seal.new_signing_keys()
    line = line_to(hub, commands_port=9)
    line.wait_problem("card_unsigned")
    assert line.kept == []
    assert line.view.status is LinkStatus.OFFLINE


def test_nobody_there_is_said(hub: FakeHub, line_to: Callable[..., Line]) -> None:
    line = line_to(hub, commands_port=9, card_port=9)
    line.wait_problem("hub_unreachable")
    assert line.view.problem is not None
    assert line.view.problem.params == {"address": "127.0.0.1:9"}


def test_a_hub_that_hangs_is_offline_and_comes_back(
    hub: FakeHub, line_to: Callable[..., Line]
) -> None:
    line = line_to(hub)
    line.wait_status(LinkStatus.ONLINE)
    hub.answers_commands = False
    line.wait_status(LinkStatus.OFFLINE)
    hub.answers_commands = True
    line.wait_status(LinkStatus.ONLINE)


def test_a_fault_of_the_disk_is_shown_and_the_link_begins_again(
    hub: FakeHub, line_to: Callable[..., Line]
) -> None:
    line = line_to(hub)
    line.wait_status(LinkStatus.ONLINE)
    outbox = line.stores.outbox
    outbox.append(draft())
    # The reply to it cannot be noted.
    connection = outbox._database.connection
    connection.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON command BEGIN"
        " SELECT raise(ABORT, 'database or disk is full'); END"
    )
    line.link.ring()
    line.wait_problem("disk_full")
    connection.execute("DROP TRIGGER full")
    line.wait_status(LinkStatus.ONLINE)
    line.wait(lambda: any(batch.replies for batch in line.batches))
    assert outbox.counts().waiting == 0


def test_a_damaged_replica_is_rebuilt_while_it_runs(
    hub: FakeHub, line_to: Callable[..., Line]
) -> None:
    line = line_to(hub)
    line.wait_status(LinkStatus.ONLINE)
    first = line.stores.replica
    connection = first._connection
    connection.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON position BEGIN"
        " SELECT raise(ABORT, 'database disk image is malformed'); END"
    )
    run = m.Changes("stock", "5" * 32, 1, 1, [m.Change("a", b"{}", "0f" * 16, 1)])
    hub.broadcast(wire.encode_changes(run))
    line.wait(lambda: any(batch.rebuilt for batch in line.batches))
    line.wait_status(LinkStatus.ONLINE)
    assert line.stores.replica is not first
    notices = [notice.code for batch in line.batches for notice in batch.notices]
    assert notices == ["replica_rebuilt"]
