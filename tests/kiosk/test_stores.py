"""Damage to a post's files: what is survived, how, and what is said about it."""

from contextlib import closing
from pathlib import Path

import pytest

from common.errors import Refusal
from common.messages import Change
from kiosk.database import set_aside, sqlite3
from kiosk.picture_files import FOLDER, PictureFiles
from kiosk.stores import Stores, erase_replica, open_stores
from tests.kiosk.post import OTHER, draft, maker, reply
from tests.kiosk.test_picture_files import NAMES, PICTURES, text

TOPICS = ("stock", "sales")


def opened(folder: Path, seed: int = 1) -> Stores:
    return open_stores(folder, maker(seed), TOPICS)


def filled(folder: Path) -> tuple[str, str]:
    """Make both files with something in them; return the outbox's id and series."""
    stores = opened(folder, seed=0)
    assert stores.problems == ()
    rows = [Change(f"{n:05}", bytes(200), OTHER, n) for n in range(1, 500)]
    stores.replica.apply("stock", 1, rows)
    stores.replica.apply("sales", 1, rows[:3])
    for n in range(1, 41):
        stores.outbox.append(draft(b"%d" % n + bytes(2000)))
    stores.outbox.note_replies([reply(stores.outbox.id, n) for n in range(1, 31)])
    known = stores.outbox.id, stores.outbox.series
    stores.close()
    return known


