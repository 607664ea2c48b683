"""A commit that failed is told as what it is: nothing, or, while the disk says no, in doubt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.errors import Refusal
from kiosk.outbox import Outbox
from tests.kiosk.post import draft, maker, new_outbox
from tests.sim.disk.disk import UNTIL_HEALED, Effect, Machine, NoDisk, load


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Return the machine whose disk `tmp_path` is on."""
    try:
        disk = load()
    except NoDisk as missing:
        pytest.skip(str(missing))
    with disk.machine(tmp_path) as machine:
        yield machine


def die(machine: Machine, outbox: Outbox, power: bool) -> Outbox:
    """End the process that has the outbox open, and open it in the next one."""
    if power:
        machine.power_loss(7)
    else:
        machine.kill()
    outbox.close()
    machine.thaw()
    return Outbox(outbox._path, maker())


@pytest.mark.parametrize("power", [False, True])
@pytest.mark.parametrize("effect", ["error", "lost"])
@pytest.mark.parametrize("before", [0, 3])
def test_what_was_refused_is_not_there_after_a_death(
    tmp_path: Path, machine: Machine, effect: Effect, power: bool, before: int
) -> None:
    outbox = new_outbox(tmp_path)
    kept = [outbox.append(draft(b"%d" % i)) for i in range(before)]
    machine.fail("sync", effect=effect)
    with pytest.raises(Refusal) as caught:
        outbox.append(draft(b"refused"))
    assert caught.value.problem.code == "disk_failed"
    again = die(machine, outbox, power)
    assert again.waiting().queued == kept
    assert again.append(draft(b"next")).n == before + 1
    again.close()


def test_a_doubt_that_cannot_be_settled_is_told_and_settled_before_anything_else(
    tmp_path: Path, machine: Machine
) -> None:
    outbox = new_outbox(tmp_path)
    first = outbox.append(draft(b"first"))
    machine.fail("sync", times=UNTIL_HEALED)
    codes = []
    for _ in range(3):
        with pytest.raises(Refusal) as caught:
            outbox.append(draft(b"doubtful"))
        codes.append(caught.value.problem.code)
    assert codes == ["outbox_in_doubt", "disk_failed", "disk_failed"]
    machine.heal()
    second = outbox.append(draft(b"second"))
    again = die(machine, outbox, power=False)
    assert again.waiting().queued == [first, second]
    again.close()


def test_only_what_was_told_to_be_in_doubt_may_be_there_after_a_kill(
    tmp_path: Path, machine: Machine
) -> None:
    ends = set()
    for nth in range(1, 30):
        outbox = Outbox(tmp_path / f"{nth}.db", maker())
        machine.fail("sync", times=UNTIL_HEALED)
        machine.fail("write", nth, times=UNTIL_HEALED)
        with pytest.raises(Refusal) as caught:
            outbox.append(draft(b"doubtful"))
        with pytest.raises(Refusal) as refused:
            outbox.append(draft(b"refused"))
        assert refused.value.problem.code == "disk_failed"
        again = die(machine, outbox, power=False)
        machine.heal()
        there = tuple(entry.body for entry in again.waiting().queued)
        ends.add((caught.value.problem.code, there))
        again.close()
    assert ends == {("outbox_in_doubt", ()), ("outbox_in_doubt", (b"doubtful",))}


def test_whatever_else_is_committed_settles_a_doubt_as_well(
    tmp_path: Path, machine: Machine
) -> None:
    outbox = new_outbox(tmp_path)
    machine.fail("sync", times=2)
    with pytest.raises(Refusal):
        outbox.append(draft(b"doubtful"))
    outbox.note_clock(5)
    again = die(machine, outbox, power=False)
    assert (again.clock_diff_ms, again.waiting().queued) == (5, [])
    again.close()


def test_a_renewal_waits_for_a_doubt_to_be_settled(tmp_path: Path, machine: Machine) -> None:
    outbox = new_outbox(tmp_path)
    first = outbox.append(draft(b"first"))
    machine.fail("sync", times=UNTIL_HEALED)
    with pytest.raises(Refusal):
        outbox.append(draft(b"doubtful"))
    old = outbox.id
    with pytest.raises(Refusal) as caught:
        outbox.renew()
    assert (caught.value.problem.code, outbox.id) == ("disk_failed", old)
    machine.heal()
    outbox.renew()
    assert [entry.body for entry in outbox.waiting().queued] == [first.body]
    outbox.close()
