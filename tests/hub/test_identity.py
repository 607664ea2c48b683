"""Another identity for the hub: each file in its turn, at the command line, and what it says."""

from contextlib import closing
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import seal
from common.card import fingerprint
from common.succession import is_vouched
from hub import identity
from hub.cli import main
from hub.folder import Folder
from hub.key_files import Keys, read_keys
from hub.service import now_ms, open_service
from hub.store import StoreError
from tests.hub.test_cli import made
from tests.hub.test_people_cli import done, hire, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = made(tmp_path / "hub")
    done(run(root, "people"))
    hire(root, "Amélie", "admin")
    return root


@pytest.fixture
def folder(root: Path) -> Folder:
    return Folder(root)


def rotate(root: Path, *options: str) -> dict[str, object]:
    said: dict[str, object] = orjson.loads(done(run(root, "rotate-identity", "--json", *options)))
    return said


def verified(root: Path, *options: str) -> dict[str, object]:
    result = run(root, "journal", "verify", "--json", *options)
    said: dict[str, object] = orjson.loads(result.stdout)
    assert result.exit_code == (0 if said["holds"] else 1)
    return said


def hows(said: dict[str, object]) -> list[str]:
    keys = said["hub_keys"]
    assert isinstance(keys, list)
    return [key["how"] for key in keys]


def pin_fits(folder: Folder, pin: str = "4711") -> bool:
    with closing(sqlite3.connect(folder.database)) as db:
        (verifier,) = db.execute("SELECT verifier FROM pin").fetchone()
    return seal.pin_fits(verifier, pin, read_keys(folder).pepper)


def test_a_new_identity_is_vouched_for_and_the_journal_goes_on(root: Path, folder: Folder) -> None:
    before = read_keys(folder)
    said = rotate(root)
    after = read_keys(folder)
    assert said["identity"] == after.identity.public.hex() != before.identity.public.hex()
    assert said["fingerprint"] == fingerprint(after.identity.public.hex())
    assert (after.curve, after.console) == (before.curve, before.console)
    assert [is_vouched(step) for step in after.past] == [True]
    assert after.identities == {before.identity.public, after.identity.public}
    checked = verified(root)
    assert (checked["holds"], hows(checked)) == (True, ["founded", "vouched"])
    assert pin_fits(folder), "nobody needs a new PIN"
    rotate(root)
    assert hows(verified(root)) == ["founded", "vouched", "vouched"]
    assert pin_fits(folder)
    assert not pin_fits(folder, "4712")


def test_it_says_what_it_did_and_asks_first(root: Path, folder: Folder) -> None:
    before = read_keys(folder)
    assert "another identity?" in done(run(root, "rotate-identity", typed="n\n"))
    assert read_keys(folder) == before
    said = done(run(root, "rotate-identity", typed="y\n"))
    assert fingerprint(read_keys(folder).identity.public.hex()) in said
    told = done(run(root, "journal", "verify"))
    assert "for which the one before vouches" in told
    assert "dont la précédente répond" in done(run(root, "journal", "verify", lang="fr"))
    trail = orjson.loads(done(run(root, "audit", "--json")))
    assert "hub.identity" in [entry["action"] for entry in trail]


def test_a_backup_of_before_is_this_hubs(root: Path, folder: Folder) -> None:
    made = orjson.loads(done(run(root, "backup", "--json")))
    rotate(root)
    done(run(root, "check", made["path"]))
    done(run(root, "restore", made["path"]))
    closing_service(root)
    checked = verified(root)
    assert (checked["holds"], hows(checked)) == (True, ["founded", "vouched"])


@pytest.mark.parametrize("how_far", ["key", "statement"])
def test_a_change_that_was_cut_short_is_ended(root: Path, folder: Folder, how_far: str) -> None:
    before = read_keys(folder)
    identity.rotate(folder, now_ms())
    after = read_keys(folder)
    # As it was on disk before the last step, or before the statement.
    folder.identity.rename(folder.next_identity)
    folder.identity.write_text(before.identity.secret.hex() + "\n")
    folder.identity.chmod(0o600)
    if how_far == "key":
        folder.past.unlink()
    expected = before if how_far == "key" else after
    assert read_keys(folder).identity == expected.identity
    closing_service(root)
    assert not folder.next_identity.exists()
    assert read_keys(folder).identity == expected.identity
    assert pin_fits(folder)
    assert verified(root)["holds"]


def closing_service(root: Path) -> None:
    """Start a hub as far as it says the first line of its journal, and stop it."""
    open_service(root).close()


def lose(folder: Folder) -> Keys:
    """Lose the identity; return what the keys were."""
    keys = read_keys(folder)
    folder.identity.unlink()
    return keys


def test_a_lost_identity_is_said_for_good(root: Path, folder: Folder) -> None:
    before = lose(folder)
    result = run(root, "rotate-identity", "--json")
    assert (result.exit_code, "is missing" in result.stderr) == (1, True)
    said = rotate(root, "--lost")
    after = read_keys(folder)
    assert said["made"] == []
    assert after.curve == before.curve, "posts that are connected go on"
    checked = verified(root)
    assert (checked["holds"], hows(checked)) == (True, ["founded", "lost"])
    assert "LOST" in done(run(root, "journal", "verify"))
    assert not pin_fits(folder), "its pepper went with it: everybody needs a new PIN"
    known = before.identity.public.hex()
    assert verified(root, "--known", known)["holds"], "what posts have pinned sealed the past"
    assert not verified(root, "--known", "77" * 32)["holds"]


def test_all_keys_may_be_lost(root: Path, folder: Folder) -> None:
    before = read_keys(folder)
    for path in folder.keys.iterdir():
        path.unlink()
    folder.keys.rmdir()
    said = rotate(root, "--lost")
    assert said["made"] == ["curve", "console"]
    after = read_keys(folder)
    assert after.curve != before.curve
    assert hows(verified(root)) == ["founded", "lost"]
    with closing(sqlite3.connect(folder.database)) as db:
        row = db.execute("SELECT curve_key, sign_key FROM device WHERE number = 0").fetchone()
    assert row == (after.console.public, after.identity.public)


def test_a_key_that_is_there_is_not_lost(root: Path, folder: Folder) -> None:
    before = read_keys(folder)
    result = run(root, "rotate-identity", "--lost", "--yes")
    assert result.exit_code == 1
    assert "it is not lost" in result.stderr
    assert read_keys(folder) == before


def test_a_damaged_key_is_set_aside(root: Path, folder: Folder) -> None:
    folder.identity.write_text("7")
    rotate(root, "--lost")
    assert [path.read_text() for path in folder.keys.glob("identity.replaced-*.key")] == ["7"]
    assert hows(verified(root)) == ["founded", "lost"]


def test_another_hubs_keys_open_no_journal(root: Path, folder: Folder, tmp_path: Path) -> None:
    other = Folder(made(tmp_path / "other"))
    folder.identity.write_bytes(other.identity.read_bytes())
    with pytest.raises(StoreError) as refused:
        open_service(root)
    assert refused.value.problem.code == "identity_unknown"
    result = CliRunner().invoke(main, ["--data", str(root), "--lang", "en", "run"])
    assert result.exit_code == 1
    assert "sealed by another hub" in result.stderr


@pytest.mark.parametrize("key", ["7", "zz" * 32, "00" * 31])
def test_a_known_key_that_is_none_is_refused(root: Path, key: str) -> None:
    assert run(root, "journal", "verify", "--known", key).exit_code == 2
