"""A database of an older release becomes one of this release, whole or not at all."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.topics import TOPICS, Profile
from hub import tables
from hub.audit import audit_file
from hub.audit_goods import catalogue, published
from hub.backup import back_up
from hub.backup_restore import restore
from hub.changes import ChangeLogBook
from hub.folder import Folder
from hub.store import Store, StoreError
from tests.hub.papers import sale
from tests.hub.shop import EPOCH, START_MS, Shop, goods

NEW_IN_4 = ("journal", "journal_seal")
QUARANTINE_1 = (
    'CREATE TABLE "quarantine" ("outbox_id" TEXT NOT NULL, "n" INTEGER NOT NULL,'
    ' "body_hash" BLOB NOT NULL, "schema" INTEGER NOT NULL, "body" BLOB NOT NULL,'
    ' "code" TEXT NOT NULL, "received_ms" INTEGER NOT NULL,'
    ' PRIMARY KEY ("outbox_id", "n", "body_hash")) STRICT, WITHOUT ROWID'
)
NEW_IN_2 = ("taken_request", "gap", "backup", "backup_cover")
NEW_IN_3 = ("person", "pin", "pin_attempt", "session", "permission", "audit_entry")
NEW_IN_5 = ("revocation", "new_key")
NEW_IN_6 = ("refund",)
NEW_IN_8 = ("parked",)
NEW_IN_10 = ("scheduled_price",)
NEW_IN_12 = ("picture",)
NEW_IN_13 = ("removed_category",)
NEW_IN_9 = ("customer", "erased_customer", "customer_opening")
NEW_SINCE_1 = (
    *(*NEW_IN_2, *NEW_IN_3, *NEW_IN_4, *NEW_IN_5, *NEW_IN_6),
    *(*NEW_IN_8, *NEW_IN_9, *NEW_IN_10, *NEW_IN_12, *NEW_IN_13),
)


def make_tables_old(db: Any) -> None:
    """Let an open database have the tables of schema 1."""
    for table in (*NEW_SINCE_1, "quarantine"):
        db.execute(f"DROP TABLE {table}")
    for table in ("category", "article"):
        db.execute(f'DROP INDEX "{table}_picture"')
        db.execute(f"ALTER TABLE {table} DROP COLUMN picture")
    db.execute('DROP INDEX "category_parent_id_name"')
    db.execute("ALTER TABLE category DROP COLUMN parent_id")
    db.execute('CREATE UNIQUE INDEX "category_name" ON "category" ("name")')
    db.execute(QUARANTINE_1)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a database as version 1 left it: with a sale, and something in quarantine."""
    shop = Shop(tmp_path)
    till = shop.post(Profile.TILL)
    shop.accept(till.send("sale.record", sale(till, 1, (shop.stock(goods(1))[0], 1000))))
    shop.replies(till.send_bytes(b"{}"))
    shop.close()
    with closing(sqlite3.connect(shop.path, isolation_level=None)) as db:
        kept = db.execute(
            "SELECT outbox_id, n, body_hash, schema, body, code, received_ms FROM quarantine"
        ).fetchall()
        make_tables_old(db)
        topics = "'people', 'parked', 'customers', 'prices'"
        db.execute(f"DELETE FROM topic_head WHERE topic IN ({topics})")
        db.executemany("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
        db.execute("UPDATE meta SET value = '1' WHERE name = 'schema'")
        db.execute("DELETE FROM meta WHERE name = 'epoch_again'")
    return shop.path


def schema(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_it_becomes_what_a_new_database_is(old: Path, tmp_path: Path) -> None:
    Store.create(tmp_path / "new.db").close()
    Store.open(old).close()
    assert schema(old) == schema(tmp_path / "new.db")
    assert audit_file(old) == []


def test_nothing_is_lost(old: Path) -> None:
    store = Store.open(old)
    try:
        assert store.meta("schema") == str(tables.SCHEMA_VERSION)
        assert store.db.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
        kept = store.db.execute("SELECT n, body, code, outcome, ended_ms FROM quarantine")
        assert kept.fetchall() == [(2, b"{}", "unreadable_command", None, None)]
        assert ChangeLogBook(store).gseq == 3
        assert store.meta("epoch_again") == store.meta("epoch") == EPOCH
    finally:
        store.close()


def test_rows_published_before_a_column_was_there_are_sound(tmp_path: Path) -> None:
    """What was published stays as it was: a category says nothing of what it is a part of, and
    nothing of a picture."""
    shop = Shop(tmp_path)
    shop.stock(goods(1))
    row = shop.one("SELECT row FROM live_row WHERE topic = 'categories'")
    shop.close()
    absent = b',"parent_id":"","picture":""'
    assert absent in bytes(row)
    with closing(sqlite3.connect(shop.path)) as db:
        before = bytes(row).replace(absent, b"")
        kept = (before, bytes(row))
        db.execute("UPDATE live_row SET row = ? WHERE row = ?", kept)
        db.execute("UPDATE change SET row = ? WHERE row = ?", kept)
        db.commit()
        assert list(published(db)) == []
        db.execute("UPDATE category SET parent_id = ?", ("9" * 32,))
        assert [what for _, what in published(db)] == ["is not what its ledger says"]
        assert [what for _, what in catalogue(db)] == ["is a part of no category"]


def test_it_is_done_once(old: Path) -> None:
    Store.open(old).close()
    before = schema(old)
    Store.open(old).close()
    assert schema(old) == before


@pytest.mark.parametrize(
    "obstacle",
    [*NEW_SINCE_1, "quarantine_1"],
)
def test_a_step_that_fails_leaves_the_old_version(old: Path, obstacle: str) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute(f"CREATE TABLE {obstacle} (a TEXT) STRICT")
    before = schema(old)
    with pytest.raises(StoreError) as raised:
        Store.open(old)
    assert obstacle in str(raised.value.problem.params["reason"])
    assert schema(old) == before
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == ("1",)
        db.execute(f"DROP TABLE {obstacle}")
    Store.open(old).close()
    assert audit_file(old) == []


def test_a_backup_before_the_migration_is_verified_as_it_would_be(old: Path) -> None:
    made = back_up(Folder(old.parent), None, START_MS)
    assert made.gseq == 3
    with closing(sqlite3.connect(made.path)) as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == ("1",)


def test_a_backup_of_an_older_release_is_restored_as_one_of_this(old: Path) -> None:
    folder = Folder(old.parent)
    made = back_up(folder, None, START_MS)
    assert made.schema == 1
    list(restore(folder, made.path, START_MS, lambda _: "7" * 32))
    assert audit_file(old) == []
    assert schema_of_file(old) == str(tables.SCHEMA_VERSION)
    assert schema_of_file(made.path) == "1"


def schema_of_file(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return str(db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0])


@pytest.mark.parametrize("version", [0, tables.SCHEMA_VERSION + 1])
def test_what_no_step_begins_at_is_refused(old: Path, version: int) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (str(version),))
        db.commit()
    before = old.read_bytes()
    with pytest.raises(StoreError) as raised:
        Store.open(old)
    assert raised.value.problem.code == "database_schema"
    assert old.read_bytes() == before


def test_a_topic_that_a_release_added_begins_at_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    with shop.store.group() as db:
        db.execute("DELETE FROM topic_head WHERE topic = 'alerts'")
    shop.reopen()
    try:
        assert shop.log.heads["alerts"].tseq == 0
        assert shop.one("SELECT count(*) FROM topic_head") == len(TOPICS)
        till = shop.post(Profile.TILL)
        shop.replies(till.send_bytes(b"{}"))
        assert ChangeLogBook(shop.store).heads["alerts"].tseq == 1
    finally:
        shop.close()
