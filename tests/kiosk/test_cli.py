"""`comptoir-kiosk` as people type it."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from common import VERSION
from common.topics import Profile
from kiosk.cli import main
from kiosk.config import only_kiosk
from kiosk.device import write_device
from kiosk.keys import new_keys, write_keys
from kiosk.opening import open_session
from kiosk.preferences import Preferences, write_preferences
from tests.kiosk.post import device
from tests.kiosk.test_session import CARD, LINES, stock_up


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="comptoir-kiosk")


@pytest.fixture
def paired(tmp_path: Path) -> Path:
    write_keys(tmp_path, new_keys())
    write_device(tmp_path, device(Profile.TILL))
    stock_up(tmp_path)
    session = open_session(tmp_path)
    session.sell(LINES, CARD)
    session.close()
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("--size", "big"),
        ("--size", "1x1"),
        ("--lang", "xx"),
        ("--nonsense",),
        ("pair", "--hub", "a:b:c:d]", "--code", "x"),
        ("pair", "--hub", "hub:0"),
        ("dance",),
    ],
)
def test_wrong_options_are_a_usage_error(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_help_and_version() -> None:
    assert "--headless" in run("--help").output
    assert VERSION in run("--version").output
    assert run("pair", "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [("--headless",), ("status",)])
def test_a_post_that_is_not_paired_says_what_would_do(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run("--lang", "en", "--data", str(tmp_path), *arguments)
    assert result.exit_code == 1
    assert "comptoir-kiosk pair" in result.output


def test_errors_are_in_the_language_asked_for_or_chosen_on_the_post(tmp_path: Path) -> None:
    english = run("--lang", "en", "--data", str(tmp_path), "status").output
    french = run("--lang", "fr", "--data", str(tmp_path), "status").output
    assert english != french
    write_preferences(tmp_path, Preferences("fr"))
    assert run("--data", str(tmp_path), "status").output == french
    assert run("--lang", "en", "--data", str(tmp_path), "status").output == english


def test_a_mistyped_code_is_refused_without_a_network(tmp_path: Path) -> None:
    arguments = ("pair", "--hub", "127.0.0.1:9", "--code", "abc", "--data", str(tmp_path))
    result = run("--lang", "en", *arguments)
    assert result.exit_code == 1
    assert "16 characters" in result.output


def test_a_paired_post_is_not_paired_again(paired: Path) -> None:
    code = "0" * 16
    arguments = ("pair", "--hub", "127.0.0.1:9", "--code", code, "--data", str(paired))
    result = run("--lang", "en", *arguments)
    assert result.exit_code == 1
    assert "Caisse 7" in result.output


def test_a_folder_in_use_is_said(paired: Path) -> None:
    with only_kiosk(paired):
        result = run("--lang", "en", "--data", str(paired), "--headless")
    assert result.exit_code == 1
    assert "Another kiosk" in result.output


def test_status_reads_the_files_of_a_post(paired: Path) -> None:
    result = run("--lang", "en", "--data", str(paired), "status")
    assert result.exit_code == 0
    assert "Caisse 7, device 7" in result.output
    look = orjson.loads(run("status", "--json", "--data", str(paired)).output)
    assert (look["waiting"], look["tickets"], look["running"]) == (1, 1, False)
    assert look["series"].startswith("07-")
    assert (look["profile"], look["synced_ms"]) == ("till", None)
    with only_kiosk(paired):
        running = orjson.loads(run("status", "--json", "--data", str(paired)).output)
    assert running["running"]


def test_status_of_a_post_that_never_ran(tmp_path: Path) -> None:
    write_device(tmp_path, device(Profile.DEPOT))
    look = orjson.loads(run("status", "--json", "--data", str(tmp_path)).output)
    assert (look["waiting"], look["tickets"], look["series"]) == (0, 0, "")
    assert not (tmp_path / "outbox.db").exists()
