"""Names of files as an attacker would choose them: links, devices, pipes, ways up, line breaks."""

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop_processes import found_hub

from hub.backup import back_up
from hub.backup_keys import new_key_file, register
from hub.cli import main
from hub.folder import Folder
from hub.store import StoreError
from tests.hub.test_backup_sealed import CHEAP, NOW_MS, PHRASE, sealing

pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them"),
]
GOOD = "code_barres;libelle;prix_ttc;tva\n1;Pain;2,50;5,5\n"
WITH_REJECT = GOOD + "2;Sans prix;;5,5\n"
PRECIOUS = b"do not touch\n"


def run(folder: Folder, *arguments: str) -> Result:
    """Run a command that must not end in a traceback."""
    result = CliRunner().invoke(main, ["--data", str(folder.root), "--lang", "en", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def refused(folder: Folder, *arguments: str) -> str:
    result = run(folder, *arguments)
    assert result.exit_code in (1, 2), result.output
    return result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return the folder of a hub that is stopped."""
    made: Folder = found_hub(tmp_path / "hub")
    return made


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """Return a file that no command may change."""
    path = tmp_path / "precious"
    path.write_bytes(PRECIOUS)
    return path


def strange(folder: Path) -> list[Path]:
    """Make what is there and is no plain file: a pipe, a device, a folder, links to them."""
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "to-pipe").symlink_to(folder / "pipe")
    (folder / "to-nowhere").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder / "loop")
    names = ("pipe", "folder", "to-pipe", "to-nowhere", "loop")
    return [Path("/dev/zero"), Path("/dev/null"), *(folder / name for name in names)]


def test_backups_into_what_is_no_folder(folder: Folder, tmp_path: Path, precious: Path) -> None:
    """A backup is sent into pipes, devices, files and links that lead nowhere: each is refused with
    a sentence, nothing is written."""
    for place in [*strange(tmp_path), precious, precious / "..", precious / "below"]:
        if place.name != "folder":
            assert refused(folder, "backup", "--to", str(place))
    assert precious.read_bytes() == PRECIOUS
    assert not folder.backups.exists()


def test_a_link_that_waits_under_a_backups_name(
    folder: Folder, tmp_path: Path, precious: Path
) -> None:
    """Links to a precious file lie where the backup would be written, open or sealed: it is written
    beside them, under another name."""
    away = tmp_path / "usb"
    away.mkdir()
    register(folder, "admin", new_key_file(tmp_path / "a.key", PHRASE, CHEAP))
    for second in range(3):
        (away / f"comptoir-20260303-13520{second}.db.part").symlink_to(precious)
    for chosen in (None, sealing(folder)):
        made = back_up(folder, away, NOW_MS, chosen)
        assert made.path.lstat().st_mode & stat.S_IFMT(0o177777) == stat.S_IFREG
        assert made.path.stat().st_size == made.size_bytes > 0
    assert precious.read_bytes() == PRECIOUS
    assert all((away / f"comptoir-20260303-13520{n}.db.part").is_symlink() for n in range(3))


def test_a_backup_never_replaces_what_bears_its_name(folder: Folder, tmp_path: Path) -> None:
    """A file of the very name that the next backup would get: it stays, the backup gets another."""
    first = back_up(folder, None, NOW_MS)
    before = first.path.read_bytes()
    taken = first.path.with_name("comptoir-20260303-135201-0.sealed")
    taken.write_bytes(PRECIOUS)
    names = {back_up(folder, None, NOW_MS).path.name for _ in range(3)}
    assert len(names) == 3
    assert first.path.read_bytes() == before
    assert taken.read_bytes() == PRECIOUS
    assert not {first.path.name, taken.name} & names


def test_names_that_a_terminal_would_show_as_something_else(folder: Folder, tmp_path: Path) -> None:
    """Folders and files whose names hold line breaks and escapes, to forge lines of a list:
    refused, and never printed as they are."""
    for name in ("a\nverified", "b\x1b[2J", "c\r"):
        place = tmp_path / name
        place.mkdir()
        for command in (("backup", "--to"), ("restore",), ("check",), ("backup-key", "new")):
            said = refused(folder, *command, str(place / "x" if command[0] != "backup" else place))
            assert name not in said
        assert list(place.iterdir()) == []


def test_restoring_what_is_no_backup(folder: Folder, tmp_path: Path, precious: Path) -> None:
    """Devices, pipes, folders, dangling links and other files are restored: each is refused, and
    the database is what it was."""
    before = folder.database.read_bytes()
    for source in [*strange(tmp_path), precious, folder.settings, folder.keys / "curve.key"]:
        assert refused(folder, "restore", str(source))
        assert refused(folder, "check", str(source))
    up = folder.root / "backups" / ".." / ".." / "precious"
    assert refused(folder, "restore", str(up))
    assert folder.database.read_bytes() == before
    assert sorted(p.name for p in folder.root.glob("comptoir.*")) == ["comptoir.db"]
    assert precious.read_bytes() == PRECIOUS


def test_a_link_in_place_of_the_restores_own_copy(folder: Folder, precious: Path) -> None:
    """Links wait where a restore writes its copies, open and sealed: the links go, what they lead
    to stays."""
    backup = back_up(folder, None, NOW_MS).path
    for name in ("comptoir.db.part", "comptoir.db.opened"):
        (folder.root / name).symlink_to(precious)
    assert run(folder, "restore", str(backup)).exit_code == 0
    assert precious.read_bytes() == PRECIOUS


def test_importing_what_is_no_file(folder: Folder, tmp_path: Path) -> None:
    """A pipe that nobody writes, a device without end, a folder and dangling links are imported:
    each is refused at once."""
    for source in strange(tmp_path):
        assert refused(folder, "import-articles", str(source))


def test_rejects_written_over_something_else(
    folder: Folder, tmp_path: Path, precious: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rejects are sent over the hub's database, a key, a precious file, or through a link to it:
    they are written elsewhere, nothing is overwritten."""
    elsewhere = tmp_path / "cwd"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    source = tmp_path / "articles.csv"
    source.write_text(WITH_REJECT, "utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(precious)
    before = {path: path.read_bytes() for path in (folder.keys / "curve.key", folder.settings)}
    for target in (folder.database, *before, precious, link, Path("/dev/null")):
        result = run(folder, "import-articles", str(source), "--rejects", str(target))
        assert result.exit_code == 3, result.output
    assert {path: path.read_bytes() for path in before} == before
    assert precious.read_bytes() == PRECIOUS
    assert link.is_symlink()
    assert "is sound" in run(folder, "check").output
    written = {path.name for path in elsewhere.iterdir()}
    assert written == {"comptoir.db", "curve.key", "hub.toml", "precious", "link.csv", "null"}
    assert all(path.read_text("utf-8-sig").startswith("Line;") for path in elsewhere.iterdir())


def test_rejects_through_a_link_beside_the_file(
    folder: Folder, tmp_path: Path, precious: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links to a precious file lie where rejects are written by themselves: they are not
    followed."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    source = there / "articles.csv"
    source.write_text(WITH_REJECT, "utf-8")
    for place in (there, here):
        (place / "articles-rejets.csv").symlink_to(precious)
    assert "cannot be used" in refused(folder, "import-articles", str(source))
    assert precious.read_bytes() == PRECIOUS
    (here / "articles-rejets.csv").unlink()
    assert run(folder, "import-articles", str(source)).exit_code == 3
    # What it wrote itself it may write again.
    assert run(folder, "import-articles", str(source)).exit_code == 3
    assert precious.read_bytes() == PRECIOUS


def test_a_key_written_over_something(folder: Folder, tmp_path: Path, precious: Path) -> None:
    """A new key is written over a file, a link, a device or into a folder that is not there:
    refused, and no half of it is registered."""
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    link = tmp_path / "link"
    link.symlink_to(precious)
    for target in (precious, link, Path("/dev/null"), tmp_path / "none" / "key"):
        by_file = ("--passphrase-file", str(phrase))
        assert refused(folder, "backup-key", "new", str(target), *by_file)
    assert precious.read_bytes() == PRECIOUS
    assert not list(folder.root.glob("backup-keys/*"))


def test_names_of_keys_that_lead_elsewhere(folder: Folder, tmp_path: Path) -> None:
    """Keys are called by ways up, empty or absolute names: refused, no file is made or removed."""
    before = sorted(tmp_path.rglob("*"))
    for name in ("../x", "/etc/x", "", ".", "..", "a/b", "a\nb", "x" * 65, "-x"):
        assert refused(folder, "backup-key", "add", "ab" * 32, f"--name={name}")
        assert refused(folder, "backup-key", "forget", "--", name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_database_in_the_place_of_which_lies_a_link_to_nothing(folder: Folder) -> None:
    """The hub's database is a link that leads nowhere: no backup is made of it, and it is said."""
    folder.database.unlink()
    folder.database.symlink_to(folder.root / "nowhere")
    with pytest.raises(StoreError):
        back_up(folder, None, NOW_MS)
    assert not (folder.root / "nowhere").exists()
