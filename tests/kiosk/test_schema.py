"""Bits that flip in the text by which SQLite knows an outbox's tables: nothing of it is lost."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.database import FAULTS, Database, is_damage, sqlite3
from kiosk.outbox import Outbox
from kiosk.outbox_file import TABLES, Operation
from kiosk.schema import mend_schema, require_shape
from kiosk.stores import open_stores
from tests.kiosk.post import draft, maker, new_outbox, reply
from tests.kiosk.test_stores import spoil

PAGE = 4096
BODIES = [b"%d." % n + bytes(300) for n in range(1, 7)]
OF_THE_QUEUE = rb'CREATE (TABLE "command"|INDEX "operation_status")'


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a closed outbox of six operations, four of which wait."""
    outbox = new_outbox(tmp_path)
    for body in BODIES:
        outbox.append(draft(body))
    outbox.note_replies([reply(outbox.id, n) for n in (1, 2)])
    outbox.close()
    return tmp_path / "outbox.db"


def texts(path: Path) -> list[tuple[int, bytes]]:
    """Return where each text of a file's schema lies, in the order of the file."""
    raw = path.read_bytes()[:PAGE]
    with closing(sqlite3.connect(path)) as db:
        entries = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    found = []
    for kind, name, table, sql in entries:
        head = f"{kind}{name}{table}".encode()
        # Between the names and the text lies the number of a page, in one byte.
        at = re.search(re.escape(head) + b"." + re.escape((sql or "").encode()), raw, re.DOTALL)
        assert at is not None
        found.append((at.start(), head))
        if sql:
            found.append((at.start() + len(head) + 1, sql.encode()))
    return found


def each_broken(sound: Path, places: Iterator[int]) -> Iterator[Path]:
    """Yield copies of a file, with one bit flipped at each of these places."""
    raw = sound.read_bytes()
    path = sound.parent / "broken" / "outbox.db"
    for place in places:
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        yield path


def require_all(path: Path, known: str, goes_on: bool = True) -> None:
    """Open an outbox, and see that it is the same, with all that it held, and goes on."""
    outbox = Outbox(path, maker(1))
    try:
        assert outbox.id == known
        assert [entry.body for entry in outbox.waiting().queued] == BODIES[2:]
        assert [kept.n for kept in outbox.kept(0)] == [1, 2, 3, 4, 5, 6]
        if not goes_on:
            return
        outbox.note_replies([reply(outbox.id, 3)])
        assert outbox.append(draft()).n == 7
        outbox.keep_memos({"z": b"1"})
        assert (outbox.memo("z"), outbox.copies("t")) == (b"1", 0)
    finally:
        outbox.close()


def id_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return str(db.execute("SELECT outbox FROM meta").fetchone()[0])


def test_a_bit_that_flips_anywhere_in_the_text_of_the_queue_costs_nothing(sound: Path) -> None:
    """Seed 507896: `kind` was `jind`, and no operation could be queued or read."""
    known, spans = id_of(sound), texts(sound)
    queue = [(at, text) for at, text in spans if re.match(OF_THE_QUEUE, text)]
    assert len(queue) == 2
    places = [place for at, text in queue for place in range(at, at + len(text))]
    for path in each_broken(sound, iter(places)):
        require_all(path, known, goes_on=False)


def test_a_bit_that_flips_in_any_other_text_of_the_schema_costs_nothing(sound: Path) -> None:
    known = id_of(sound)
    places = [place for at, text in texts(sound) for place in range(at, at + len(text), 17)]
    for path in each_broken(sound, iter(places)):
        require_all(path, known)


@pytest.mark.parametrize("length", [3, 60])
def test_many_bytes_of_a_text_at_once_cost_nothing(sound: Path, length: int) -> None:
    known = id_of(sound)
    for at, text in texts(sound):
        if len(text) > 2 * length:
            spoil(sound, at + 5, length)
    require_all(sound, known)


def test_a_file_that_is_mended_is_sound_for_everybody(sound: Path) -> None:
    at, text = next(span for span in texts(sound) if b'TABLE "command"' in span[1])
    spoil(sound, at + text.index(b"kind"), 1)
    assert mend_schema(sound, TABLES)
    assert not mend_schema(sound, TABLES)
    with closing(sqlite3.connect(sound)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(kind) FROM command").fetchone() == (6,)


def test_what_waits_is_salvaged_where_the_schema_and_a_page_are_damaged(sound: Path) -> None:
    at, text = next(span for span in texts(sound) if b'TABLE "command"' in span[1])
    spoil(sound, at + text.index(b"kind"), 1)
    with closing(sqlite3.connect(sound)) as db:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'operation_status'"
        (root,) = db.execute(sql).fetchone()
    spoil(sound, (root - 1) * PAGE, PAGE)
    stores = open_stores(sound.parent, maker(1), ("stock",))
    (problem,) = stores.problems
    assert (problem.params["saved"], problem.params["lost"]) == (4, 0)
    assert [entry.body for entry in stores.outbox.waiting().queued] == BODIES[2:]
    stores.close()


def test_a_table_that_is_another_is_damage(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", (), (Operation,))
    require_shape(database.connection, (Operation,))
    database.connection.execute("ALTER TABLE command RENAME COLUMN kind TO jind")
    with pytest.raises(FAULTS, match="kind of the table command") as caught:
        require_shape(database.connection, (Operation,))
    assert is_damage(caught.value)
    database.close()


@pytest.mark.parametrize(
    "sql", ["DROP INDEX operation_status", "DROP INDEX operation_status; {0} (made_ms)"]
)
def test_an_index_that_is_another_is_damage(tmp_path: Path, sql: str) -> None:
    database = Database(tmp_path / "some.db", (), (Operation,))
    made = 'CREATE INDEX "operation_status" ON command'
    for statement in sql.format(made).split(";"):
        database.connection.execute(statement)
    with pytest.raises(FAULTS, match="operation_status of the table command"):
        require_shape(database.connection, (Operation,))
    database.close()


def test_what_another_release_added_is_no_damage(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", (), (Operation,))
    database.connection.execute("ALTER TABLE command ADD COLUMN later TEXT")
    database.connection.execute("CREATE TABLE later (n INTEGER NOT NULL)")
    require_shape(database.connection, (Operation,))
    database.close()
    assert not mend_schema(tmp_path / "some.db", (Operation,))


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert not mend_schema(tmp_path / "some.db", TABLES)
    assert not (tmp_path / "some.db").exists()


def test_a_file_that_is_none_is_not_mended(tmp_path: Path) -> None:
    (tmp_path / "some.db").write_bytes(b"no database" * 1000)
    assert not mend_schema(tmp_path / "some.db", TABLES)
