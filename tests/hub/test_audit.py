"""The audit finds nothing in healthy databases, and whatever a failing disk changes in one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from peewee import sqlite3 as driver  # type: ignore[attr-defined] # its stubs leave it out

from common.errors import Refusal
from common.topics import Profile
from hub.audit import CHECKS, audit, audit_file, told
from hub.store import FAULTS, Store, StoreError
from tests.flows.paper_shop import PaperShop
from tests.hub.papers import receipt, sale
from tests.hub.sample_shop import make_sample
from tests.hub.shop import Shop, goods

Dump = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a healthy database with something in every table."""
    return make_sample(tmp_path_factory.mktemp("sample")).read_bytes()


@pytest.fixture
def path(sample: bytes, tmp_path: Path) -> Path:
    """Return a copy of it."""
    path = tmp_path / "comptoir.db"
    path.write_bytes(sample)
    return path


# Healthy ones.


def test_a_shop_of_some_days_is_sound(path: Path) -> None:
    assert audit_file(path) == []


def test_a_new_database_is_sound(shop: Shop) -> None:
    assert list(audit(shop.store.db)) == []


def test_a_shop_is_sound_at_every_commit_while_it_writes(shop: Shop) -> None:
    till, depot = shop.post(Profile.TILL, 1), shop.post(Profile.DEPOT, 2)
    articles = shop.stock(goods(3, stock_milli=1000))
    for number in range(1, 9):
        shop.accept(till.send("sale.record", sale(till, number, (articles[0], 700))))
        shop.accept(depot.send("goods.receive", receipt(depot, (articles[1], 500))))
        # What is renamed later was sold under its old name.
        shop.stock(goods(3, price_cents=300 + number))
        till.acked = till.n
        assert audit_file(shop.path) == []


def test_a_shop_with_faults_on_its_network_is_sound(tmp_path: Path) -> None:
    shop = PaperShop(tmp_path, [Profile.TILL, Profile.TILL, Profile.DEPOT], 3)
    try:
        for turn in range(12):
            shop.posts[turn % 2].sell(shop.articles[turn % 5], 1000)
            shop.posts[turn % 2].connect()
            shop.wait(1, loss=0.3)
            if turn % 4 == 3:
                shop.hub.restart()
        assert audit_file(shop.hub.path) == []
    finally:
        shop.close()


# Single values.

