"""Files of a release that did not seal: brought over once, and nothing that they said is left."""

from contextlib import closing
from pathlib import Path

import pytest

from common import messages as m
from common import wire
from common.wire import digest_hex
from kiosk.database import sqlite3
from kiosk.replica_file import digest_of
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import BOX, maker, reply

FOLLOWED = ("stock", "sales")
SAID = "Truffes noires du Tricastin"
OUTBOX = "5a" * 16
SERIES_OF_7 = "07-B9D5"
OLD_OUTBOX = """
CREATE TABLE meta (id INTEGER NOT NULL PRIMARY KEY, outbox TEXT NOT NULL, series TEXT NOT NULL,
 next_ticket INTEGER NOT NULL, clock_diff_ms INTEGER NOT NULL) STRICT;
CREATE TABLE command (n INTEGER NOT NULL PRIMARY KEY, schema INTEGER NOT NULL, kind TEXT NOT NULL,
 hash BLOB NOT NULL, body BLOB NOT NULL, made_ms INTEGER NOT NULL, status INTEGER NOT NULL,
 reply BLOB) STRICT;
CREATE INDEX operation_status ON command (status);
"""
OLD_REPLICA = """
CREATE TABLE meta (id INTEGER NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, outbox TEXT NOT NULL,
 synced_ms INTEGER) STRICT;
CREATE TABLE position (topic TEXT NOT NULL PRIMARY KEY, slot INTEGER NOT NULL,
 tseq INTEGER NOT NULL, digest TEXT NOT NULL, last_n INTEGER NOT NULL, stale INTEGER NOT NULL,
 staging INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE row (slot INTEGER NOT NULL, key TEXT NOT NULL, row BLOB NOT NULL,
 PRIMARY KEY (slot, key)) STRICT, WITHOUT ROWID;
"""


def body(n: int) -> bytes:
    return b"%d " % n + SAID.encode() + bytes(300)


def leave(folder: Path, operations: int = 30, replied: int = 20) -> None:
    """Leave both files as the release before did, their last changes in the log only."""
    with closing(sqlite3.connect(folder / "outbox.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.executescript(OLD_OUTBOX)
        db.execute("INSERT INTO meta VALUES (1, ?, ?, 5, 0)", (OUTBOX, SERIES_OF_7))
        said = wire.encode_reply_body(reply(OUTBOX, 1, m.Status.REFUSED, code="unknown_article"))
        for n in range(1, operations + 1):
            told = (1, said) if n <= replied else (0, None)
            values = (n, 1, "sale.record", wire.body_hash(body(n)), body(n), 17, *told)
            db.execute("INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        # What was deleted may still lie on free pages.
        db.execute("DELETE FROM command WHERE n < 5")
    with closing(sqlite3.connect(folder / "replica.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.executescript(OLD_REPLICA)
        db.execute("INSERT INTO meta VALUES (1, '', ?, NULL)", (OUTBOX,))
        for slot, topic in enumerate(FOLLOWED, 1):
            rows = [(f"{n:04}", SAID.encode() if topic == "sales" else b"7") for n in range(60)]
            db.executemany(f"INSERT INTO row VALUES ({slot}, ?, ?)", rows)
            position = (topic, slot, 60, digest_hex(digest_of(rows) & wire.DIGEST_MASK))
            db.execute("INSERT INTO position VALUES (?, ?, ?, ?, 0, 0, NULL)", position)


def opened(folder: Path) -> Stores:
    return open_stores(folder, maker(), FOLLOWED)


def said_in(folder: Path) -> list[str]:
    """Return the files of a folder that say it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if SAID.encode() in path.read_bytes()]


def test_what_is_there_is_sealed_and_goes_on_as_it_was(tmp_path: Path) -> None:
    leave(tmp_path)
    assert said_in(tmp_path) == ["outbox.db", "replica.db"]
    stores = opened(tmp_path)
    assert said_in(tmp_path) == []  # The logs, too: the files are open.
    assert (stores.problems, stores.outbox.id) == ((), OUTBOX)
    assert [e.body for e in stores.outbox.waiting().queued] == [body(n) for n in range(21, 31)]
    assert [e.body_hash for e in stores.outbox.waiting().queued] == [
        wire.body_hash(body(n)) for n in range(21, 31)
    ]
    kept = stores.outbox.kept(0)[0]
    assert (kept.n, kept.body, kept.reply and kept.reply.code) == (5, body(5), "unknown_article")
    assert stores.topics["sales"].rows == [(f"{n:04}", SAID.encode()) for n in range(60)]
    assert {topic: stores.replica.tseq(topic) for topic in FOLLOWED} == {"stock": 60, "sales": 60}
    stores.close()
    assert said_in(tmp_path) == []
    again = opened(tmp_path)
    assert (again.problems, len(again.outbox.waiting().queued)) == ((), 10)
    again.close()


def test_where_power_went_before_its_pages_were_written_anew_they_are_at_the_next_start(
    tmp_path: Path,
) -> None:
    leave(tmp_path)
    with closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as db:
        db.execute("BEGIN")
        for n, written, plain in db.execute("SELECT n, hash, body FROM command").fetchall():
            sealed = BOX.operation(n, written, plain)
            db.execute("UPDATE command SET body = ? WHERE n = ?", (sealed, n))
        db.execute("ALTER TABLE command DROP COLUMN hash")
        db.execute(
            "CREATE TABLE sealing (id INTEGER NOT NULL PRIMARY KEY, mark BLOB NOT NULL,"
            " clean INTEGER NOT NULL) STRICT"
        )
        db.execute("INSERT INTO sealing (mark, clean) VALUES (?, 0)", (BOX.mark,))
        db.execute("COMMIT")
    assert "outbox.db" in said_in(tmp_path)
    stores = opened(tmp_path)
    assert said_in(tmp_path) == []
    assert len(stores.outbox.waiting().queued) == 10
    stores.close()


@pytest.mark.parametrize("n", [21, 25, 30])
def test_one_that_was_damaged_before_costs_that_one_alone(tmp_path: Path, n: int) -> None:
    leave(tmp_path)
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db:
        db.execute("UPDATE command SET body = x'00' WHERE n = ?", (n,))
        db.commit()
    stores = opened(tmp_path)
    (problem,) = stores.problems
    assert (problem.code, problem.params["saved"], problem.params["lost"]) == (
        "outbox_damaged",
        9,
        1,
    )
    assert body(n) not in [entry.body for entry in stores.outbox.waiting().queued]
    stores.close()
