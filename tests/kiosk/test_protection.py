"""A post's keys under a passphrase: sealed, opened, begun and broken off, wrong and damaged."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from common import seal
from common.errors import Refusal
from common.topics import Profile
from kiosk.cli import main
from kiosk.device import write_device
from kiosk.keys import new_keys, protect, read_keys, read_store_keys, unprotect, write_keys
from kiosk.opening import open_session
from kiosk.protection import OPEN, SealedFiles, begin, protection, unlock
from tests.kiosk.post import HandClocks, device
from tests.kiosk.test_session import stock_up

PHRASE = "cinq mots qui ne vont pas ensemble"
CHEAP = seal.LEAST_PIN_COST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a paired post's folder, its keys in the open."""
    post = tmp_path / "post"
    write_keys(post, new_keys())
    write_device(post, device(Profile.TILL))
    stock_up(post)
    return post


def code_of(caught: pytest.ExceptionInfo[Refusal]) -> str:
    return caught.value.problem.code


def test_sealed_keys_open_by_the_passphrase_and_are_the_same(folder: Path) -> None:
    keys, store = read_keys(folder), read_store_keys(folder)
    assert protection(folder) is None
    assert unlock(folder, "whatever") is OPEN
    protect(folder, PHRASE, CHEAP)
    lock = unlock(folder, PHRASE)
    assert (read_keys(folder, lock), read_store_keys(folder, lock)) == (keys, store)
    files = sorted((folder / "keys").iterdir())
    secrets = (keys.curve.secret, keys.signing.secret, store[0])
    assert not any(s.hex() in path.read_text("latin-1") for s in secrets for path in files)
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    unprotect(folder, lock)
    assert (read_keys(folder), read_store_keys(folder)) == (keys, store)
    assert protection(folder) is None


def test_without_the_passphrase_nothing_opens_and_nothing_is_made_anew(folder: Path) -> None:
    protect(folder, PHRASE, CHEAP)
    before = {path.name: path.read_bytes() for path in (folder / "keys").iterdir()}
    for read in (read_keys, read_store_keys, open_session):
        with pytest.raises(Refusal) as caught:
            read(folder)
        assert code_of(caught) == "keys_locked"
    for wrong in ("", PHRASE + " ", PHRASE.upper()):
        with pytest.raises(Refusal) as caught:
            unlock(folder, wrong)
        assert code_of(caught) == "passphrase_wrong"
    with pytest.raises(Refusal) as caught:
        write_keys(folder, new_keys())
    assert code_of(caught) == "keys_locked"
    assert {path.name: path.read_bytes() for path in (folder / "keys").iterdir()} == before


def test_a_session_opens_by_the_lock(folder: Path) -> None:
    protect(folder, PHRASE, CHEAP)
    session = open_session(folder, HandClocks().clocks, lock=unlock(folder, PHRASE))
    assert session.take_notices() == []
    session.close()


def test_a_key_made_while_sealed_is_sealed(folder: Path) -> None:
    protect(folder, PHRASE, CHEAP)
    (folder / "keys" / "store.key").unlink()
    lock = unlock(folder, PHRASE)
    (made,) = read_store_keys(folder, lock)
    assert made.hex() not in (folder / "keys" / "store.key").read_text()
    assert read_store_keys(folder, lock) == [made]


def test_where_power_went_in_the_midst_both_kinds_are_read_and_it_is_finished(
    folder: Path,
) -> None:
    keys = read_keys(folder)
    begin(folder, PHRASE, CHEAP)
    assert read_keys(folder, unlock(folder, PHRASE)) == keys
    with pytest.raises(Refusal) as caught:
        protect(folder, "another one, as long as that", CHEAP)
    assert code_of(caught) == "passphrase_wrong"
    protect(folder, PHRASE, CHEAP)
    assert (folder / "keys" / "curve.key").read_text().startswith("sealed ")
    assert read_keys(folder, unlock(folder, PHRASE)) == keys


def test_key_files_that_change_places_or_flip_are_damage(folder: Path) -> None:
    protect(folder, PHRASE, CHEAP)
    lock = unlock(folder, PHRASE)
    shutil.copy(folder / "keys" / "sign.key", folder / "keys" / "curve.key")
    with pytest.raises(Refusal) as caught:
        read_keys(folder, lock)
    assert code_of(caught) == "unreadable_device"
    (folder / "keys" / "protection.json").write_text('{"way":"tpm"}')
    with pytest.raises(Refusal) as caught:
        unlock(folder, PHRASE)
    assert code_of(caught) == "unreadable_device"


def test_a_short_passphrase_is_refused_and_changes_nothing(folder: Path) -> None:
    with pytest.raises(Refusal) as caught:
        protect(folder, "short", CHEAP)
    assert code_of(caught) == "passphrase_short"
    assert protection(folder) is None
    assert not isinstance(unlock(folder, "short"), SealedFiles)


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    command = ["--data", str(folder), "--lang", "en", *arguments]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    return result.exit_code, result.output


def test_the_commands(folder: Path, tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE + "\n", "utf-8")
    by_file = ("--passphrase-file", str(phrase))
    code, said = run(folder, "protect", *by_file)
    assert (code, "are sealed" in said) == (0, True)
    wrong = tmp_path / "wrong"
    wrong.write_text("not this one at all")
    for command in (("unprotect",), ("--headless",)):
        code, said = run(folder, *command, "--passphrase-file", str(wrong))
        assert (code, "does not open" in said) == (1, True), said
    code, said = run(folder, "unprotect", "--passphrase-file", str(tmp_path / "none"))
    assert (code, "cannot be used" in said) == (1, True)
    code, said = run(folder, "unprotect", *by_file)
    assert (code, "open to whoever" in said) == (0, True)
    assert run(tmp_path / "nobody", "protect", *by_file)[0] == 1
