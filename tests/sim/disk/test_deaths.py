"""What is left after a death: of what was synced everything, of the rest what the coins say."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import cycle

import pytest

from tests.sim.disk.disk import Machine
from tests.sim.disk.workload import WAL_FULL, Workload, connect, contents, die, length, sqlite3

Pragmas = Mapping[str, str | int]
WAL_NORMAL: Pragmas = {"journal_mode": "wal", "synchronous": "normal"}
WAL_OFF: Pragmas = {"journal_mode": "wal", "synchronous": "off"}
ROLLBACK: Pragmas = {"journal_mode": "delete", "synchronous": "full"}


def deaths(
    machine: Machine, pragmas: Pragmas, seed: int, *, power: bool, step: int = 1
) -> Iterator[Workload]:
    """Yield a workload after dying at each of its operations, or each `step`th, before or after."""
    ops = length(machine, Workload(machine.folder / "whole.db", seed, pragmas))
    sides = cycle((False, True, True, False))
    for op in range(1, ops + 1, step):
        path = machine.folder / f"{op}.db"
        yield die(machine, Workload(path, seed, pragmas), op, power=power, before=next(sides))
        path.unlink()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_full_keeps_every_commit_that_returned(machine: Machine, power: bool, seed: int) -> None:
    died = 0
    for work in deaths(machine, WAL_FULL, seed, power=power):
        assert work.kept_all()
        died += 1
    counts = machine.counts()
    assert died > 100
    assert (counts.kills, counts.power_losses) == ((0, died) if power else (died, 0))
    assert (counts.sectors_lost > 100) == (counts.sectors_kept > 100) == power


@pytest.mark.parametrize("power", [False, True], ids=["kill", "power"])
def test_a_rollback_journal_keeps_every_commit_too(machine: Machine, power: bool) -> None:
    assert all(work.kept_all() for work in deaths(machine, ROLLBACK, 3, power=power, step=3))


def test_full_keeps_all_where_the_system_writes_back_as_it_likes(machine: Machine) -> None:
    machine.trickle(seed=11)
    assert all(work.kept_all() for work in deaths(machine, WAL_FULL, 4, power=True, step=2))


def test_normal_loses_the_newest_commits_and_tears_none(machine: Machine) -> None:
    lost = 0
    for work in deaths(machine, WAL_NORMAL, 5, power=True, step=3):
        left = work.left()
        assert left is not None
        lost += left < work.returned
    assert lost > 0


def test_without_syncs_power_loss_loses_and_damages(machine: Machine) -> None:
    left = [(work.left(), work) for work in deaths(machine, WAL_OFF, 6, power=True, step=3)]
    assert any(found is None for found, _ in left)
    assert any(found is not None and found < work.returned for found, work in left)


@pytest.mark.parametrize("pragmas", [WAL_NORMAL, WAL_OFF], ids=["normal", "off"])
def test_a_kill_takes_nothing_even_without_syncs(machine: Machine, pragmas: Pragmas) -> None:
    assert all(work.kept_all() for work in deaths(machine, pragmas, 7, power=False, step=7))


def small(machine: Machine, synchronous: str) -> sqlite3.Connection:
    """Return a connection to a new database with an empty table, all of it synced."""
    path = machine.folder / "small.db"
    with closing(connect(path)) as db:
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
    return connect(path, {"synchronous": synchronous})


def after_thaw(machine: Machine) -> dict[int, bytes]:
    machine.thaw()
    with closing(connect(machine.folder / "small.db", {})) as db:
        return contents(db)


@pytest.mark.parametrize(
    ("synchronous", "left"), [("full", {1: b"one"}), ("normal", {})], ids=["synced", "unsynced"]
)
def test_power_loss_takes_what_was_not_synced(
    machine: Machine, synchronous: str, left: dict[int, bytes]
) -> None:
    with closing(small(machine, synchronous)) as db:
        db.execute("INSERT INTO t VALUES (1, ?)", (b"one",))
        machine.power_loss(seed=None)
    assert after_thaw(machine) == left


@pytest.mark.parametrize(("before", "left"), [(True, {}), (False, {1: b"one"})])
def test_death_before_or_after_the_sync_of_a_commit(
    machine: Machine, before: bool, left: dict[int, bytes]
) -> None:
    with closing(small(machine, "full")) as db:
        db.execute("BEGIN")
        db.execute("INSERT INTO t VALUES (1, ?)", (b"one",))
        # The first commit after a start syncs the WAL's new head, then its frames.
        machine.die_at("sync", 2, before=before, power=True)
        with pytest.raises(sqlite3.OperationalError) as caught:
            db.execute("COMMIT")
        assert caught.value.sqlite_errorname == "SQLITE_IOERR"
    assert machine.frozen
    assert after_thaw(machine) == left


def test_the_dead_change_nothing_and_are_read(machine: Machine) -> None:
    db, path = small(machine, "full"), machine.folder / "small.db"
    db.execute("INSERT INTO t VALUES (1, ?)", (b"one",))
    machine.kill()
    before = {file.name: file.read_bytes() for file in machine.folder.iterdir()}
    assert before["small.db-wal"]
    assert contents(db) == {1: b"one"}
    for statement in ("DELETE FROM t", "PRAGMA wal_checkpoint(TRUNCATE)"):
        with pytest.raises(sqlite3.OperationalError):
            db.execute(statement).fetchall()
    with pytest.raises(sqlite3.OperationalError):
        connect(path)
    db.close()
    left = {file.name: file.read_bytes() for file in machine.folder.iterdir()}
    before.pop("small.db-shm")
    assert left == before
    assert after_thaw(machine) == {1: b"one"}


def test_a_second_death_changes_nothing(machine: Machine) -> None:
    with closing(small(machine, "off")) as db:
        db.execute("INSERT INTO t VALUES (1, ?)", (b"one",))
        machine.kill()
        machine.power_loss(seed=None)
    assert after_thaw(machine) == {1: b"one"}
    assert machine.counts().power_losses == 0
