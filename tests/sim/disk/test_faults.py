"""What a disk that fails, but lives, looks like to SQLite's user."""

from contextlib import closing
from typing import Any

import pytest

from tests.sim.disk.disk import UNTIL_HEALED, Effect, Machine, Op
from tests.sim.disk.workload import WAL_FULL, Workload, connect, contents, length, sqlite3

FAULTS: tuple[tuple[Op, Effect, str, set[str]], ...] = (
    ("write", "error", "errors_write", {"SQLITE_IOERR"}),
    ("write", "torn", "torn", {"SQLITE_IOERR"}),
    ("write", "full", "full", {"SQLITE_FULL"}),
    ("sync", "error", "errors_sync", {"SQLITE_IOERR"}),
    ("sync", "lost", "lost_syncs", {"SQLITE_IOERR"}),
    ("truncate", "error", "errors_truncate", set()),  # Only in checkpoints: those nobody waits for.
    ("read", "error", "errors_read", {"SQLITE_IOERR"}),
)


@pytest.mark.parametrize(
    ("op", "effect", "count", "names"), FAULTS, ids=[f"{op}-{effect}" for op, effect, *_ in FAULTS]
)
def test_a_fault_at_any_operation_rolls_back_and_work_goes_on(
    machine: Machine, op: Op, effect: Effect, count: str, names: set[str]
) -> None:
    ops = length(machine, Workload(machine.folder / "whole.db", 1, WAL_FULL))
    errors: set[str] = set()
    for countdown in range(1, ops, 3):
        work = Workload(machine.folder / f"{countdown}.db", countdown % 5, WAL_FULL)
        work.make()
        work.go(2)
        machine.fail(op, countdown, effect=effect)
        try:
            work.go(6, goes_on=True)
        except sqlite3.OperationalError as error:  # In opening.
            work.errors.append(error.sqlite_errorname)
        machine.heal()
        errors.update(work.errors)
        machine.power_loss(seed=countdown)
        machine.thaw()
        assert work.kept_all(), countdown
    assert errors == names
    assert getattr(machine.counts(), count) > 0


@pytest.fixture
def db(machine: Machine) -> Any:
    """Return a connection to a table with one row, 1."""
    with closing(connect(machine.folder / "small.db")) as db:
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
        put(db, 1)
        yield db


def put(db: Any, key: int) -> None:
    db.execute("INSERT INTO t VALUES (?, zeroblob(3000))", (key,))


def fits(db: Any) -> bool:
    """Change a row and tell whether there was room to."""
    try:
        db.execute("UPDATE t SET v = randomblob(3000) WHERE k = 5")
    except sqlite3.OperationalError:
        return False
    return True


def fails(db: Any, key: int) -> str:
    """Return the name of the error that adding a row ends in."""
    with pytest.raises(sqlite3.OperationalError) as caught:
        put(db, key)
    return str(caught.value.sqlite_errorname)


def test_faults_come_when_and_as_often_as_they_were_asked_for(machine: Machine, db: Any) -> None:
    machine.fail("sync", countdown=3, times=2)
    put(db, 2)
    put(db, 3)
    assert fails(db, 4) == fails(db, 4) == "SQLITE_IOERR"
    put(db, 4)
    machine.fail("write", times=UNTIL_HEALED)
    assert {fails(db, 5) for _ in range(9)} == {"SQLITE_IOERR"}
    machine.heal()
    put(db, 5)
    assert sorted(contents(db)) == [1, 2, 3, 4, 5]
    counts = machine.counts()
    assert (counts.errors_sync, counts.errors_write) == (2, 9)


def test_a_full_disk_takes_what_needs_no_room(machine: Machine, db: Any) -> None:
    for key in range(2, 12):
        put(db, key)
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    machine.full()
    db.execute("DELETE FROM t WHERE k = 1")  # From the WAL's beginning again.
    while fits(db):
        pass
    kept = contents(db).keys()
    assert fails(db, 12) == "SQLITE_FULL"
    assert contents(db).keys() == kept
    assert machine.counts().full == 2
    machine.full(False)
    put(db, 12)
    assert contents(db).keys() == {*kept, 12}


def test_a_full_disk_stays_full_over_a_restart(machine: Machine, db: Any) -> None:
    machine.full()
    assert fails(db, 2) == "SQLITE_FULL"
    machine.kill()
    db.close()
    machine.thaw()
    with pytest.raises(sqlite3.OperationalError), closing(connect(machine.folder / "small.db")):
        pass
    machine.full(False)
    with closing(connect(machine.folder / "small.db")) as again:
        assert contents(again).keys() == {1}


def test_a_file_that_cannot_be_opened(machine: Machine, db: Any) -> None:
    machine.fail("open")
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        connect(machine.folder / "small.db")
    connect(machine.folder / "small.db").close()
    assert machine.counts().errors_open == 1


def test_a_commit_whose_sync_failed_may_return_from_the_dead(machine: Machine, db: Any) -> None:
    """SQLite's own way: who is told of a failed commit must count with it until the next one."""
    machine.fail("sync")
    assert fails(db, 2) == "SQLITE_IOERR"
    assert contents(db).keys() == {1}
    machine.kill()
    db.close()
    machine.thaw()
    with closing(connect(machine.folder / "small.db")) as again:
        assert contents(again).keys() == {1, 2}


def test_a_lost_sync_is_made_good_by_the_next_commit(machine: Machine, db: Any) -> None:
    machine.fail("sync", effect="lost")
    assert fails(db, 2) == "SQLITE_IOERR"
    put(db, 3)
    machine.power_loss(seed=None)
    db.close()
    machine.thaw()
    with closing(connect(machine.folder / "small.db")) as again:
        assert contents(again).keys() == {1, 3}


@pytest.mark.parametrize(
    ("op", "effect"), [("sync", "torn"), ("write", "lost"), ("any", "full"), ("read", "full")]
)
def test_what_does_not_go_together_is_refused(machine: Machine, op: Op, effect: Effect) -> None:
    with pytest.raises(ValueError, match=effect):
        machine.fail(op, effect=effect)


def test_there_is_an_end_to_rules(machine: Machine) -> None:
    for _ in range(16):
        machine.fail("write", countdown=99)
    with pytest.raises(ValueError, match="16"):
        machine.fail("write", countdown=99)
