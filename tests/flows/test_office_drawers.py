"""A till's drawer as the office sees it: from the till's record through the hub to the answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.people import Role
from common.topics import Profile
from kiosk.drawers import Drawer
from tests.flows.staffed_post import StaffedPost
from tests.hub.people_bench import Staffed


@pytest.fixture
def till(shop: Staffed, tmp_path: Path) -> Iterator[StaffedPost]:
    post = StaffedPost(tmp_path / "till", shop, Profile.TILL)
    post.connect()
    post.log_in(Role.SELLER)
    yield post
    post.session.close()


@pytest.fixture
def office(shop: Staffed, tmp_path: Path) -> Iterator[StaffedPost]:
    post = StaffedPost(tmp_path / "office", shop, Profile.OFFICE)
    post.connect()
    post.session.drawers.watch(True)
    yield post
    post.session.close()


def seen(office: StaffedPost, till: StaffedPost) -> Drawer:
    """Return the till's drawer as the office has it some seconds later."""
    till.wait(2)
    office.shop.bench.desk.check.tick()
    office.wait(6)
    drawers = office.session.drawers.all
    assert drawers is not None
    return next(each for each in drawers if each.device == till.hub_device.id)


def test_it_is_opened_filled_and_closed(till: StaffedPost, office: StaffedPost) -> None:
    assert seen(office, till).session is None
    counter = till.session.counter
    counter.open_session(15_000)
    counter.cash_in(2_000, "change")
    session = seen(office, till).session
    assert session is not None
    assert (session.expected_cents, session.operator) == (17_000, "The seller")
    counter.z(16_950)
    drawer = seen(office, till)
    assert drawer.session is None
    assert drawer.last_z is not None
    assert (drawer.last_z.difference_cents, drawer.last_z.operator) == (-50, "The seller")


def test_a_till_is_not_told(till: StaffedPost) -> None:
    till.session.drawers.watch(True)
    till.wait(6)
    assert till.session.drawers.all is None
