"""An outbox that is damaged, gone, empty or garbage: what waits in it goes on, what does not is
counted, and a post goes on in every case."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from common.errors import Problem, Refusal
from common.messages import Change
from common.wire import body_hash
from kiosk.database import FAULTS, sqlite3
from kiosk.outbox import Counts, Outbox
from kiosk.salvage import salvage_file
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import BOX, OTHER, draft, maker, new_outbox, reply
from tests.kiosk.test_stores import spoil

TOPICS = ("stock", "sales")
PAGE = 4096


def opened(folder: Path, seed: int = 1) -> Stores:
    return open_stores(folder, maker(seed), TOPICS)


def filled(folder: Path, operations: int = 40, replied: int = 30) -> Stores:
    """Make both files; each operation says its number, and fills half a page."""
    stores = opened(folder, seed=0)
    stores.replica.apply("stock", 1, [Change(f"{n:05}", bytes(200), OTHER, n) for n in range(50)])
    for n in range(1, operations + 1):
        stores.outbox.append(draft(b"%d." % n + bytes(2000)))
    stores.outbox.note_replies([reply(stores.outbox.id, n) for n in range(1, replied + 1)])
    return stores


def waiting(stores: Stores) -> list[int]:
    """Return which operations wait, by what they say."""
    return [int(entry.body.split(b".")[0]) for entry in stores.outbox.waiting().queued]


def place_of(path: Path, n: int) -> int:
    """Return where an operation of `filled` lies in a file."""
    body = b"%d." % n + bytes(2000)
    return path.read_bytes().index(BOX.operation(n, body_hash(body), body)[:100])


def page_of(path: Path, n: int) -> int:
    """Return where the page begins that holds it."""
    return place_of(path, n) // PAGE * PAGE


@pytest.mark.parametrize("hit", [31, 35, 40])
def test_what_lies_behind_a_page_that_cannot_be_read_is_saved_too(tmp_path: Path, hit: int) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    spoil(path, page_of(path, hit), PAGE)
    stores = opened(tmp_path)
    (problem,) = stores.problems
    saved = waiting(stores)
    assert problem.code == "outbox_damaged"
    assert problem.params["saved"] == len(saved) >= 7
    assert len(saved) + problem.params["lost"] == 10
    assert hit not in saved
    assert saved == sorted(saved)
    stores.close()


def test_bits_that_flip_within_a_body_are_seen_and_cost_that_one_alone(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    at = place_of(path, 36)
    spoil(path, at + 500, 2)
    stores = opened(tmp_path)
    (problem,) = stores.problems
    assert (problem.params["saved"], problem.params["lost"]) == (9, 1)
    assert waiting(stores) == [31, 32, 33, 34, 35, 37, 38, 39, 40]
    assert (tmp_path / problem.params["file"]).exists()
    stores.close()


def test_a_bit_that_flips_in_one_that_was_replied_to_costs_nothing(tmp_path: Path) -> None:
    before = filled(tmp_path)
    outbox = before.outbox.id
    before.close()
    path = tmp_path / "outbox.db"
    spoil(path, place_of(path, 12) + 500, 1)
    stores = opened(tmp_path)
    assert (stores.problems, stores.outbox.id) == ((), outbox)
    stores.close()


@pytest.mark.parametrize("n", [12, 36])
def test_a_kind_that_is_no_text_any_more_costs_nothing(tmp_path: Path, n: int) -> None:
    """What an operation is, its body says, which is sealed; seed 404876."""
    before = filled(tmp_path)
    outbox = before.outbox.id
    before.close()
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db:
        sql = "UPDATE command SET kind = CAST(x'636173685f696e2e7265ff' AS TEXT) WHERE n = ?"
        db.execute(sql, (n,))
        db.commit()
    stores = opened(tmp_path)
    assert (stores.problems, stores.outbox.id) == ((), outbox)
    assert waiting(stores) == list(range(31, 41))
    assert [kept.n for kept in stores.outbox.kept(0)] == list(range(1, 41))
    assert len(stores.outbox.undelivered(100)) == 10
    stores.outbox.renew()
    assert waiting(stores) == list(range(31, 41))
    stores.close()


def test_a_kind_that_is_no_text_any_more_is_salvaged_with_the_rest(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE command SET kind = CAST(x'ff' AS TEXT) WHERE n = 36")
        db.commit()
    spoil(path, place_of(path, 33) + 500, 1)
    stores = opened(tmp_path)
    assert (stores.problems[0].params["saved"], stores.problems[0].params["lost"]) == (9, 1)
    assert waiting(stores) == [31, 32, 34, 35, 36, 37, 38, 39, 40]
    stores.close()


def test_without_its_index_the_rows_themselves_tell(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    outbox = Outbox(path, maker())
    with outbox._reading() as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'operation_status'"
        (root,) = connection.execute(sql).fetchone()
    outbox.close()
    spoil(path, (root - 1) * PAGE, PAGE)
    stores = opened(tmp_path)
    assert (stores.problems[0].params["saved"], stores.problems[0].params["lost"]) == (10, 0)
    assert waiting(stores) == list(range(31, 41))
    stores.close()


def test_garbage_in_its_place_says_nothing_and_selling_goes_on(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (tmp_path / "outbox.db").write_bytes(b"\x00\x01 no database" * 1000)
    stores = opened(tmp_path)
    assert [p.code for p in stores.problems] == ["outbox_damaged"]
    assert stores.outbox.append(draft()).n == 1
    stores.close()


@pytest.mark.parametrize("left", [None, b"", b"x"])
def test_a_file_that_is_gone_or_empty_is_told(tmp_path: Path, left: bytes | None) -> None:
    filled(tmp_path).close()
    (tmp_path / "outbox.db").unlink()
    if left is not None:
        (tmp_path / "outbox.db").write_bytes(left)
    stores = opened(tmp_path)
    assert stores.problems == (Problem("outbox_missing", {"saved": 0}),)
    assert stores.outbox.append(draft()).n == 1
    stores.close()
    again = opened(tmp_path)
    assert again.problems == ()
    again.close()


@pytest.mark.parametrize("left", [b"", None])
def test_a_file_that_lost_its_bytes_is_read_from_the_log_beside_it(
    tmp_path: Path, left: bytes | None
) -> None:
    """As after power went: the log was synced with each operation, the file was not yet."""
    (tmp_path / "running").mkdir()
    running = filled(tmp_path / "running", operations=9, replied=3)
    shutil.copy(tmp_path / "running" / "outbox.db-wal", tmp_path / "outbox.db-wal")
    if left is not None:
        (tmp_path / "outbox.db").write_bytes(left)
    stores = opened(tmp_path)
    assert (stores.problems, stores.outbox.id) == ((), running.outbox.id)
    assert waiting(stores) == [4, 5, 6, 7, 8, 9]
    stores.close()
    running.close()


def test_a_log_that_is_none_is_told_and_the_file_before_it_saved(tmp_path: Path) -> None:
    (tmp_path / "running").mkdir()
    running = filled(tmp_path / "running")
    running.outbox._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    running.outbox.append(draft(b"41." + bytes(9000)))
    shutil.copy(tmp_path / "running" / "outbox.db", tmp_path / "outbox.db")
    (tmp_path / "outbox.db-wal").write_bytes(b"garbage " * 4000)
    stores = opened(tmp_path)
    (problem,) = stores.problems
    assert problem.code == "outbox_damaged"
    assert waiting(stores) == list(range(31, 41))
    # Number 41 was given out before: this is not the outbox that did.
    assert stores.outbox.id != running.outbox.id
    stores.close()
    running.close()


def test_both_files_damaged_at_once(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    spoil(path, page_of(path, 35), PAGE)
    spoil(tmp_path / "replica.db", 0, 100)
    stores = opened(tmp_path)
    assert [p.code for p in stores.problems] == ["outbox_damaged", "replica_rebuilt"]
    assert len(waiting(stores)) >= 7
    assert stores.replica.tseq("stock") == 0
    stores.close()


# While it runs.


def test_damage_that_shows_while_it_runs_is_mended_with_what_waits(tmp_path: Path) -> None:
    stores = filled(tmp_path)
    old_id, outbox = stores.outbox.id, stores.outbox
    outbox._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    outbox._database.connection.execute("PRAGMA cache_size = 0").fetchone()
    path = tmp_path / "outbox.db"
    spoil(path, page_of(path, 33), PAGE)
    with pytest.raises(Exception, match="malformed") as caught:
        outbox.kept(0)
    assert outbox.damaged
    stores.note_fault(caught.value)
    mended = stores.mend()
    assert [p.code for p in mended.notices] == ["outbox_damaged"]
    assert (mended.renumbered, mended.rebuilt) == (True, False)
    assert outbox.id != old_id
    saved = waiting(stores)
    assert 33 not in saved
    assert len(saved) >= 7
    assert outbox.append(draft()).n == len(saved) + 1
    assert stores.mend().notices == ()
    stores.close()


def test_a_file_that_vanishes_while_it_runs_is_written_again_whole(tmp_path: Path) -> None:
    stores = filled(tmp_path)
    outbox = stores.outbox
    outbox.look()
    assert not outbox.damaged
    for companion in ("", "-wal", "-shm"):
        (tmp_path / f"outbox.db{companion}").unlink()
    outbox.append(draft(b"41."))  # Nobody has looked yet.
    outbox.look()
    mended = stores.mend()
    assert mended.notices == (Problem("outbox_missing", {"saved": 11}),)
    assert waiting(stores) == list(range(31, 42))
    stores.close()
    again = opened(tmp_path)
    assert (again.problems, waiting(again)) == ((), list(range(31, 42)))
    again.close()


def test_a_damaged_replica_alone_leaves_the_outbox_as_it_is(tmp_path: Path) -> None:
    stores = filled(tmp_path)
    known = stores.outbox.id
    stores.replica_damaged = True
    mended = stores.mend()
    assert [p.code for p in mended.notices] == ["replica_rebuilt"]
    assert (stores.outbox.id, stores.outbox.counts()) == (known, Counts(10, 0))
    stores.reopen_reader()
    stores.close()


def test_a_log_of_an_old_file_is_never_read_over_a_new_one(tmp_path: Path) -> None:
    """Power went between the renames: the old file is aside, its log is not."""
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old = filled(tmp_path / "old", operations=5, replied=0)
    new = filled(tmp_path / "new", operations=2, replied=0)
    new_id = new.outbox.id
    new.close()
    shutil.copy(tmp_path / "old" / "outbox.db-wal", tmp_path / "outbox.db-wal")
    shutil.copy(tmp_path / "new" / "outbox.db", tmp_path / "outbox.new.db")
    stores = opened(tmp_path)
    assert (stores.outbox.id, waiting(stores)) == (new_id, [1, 2])
    stores.close()
    old.close()


def test_a_disk_that_says_no_to_the_mending_costs_nothing_however_often(tmp_path: Path) -> None:
    stores = filled(tmp_path)
    (tmp_path / "outbox.db").unlink()
    # Nothing can be written beside the place of the old file.
    (tmp_path / "outbox.new.db").mkdir()
    stores.outbox.look()
    for _ in range(3):
        with pytest.raises((Refusal, OSError)):
            stores.mend()
        assert stores.outbox.damaged
        with pytest.raises(Refusal):
            stores.outbox.append(draft())
    (tmp_path / "outbox.new.db").rmdir()
    assert stores.mend().notices == (Problem("outbox_missing", {"saved": 10}),)
    assert waiting(stores) == list(range(31, 41))
    stores.close()


def test_a_disk_that_cannot_be_read_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(FAULTS):
        salvage_file(tmp_path / "nowhere" / "outbox.db", BOX)


@pytest.mark.parametrize("place", [0, 8, 31])
def test_an_id_that_is_none_any_more_is_damage(tmp_path: Path, place: int) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append(draft(b'{"a":1}'))
    before = outbox.id
    outbox.close()
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db:
        db.execute("UPDATE meta SET outbox = ?", (before[:place] + "x" + before[place + 1 :],))
        db.commit()
    stores = open_stores(tmp_path, maker(1), ("shop",))
    assert [problem.code for problem in stores.problems] == ["outbox_damaged"]
    assert stores.outbox.id != before
    assert [entry.body for entry in stores.outbox.waiting().queued] == [b'{"a":1}']
    stores.close()


def test_a_schema_that_is_no_text_any_more_costs_nothing(tmp_path: Path) -> None:
    filled(tmp_path).close()
    path = tmp_path / "outbox.db"
    spoil(path, path.read_bytes().index(b'CREATE TABLE "chain"'), 3)
    stores = opened(tmp_path)
    assert stores.problems == ()
    assert waiting(stores) == list(range(31, 41))
    stores.close()
