"""The hub's second signature: on and off in the midst of the journal, and said where unchecked."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from child_processes import ROOT

from common.p256 import is_available
from hub.folder import Folder
from hub.service import open_service
from tests.hub.test_cli import made
from tests.hub.test_people_cli import done, run

pytestmark = pytest.mark.skipif(not is_available(), reason="cryptography is not installed")
WITHOUT = (
    "import sys; sys.modules['cryptography'] = None;"
    "from hub.cli import main; main(args=sys.argv[1:])"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = made(tmp_path / "hub")
    start(root)
    return root


def turn(root: Path, on: bool) -> None:
    """Change the setting."""
    path = Folder(root).settings
    before, after = (f"second_signature = {str(value).lower()}" for value in (not on, on))
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def start(root: Path) -> None:
    """Start a hub as far as it says the first line of its journal, and stop it."""
    open_service(root).close()


def verified(root: Path) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(done(run(root, "journal", "verify", "--json")))
    return said


def seals(root: Path) -> dict[str, tuple[int, bool]]:
    """Return by algorithm how many seals bear it, and whether it was checked."""
    found = verified(root)["algorithms"]
    return {one["algorithm"]: (one["seals"], one["checked"]) for one in found}


def without_library(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the hub where cryptography is not installed."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, "--data", str(root), "--lang", "en", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_a_new_hub_signs_once(root: Path) -> None:
    assert seals(root) == {"ed25519": (1, True)}
    assert not Folder(root).second.exists()


def test_it_is_switched_on_and_off_in_the_midst_of_the_journal(root: Path) -> None:
    turn(root, on=True)
    start(root)
    key = Folder(root).second.read_text()
    assert Folder(root).second.stat().st_mode & 0o077 == 0
    done(run(root, "people", "add", "Amélie", "--role", "admin", "--no-pin"))
    assert seals(root)["ecdsa-p256"] == (2, True)
    start(root)
    turn(root, on=False)
    start(root)
    found = verified(root)
    assert (found["holds"], len(found["hub_keys"])) == (True, 1), "the first key stays"
    assert seals(root) == {"ecdsa-p256": (2, True), "ed25519": (4, True)}
    turn(root, on=True)
    start(root)
    assert Folder(root).second.read_text() == key
    assert seals(root)["ecdsa-p256"] == (3, True)


def test_both_keys_change(root: Path) -> None:
    turn(root, on=True)
    start(root)
    done(run(root, "rotate-identity", "--yes"))
    Folder(root).second.unlink()
    start(root)
    found = verified(root)
    assert (found["holds"], [key["how"] for key in found["hub_keys"]]) == (
        True,
        ["founded", "vouched"],
    )
    assert seals(root)["ecdsa-p256"] == (3, True)


def test_verify_says_what_it_could_not_check(root: Path) -> None:
    turn(root, on=True)
    start(root)
    told = done(run(root, "journal", "verify"))
    assert "Signatures checked: ECDSA P-256, of 0 records and 1 seals." in told
    blind = without_library(root, "journal", "verify")
    assert (blind.returncode, blind.stderr) == (0, "")
    assert "NOT checked: ECDSA P-256, of 0 records and 1 seals" in blind.stdout
    assert "Signatures checked: Ed25519, of 0 records and 2 seals." in blind.stdout


def test_a_hub_without_the_library_does_not_start_on_it(root: Path) -> None:
    turn(root, on=True)
    refused = without_library(root, "people", "add", "Amélie", "--role", "admin", "--no-pin")
    assert refused.returncode == 1
    assert "needs the Python package cryptography" in refused.stderr
    assert not Folder(root).second.exists()
    turn(root, on=False)
    assert without_library(root, "people").returncode == 0


def test_a_damaged_second_key_is_said(root: Path) -> None:
    turn(root, on=True)
    start(root)
    Folder(root).second.write_text("00" * 32)
    refused = run(root, "people", "add", "Amélie", "--role", "admin", "--no-pin")
    assert refused.exit_code == 1
    assert "damaged" in refused.stderr
