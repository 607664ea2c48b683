"""`comptoir-hub backup`, `restore`, `backups`, `check`: with a running hub and without one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from child_processes import ROOT
from click.testing import CliRunner, Result
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out
from shop_processes import HubProcess, found_hub

from hub.cli import main
from hub.folder import Folder
from hub.store import Store
from tests.forked import FORKED
from tests.hub.test_migrations import make_tables_old

LIST = "code_barres;libelle;prix_ttc;tva\n1;Pain;2,50;5,5\n"


def run(folder: Folder, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--data", str(folder.root), "--lang", lang, *arguments])


def done(folder: Folder, *arguments: str, lang: str = "en") -> str:
    result = run(folder, *arguments, lang=lang)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def failed(folder: Folder, *arguments: str, lang: str = "en") -> str:
    result = run(folder, *arguments, lang=lang)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def edit(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return the folder of a hub with an article, stopped."""
    folder = found_hub(tmp_path / "hub")
    (tmp_path / "a.csv").write_text(LIST, "utf-8")
    done(folder, "import-articles", str(tmp_path / "a.csv"))
    return folder


def made(folder: Folder, *options: str) -> Path:
    """Back up; return the file."""
    view = orjson.loads(done(folder, "backup", "--json", *options))
    assert view["recorded"]
    return Path(view["path"])


def shown(folder: Folder) -> list[dict[str, object]]:
    found: list[dict[str, object]] = orjson.loads(done(folder, "backups", "--json"))
    return found


@pytest.mark.parametrize(("lang", "said"), [("fr", "vérifiée"), ("en", "verified")])
def test_a_backup_without_a_running_hub(folder: Folder, lang: str, said: str) -> None:
    text = done(folder, "backup", lang=lang)
    (entry,) = shown(folder)
    assert said in text
    assert str(entry["file"]) in text
    assert (entry["there"], entry["known"], entry["gseq"]) == (True, True, 1)


@pytest.mark.parametrize(("lang", "said"), [("fr", "pas encore de"), ("en", "no backup yet")])
def test_the_list(folder: Folder, tmp_path: Path, lang: str, said: str) -> None:
    assert said in done(folder, "backups", lang=lang)
    away = tmp_path / "usb"
    away.mkdir()
    first, second = made(folder), made(folder, "--to", str(away))
    assert second.parent == away
    second.unlink()
    text = done(folder, "backups", lang=lang)
    assert {str(first), str(second)} < set(text.splitlines())
    assert [entry["there"] for entry in shown(folder)] == [False, True]


def test_a_folder_that_is_not_there(folder: Folder, tmp_path: Path) -> None:
    assert str(tmp_path / "usb") in failed(folder, "backup", "--to", str(tmp_path / "usb"))


def test_what_is_damaged_is_said_with_the_backup_to_restore(folder: Folder) -> None:
    sound = made(folder)
    assert "is sound" in done(folder, "check")
    edit(folder.database, "UPDATE article SET price_cents = price_cents + 1")
    for command in ("backup", "check"):
        text = failed(folder, command)
        assert str(folder.database) in text
        assert f"comptoir-hub restore {sound}" in text
    assert "articles" in failed(folder, "backup")
    said = run(folder, "check", lang="fr")
    assert "n’est pas ce que dit son registre" in said.stdout
    assert "1 désaccord" in said.stderr
    assert os.listdir(folder.backups) == [sound.name]


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "est abîmé"), ("en", "is damaged")], ids=["fr", "en"]
)
def test_run_on_a_damaged_file_names_the_backup(folder: Folder, lang: str, said: str) -> None:
    sound = made(folder)
    folder.database.write_bytes(b"\xff" * 8192)
    text = failed(folder, "run", lang=lang)
    assert said in text
    assert f"comptoir-hub restore {sound}" in text
    assert folder.database.read_bytes() == b"\xff" * 8192
    sound.unlink()
    assert str(folder.database) in failed(folder, "run", lang=lang)
    assert "comptoir-hub restore F" in failed(folder, "run", lang=lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", ("en place", "Démarrez", "renvoient")), ("en", ("in place", "Start", "send again"))],
)
def test_restore_says_what_follows(folder: Folder, lang: str, words: tuple[str, ...]) -> None:
    backup = made(folder)
    before = _epoch(folder)
    text = done(folder, "restore", str(backup), lang=lang)
    assert all(word in text for word in (str(backup), *words))
    (aside,) = folder.root.glob("comptoir.replaced-*.db")
    assert str(aside) in text
    assert _epoch(folder) > before
    assert "is sound" in done(folder, "check")
    # Made before this database was: it knows nothing of it, and lists it all the same.
    assert [entry["known"] for entry in shown(folder)] == [False]


def _epoch(folder: Folder) -> str:
    store = Store.open(folder.database)
    try:
        return store.meta("epoch")
    finally:
        store.close()


def test_restore_refuses_another_hubs_backup(folder: Folder, tmp_path: Path) -> None:
    other = made(found_hub(tmp_path / "other"))
    before = folder.database.read_bytes()
    assert "is no backup of this hub" in failed(folder, "restore", str(other))
    assert folder.database.read_bytes() == before


def test_restore_refuses_what_is_not_there(folder: Folder, tmp_path: Path) -> None:
    assert "no backup" in failed(folder, "restore", str(tmp_path / "none.db"))


def test_a_backup_before_an_update_leaves_the_database_as_it_is(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.database)) as db:
        make_tables_old(db)
        db.execute("UPDATE meta SET value = '1' WHERE name = 'schema'")
        db.execute("DELETE FROM meta WHERE name = 'epoch_again'")
        db.commit()
    before = folder.database.read_bytes()
    view = orjson.loads(done(folder, "backup", "--json"))
    assert (view["schema"], view["recorded"]) == (1, False)
    assert folder.database.read_bytes() == before
    assert [entry["known"] for entry in shown(folder)] == [False]


# While the hub runs.


@pytest.fixture
def hub(folder: Folder) -> Iterator[HubProcess]:
    process = HubProcess(folder, FORKED)
    try:
        yield process
    finally:
        process.kill()


def test_with_a_running_hub(hub: HubProcess) -> None:
    folder = hub.folder
    first, second = made(folder), made(folder)
    assert [entry["known"] for entry in shown(folder)] == [True, True]
    assert "is sound" in done(folder, "check")
    assert "hub runs" in failed(folder, "restore", str(first)).lower()
    with hub.console() as console:
        assert console.ask("status")["gseq"] == 2
    hub.kill()
    done(folder, "restore", str(second))
    again = HubProcess(folder, FORKED)
    again.kill()
    assert "is sound" in done(folder, "check")


def test_help_needs_no_database(folder: Folder) -> None:
    """The words of the command line do not load what does the work."""
    work = ("common.commands", "hub.audit", "hub.service", "hub.store", "peewee", "segno")
    code = f"import sys, hub.cli; print([each for each in {work} if each in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert said.stdout.strip() == b"[]"
