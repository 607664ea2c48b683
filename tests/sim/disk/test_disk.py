"""The disk where nothing goes wrong: what is held back, what passes through, whose a file is."""

import os
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tests.sim.disk.disk import Disk, Machine, StillOpen
from tests.sim.disk.workload import WAL_FULL, Workload, connect, contents, length, sqlite3

PLAIN = {"journal_mode": "delete", "synchronous": "off"}


def make(path: Path, keys: int = 1) -> None:
    with closing(connect(path)) as db:
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
        for key in range(keys):
            db.execute("INSERT INTO t VALUES (?, x'00')", (key,))


def keys(path: Path) -> list[int]:
    with closing(connect(path, {})) as db:
        return sorted(contents(db))


def put(db: Any, key: int) -> None:
    db.execute("INSERT INTO t VALUES (?, x'00')", (key,))


def test_elsewhere_files_are_as_ever(disk: Disk, machine: Machine, tmp_path: Path) -> None:
    beside = tmp_path.with_name(tmp_path.name + "-beside")
    beside.mkdir()
    with closing(connect(beside / "a.db", PLAIN)) as db:
        db.execute("CREATE TABLE t (k, v)")
        assert (beside / "a.db").stat().st_size > 0
    assert machine.counts().opens == 0
    with closing(connect(tmp_path / "a.db", PLAIN)) as db:
        db.execute("CREATE TABLE t (k, v)")
        assert (tmp_path / "a.db").stat().st_size == 0
    assert (tmp_path / "a.db").stat().st_size > 0


def test_every_operation_is_counted(disk: Disk, machine: Machine) -> None:
    before = disk.ops
    ops = length(machine, Workload(machine.folder / "a.db", 1, WAL_FULL))
    counts = machine.counts()
    assert counts.ops == counts.writes + counts.syncs + counts.truncates + counts.deletes > ops
    assert disk.ops - before == counts.ops
    assert counts.bytes > 0 < counts.reads


def test_two_connections_see_one_file(machine: Machine) -> None:
    path = machine.folder / "a.db"
    make(path)
    with closing(connect(path)) as writer, closing(connect(path, {})) as reader:
        put(writer, 1)
        assert contents(reader).keys() == {0, 1}
        reader.execute("BEGIN")
        assert contents(reader).keys() == {0, 1}
        put(writer, 2)
        assert contents(reader).keys() == {0, 1}
        assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 1
        reader.execute("COMMIT")
        assert contents(reader).keys() == {0, 1, 2}
        assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            reader.execute("BEGIN IMMEDIATE")
    assert machine.open_files == 0
    assert keys(path) == [0, 1, 2]


