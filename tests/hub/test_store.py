"""The database file: what it opens on, what it refuses and why, and how a transaction ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from hub import tables
from hub.store import FAULTS, Store, StoreError, is_passing
from tests.hub.shop_bench import ShopBench, check_all

HOLDER = """
import sys
from peewee import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA locking_mode = " + sys.argv[2])
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
db.execute("ROLLBACK")
"""


@contextmanager
def held(path: Path, locking_mode: str) -> Iterator[None]:
    """Let another process hold the database while this lasts."""
    command = [sys.executable, "-c", HOLDER, str(path), locking_mode]
    with Popen(command, stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait(10)


def made(folder: Path) -> Path:
    """Return the path of a new database, closed."""
    path = folder / "comptoir.db"
    Store.create(path).close()
    return path


def refusal(path: Path) -> str:
    """Return the code with which a database is not opened; it is left as it is."""
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(StoreError) as raised:
        Store.open(path)
    assert (path.read_bytes() if path.exists() else None) == before
    return raised.value.problem.code


def test_what_was_created_can_be_opened_and_is_durable(tmp_path: Path) -> None:
    store = Store.open(made(tmp_path))
    assert store.meta("schema") == str(tables.SCHEMA_VERSION)
    assert store.meta("nothing", "default") == "default"
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    values = [store.db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert values == ["wal", 2, 1, 5000]
    store.close()


def test_closing_folds_the_wal_into_the_file(tmp_path: Path) -> None:
    path = made(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_database_is_never_created_over_another(tmp_path: Path) -> None:
    path = made(tmp_path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as raised:
        Store.create(path)
    assert raised.value.problem.code == "database_exists"
    assert path.read_bytes() == before


def test_an_absent_database_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "comptoir.db"
    assert refusal(path) == "database_missing"
    assert not path.exists()


def test_a_damaged_header_is_told(tmp_path: Path) -> None:
    path = made(tmp_path)
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    assert refusal(path) == "database_damaged"


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = made(tmp_path)
    content = bytearray(path.read_bytes())
    assert len(content) > 5 * 4096
    content[3 * 4096 : 4 * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    assert refusal(path) == "database_damaged"


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000], ids=["empty", "text"])
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "comptoir.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as raised:
        Store.open(path)
    assert raised.value.problem.code == "database_damaged"


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (str(tables.SCHEMA_VERSION + 1), "database_schema"),
        ("0", "database_schema"),
        ("one", "database_damaged"),
    ],
)
def test_another_schema_is_not_touched(tmp_path: Path, version: str, code: str) -> None:
    path = made(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (version,))
        db.commit()
    assert refusal(path) == code


def test_a_database_that_another_process_holds_is_not_opened(tmp_path: Path) -> None:
    path = made(tmp_path)
    with held(path, "EXCLUSIVE"):
        assert refusal(path) == "database_locked"
    Store.open(path).close()


def test_while_another_process_writes_commands_wait_in_their_outbox(tmp_path: Path) -> None:
    bench = ShopBench(tmp_path)
    bench.store.db.execute("PRAGMA busy_timeout = 20").fetchone()
    sold = bench.till.sale(bench.ticket((bench.article("A"), 1000)))
    before = bench.picture()
    with held(bench.path, "NORMAL"):
        assert bench.take(sold).statuses == ["hub_busy"]
        assert bench.picture() == before
    assert bench.take(sold).statuses == ["accepted"]
    check_all(bench)
    bench.store.close()


def test_rows_that_do_not_fit_their_digest_are_told(tmp_path: Path) -> None:
    bench = ShopBench(tmp_path)
    bench.store.close()
    with closing(sqlite3.connect(bench.path)) as db:
        db.execute("UPDATE live_row SET row = CAST(row || ' ' AS BLOB) WHERE topic = 'stock'")
        db.commit()
    assert refusal(bench.path) == "database_damaged"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
@pytest.mark.parametrize("damage", [b"", b"\xff" * 9000, None], ids=["empty", "text", "schema"])
def test_a_database_that_is_refused_is_let_go(tmp_path: Path, damage: bytes | None) -> None:
    path = made(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
        db.commit()
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(StoreError):
        Store.open(path)
    held_files = [os.readlink(f"/proc/self/fd/{fd}") for fd in _open_files()]
    assert [name for name in held_files if name.startswith(str(tmp_path))] == []


def _open_files() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{fd}")]


def test_what_hinders_a_new_database_is_said_and_nothing_half_made_stays(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        Store.create(tmp_path / "none" / "comptoir.db")
    assert raised.value.problem.code == "database_unusable"
    (tmp_path / "comptoir.db.part").mkdir()
    with pytest.raises(StoreError) as raised:
        Store.create(tmp_path / "comptoir.db")
    assert raised.value.problem.code == "database_unusable"
    assert os.listdir(tmp_path) == ["comptoir.db.part"]


def test_what_an_interrupted_making_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "comptoir.db.part").write_bytes(b"half")
    (tmp_path / "comptoir.db.part-journal").write_bytes(b"half")
    Store.open(made(tmp_path)).close()
    assert os.listdir(tmp_path) == ["comptoir.db"]


# Transactions.


def _write_and_fail(store: Store, names: tuple[str, ...]) -> None:
    for name in names:
        store.set_meta(name, "failed")
    raise KeyError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.create(tmp_path / "comptoir.db")
    yield opened
    opened.close()


def test_a_group_stands_whole_or_not_at_all(store: Store) -> None:
    with store.group():
        store.set_meta("a", "1")
        store.set_meta("a", "2")
    with pytest.raises(KeyError), store.group():
        _write_and_fail(store, ("a", "b"))
    assert not store.db.in_transaction
    assert (store.meta("a"), store.meta("b")) == ("2", "")


def test_a_command_is_undone_alone(store: Store) -> None:
    with store.group():
        with store.command():
            store.set_meta("before", "1")
        with pytest.raises(KeyError), store.command():
            _write_and_fail(store, ("before", "amid"))
        with store.command():
            store.set_meta("after", "3")
    assert [store.meta(name) for name in ("before", "amid", "after")] == ["1", "", "3"]


def test_a_group_that_sqlite_ended_itself_shows_the_fault(store: Store) -> None:
    store.db.execute(
        "CREATE TRIGGER fail BEFORE INSERT ON meta WHEN NEW.name = 'x'"
        " BEGIN SELECT RAISE(ROLLBACK, 'enough'); END"
    )
    with pytest.raises(FAULTS, match="enough") as raised, store.group(), store.command():
        _write_and_fail(store, ("a", "x"))
    assert not is_passing(raised.value)
    assert not store.db.in_transaction
    assert store.meta("a") == ""
    with store.group():
        store.set_meta("a", "2")
    assert store.meta("a") == "2"


def test_a_full_disk_is_a_passing_fault(store: Store) -> None:
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    with pytest.raises(FAULTS) as raised, store.group():
        store.set_meta("a", "x" * 100_000)
    assert is_passing(raised.value)
    assert not store.db.in_transaction
    assert store.meta("a") == ""


def test_columns_are_strict(store: Store) -> None:
    with pytest.raises(FAULTS) as raised, store.group() as db:
        db.execute("INSERT INTO category VALUES ('a', 'b', 'c', 'first', '', '')")
    assert not is_passing(raised.value)


def test_a_start_that_died_before_the_log_began_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "comptoir.db"
    Store.create(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # As a restored copy is: without a write-ahead log, which its first start begins.
        db.execute("PRAGMA journal_mode = DELETE").fetchone()
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE meta SET value = 'half' WHERE name = 'schema'")
        db.execute("PRAGMA cache_spill = 1")
        journal = path.with_name(path.name + "-journal")
        hot = journal.read_bytes()
        db.execute("ROLLBACK")
    assert hot
    journal.write_bytes(hot)
    Store.open(path).close()
    assert not journal.exists()