FIRST = (
    "topic = '{}' AND row IS NOT NULL"
    " AND tseq = (SELECT h.low + 2 FROM topic_head h WHERE h.topic = change.topic)"
)
"""A row of the log that a later one has replaced."""
EDITS = [
    ("meta", "value", "'7' || value", "name = 'gseq'"),
    ("meta", "value", "'zz' || substr(value, 3)", "name = 'epoch'"),
    ("meta", "value", "'77' || substr(value, 3)", "name = 'epoch_again'"),
    ("meta", "value", "'11' || substr(value, 3)", "name = 'epoch'"),
    ("device", "profile", "'tilm'", "number = 1"),
    ("device", "state", "'activd'", "number = 1"),
    ("device", "curve_key", "substr(curve_key, 2)", "number = 1"),
    ("device", "sign_key", "substr(sign_key, 2)", "number = 1"),
    ("device", "id", "'x' || substr(id, 2)", "number = 1"),
    ("device", "state", "'active'", "number = 5"),
    ("revocation", "admission", "admission + 1", "ended_ms IS NULL"),
    ("revocation", "device_id", "'f' || substr(device_id, 2)", "ended_ms IS NULL"),
    ("revocation", "ended_ms", "NULL", "ended_ms IS NOT NULL"),
    ("revocation", "ended_ms", "revoked_ms", "ended_ms IS NULL"),
    ("revocation", "revoked_ms", "-1", "ended_ms IS NULL"),
    ("new_key", "device_id", "'f' || substr(device_id, 2)", "1"),
    ("new_key", "curve_key", "substr(curve_key, 2)", "1"),
    ("new_key", "asked_ms", "-1", "1"),
    ("outbox", "last_n", "last_n + 1", "last_n > 5"),
    ("outbox", "last_n", "last_n - 1", "last_n > 5"),
    ("outbox", "acked", "last_n + 1", "last_n > 5"),
    ("outbox", "device_id", "'de' || substr(device_id, 2, 30)", "last_n > 5"),
    ("reply", "n", "n + 100000", "n = 3"),
    ("reply", "n", "-n", "n = 1"),
    ("reply", "body", "CAST(replace(CAST(body AS TEXT), 'accepted', 'acceptee') AS BLOB)", "n = 2"),
    ("reply", "body_hash", "substr(body_hash, 2)", "n = 2"),
    ("quarantine", "body", "CAST('[2]' AS BLOB)", "1"),
    ("quarantine", "code", "'unreadable_commane'", "1"),
    ("quarantine", "outcome", "'accepted'", "1"),
    ("quarantine", "n", "n + 1000", "1"),
    ("backup", "gseq", "gseq + 100000", "1"),
    ("backup_cover", "last_n", "last_n + 64", "1"),
    ("backup_cover", "outbox_id", "'1' || substr(outbox_id, 2)", "1"),
    ("live_row", "row", "CAST(row || ' ' AS BLOB)", "topic = 'articles'"),
    ("live_row", "key", "'0' || substr(key, 2) || '0'", "topic = 'stock'"),
    ("live_row", "topic", "'categoriet'", "topic = 'categories'"),
    ("change", "tseq", "tseq + 1000000", "topic = 'stock'"),
    ("change", "gseq", "gseq + 1000000", "topic = 'articles'"),
    ("change", "gseq", "gseq + 1", "topic = 'sales' AND row IS NOT NULL"),
    ("change", "key", "'f' || substr(key, 2)", "topic = 'sales' AND row IS NOT NULL"),
    ("change", "row", "CAST(replace(row, '00,', '01,') AS BLOB)", FIRST.format("stock")),
    (
        "change",
        "row",
        "CAST(replace(row, 'al_cents\":', 'al_cents\":1') AS BLOB)",
        FIRST.format("takings"),
    ),
    ("change", "row", "x'7b7d'", "topic = 'takings' AND row IS NOT NULL"),
    ("change", "n", "n + 1", "topic = 'sales' AND n > 1"),
    ("change", "outbox_id", "'f' || substr(outbox_id, 2)", "topic = 'sales' AND n > 1"),
    ("topic_head", "tseq", "tseq + 1", "topic = 'sales'"),
    ("topic_head", "low", "low + 1", "topic = 'sales'"),
    ("topic_head", "digest", "'0' || substr(digest, 2, 62) || 'x'", "topic = 'sales'"),
    ("category", "name", "name || 'x'", "1"),
    ("category", "colour", "'blue' || colour", "1"),
    ("category", "rank", "rank + 8", "1"),
    ("category", "parent_id", "'f' || id", "1"),
    ("category", "picture", "'f' || substr(picture, 2)", "picture <> ''"),
    ("removed_category", "id", "into_id", "1"),
    ("removed_category", "into_id", "'f' || substr(into_id, 2)", "1"),
    ("picture", "id", "'f' || substr(id, 2)", "1"),
    ("picture", "content", "CAST(content || ' ' AS BLOB)", "1"),
    ("picture", "size_bytes", "size_bytes + 1", "1"),
    ("article", "picture", "'f' || substr(picture, 2)", "picture <> ''"),
    ("article", "name", "name || 'x'", "1"),
    ("article", "category_id", "'0' || substr(category_id, 2) || '0'", "1"),
    ("article", "price_cents", "price_cents + 1", "1"),
    ("article", "vat_bp", "vat_bp + 1", "1"),
    ("article", "active", "1 - active", "1"),
    ("barcode", "code", "'9' || code", "1"),
    ("barcode", "article_id", "'0' || substr(article_id, 2) || '0'", "1"),
    ("barcode", "rank", "rank + 1", "1"),
    ("stock_level", "quantity_milli", "quantity_milli + 1", "1"),
    ("stock_level", "minimum_milli", "minimum_milli + 1", "1"),
    ("stock_level", "location_id", "'mainn'", "1"),
    ("stock_movement", "delta_milli", "delta_milli + 1", "reason = 'sale'"),
    ("stock_movement", "at_ms", "at_ms + 1", "reason = 'sale'"),
    ("stock_movement", "at_ms", "at_ms + 1", "reason = 'receipt'"),
    ("stock_movement", "source_id", "'f' || substr(source_id, 2)", "reason = 'sale'"),
    ("stock_movement", "source_id", "'f' || substr(source_id, 2)", "reason = 'import'"),
    ("stock_movement", "reason", "'salf'", "reason = 'sale'"),
    ("stock_movement", "location_id", "'mainn'", "reason = 'import'"),
    ("ticket", "series", "series || '1'", "1"),
    ("ticket", "number", "number + 1", "1"),
    ("ticket", "device_id", "'f' || substr(device_id, 2)", "1"),
    ("ticket", "business_date", "'2026-03-09'", "1"),
    ("ticket", "at_ms", "at_ms + 1", "1"),
    ("ticket", "received_ms", "received_ms + 1", "1"),
    ("ticket", "total_cents", "total_cents + 1", "1"),
    ("ticket", "body", "CAST(body || ' ' AS BLOB)", "1"),
    ("ticket_line", "article_id", "''", "1"),
    ("ticket_line", "label", "label || 'x'", "1"),
    ("ticket_line", "quantity_milli", "quantity_milli + 1", "1"),
    ("ticket_line", "unit_price_cents", "unit_price_cents + 1", "1"),
    ("ticket_line", "vat_bp", "vat_bp + 1", "1"),
    ("ticket_line", "total_cents", "total_cents + 1", "1"),
    ("ticket_line", "position", "position + 8", "1"),
    ("ticket_payment", "method", "'card'", "1"),
    ("ticket_payment", "amount_cents", "amount_cents + 1", "1"),
    ("ticket_payment", "given_cents", "given_cents + 1", "1"),
    ("refund", "ticket_id", "'f' || substr(ticket_id, 2)", "1"),
    ("refund", "original_id", "'f' || substr(original_id, 2)", "1"),
    ("refund", "series", "series || '1'", "1"),
    ("refund", "number", "number + 1", "1"),
    ("refund", "business_date", "'2026-03-31'", "1"),
    ("refund", "reason", "'none'", "1"),
    ("stock_movement", "reason", "'sale'", "reason = 'refund'"),
    ("scheduled_price", "article_id", "'f' || substr(article_id, 2)", "1"),
    ("scheduled_price", "price_cents", "price_cents + 1", "1"),
    ("scheduled_price", "from_ms", "from_ms + 1", "1"),
    ("scheduled_price", "id", "'f' || substr(id, 2)", "1"),
    ("parked", "device_id", "'f' || substr(device_id, 2)", "1"),
    ("parked", "received_ms", "received_ms + 1", "outcome IS NULL"),
    ("parked", "body", "CAST(body || ' ' AS BLOB)", "outcome IS NULL"),
    ("parked", "holder_id", "''", "outcome IS NULL AND holder_id <> ''"),
    ("parked", "held_ms", "held_ms + 1", "outcome IS NULL AND holder_id <> ''"),
    ("parked", "outcome", "'sole'", "outcome IS NOT NULL"),
    ("parked", "also_id", "'f' || substr(also_id, 2)", "also_id <> ''"),
    ("takings", "tickets", "tickets + 1", "1"),
    ("takings", "total_cents", "total_cents + 1", "1"),
    ("takings", "by_method", "'{}'", "1"),
    ("takings", "by_vat_bp", "'{}'", "1"),
    ("takings", "business_date", "'2026-03-31'", "1"),
    ("goods_receipt", "at_ms", "at_ms + 1", "1"),
    ("goods_receipt", "received_ms", "received_ms + 1", "1"),
    ("goods_receipt", "device_id", "'f' || substr(device_id, 2)", "1"),
    ("goods_receipt", "body", "CAST(body || ' ' AS BLOB)", "1"),
    ("alert", "code", "'flag_totals_diffes'", "1"),
    ("alert", "subject", "subject || 'x'", "1"),
    ("alert", "at_ms", "at_ms + 1", "1"),
    ("taken_request", "id", "'x' || substr(id, 2)", "1"),
    ("meta", "value", "'7' || value", "name = 'audit_low'"),
    ("person", "name", "name || 'x'", "1"),
    ("person", "role", "'cashies'", "1"),
    ("person", "active", "1 - active", "1"),
    ("person", "id", "'f' || substr(id, 2)", "1"),
    ("pin", "person_id", "'f' || substr(person_id, 2)", "1"),
    ("pin", "verifier", "'$brgon' || substr(verifier, 7)", "1"),
    ("pin", "set_ms", "set_ms + 1", "1"),
    ("pin_attempt", "failures", "-failures", "1"),
    ("session", "person_id", "'f' || substr(person_id, 2)", "1"),
    ("session", "device_id", "'f' || substr(device_id, 2)", "1"),
    ("session", "role", "'cashies'", "1"),
    ("session", "expires_ms", "opened_ms", "1"),
    ("permission", "person_id", "'f' || substr(person_id, 2)", "1"),
    ("customer", "name", "name || 'x'", "1"),
    ("customer", "phone", "'06'", "1"),
    ("customer", "active", "1 - active", "1"),
    ("customer_opening", "salt", "'f' || substr(salt, 2)", "1"),
    ("customer_opening", "body", "replace(body, 'Amélie', 'Karim')", "1"),
    ("customer_opening", "customer_id", "'f' || substr(customer_id, 2)", "1"),
    ("customer_opening", "ticket_id", "'f' || substr(ticket_id, 2)", "1"),
    ("erased_customer", "id", "'" + "c1" * 16 + "'", "1"),
]


