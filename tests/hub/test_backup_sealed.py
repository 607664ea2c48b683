"""Backups sealed to administrators' keys: made, listed, counted on, checked, restored."""

from contextlib import closing
from pathlib import Path

import orjson
import pytest

from common import seal
from hub import backup_seal
from hub.backup import back_up, listed, newest_sound
from hub.backup_keys import new_key_file, open_key_file, public_keys, register
from hub.backup_restore import opened
from hub.backup_seal import Sealing
from hub.folder import ConfigError, Folder
from hub.key_files import read_keys
from hub.store import Store, StoreError
from tests.hub.test_backup_cli import done, edit, failed, folder, made, shown

__all__ = ["folder"]
CHEAP = seal.PinCost(seal.LEAST_PIN_COST.passes, seal.LEAST_PIN_COST.memory_bytes)
PHRASE = "cinq mots qui ne vont pas ensemble"
NOW_MS = 1_772_545_920_000
MB = 1024 * 1024


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    path = tmp_path / "phrase"
    path.write_text(PHRASE + "\n", "utf-8")
    return path


@pytest.fixture
def key(folder: Folder, tmp_path: Path) -> Path:
    """Return a private key file whose public half is registered; a guess costs next to nothing."""
    path = tmp_path / "admin.key"
    register(folder, "admin", new_key_file(path, PHRASE, CHEAP))
    return path


def sealing(folder: Folder) -> Sealing:
    publics = tuple(key.public for key in public_keys(folder))
    return Sealing(publics, read_keys(folder).identity)


def opens(folder: Folder, backup: Path, key: Path) -> bytes:
    identities = read_keys(folder).identities
    with opened(folder, backup, open_key_file(key, PHRASE), identities) as plain:
        return plain.read_bytes()


def test_a_sealed_backup_holds_what_an_open_one_does(folder: Folder, key: Path) -> None:
    plain = back_up(folder, None, NOW_MS)
    sealed = back_up(folder, None, NOW_MS, sealing(folder))
    assert (sealed.path.suffix, sealed.sealed, plain.sealed) == (".sealed", 1, 0)
    assert sealed.path.stat().st_mode & 0o777 == 0o600
    assert (sealed.epoch, sealed.gseq, sealed.heads) == (plain.epoch, plain.gseq, plain.heads)
    assert opens(folder, sealed.path, key) == plain.path.read_bytes()
    header = backup_seal.verify(sealed.path, read_keys(folder).identities)
    assert (header.made_ms, header.epoch, header.gseq) == (NOW_MS, plain.epoch, plain.gseq)
    assert sorted(path.name for path in folder.root.glob("*.o*")) == []


def test_each_of_several_keys_opens_it_and_no_other_does(
    folder: Folder, key: Path, tmp_path: Path
) -> None:
    second, other = tmp_path / "second.key", tmp_path / "other.key"
    register(folder, "second", new_key_file(second, PHRASE, CHEAP))
    new_key_file(other, PHRASE, CHEAP)
    backup = back_up(folder, None, NOW_MS, sealing(folder)).path
    assert opens(folder, backup, key) == opens(folder, backup, second)
    with pytest.raises(StoreError) as caught:
        opens(folder, backup, other)
    assert caught.value.problem.code == "backup_key_other"
    assert public_keys(folder)[0].public.hex()[:16] in caught.value.problem.text()


