"""SQLite as a kiosk opens it."""

from pathlib import Path

import pytest
from peewee import IntegerField, Model

from common.errors import Refusal
from kiosk.database import (
    FAULTS,
    Database,
    delete,
    is_damage,
    refusal,
    require_sound_sqlite,
    set_aside,
)


class Number(Model):
    """One number."""

    value = IntegerField()

    class Meta:
        table_name = "number"
        strict_tables = True


def numbers(path: Path, pragmas: tuple[tuple[str, str | int], ...] = ()) -> Database:
    return Database(path, (("journal_mode", "wal"), *pragmas), (Number,))


def values(database: Database) -> list[int]:
    return [value for (value,) in database.connection.execute("SELECT value FROM number")]


def insert_and_fail(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO number (value) VALUES (2)")
        raise RuntimeError


def insert_many(database: Database) -> None:
    with database.transaction() as connection:
        rows = [(n,) for n in range(10_000)]
        connection.executemany("INSERT INTO number (value) VALUES (?)", rows)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 0), (4, 0, 0)])
def test_a_sound_sqlite_will_do(version: tuple[int, int, int]) -> None:
    require_sound_sqlite(version)


@pytest.mark.parametrize("version", [(3, 51, 2), (3, 7, 0), (3, 40, 1)])
def test_a_sqlite_that_damages_its_files_is_refused_by_name(version: tuple[int, int, int]) -> None:
    with pytest.raises(Refusal) as caught:
        require_sound_sqlite(version)
    text = caught.value.problem.text()
    assert ".".join(map(str, version)) in text
    assert "3.51.3" in text


def test_a_transaction_is_whole(tmp_path: Path) -> None:
    database = numbers(tmp_path / "a.db")
    with database.transaction() as connection:
        connection.execute("INSERT INTO number (value) VALUES (1)")
    with pytest.raises(RuntimeError):
        insert_and_fail(database)
    assert values(database) == [1]
    database.close()
    again = numbers(tmp_path / "a.db")
    assert values(again) == [1]
    again.close()


def test_a_strict_column_takes_no_text(tmp_path: Path) -> None:
    database = numbers(tmp_path / "a.db")
    with pytest.raises(FAULTS), database.transaction() as connection:
        connection.execute("INSERT INTO number (value) VALUES ('twelve')")
    assert values(database) == []
    database.close()


def test_a_full_disk_undoes_the_transaction_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = numbers(path, (("max_page_count", 4),))
    with pytest.raises(FAULTS) as caught:
        insert_many(database)
    assert refusal(caught.value, path).problem.code == "disk_full"
    assert not is_damage(caught.value)
    assert values(database) == []
    with database.transaction() as connection:
        connection.execute("INSERT INTO number (value) VALUES (3)")
    assert values(database) == [3]
    database.close()


def test_readers_see_one_moment(tmp_path: Path) -> None:
    writer, reader = numbers(tmp_path / "a.db"), numbers(tmp_path / "a.db")
    with reader.reading():
        assert values(reader) == []
        with writer.transaction() as connection:
            connection.execute("INSERT INTO number (value) VALUES (1)")
        assert values(reader) == []
    assert values(reader) == [1]
    writer.close()
    reader.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, whatever it is" * 100, b"SQLite format 3\0"]
)
def test_damage_is_told_from_other_faults(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content * 200)
    with pytest.raises(FAULTS) as caught:
        numbers(path)
    assert is_damage(caught.value)


def test_a_folder_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "a.db"
    with pytest.raises(FAULTS) as caught:
        numbers(path)
    assert not is_damage(caught.value)
    assert refusal(caught.value, path).problem.code == "disk_failed"


def test_setting_aside_takes_the_companions_and_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for name, text in (
        ("a.db", "new"),
        ("a.db-wal", "new log"),
        ("a.damaged.db", "old"),
        ("a.damaged.db-shm", "old shm"),
    ):
        (tmp_path / name).write_text(text)
    assert set_aside(path, "damaged") == tmp_path / "a.damaged.db"
    found = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert found == {"a.damaged.db": "new", "a.damaged.db-wal": "new log"}
    delete(tmp_path / "a.damaged.db")
    assert list(tmp_path.iterdir()) == []