@pytest.mark.parametrize(("table", "column", "value", "where"), EDITS)
def test_a_single_changed_value_is_found(
    path: Path, table: str, column: str, value: str, where: str
) -> None:
    with closing(driver.connect(path, isolation_level=None)) as db:
        key = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")') if row[5]]
        one = db.execute(f'SELECT {", ".join(key)} FROM "{table}" WHERE {where} LIMIT 1').fetchone()
        same = " AND ".join(f"{name} = ?" for name in key)
        done = db.execute(f'UPDATE "{table}" SET {column} = {value} WHERE {same}', one)
        assert done.rowcount == 1
    findings = audit_file(path)
    assert findings
    assert told(findings)


def test_a_lost_row_is_found_in_every_table_that_holds_what_happened(path: Path) -> None:
    tables = (
        *("topic_head", "live_row", "change", "category", "article", "barcode", "stock_level"),
        *("stock_movement", "ticket", "ticket_line", "ticket_payment", "takings", "refund"),
        *(
            "goods_receipt",
            "outbox",
            "device",
            "alert",
            "person",
            "pin",
            "parked",
            "scheduled_price",
            "customer",
            "picture",
        ),
    )
    with closing(driver.connect(path, isolation_level=None)) as db:
        for table in tables:
            db.execute("BEGIN")
            key = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")') if row[5]]
            newest = f'SELECT {key[0]} FROM "{table}" ORDER BY 1 DESC LIMIT 1'
            db.execute(f'DELETE FROM "{table}" WHERE {key[0]} = ({newest})')
            assert list(audit(db)), table
            db.execute("ROLLBACK")
        assert list(audit(db)) == []


