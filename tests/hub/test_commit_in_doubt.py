"""A group whose fsync failed may be there after a kill: whoever sends it again gets its reply."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from common import messages as m
from hub.store import FAULTS
from tests.hub.shop_bench import ShopBench, check_all
from tests.sim.disk.disk import UNTIL_HEALED, Machine, NoDisk, load


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Return the machine whose disk `tmp_path` is on."""
    try:
        disk = load()
    except NoDisk as missing:
        pytest.skip(str(missing))
    with disk.machine(tmp_path) as machine:
        yield machine


def kill(machine: Machine, bench: ShopBench) -> None:
    """Kill the hub and start it again."""
    machine.kill()
    with suppress(*FAULTS):
        bench.store.close()
    machine.thaw()
    bench.restart()


@pytest.mark.parametrize("between", [False, True], ids=["killed", "killed after the next commit"])
def test_what_was_answered_hub_busy_counts_once_whatever_the_disk_kept(
    tmp_path: Path, machine: Machine, between: bool
) -> None:
    bench = ShopBench(tmp_path)
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    machine.fail("sync", times=UNTIL_HEALED)
    assert bench.take(sold).statuses == ["hub_busy"]
    machine.heal()
    if between:
        other = bench.till2.sale(bench.ticket((bench.article("B"), 1000)))
        assert bench.take(other).statuses == ["accepted"]
    kill(machine, bench)
    # The case this is about: nobody was told, and it is there, unless written over.
    assert bench.one("SELECT count(*) FROM ticket") == 1
    check_all(bench)
    (again,) = bench.take(sold).answers
    assert isinstance(again, m.Reply)
    assert again.status is m.Status.ACCEPTED
    assert bench.take(sold).answers == [again]
    assert bench.one("SELECT count(*) FROM ticket") == 1 + between
    check_all(bench)
    bench.store.close()
