"""A database that cannot be opened or written is not called damaged: nobody shall restore a backup
over good data because a folder belongs to somebody else."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from hub.folder import ConfigError, Folder
from hub.service import only_hub
from hub.store import FAULTS, Store, StoreError, fault
from tests.hub.shop import Shop


def code_of(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(path).close()
    return caught.value.problem.code


def test_a_folder_in_the_place_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "comptoir.db"
    path.mkdir()
    assert code_of(path) == "database_unusable"
    assert list(path.iterdir()) == []


def test_a_file_whose_log_cannot_be_opened(tmp_path: Path) -> None:
    Shop(tmp_path).close()
    path = tmp_path / "comptoir.db"
    before = path.read_bytes()
    (tmp_path / "comptoir.db-wal").mkdir()
    assert code_of(path) == "database_unusable"
    assert path.read_bytes() == before


def test_a_file_that_may_not_be_written(shop: Shop) -> None:
    uri = f"{shop.path.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as db, pytest.raises(FAULTS) as caught:
        db.execute("DELETE FROM meta")
    problem = fault(shop.path, caught.value).problem
    assert (problem.code, problem.params["file"]) == ("database_unusable", shop.path)
    assert "readonly" in problem.text()


@pytest.mark.skipif(os.name != "posix", reason="a lock of another kind")
def test_a_lock_that_cannot_be_opened_is_said_in_words(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.lock.mkdir()
    with pytest.raises(ConfigError) as caught, only_hub(folder):
        pass
    assert caught.value.problem.code == "folder_unusable"
