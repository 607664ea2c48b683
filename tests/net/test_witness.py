"""A hub's database is swapped for an older copy by hand: every post that was there says so."""

import subprocess
from pathlib import Path
from shutil import copyfile
from typing import Any

import orjson
import pytest
from shop_processes import HubProcess, KioskProcess

from hub.folder import Folder
from tests import forked
from tests.net.conftest import Street
from tests.net.test_hub_process import comptoir

pytestmark = [pytest.mark.net]


def sell(till: KioskProcess, code: str, times: int) -> None:
    """Sell so many times, and wait until the hub has it."""
    for _ in range(times):
        till.ask("sell", lines=[{"code": code, "quantity_milli": 1000}], payment="card")
    till.wait_online()


def restarted(street: Street, folder: Folder, hub: HubProcess, *posts: KioskProcess) -> HubProcess:
    """Stop the hub and start it again; return it once every post has met it."""
    stop(hub, *posts)
    again = street.hub(folder)
    for post in posts:
        post.wait_online()
    return again


def stop(hub: HubProcess, *posts: KioskProcess) -> None:
    """Stop the hub, and let the posts know."""
    assert hub.end() == 0
    for post in posts:
        post.wait_offline()


def code_of(till: KioskProcess) -> str:
    """Return the barcode of an article."""
    rows = till.ask("rows", topic="articles")["rows"]
    return str(next(row["codes"][0] for row in rows if row["codes"]))


def seen(post: KioskProcess, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `comptoir-kiosk journal heads` on a post's folder, while it runs."""
    command = ("kiosk", "--data", str(post.root), "--lang", "en")
    done = forked.run(*command, "journal", "heads", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def is_notice(event: dict[str, Any]) -> bool:
    """Return whether a post shows that the journal contradicts it."""
    return bool(event["event"] == "notice" and event["code"] == "journal_contradicted")


def said(folder: Folder, *arguments: str) -> Any:
    """Return what a command of the hub says in JSON."""
    done = comptoir(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return orjson.loads(done.stdout)


def test_a_swapped_database_is_said_by_every_post(street: Street, tmp_path: Path) -> None:
    folder = street.folder()
    hub = street.hub(folder)
    till = street.post(hub, "till", "Caisse 1")
    other = street.post(hub, "till", "Caisse 2")
    office = street.post(hub, "office", "Bureau")
    posts = (till, other, office)
    code = code_of(till)
    sell(till, code, 3)
    stop(hub, *posts)
    yesterday = tmp_path / "yesterday.db"
    copyfile(folder.database, yesterday)
    kept = said(folder, "journal", "status")["seq"]
    hub = street.hub(folder)
    for post in posts:
        post.wait_online()
    sell(till, code, 3)
    sell(other, code, 2)
    # The welcome of a restart brings each post what the journal has come to.
    hub = restarted(street, folder, hub, *posts)
    reached = said(folder, "journal", "status")["seq"]
    stop(hub, *posts)
    for post in posts:
        heads = orjson.loads(seen(post, "--json").stdout)["heads"]
        assert max(head["seq"] for head in heads) == reached

    copyfile(yesterday, folder.database)
    hub = street.hub(folder)
    for post in posts:
        post.wait(is_notice)
        post.wait_online()
    office.wait_equal(hub.heads())
    rows = office.ask("rows", topic="alerts")["rows"]
    alerts = [row for row in rows if row["code"] == "journal_contradicted"]

    noted = said(folder, "journal", "status")["contradicted"]
    assert {one["device_name"] for one in noted} == {"Caisse 1", "Caisse 2", "Bureau"}
    assert alerts
    assert {row["device_name"] for row in alerts} <= {one["device_name"] for one in noted}
    assert all(one["after"] <= kept < one["by"] for one in noted)
    trail = said(folder, "audit", "--action", "journal.contradicted")
    assert {entry["device"] for entry in trail} == {"Caisse 1", "Caisse 2", "Bureau"}

    files = []
    for post in posts:
        file = tmp_path / f"{post.name}.jsonl"
        seen(post, "--out", str(file))
        files += ["--witness", str(file)]
    assert said(folder, "journal", "verify")["holds"]
    verified = comptoir(folder, "journal", "verify", *files, "--json")
    assert verified.returncode == 1
    first = orjson.loads(verified.stdout)["flaws"][0]
    assert first["line"] <= kept + 1 <= max(first["last"], first["line"])
    # What the posts had been told was kept is there again: they gave it back.
    with hub.console() as console:
        assert len(console.ask("tickets", {"before_ms": 2**46, "limit": 100})) == 8


def test_a_restore_is_no_alarm_and_what_it_lost_is_said(street: Street, tmp_path: Path) -> None:
    folder = street.folder()
    hub = street.hub(folder)
    till = street.post(hub, "till", "Caisse 1")
    office = street.post(hub, "office", "Bureau")
    posts = (till, office)
    code = code_of(till)
    sell(till, code, 2)
    backup = said(folder, "backup")["path"]
    kept = said(folder, "journal", "status")["seq"]
    sell(till, code, 3)
    hub = restarted(street, folder, hub, *posts)
    reached = said(folder, "journal", "status")["seq"]
    stop(hub, *posts)
    done = comptoir(folder, "restore", backup)
    assert done.returncode == 0, done.stderr
    hub = street.hub(folder)
    for post in posts:
        post.wait_online()
    office.wait_equal(hub.heads())
    codes = {row["code"] for row in office.ask("rows", topic="alerts")["rows"]}
    assert "journal_lost" in codes
    assert "journal_contradicted" not in codes
    status = said(folder, "journal", "status")
    assert status["contradicted"] == []
    assert {(one["kept"], one["reached"]) for one in status["lost"]} == {(kept, reached)}
    for post in posts:
        assert not any(map(is_notice, post.events()))
    file = tmp_path / "till.jsonl"
    seen(till, "--out", str(file))
    verified = said(folder, "journal", "verify", "--witness", str(file))
    assert verified["holds"]
    assert verified["witnesses"][0]["lost"][0]["reached"] == reached
    with hub.console() as console:
        tickets = console.ask("tickets", {"before_ms": 2**46, "limit": 100})
    assert len(tickets) == 5, "the till gave back what the backup had not"
