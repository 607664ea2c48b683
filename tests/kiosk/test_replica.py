"""The replica on disk, beyond what the follower asks of any: transactions, news, restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.messages import Change
from kiosk.news import Folded, Swapped
from kiosk.replica import Replica
from kiosk.replica_file import Reader, synced_ms
from tests.kiosk.post import BOX, OTHER, digest_hex

OWN = "0a" * 16
OLD, NEW = "1" * 32, "2" * 32


def change(key: str, row: bytes | None, n: int = 0, outbox: str = OTHER) -> Change:
    return Change(key, row, outbox, n)


def snapshot(replica: Replica, topic: str, rows: dict[str, bytes], tseq: int, epoch: str) -> None:
    replica.begin_snapshot(topic)
    replica.add_rows(topic, list(rows.items()))
    assert replica.swap_snapshot(topic, epoch, tseq, 0, digest_hex(rows))


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path / "replica.db", OWN, BOX)
    yield replica
    replica.close()


def on_disk(replica: Replica, topic: str) -> tuple[int, dict[str, bytes]]:
    reader = Reader(replica.path, BOX)
    try:
        read = reader.read(topic)
        assert read.sound
        return read.tseq, dict(read.rows)
    finally:
        reader.close()


def test_a_turn_is_on_disk_at_its_end_and_not_before(replica: Replica) -> None:
    with replica.transaction():
        replica.apply("stock", 1, [change("a", b"1")])
        replica.apply("sales", 1, [change("s", b"1")])
        assert on_disk(replica, "stock") == (0, {})
    assert on_disk(replica, "stock") == (1, {"a": b"1"})
    assert on_disk(replica, "sales") == (1, {"s": b"1"})


def test_a_turn_that_fails_leaves_rows_position_and_news_as_they_were(replica: Replica) -> None:
    replica.apply("stock", 1, [change("a", b"1")])
    replica.take_news()
    digest = replica.digest("stock")

    def fail() -> None:
        with replica.transaction():
            replica.apply("stock", 2, [change("a", b"2"), change("b", b"2")])
            replica.begin_snapshot("sales")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (replica.tseq("stock"), replica.digest("stock")) == (1, digest)
    assert on_disk(replica, "stock") == (1, {"a": b"1"})
    assert replica.take_news() == []
    replica.apply("stock", 2, [change("a", None)])
    assert on_disk(replica, "stock") == (2, {})


def test_news_tell_what_changed_and_where_the_topic_stands(replica: Replica) -> None:
    mine, other = change("a", b"1", 4, OWN), change("b", b"2", 9)
    replica.apply("stock", 1, [mine, other])
    replica.cover("stock", 6)
    replica.cover("stock", 6)
    snapshot(replica, "sales", {"s": b"1"}, 8, OLD)
    assert replica.take_news() == [
        Folded("stock", 2, 4, [mine, other]),
        Folded("stock", 2, 6, ()),
        Swapped("sales", 8, 0),
    ]
    assert replica.take_news() == []


def test_everything_is_there_after_a_restart(tmp_path: Path, replica: Replica) -> None:
    snapshot(replica, "stock", {"a": b"1", "b": b"2"}, 5, OLD)
    replica.apply("stock", 6, [change("b", b"3", 2, OWN)])
    replica.note_synced(99)
    before = (replica.epoch(), replica.tseq("stock"), replica.digest("stock"))
    replica.close()
    again = Replica(tmp_path / "replica.db", OWN, BOX)
    assert (again.epoch(), again.tseq("stock"), again.digest("stock")) == before
    assert (again.last_n("stock"), again.synced_ms) == (2, 99)
    assert on_disk(again, "stock") == (6, {"a": b"1", "b": b"3"})
    again.close()


def test_a_snapshot_that_was_broken_off_leaves_no_rows_behind(tmp_path: Path) -> None:
    replica = Replica(tmp_path / "replica.db", OWN, BOX)
    snapshot(replica, "stock", {"a": b"1"}, 5, OLD)
    replica.begin_snapshot("stock")
    replica.add_rows("stock", [("x", b"1"), ("y", b"2")])
    replica.close()
    again = Replica(tmp_path / "replica.db", OWN, BOX)
    (rows,) = again._connection.execute("SELECT count(*) FROM row").fetchone()
    assert rows == 1
    assert on_disk(again, "stock") == (5, {"a": b"1"})
    again.close()


def test_slots_are_used_again(replica: Replica) -> None:
    for round_ in range(5):
        with replica.transaction():
            for topic in ("stock", "sales", "articles"):
                snapshot(replica, topic, {"a": b"%d" % round_}, round_ + 1, OLD)
    slots = replica._connection.execute("SELECT DISTINCT slot FROM row").fetchall()
    assert len(slots) == 3
    assert max(slot for (slot,) in slots) <= 4
    assert on_disk(replica, "sales") == (5, {"a": b"4"})


def test_rows_of_an_older_epoch_can_be_read_until_the_new_ones_come(replica: Replica) -> None:
    snapshot(replica, "stock", {"a": b"1"}, 5, OLD)
    snapshot(replica, "sales", {"s": b"1"}, 9, OLD)
    replica.cover("sales", 3)
    snapshot(replica, "stock", {"a": b"2"}, 2, NEW)
    reader = Reader(replica.path, BOX)
    stale = reader.read("sales")
    assert (stale.stale, stale.tseq, dict(stale.rows)) == (True, 0, {"s": b"1"})
    # What the old rows hold of this post's operations is still in them.
    assert stale.last_n == 3
    assert reader.epoch() == NEW
    reader.close()


def test_another_outbox_has_no_effect_here_yet(tmp_path: Path, replica: Replica) -> None:
    replica.apply("stock", 1, [change("a", b"1", 4, OWN)])
    replica.use_outbox("0c" * 16)
    assert replica.last_n("stock") == 0
    replica.apply("stock", 2, [change("a", b"2", 5, OWN), change("a", b"3", 1, "0c" * 16)])
    assert replica.last_n("stock") == 1
    replica.close()
    other = Replica(tmp_path / "replica.db", OWN, BOX)
    assert other.last_n("stock") == 0
    assert other.tseq("stock") == 3
    other.close()


def test_a_forgotten_topic_is_empty_and_says_so(replica: Replica) -> None:
    snapshot(replica, "stock", {"a": b"1"}, 5, OLD)
    replica.take_news()
    replica.forget("stock")
    assert on_disk(replica, "stock") == (0, {})
    assert replica.digest("stock") == 0
    assert replica.take_news() == [Swapped("stock", 0, 0)]


def test_tidying_folds_the_log_into_the_file(replica: Replica) -> None:
    replica.apply("stock", 1, [change(f"{n}", bytes(500)) for n in range(2000)])
    before = replica.path.stat().st_size
    replica.tidy()
    assert replica.path.stat().st_size > before + 900_000


def test_a_reader_sees_rows_and_position_of_one_moment(replica: Replica) -> None:
    replica.apply("stock", 1, [change("a", b"1")])
    reader = Reader(replica.path, BOX)
    assert reader.count("stock") == 1
    assert (reader.stand("stock").tseq, reader.stand("stock").rows) == (1, ())
    assert reader.read("sales").rows == ()
    assert reader.count("sales") == 0
    assert synced_ms(replica.path) is None
    reader.close()
