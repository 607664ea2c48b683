"""The administrator's command line, in this process: exit codes and words in both languages."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop_processes import free_ports

from common import VERSION
from hub.cli import main
from hub.cli_session import SOME_REJECTED
from hub.config import read_settings
from hub.folder import Folder
from hub.key_files import read_keys

COMMANDS = (
    *("init", "run", "pair", "devices", "status", "import-articles", "quarantine"),
    *("backup", "restore", "backups", "check", "people", "audit", "backup-key", "journal"),
    *("revoke", "reinstate", "rotate-device-key", "rotate-hub-key", "collect"),
    "categories",
    "pictures",
    *("rotate-identity", "customers", "price"),
)
GOOD = "code_barres;libelle;prix_ttc;tva\n1;Pain;2,50;5,5\n"


def run(root: Path, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--data", str(root), "--lang", lang, *arguments])


def made(root: Path) -> Path:
    """Make a hub by the command line, on ports where nobody listens."""
    ports = ("--base-port", str(free_ports(6)), "--host", "127.0.0.1")
    done = run(root, "init", "--name", "Épicerie", *ports, "--no-announce")
    assert (done.exit_code, done.stderr) == (0, "")
    return root


def failed(result: Result) -> str:
    """Return the one sentence of an error; exit code 1, no traceback, nothing on stdout."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout.strip() == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(("lang", "said"), [("fr", "nouveau"), ("en", "new hub lies in")])
def test_init_makes_a_hub_and_says_where(tmp_path: Path, lang: str, said: str) -> None:
    root = tmp_path / "hub"
    done = run(root, "init", "--siret", "12345678901234", lang=lang)
    assert done.exit_code == 0
    assert said in done.stdout
    assert str(root / "hub.toml") in done.stdout
    settings = read_settings(Folder(root))
    assert (settings.shop.siret, settings.network.till_port) == ("12345678901234", 47803)
    assert read_keys(Folder(root)).identity.public.hex() not in (root / "hub.toml").read_text()


@pytest.mark.parametrize(("lang", "said"), [("fr", "rien"), ("en", "nothing was changed")])
def test_init_twice_changes_nothing(tmp_path: Path, lang: str, said: str) -> None:
    root = made(tmp_path / "hub")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert said in failed(run(root, "init", "--name", "Autre", lang=lang)).lower()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert tomllib.loads((root / "hub.toml").read_text("utf-8"))["shop"]["name"] == "Épicerie"


@pytest.mark.parametrize("wrong", [("--siret", "123"), ("--name", ""), ("--host", "")])
def test_init_refuses_what_it_could_not_read_back(tmp_path: Path, wrong: tuple[str, str]) -> None:
    said = failed(run(tmp_path / "hub", "init", *wrong))
    assert wrong[0][2:] in said
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("port", ["0", "65531", "x"])
def test_init_takes_ports_that_exist(tmp_path: Path, port: str) -> None:
    done = run(tmp_path / "hub", "init", "--base-port", port)
    assert done.exit_code == 2
    assert "--base-port" in done.stderr
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("status",),
        ("status", "--json"),
        ("devices",),
        ("pair", "--profile", "till", "--name", "x"),
        ("import-articles", "x.csv"),
        ("backup",),
        ("backups", "--json"),
        ("restore", "x.db"),
        ("check",),
    ],
)
@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "comptoir-hub init"), ("en", "There is no hub in")]
)
def test_without_a_hubs_folder_that_is_said(
    tmp_path: Path, arguments: tuple[str, ...], lang: str, said: str
) -> None:
    text = failed(run(tmp_path / "none", *arguments, lang=lang))
    assert said in text
    assert str(tmp_path / "none") in text
    assert not (tmp_path / "none").exists(), "asking makes no folder"


def test_a_hub_that_does_not_run_is_named(tmp_path: Path) -> None:
    root = made(tmp_path / "hub")
    port = read_settings(Folder(root)).network.commands_port
    text = failed(run(root, "status", "--json"))
    assert f"127.0.0.1:{port}" in text
    assert "comptoir-hub run" in text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_help_lists_every_command(lang: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--help", lang=lang)
    assert done.exit_code == 0
    assert [name for name in COMMANDS if name not in done.stdout] == []
    for name in COMMANDS:
        one = run(tmp_path, name, "--help", lang=lang)
        assert (one.exit_code, "--help" in one.stdout) == (0, True)
    assert set(main.commands) == set(COMMANDS)


def test_version_and_bad_usage(tmp_path: Path) -> None:
    assert VERSION in run(tmp_path, "--version").stdout
    assert run(tmp_path, "sell").exit_code == 2
    assert run(tmp_path, "pair", "--name", "x").exit_code == 2
    assert run(tmp_path, "pair", "--name", "x", "--profile", "console").exit_code == 2
    assert run(tmp_path, "status", lang="de").exit_code == 2


@pytest.mark.parametrize(
    ("content", "fr", "en"),
    [
        (None, "ne s’ouvre pas", "cannot be opened"),
        (b"", "vide", "is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml xl/workbook.xml", "CSV", "not a CSV file"),
        (b"a;b;c\n1;2;3\n", "code_barres;libelle;prix_ttc;tva", "has no heading for"),
    ],
)
def test_a_file_that_cannot_be_imported_is_said(
    tmp_path: Path, content: bytes | None, fr: str, en: str
) -> None:
    root = made(tmp_path / "hub")
    file = tmp_path / "articles.xlsx"
    if content is not None:
        file.write_bytes(content)
    for lang, said in (("fr", fr), ("en", en)):
        text = failed(run(root, "import-articles", str(file), lang=lang))
        assert said in text
        assert "articles.xlsx" in text
    assert sorted(tmp_path.glob("*rejets*")) == []


@pytest.mark.parametrize(("lang", "said"), [("fr", "ligne"), ("en", "line was taken")])
def test_an_import_is_summed_up(tmp_path: Path, lang: str, said: str) -> None:
    root = made(tmp_path / "hub")
    file = tmp_path / "articles.csv"
    file.write_text(GOOD, "utf-8")
    done = run(root, "import-articles", str(file), lang=lang)
    assert (done.exit_code, said in done.stdout) == (0, True)
    file.write_text(GOOD + "2;;1;20\n", "utf-8")
    told = tmp_path / "told.csv"
    done = run(root, "import-articles", str(file), "--rejects", str(told), lang=lang)
    assert done.exit_code == SOME_REJECTED
    assert told.exists()


def test_settings_that_are_wrong_stop_every_command(tmp_path: Path) -> None:
    root = made(tmp_path / "hub")
    toml = root / "hub.toml"
    toml.write_text(toml.read_text("utf-8").replace("window_days = 7", "window_days = 0"), "utf-8")
    for command in (("run",), ("status",), ("devices", "--json"), ("import-articles", "x")):
        text = failed(run(root, *command))
        assert str(toml) in text
        assert "keep.window_days" in text


def test_a_key_that_others_may_read_stops_the_hub(tmp_path: Path) -> None:
    root = made(tmp_path / "hub")
    key = root / "keys" / "curve.key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in failed(run(root, "run"))
