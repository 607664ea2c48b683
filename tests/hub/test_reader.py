"""The reading thread on a real file: one moment, whatever the writer does meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import wire
from common.topics import Profile
from hub.reader import EncodedSnapshot, ReadFailed, SnapshotReader, read_snapshot
from tests.hub.desk_bench import EPOCH, Bench, article, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as bench:
        bench.enrol(0, Profile.CONSOLE)
        yield bench


def fill(bench: Bench, count: int, price_cents: int = 250) -> None:
    for at in range(0, count, 100):
        bench.put(bench.enrolled[0], [article(n, price_cents) for n in range(at, at + 100)])
    bench.core.turn()


def rows_of(snapshot: EncodedSnapshot) -> list[tuple[str, bytes]]:
    return [row for count, packed in snapshot.chunks for row in wire.unpack_rows(packed, count)]


def live_rows(bench: Bench, topic: str) -> list[tuple[str, bytes]]:
    found = bench.store.db.execute(
        "SELECT key, row FROM live_row WHERE topic = ? ORDER BY key", (topic,)
    )
    return [(key, bytes(row)) for key, row in found]


def digest_of(rows: list[tuple[str, bytes]]) -> str:
    total = sum(wire.row_digest(key, row) for key, row in rows)
    return wire.digest_hex(total & wire.DIGEST_MASK)


class Bell:
    """Counts wakes, and lets a test wait for them."""

    def __init__(self) -> None:
        self._rung = threading.Semaphore(0)

    def ring(self) -> None:
        self._rung.release()

    def wait(self) -> None:
        assert self._rung.acquire(timeout=10), "nobody rang"


@contextmanager
def reading(path: Path, bell: Bell) -> Iterator[SnapshotReader]:
    reader = SnapshotReader(path, bell.ring)
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()


def test_a_snapshot_is_the_live_rows(bench: Bench) -> None:
    fill(bench, 1200)
    bell = Bell()
    with reading(bench.path, bell) as reader:
        reader.request("articles")
        bell.wait()
        (snapshot,) = reader.take()
        assert reader.take() == []
    assert isinstance(snapshot, EncodedSnapshot)
    assert rows_of(snapshot) == live_rows(bench, "articles")
    assert snapshot.rows == 1200
    assert len(snapshot.chunks) > 1
    head = bench.log.heads["articles"]
    assert (snapshot.topic, snapshot.epoch, snapshot.gseq) == ("articles", EPOCH, bench.log.gseq)
    assert (snapshot.tseq, snapshot.digest) == (head.tseq, wire.digest_hex(head.digest))
    assert snapshot.last_n == {"0e" * 16: 12}


def test_each_snapshot_is_of_its_own_moment(bench: Bench) -> None:
    """Read while a writer commits: rows, tseq and digest always belong together."""
    fill(bench, 100)
    bell = Bell()
    taken: list[EncodedSnapshot | ReadFailed] = []
    with reading(bench.path, bell) as reader:
        for turn in range(30):
            reader.request("articles")
            fill(bench, 100, price_cents=300 + turn)
        for _ in range(30):
            bell.wait()
        taken = reader.take()
    assert len(taken) == 30
    for snapshot in taken:
        assert isinstance(snapshot, EncodedSnapshot)
        assert snapshot.tseq == 100 * snapshot.gseq
        assert snapshot.last_n == {"0e" * 16: snapshot.gseq}
        assert digest_of(rows_of(snapshot)) == snapshot.digest
    assert [s.gseq for s in taken if isinstance(s, EncodedSnapshot)] == sorted(
        s.gseq for s in taken if isinstance(s, EncodedSnapshot)
    )


def test_a_commit_in_the_middle_of_a_read_is_not_seen(bench: Bench) -> None:
    """The writer commits after the read transaction saw its first row."""
    fill(bench, 100)
    db = sqlite3.connect(bench.path, isolation_level=None)
    committed: list[int] = []

    def commit_between() -> int:
        if not committed:
            committed.append(bench.log.heads["articles"].tseq)
            fill(bench, 100, price_cents=999)
        return 0

    db.set_progress_handler(commit_between, 50)
    try:
        snapshot = read_snapshot(db, "articles")
    finally:
        db.set_progress_handler(None, 0)
        db.close()
    assert committed == [100]
    assert bench.log.heads["articles"].tseq == 200
    assert digest_of(rows_of(snapshot)) == snapshot.digest
    assert snapshot.tseq in (100, 200)


def test_a_reader_pins_nothing_once_it_has_read(bench: Bench) -> None:
    fill(bench, 100)
    bell = Bell()
    with reading(bench.path, bell) as reader:
        reader.request("articles")
        bell.wait()
        busy, _, _ = bench.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
        assert not bench.path.with_name("comptoir.db-wal").stat().st_size


def test_a_read_that_fails_is_told_and_the_next_is_read(bench: Bench) -> None:
    fill(bench, 100)
    bench.store.db.execute("ALTER TABLE live_row RENAME TO hidden")
    bell = Bell()
    with reading(bench.path, bell) as reader:
        reader.request("articles")
        bell.wait()
        (failed,) = reader.take()
        bench.store.db.execute("ALTER TABLE hidden RENAME TO live_row")
        reader.request("articles")
        bell.wait()
        (snapshot,) = reader.take()
    assert isinstance(failed, ReadFailed)
    assert (failed.topic, "live_row" in failed.reason) == ("articles", True)
    assert isinstance(snapshot, EncodedSnapshot)
    assert snapshot.rows == 100


@pytest.mark.parametrize("name", ["a#b", "a?mode=rw", "100%41", "Épicerie du coin"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with open_bench(tmp_path / name) as bench:
        bell = Bell()
        with reading(bench.path, bell) as reader:
            reader.request("articles")
            bell.wait()
            (snapshot,) = reader.take()
    assert isinstance(snapshot, EncodedSnapshot)
    assert (snapshot.topic, snapshot.rows) == ("articles", 0)