def test_every_check_can_say_no(path: Path) -> None:
    """No check is there for nothing: an edit that only it and few others see."""
    silent = dict(CHECKS)

    def ask() -> None:
        for check in {finding.check for finding in audit(db, silent)}:
            del silent[check]

    with closing(driver.connect(path, isolation_level=None)) as db:
        for table, column, value, where in EDITS:
            db.execute("BEGIN")
            with_one = f'SELECT min({column}) FROM "{table}" WHERE {where}'
            try:
                db.execute(
                    f'UPDATE OR IGNORE "{table}" SET {column} = {value}'
                    f" WHERE {where} AND {column} = ({with_one})"
                )
                ask()
            finally:
                db.execute("ROLLBACK")
        db.execute("BEGIN")
        db.execute("CREATE TABLE strange (a TEXT) STRICT")
        db.execute("DELETE FROM barcode WHERE rank = 0")
        db.execute("DROP TRIGGER journal_no_update")
        db.execute("UPDATE journal SET digest = substr(digest, 2) WHERE seq = 3")
        db.execute("UPDATE journal SET type_seq = type_seq + 1 WHERE type = 'taken'")
        ask()
        db.execute("ROLLBACK")
    assert silent.keys() == {"pages"}


def test_damaged_pages_are_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[9 * 4096 : 10 * 4096] = bytes(4096)
    path.write_bytes(content)
    assert "pages" in {finding.check for finding in audit_file(path)}


