"""Power goes under real processes: what was acknowledged had been synced, and a hub that does not
sync is found out.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from child_processes import Launch

from tests import forked
from tests.chaos.faults import kill
from tests.chaos.history import Violation
from tests.chaos.rounds import run_shop
from tests.chaos.settings import NO_DISK, UNDER, careless_tree, power_setting
from tests.chaos.shop import Shop
from tests.forked import FORKED

pytestmark = [
    pytest.mark.net,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]
ACKNOWLEDGED = 10


@pytest.fixture(autouse=True)
def disk(tmp_path: Path) -> None:
    """Skip where this machine cannot have the disk."""
    done = forked.run(UNDER, "--folder", str(tmp_path), "hub", "--help")
    if done.returncode == NO_DISK:
        pytest.skip(done.stderr)


def test_a_power_loss_in_every_round_loses_nothing_acknowledged(tmp_path: Path) -> None:
    setting = replace(power_setting(FORKED, FORKED), posts=2)
    result = run_shop(tmp_path / "shop", 3, 8, setting)
    assert result.tickets > 8
    assert result.checks["disks right after a kill"] >= 4


def _after_one_loss(root: Path, hub: Launch) -> None:
    """Let a shop sell, take the power from its hub, hold the inquest, and let it sell on."""
    shop = Shop(root, 4, replace(power_setting(hub, FORKED), posts=2))
    try:
        shop.open()
        shop.wait("replies", lambda: shop.replies >= ACKNOWLEDGED)
        kill(shop, [shop.hub])
        shop.rest(for_good=True)
    finally:
        shop.close()


def test_the_same_loss_with_a_careful_hub_is_none(tmp_path: Path) -> None:
    _after_one_loss(tmp_path / "shop", FORKED)


def test_a_hub_that_does_not_wait_for_its_disk_is_found_out(tmp_path: Path) -> None:
    tree = careless_tree(tmp_path / "tree")
    with pytest.raises(Violation, match="has a reply to operation"):
        _after_one_loss(tmp_path / "shop", Launch(tree))
