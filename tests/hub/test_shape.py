"""A hub's database whose tables are not those of this release is refused, with what is wrong."""

from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from hub.audit import audit_file
from hub.store import Store, StoreError

EVERY = 307


def texts(path: Path) -> list[bytes]:
    """Return the texts by which SQLite knows a file's tables."""
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        return [text.encode() for (text,) in db.execute(sql)]


def refused(path: Path) -> StoreError:
    with pytest.raises(StoreError) as raised:
        Store.open(path)
    return raised.value


def test_a_bit_that_flips_in_the_text_of_a_table_is_told(tmp_path: Path) -> None:
    """SQLite takes a column of another name for what it is: the hub would fail at its first use."""
    path = tmp_path / "comptoir.db"
    Store.create(path).close()
    raw = path.read_bytes()
    places = [raw.index(text) + at for text in texts(path) for at in range(len(text))]
    assert len(places) > 20 * EVERY
    for place in places[::EVERY]:
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        assert refused(path).problem.code == "database_damaged"
        assert path.read_bytes() == flipped


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE device RENAME COLUMN name TO oame", "table device"),
        ("DROP INDEX {index}", "index {index}"),
    ],
)
def test_the_refusal_names_what_is_another(tmp_path: Path, statement: str, reason: str) -> None:
    path = tmp_path / "comptoir.db"
    Store.create(path).close()
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        (index,) = db.execute(sql).fetchone()
        db.execute(statement.format(index=index))
        db.commit()
    assert reason.format(index=index) in str(refused(path))


@pytest.mark.parametrize("statement", ["CREATE TABLE other (n)", "DROP TRIGGER audit_entry_stays"])
def test_what_no_bit_that_flips_can_do_is_left_to_the_audit(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "comptoir.db"
    Store.create(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()
    Store.open(path).close()
    assert "schema" in [finding.check for finding in audit_file(path)]