# Bits.

UNSEEN = {
    # What nothing else in the file repeats. None of it is money, goods, or what a post ends with:
    # rows of the log that a later row of the same key replaces, which row left where the log no
    # longer says that it came (a follower's digest says so), the hash by which a repeated
    # command is compared, and what a receipt that left the window says beside its goods.
    ("change", "row"),
    ("change", "key"),
    ("reply", "body_hash"),
    ("reply", "body"),
    ("goods_receipt", "body"),
    ("outbox", "acked"),
    ("device", "name"),
    ("device", "sign_key"),
    ("device", "enrolled_ms"),
    ("quarantine", "schema"),
    ("quarantine", "received_ms"),
    ("backup", "file"),
    ("backup", "size_bytes"),
    ("backup", "epoch"),
    ("backup_cover", "last_n"),
    ("alert", "subject"),
    ("alert", "device_name"),
    # Of a parked ticket that is over: when, and under which id somebody asks for it again.
    *(("parked", name) for name in ("id", "received_ms", "held_ms")),
    # By what PINs and sessions are known again, and how long: whoever meets a wrong one logs in
    # again, or has a new PIN set.
    ("pin", "verifier"),
    *(("pin_attempt", name) for name in ("failures", "last_ms", "right_ms", "device_id")),
    *(("session", name) for name in ("token", "opened_ms", "expires_ms")),
    *(("permission", name) for name in ("token", "session_token", "kind", "expires_ms")),
    # Who was erased: all that is left of them says nothing that anything else repeats.
    ("erased_customer", "id"),
    ("erased_customer", "erased_ms"),
    # A category that was removed: only what is there instead of it is anything else's.
    *(("removed_category", name) for name in ("id", "name", "removed_ms")),
}


def dump(path: Path) -> Dump:
    """Return all there is, by table."""
    with closing(driver.connect(path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: sorted(db.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def changed(path: Path, before: Dump, after: Dump) -> Iterator[tuple[str, str]]:
    """Yield (table, column) of what differs."""
    with closing(driver.connect(path)) as db:
        for table, rows in before.items():
            names = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
            assert len(rows) == len(after[table]), table
            for old, new in zip(rows, after[table], strict=True):
                yield from ((table, n) for n, a, b in zip(names, old, new, strict=True) if a != b)


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_are_found_or_change_nothing(path: Path, sample: bytes, seed: int) -> None:
    """300 flips: each is found when the file is opened or audited, or all content is the same."""
    before = dump(path)
    rng = Random(seed)
    found = 0
    for _ in range(75):
        bit = rng.randrange(len(sample) * 8)
        content = bytearray(sample)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        if _is_found(path):
            found += 1
            continue
        unseen = set(changed(path, before, dump(path)))
        assert unseen <= UNSEEN, f"bit {bit}"
    assert found > 10


def _is_found(path: Path) -> bool:
    try:
        if audit_file(path):
            return True
        Store.open(path).close()
    except (Refusal, *FAULTS):
        return True
    return False


# Files that are no hub's.


@pytest.mark.parametrize("content", [b"", b"no database" * 1000], ids=["empty", "text"])
def test_what_is_no_database_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "comptoir.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as raised:
        audit_file(path)
    assert raised.value.problem.code == "database_damaged"


def test_anothers_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "comptoir.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE music (title TEXT)")
    with pytest.raises(StoreError) as raised:
        audit_file(path)
    assert raised.value.problem.code == "database_damaged"
    with pytest.raises(StoreError) as raised:
        audit_file(tmp_path / "none.db")
    assert raised.value.problem.code == "database_missing"


# The audit trail, which its triggers keep as it is.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x' WHERE id = (SELECT max(id) FROM audit_entry)",
        "DELETE FROM audit_entry WHERE id = (SELECT max(id) - 1 FROM audit_entry)",
    ],
)
def test_an_entry_of_the_trail_is_neither_changed_nor_left_out(path: Path, statement: str) -> None:
    with closing(driver.connect(path, isolation_level=None)) as db:
        with pytest.raises(driver.IntegrityError):
            db.execute(statement)
        for trigger in ("audit_entry_stays", "audit_entry_kept"):
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(statement)
        assert "audit trail" in {finding.check for finding in audit(db)}
