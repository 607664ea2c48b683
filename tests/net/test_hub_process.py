"""The hub as a process: how it starts, what stops it from starting, and how it ends."""

import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from child_processes import Launch
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out
from shop_processes import HOST, HubProcess

from common import seal
from hub.config import read_settings
from hub.folder import Folder
from tests import forked
from tests.net.conftest import Street

pytestmark = [pytest.mark.net]


def comptoir(
    folder: Folder, *arguments: str, lang: str = "en"
) -> "subprocess.CompletedProcess[str]":
    """Run `comptoir-hub` on a folder to its end."""
    return forked.run("hub", "--data", str(folder.root), "--lang", lang, *arguments)


def stopped(folder: Folder, lang: str = "en") -> str:
    """Start a hub that cannot start; return what it says."""
    done = comptoir(folder, "run", lang=lang)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert "ready" not in done.stdout
    return said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_hub_that_is_told_to_stop_ends_cleanly(street: Street, number: int) -> None:
    folder = street.folder(articles=20)
    hub = street.hub(folder, Launch())
    before = hub.heads()
    assert hub.end(number) == 0
    assert any(b"everything is on disk" in line for line in hub.lines_from(0))
    wal = folder.root / "comptoir.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    with closing(sqlite3.connect(folder.database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert street.hub(folder).heads() == before


@pytest.mark.parametrize("setting", ["commands_port", "card_port", "office_port"])
def test_a_port_in_use_is_said_with_its_setting(street: Street, setting: str) -> None:
    folder = street.folder(articles=0)
    port: int = getattr(read_settings(folder).network, setting)
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        said = stopped(folder)
    assert f"{HOST}:{port}" in said
    assert f"{setting} in hub.toml" in said
    street.hub(folder)  # nothing was left behind


def test_a_second_hub_on_a_folder_is_refused_and_the_first_serves_on(street: Street) -> None:
    hub = street.hub(street.folder(articles=0))
    assert "Another hub runs" in stopped(hub.folder)
    assert "Un autre hub" in stopped(hub.folder, lang="fr")
    assert hub.heads()["articles"][0] == 0


def _middle(good: bytes) -> bytes:
    return good[:4096] + b"\xa5" * 8192 + good[12288:]


def _cut_off(good: bytes) -> bytes:
    return good[: len(good) // 2]


def _text(_: bytes) -> bytes:
    return b"this is no database\n" * 500


def _empty(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [_middle, _cut_off, _text, _empty])
def test_a_damaged_database_is_named_and_not_touched(street: Street, damage: Any) -> None:
    folder = street.folder(articles=0)
    bad = damage(folder.database.read_bytes())
    folder.database.write_bytes(bad)
    said = stopped(folder)
    assert str(folder.database) in said
    assert "damaged" in said
    assert folder.database.read_bytes() == bad


def test_another_programs_database_is_not_touched(street: Street) -> None:
    folder = street.folder(articles=0)
    folder.database.unlink()
    with closing(sqlite3.connect(folder.database)) as db:
        db.execute("CREATE TABLE theirs (a)")
    theirs = folder.database.read_bytes()
    assert str(folder.database) in stopped(folder)
    assert folder.database.read_bytes() == theirs


def test_a_missing_database_is_not_made_anew(street: Street) -> None:
    folder = street.folder(articles=0)
    folder.database.unlink()
    assert str(folder.database) in stopped(folder)
    assert not folder.database.exists()


def as_json(hub: HubProcess, *arguments: str) -> Any:
    done = comptoir(hub.folder, *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return orjson.loads(done.stdout)


def test_the_command_line_of_a_running_hub(street: Street) -> None:
    hub = street.hub(street.folder(articles=20))
    status = as_json(hub, "status")
    assert (status["shop"], status["devices"]) == ("Essai", 0)
    assert status["topics"]["articles"]["tseq"] == 20
    assert as_json(hub, "devices") == []
    code = as_json(hub, "pair", "--profile", "depot", "--name", "Dépôt")
    assert (code["state"], code["device_name"]) == ("out", "Dépôt")
    assert len(seal.read_code(code["code"])) == seal.CODE_LENGTH

    street.post(hub, "till", "Caisse 1")
    (device,) = as_json(hub, "devices")
    assert (device["name"], device["profile"], device["state"]) == ("Caisse 1", "till", "active")
    assert device["heard_ms"] > 0
    for lang, heading, state in (("fr", "Profil", "actif"), ("en", "Profile", "active")):
        table = comptoir(hub.folder, "devices", lang=lang).stdout
        assert [word for word in (heading, state, "Caisse 1") if word not in table] == []
        table = comptoir(hub.folder, "status", lang=lang).stdout
        assert [word for word in ("Essai", "articles", "SQLite") if word not in table] == []


def test_what_was_committed_survives_a_kill(street: Street) -> None:
    hub = street.hub(street.folder(articles=20))
    before = hub.heads()
    assert hub.end(signal.SIGKILL) == -signal.SIGKILL
    again = street.hub(hub.folder)
    assert again.heads() == before
    assert Path(hub.folder.lock).exists()