@pytest.mark.parametrize(
    "size", [1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 2 * 1024 * 1024]
)
def test_files_of_every_size_come_out_as_they_went_in(
    folder: Folder, key: Path, tmp_path: Path, size: int
) -> None:
    plain, sealed, out = (tmp_path / name for name in ("plain", "sealed", "out"))
    plain.write_bytes(bytes(range(256)) * (size // 256) + bytes(size % 256))
    said = {"made_ms": 1, "epoch": "e", "gseq": 2, "heads": {}, "schema": 1}
    with sealed.open("wb") as file:
        backup_seal.seal_file(plain, file, said, sealing(folder))
    backup_seal.verify(sealed)
    backup_seal.open_file(sealed, open_key_file(key, PHRASE), out, None)
    assert out.read_bytes() == plain.read_bytes()


def test_what_was_altered_anywhere_is_found_out_with_the_key_and_without(
    folder: Folder, key: Path, tmp_path: Path
) -> None:
    backup = back_up(folder, None, NOW_MS, sealing(folder)).path
    whole = backup.read_bytes()
    bad = tmp_path / "bad.sealed"
    places = [0, 30, 200, len(whole) // 2, len(whole) - 97, len(whole) - 70, len(whole) - 5]
    cases = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    for case in (*cases, whole[:-1], whole[:-100], whole[: len(whole) // 3], whole + b"x", b""):
        bad.write_bytes(case)
        with pytest.raises(ValueError):  # noqa: PT011 # its text is shown, and differs
            backup_seal.verify(bad)
        with pytest.raises(ValueError):  # noqa: PT011
            backup_seal.open_file(bad, open_key_file(key, PHRASE), tmp_path / "out", None)
        assert not (tmp_path / "out").exists()


def test_the_list_and_the_newest_sound_one_need_no_key(folder: Folder, key: Path) -> None:
    first = made(folder)
    second = made(folder)
    assert [entry.sealed for entry in listed(folder)] == [True, True]
    assert [entry["sealed"] for entry in shown(folder)] == [True, True]
    assert {entry.epoch for entry in listed(folder)} == {backup_seal.read_header(first).epoch}
    assert newest_sound(folder) == second
    second.write_bytes(second.read_bytes()[:-7] + bytes(7))
    assert newest_sound(folder) == first
    folder.database.write_bytes(b"\xff" * 8192)
    assert [entry.known for entry in listed(folder)] == [False, False]
    assert f"comptoir-hub restore {first}" in failed(folder, "check")


def test_restore_by_the_key(folder: Folder, key: Path, phrase: Path) -> None:
    backup = made(folder)
    before = backup_seal.read_header(backup)
    edit(folder.database, "UPDATE article SET name = 'other'")
    assert "is sealed" in failed(folder, "restore", str(backup))
    by_key = ("--key", str(key), "--passphrase-file", str(phrase))
    assert "in place" in done(folder, "restore", str(backup), *by_key)
    assert "is sound" in done(folder, "check")
    with closing(Store.open(folder.database)) as store:
        assert store.db.execute("SELECT name FROM article").fetchone() == ("Pain",)
        assert store.meta("epoch") > before.epoch
    assert not list(folder.root.glob("comptoir.db.*"))


def test_a_wrong_passphrase_and_a_wrong_key_file_touch_nothing(
    folder: Folder, key: Path, phrase: Path, tmp_path: Path
) -> None:
    backup = made(folder)
    before = folder.database.read_bytes()
    phrase.write_text("another one, quite\n", "utf-8")
    by_key = ("--passphrase-file", str(phrase), "--key")
    assert "does not open" in failed(folder, "restore", str(backup), *by_key, str(key))
    assert "missing" in failed(folder, "restore", str(backup), *by_key, str(tmp_path / "no.key"))
    key.write_text("{}")
    assert "cannot be read" in failed(folder, "restore", str(backup), *by_key, str(key))
    assert folder.database.read_bytes() == before


def test_check_of_a_backup(folder: Folder, key: Path, phrase: Path, tmp_path: Path) -> None:
    backup = made(folder)
    assert "is sound" in done(folder, "check", str(backup))
    by_key = ("--key", str(key), "--passphrase-file", str(phrase))
    assert "is sound" in done(folder, "check", str(backup), *by_key)
    assert "no backup" in failed(folder, "check", str(tmp_path / "none"))
    backup.write_bytes(backup.read_bytes()[:-1])
    assert str(backup) in failed(folder, "check", str(backup))
    assert str(backup) in failed(folder, "check", str(backup), *by_key)


def test_keys_are_made_listed_added_and_forgotten(
    folder: Folder, tmp_path: Path, phrase: Path
) -> None:
    assert "not sealed" in done(folder, "backup-key", "list")
    assert "Not sealed" in done(folder, "backup")
    path = tmp_path / "admin.key"
    by_file = ("--passphrase-file", str(phrase))
    said = done(folder, "backup-key", "new", str(path), *by_file)
    public = open_key_file(path, PHRASE).public.hex()
    assert public in said
    assert path.stat().st_mode & 0o777 == 0o600
    assert "is there already" in failed(folder, "backup-key", "new", str(path), *by_file)
    other = tmp_path / "other.key"
    assert "is there already" in failed(folder, "backup-key", "new", str(other), *by_file)
    assert not other.exists()
    done(folder, "backup-key", "add", "ab" * 32, "--name", "second")
    assert f"{'ab' * 32}  second" in done(folder, "backup-key", "list").splitlines()
    assert "keys: 2" in done(folder, "backup")
    done(folder, "backup-key", "forget", "second")
    assert "keys: 1" in done(folder, "backup")
    assert "No backup key" in failed(folder, "backup-key", "forget", "second")
    assert "no public key" in failed(folder, "backup-key", "add", "abc", "--name", "x")
    assert "no name" in failed(folder, "backup-key", "add", "ab" * 32, "--name", "../../etc/x")
    phrase.write_text("short\n")
    assert "too short" in failed(folder, "backup-key", "new", str(other), "--name", "o", *by_file)


def test_a_registered_key_that_is_none_keeps_from_backing_up_open(folder: Folder) -> None:
    folder.backup_keys.mkdir()
    (folder.backup_keys / "admin.pub").write_text("no key")
    assert "admin.pub" in failed(folder, "backup")
    assert not folder.backups.exists()


def test_what_does_not_agree_is_not_sealed(folder: Folder, key: Path) -> None:
    edit(folder.database, "UPDATE article SET price_cents = price_cents + 1")
    assert "is damaged" in failed(folder, "backup")
    assert list(folder.backups.iterdir()) == []
    assert list(folder.root.glob("*.open*")) == []


def test_a_private_key_file_says_nothing_without_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    new_key_file(path, PHRASE, CHEAP)
    secret = open_key_file(path, PHRASE).secret
    assert secret.hex() not in path.read_text()
    with pytest.raises(ConfigError):
        open_key_file(path, PHRASE + " ")
    content = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({**content, "memory_bytes": 1 << 50}))
    with pytest.raises(ConfigError):
        open_key_file(path, PHRASE)
