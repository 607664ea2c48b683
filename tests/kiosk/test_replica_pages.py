"""Bits that flip in the pages of a post's copy of the shop: it is the hub's again.

Two positions that changed places, or one that stands twice, are read without a word: a scan finds
them all, and a look for one of them none.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from common.messages import Change
from common.wire import DIGEST_MASK, digest_hex, row_digest
from kiosk.database import FAULTS, is_damage, sqlite3
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import OTHER, maker

PAGE = 4096
TOPICS = ("articles", "people", "receipts", "shop", "stock")
EPOCH = "0a" * 16
Rows = dict[str, bytes]


def rows_of(topic: str) -> Rows:
    """Return what the hub has of a topic."""
    return {f"{topic}-{n}": f"row {n} of {topic}".encode() for n in range(1, 5)}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a closed copy of five topics."""
    folder = tmp_path / "sound"
    folder.mkdir()
    stores = open_stores(folder, maker(0), TOPICS)
    stores.replica.leave_epoch(EPOCH)
    for topic in TOPICS:
        stores.replica.apply(topic, 1, [Change(*row, OTHER, 0) for row in rows_of(topic).items()])
    stores.close()
    return folder / "replica.db"


def root_of(path: Path, table: str) -> int:
    """Return where the one page of a table begins in a file."""
    db = sqlite3.connect(path)
    try:
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        return (int(page) - 1) * PAGE
    finally:
        db.close()


def each_flipped(sound: Path, bits: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """Yield each bit's number with a folder whose copy has that bit flipped."""
    raw = sound.read_bytes()
    folder = sound.parent.parent / "flipped"
    for bit in bits:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound.parent, folder)
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        (folder / sound.name).write_bytes(flipped)
        yield bit, folder


def follow(stores: Stores, topic: str) -> None:
    """Do what a post does that meets its hub again, which has one more row by now."""
    replica, wanted = stores.replica, rows_of(topic)
    digest = sum(row_digest(*row) for row in wanted.items()) & DIGEST_MASK
    more = (f"{topic}-5", b"one more")
    if (replica.tseq(topic), replica.digest(topic)) == (len(wanted), digest):
        replica.apply(topic, len(wanted) + 1, [Change(*more, OTHER, 0)])
        return
    rows = [*wanted.items(), more]
    digest += row_digest(*more)
    replica.begin_snapshot(topic)
    replica.add_rows(topic, rows)
    known = digest_hex(digest & DIGEST_MASK)
    assert replica.swap_snapshot(topic, EPOCH, len(rows), 0, known)


def follow_all(stores: Stores) -> None:
    """Follow each topic; a copy whose damage SQLite says is made anew, as a post's link does."""
    try:
        for topic in TOPICS:
            follow(stores, topic)
    except FAULTS as fault:
        if not is_damage(fault):
            raise
        stores.rebuild_replica()
        stores.reopen_reader()
        for topic in TOPICS:
            follow(stores, topic)


def require_hubs(folder: Path, bit: int) -> None:
    """Open a copy, go on with it, and see that it is the hub's, now and at the next start."""
    for again in (False, True):
        stores = open_stores(folder, maker(0), TOPICS)
        try:
            if not again:
                follow_all(stores)
            for topic in TOPICS:
                held = stores.reader.read(topic)
                wanted = {**rows_of(topic), f"{topic}-5": b"one more"}
                assert (dict(held.rows), held.sound) == (wanted, True), (bit, topic)
            assert not again or stores.problems == (), bit
        finally:
            stores.close()


@pytest.mark.parametrize("table", ["position", "meta", "sealing"])
def test_a_bit_that_flips_in_how_a_page_is_laid_out(sound: Path, table: str) -> None:
    start = root_of(sound, table)
    for bit, folder in each_flipped(sound, range(8 * start, 8 * (start + 24))):
        require_hubs(folder, bit)


def test_a_bit_that_flips_in_how_the_rows_are_laid_out(sound: Path) -> None:
    start = root_of(sound, "row")
    for bit, folder in each_flipped(sound, range(8 * start, 8 * (start + 12))):
        require_hubs(folder, bit)