def spoil(path: Path, start: int, size: int = 4096) -> None:
    """Overwrite a part of a closed file."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * size)


def test_a_new_folder_has_an_empty_outbox_and_an_empty_replica(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    assert stores.problems == ()
    assert stores.outbox.waiting().queued == []
    assert {topic: read.tseq for topic, read in stores.topics.items()} == {"stock": 0, "sales": 0}
    stores.close()


def test_sound_files_are_read_whole(tmp_path: Path) -> None:
    outbox, _ = filled(tmp_path)
    stores = opened(tmp_path)
    assert (stores.problems, stores.outbox.id) == ((), outbox)
    assert len(stores.topics["stock"].rows) == 499
    assert len(stores.topics["sales"].rows) == 3
    stores.close()


@pytest.mark.parametrize("spoilt", [(0, 100), (4096, 40_000)])
def test_a_damaged_replica_is_set_aside_and_the_outbox_untouched(
    tmp_path: Path, spoilt: tuple[int, int]
) -> None:
    outbox, _ = filled(tmp_path)
    spoil(tmp_path / "replica.db", *spoilt)
    stores = opened(tmp_path)
    assert [problem.code for problem in stores.problems] == ["replica_rebuilt"]
    assert (tmp_path / "replica.damaged.db").exists()
    assert stores.replica.tseq("stock") == 0
    assert stores.topics["stock"].rows == ()
    assert (stores.outbox.id, len(stores.outbox.waiting().queued)) == (outbox, 10)
    stores.close()
    again = opened(tmp_path)
    assert again.problems == ()
    again.close()


def test_a_topic_whose_rows_are_not_its_digests_is_dropped_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    stores = opened(tmp_path)
    stores.replica._connection.execute("UPDATE row SET row = X'00' WHERE key = '00400'")
    stores.close()
    again = opened(tmp_path)
    assert [problem.code for problem in again.problems] == ["replica_rebuilt"]
    assert again.replica.tseq("stock") == 0
    assert again.topics["stock"].rows == ()
    assert (again.replica.tseq("sales"), len(again.topics["sales"].rows)) == (3, 3)
    again.close()


def test_of_a_damaged_outbox_what_can_be_read_goes_on_under_a_new_id(tmp_path: Path) -> None:
    outbox, series = filled(tmp_path)
    # The last page of the last waiting operations: what lies before it can still be read.
    path = tmp_path / "outbox.db"
    spoil(path, path.stat().st_size - 4096)
    stores = opened(tmp_path)
    (problem,) = stores.problems
    assert problem.code == "outbox_damaged"
    saved = [int(entry.body.rstrip(b"\0")) for entry in stores.outbox.waiting().queued]
    assert saved == list(range(31, 31 + len(saved)))
    assert 0 < len(saved) == problem.params["saved"]
    assert stores.outbox.id != outbox
    assert stores.outbox.series != series
    assert (tmp_path / problem.params["file"]).exists()
    stores.close()


def test_of_an_outbox_that_is_none_any_more_nothing_is_saved_and_selling_goes_on(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    (tmp_path / "outbox.db").write_bytes(b"\x00\x01 not a database" * 1000)
    stores = opened(tmp_path)
    assert [problem.params["saved"] for problem in stores.problems] == [0]
    assert stores.outbox.append(draft()).n == 1
    stores.close()


def test_a_lost_outbox_is_a_new_one(tmp_path: Path) -> None:
    outbox, series = filled(tmp_path)
    set_aside(tmp_path / "outbox.db", "lost")
    stores = opened(tmp_path)
    assert stores.outbox.id not in ("", outbox)
    assert stores.outbox.series != series
    # What the rows hold of the other outbox's operations says nothing about this one's.
    assert stores.topics["stock"].last_n == 0
    stores.close()


def test_a_replica_can_be_rebuilt_while_it_is_read(tmp_path: Path) -> None:
    filled(tmp_path)
    stores = opened(tmp_path)
    stores.rebuild_replica()
    assert stores.replica.tseq("stock") == 0
    stores.replica.apply("stock", 1, [Change("a", b"1", OTHER, 1)])
    stores.reopen_reader()
    assert dict(stores.reader.read("stock").rows) == {"a": b"1"}
    stores.rebuild_replica()
    stores.close()


def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        opened(tmp_path / "nowhere")
    assert caught.value.problem.code == "disk_failed"


def test_bits_flipped_in_the_epoch_do_not_keep_a_post_from_its_hub(tmp_path: Path) -> None:
    stores = open_stores(tmp_path, maker(), ("shop",))
    stores.replica.leave_epoch("0a" * 16)
    stores.close()
    with closing(sqlite3.connect(tmp_path / "replica.db")) as db:
        db.execute("UPDATE meta SET epoch = ?", ("0b" * 16,))
        db.commit()
    stores = open_stores(tmp_path, maker(), ("shop",))
    assert [problem.code for problem in stores.problems] == ["replica_rebuilt"]
    assert stores.replica.epoch() == ""
    stores.close()


@pytest.mark.parametrize("column", ["slot", "tseq", "last_n", "stale", "staging"])
def test_bits_flipped_in_a_position_cost_the_copy_and_not_the_outbox(
    tmp_path: Path, column: str
) -> None:
    """An n that nobody counted to would begin other numbers, for which no restored hub asks."""
    outbox, _ = filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "replica.db")) as db, db:
        changed = f"UPDATE position SET {column} = coalesce({column}, 0) + 4096 WHERE topic = ?"
        db.execute(changed, ("stock",))
    stores = opened(tmp_path)
    assert [problem.code for problem in stores.problems] == ["replica_rebuilt"]
    assert stores.outbox.id == outbox
    assert stores.replica.newest_n == 0
    stores.close()


def test_a_position_of_an_older_release_is_taken_as_it_is(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "replica.db")) as db, db:
        db.execute("ALTER TABLE position DROP COLUMN mark")
    for _ in range(2):
        stores = opened(tmp_path)
        assert stores.problems == ()
        assert stores.replica.tseq("stock") == 499
        stores.replica.cover("stock", 7)
        stores.close()


def test_what_a_post_lets_go_when_it_is_taken_out(tmp_path: Path) -> None:
    """Nothing of the shop's rows stays, nor of their pictures; what it did stays."""
    filled(tmp_path)
    files = PictureFiles(tmp_path / FOLDER)
    files.open()
    files.store({NAMES[0]: text(PICTURES[0])}, ())
    (tmp_path / "people.sealed").write_bytes(b"sealed")
    erase_replica(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == [
        "outbox.db"
    ]
    assert files.load(NAMES[0]) is None