def test_a_reader_without_rights_leaves_what_the_writer_wrote(machine: Machine) -> None:
    path = machine.folder / "a.db"
    make(path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        assert contents(reader).keys() == {0}
        with closing(connect(path, {"synchronous": "off"})) as writer:
            put(writer, 1)
        assert contents(reader).keys() == {0, 1}
    assert keys(path) == [0, 1]


def test_threads_read_while_one_writes(machine: Machine) -> None:
    path, done, seen = machine.folder / "a.db", Event(), list[list[int]]()
    make(path)

    def read() -> None:
        counts = []
        with closing(connect(path, {})) as reader:
            while not done.is_set():
                counts.append(len(contents(reader)))
        seen.append(counts)

    readers = [Thread(target=read) for _ in range(2)]
    with closing(connect(path, {**WAL_FULL, "wal_autocheckpoint": 20})) as writer:
        for reader in readers:
            reader.start()
        try:
            for key in range(1, 300):
                put(writer, key)
        finally:
            done.set()
            for reader in readers:
                reader.join()
    assert [counts == sorted(counts) for counts in seen] == [True, True]
    assert len(keys(path)) == 300


def test_a_file_made_anew_is_another_file(machine: Machine) -> None:
    path = machine.folder / "a.db"
    make(path, keys=5)
    old = connect(path, {})
    assert len(contents(old)) == 5
    for file in machine.folder.iterdir():
        file.unlink()
    make(path, keys=2)
    assert keys(path) == [0, 1]
    old.close()
    assert keys(path) == [0, 1]


def test_a_closed_file_may_be_renamed_and_replaced(machine: Machine) -> None:
    path, other = machine.folder / "a.db", machine.folder / "b.db"
    make(path, keys=2)
    make(other, keys=3)
    os.replace(other, path)
    assert keys(path) == [0, 1, 2]


def test_what_others_wrote_between_two_openings_is_seen(machine: Machine) -> None:
    path = machine.folder / "a.db"
    make(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(sqlite3.DatabaseError):
        keys(path)


def test_the_deepest_machine_owns_a_file(disk: Disk, machine: Machine) -> None:
    inner = machine.folder / "inner"
    inner.mkdir()
    make(machine.folder / "a.db")
    with disk.machine(inner) as deeper:
        make(inner / "a.db")
        with closing(connect(inner / "a.db")) as db:
            machine.kill()
            put(db, 1)
            assert (machine.frozen, deeper.frozen) == (True, False)
        assert keys(inner / "a.db") == [0, 1]


def test_the_forgotten_is_no_machine(disk: Disk, tmp_path: Path) -> None:
    machine = disk.machine(tmp_path)
    machine.forget()
    machine.forget()
    with pytest.raises(ValueError, match="forgotten"):
        machine.kill()


def test_a_machine_begins_with_closed_files(disk: Disk, tmp_path: Path) -> None:
    make(tmp_path / "a.db")
    with closing(connect(tmp_path / "a.db")), pytest.raises(StillOpen):
        disk.machine(tmp_path)
    with disk.machine(tmp_path):
        assert keys(tmp_path / "a.db") == [0]


def test_the_next_life_begins_with_closed_files(machine: Machine) -> None:
    path = machine.folder / "a.db"
    make(path)
    with closing(connect(path)) as db:
        put(db, 1)
        machine.die_at("write", 5)
        machine.kill()
        with pytest.raises(StillOpen):
            machine.thaw()
    machine.thaw()
    assert {file.name for file in machine.folder.iterdir()} == {"a.db", "a.db-wal"}
    with closing(connect(path)) as db:
        for key in range(2, 12):  # The old life's death is off.
            put(db, key)
    assert keys(path) == list(range(12))


def test_a_machine_forgotten_with_open_files_lets_them_through(disk: Disk, tmp_path: Path) -> None:
    with disk.machine(tmp_path):
        db = connect(tmp_path / "a.db", PLAIN)
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)")
    size = (tmp_path / "a.db").stat().st_size
    assert size > 0
    db.execute("INSERT INTO t VALUES (1, zeroblob(20000))")
    assert (tmp_path / "a.db").stat().st_size > size
    db.close()
    assert keys(tmp_path / "a.db") == [1]


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Return three empty folders."""
    made = [tmp_path / name for name in ("first", "second", "third")]
    for folder in made:
        folder.mkdir()
    return made


def test_the_same_calls_and_seeds_leave_the_same_bytes(disk: Disk, folders: list[Path]) -> None:
    def left(folder: Path, seed: int) -> dict[str, bytes]:
        disk.seed(1)
        with disk.machine(folder) as machine:
            work = Workload(folder / "a.db", 3, {**WAL_FULL, "synchronous": "off"})
            work.make()
            machine.trickle(seed)
            machine.die_at("write", 60, power=True, seed=seed)
            work.run()
            assert machine.frozen
            return {file.name: file.read_bytes() for file in folder.iterdir()}

    first, second, third = (
        left(folder, seed) for folder, seed in zip(folders, (5, 5, 6), strict=True)
    )
    assert first.keys() == {"a.db", "a.db-wal"}
    assert first == second != third
