"""The hub's folder: settings that say what is wrong with them, and keys that are kept closed."""

from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import Refusal
from hub.config import (
    KeepSettings,
    NetworkSettings,
    Settings,
    ShopSettings,
    read_settings,
    write_settings,
)
from hub.folder import ConfigError, Folder
from hub.key_files import make_keys, read_keys
from hub.service import found


def written(root: Path, text: str | bytes) -> Folder:
    folder = Folder(root)
    folder.settings.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def refusal(root: Path, text: str | bytes) -> tuple[str, str]:
    """Return code and whole text of what reading these settings says."""
    folder = written(root, text)
    with pytest.raises(ConfigError) as caught:
        read_settings(folder)
    said = caught.value.problem.text()
    assert str(folder.settings) in said
    assert caught.value.problem.words()[1], "a hint says what would do"
    return caught.value.problem.code, said


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "")) == Settings()


@pytest.mark.parametrize(
    "bom_or_crlf", ["[network]\r\ntill_port = 9\r\n", "[network]\ntill_port=9"]
)
def test_what_a_file_says_replaces_its_default_only(tmp_path: Path, bom_or_crlf: str) -> None:
    network = NetworkSettings(till_port=9)
    assert read_settings(written(tmp_path, bom_or_crlf)) == Settings(network=network)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[shops]\nname = 'x'", ["shops", "shop, network, keep, watch"]),
        ("port = 3", ["port", "shop, network, keep, watch"]),
        ("[network]\nport = 3", ["[network] port", "commands_port"]),
        ("[keep]\ndays = 3", ["[keep] days", "window_days, log_changes, min_free_mb"]),
    ],
)
def test_an_unknown_name_is_said_with_those_that_are_known(
    tmp_path: Path, text: str, named: list[str]
) -> None:
    code, said = refusal(tmp_path, text)
    assert code == "setting_unknown"
    assert [name for name in named if name not in said] == []


@pytest.mark.parametrize(
    ("section", "field", "value", "shown"),
    [
        ("network", "till_port", "0", "0"),
        ("network", "till_port", "65536", "65536"),
        ("network", "till_port", "-1", "-1"),
        ("network", "till_port", '"47803"', "'47803'"),
        ("network", "till_port", "4.5", "4.5"),
        ("network", "till_port", "true", "True"),
        ("network", "announce", "1", "1"),
        ("network", "announce", '"yes"', "'yes'"),
        ("network", "host", '""', "''"),
        ("network", "host", "[1]", "[1]"),
        ("network", "host", "{ a = 1 }", "{'a': 1}"),
        ("shop", "name", "{ first = 'x' }", "{'first': 'x'}"),
        ("shop", "name", '""', "''"),
        ("shop", "name", "12", "12"),
        ("shop", "siret", '"123"', "'123'"),
        ("shop", "siret", '"1234567890123x"', "'1234567890123x'"),
        ("shop", "vat_number", f'"{"9" * 21}"', "9" * 21),
        ("shop", "methods", '["cash", "gold"]', "gold"),
        ("shop", "methods", "[]", "[]"),
        ("shop", "cash_step_cents", "3", "3"),
        ("keep", "window_days", "0", "0"),
        ("keep", "window_days", "367", "367"),
        ("keep", "log_changes", "99", "99"),
        ("keep", "log_changes", "2026-01-01", "2026"),
        ("keep", "min_free_mb", "-1", "-1"),
        ("watch", "silent_s", "-1", "-1"),
        ("watch", "silent_s", "86401", "86401"),
        ("watch", "silent_s", "1.5", "1.5"),
    ],
)
def test_a_bad_value_is_said_with_its_file_field_and_what_it_is(
    tmp_path: Path, section: str, field: str, value: str, shown: str
) -> None:
    code, said = refusal(tmp_path, f"[{section}]\n{field} = {value}\n")
    assert code == "setting_invalid"
    assert f"{section}.{field}" in said
    assert shown in said.partition(f"{section}.{field}")[2]
    assert "Expected" in said


@pytest.mark.parametrize("text", ["shop = 3", "network = 'x'", "keep = []"])
def test_a_section_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    code, said = refusal(tmp_path, text)
    assert code == "setting_invalid"
    assert text.partition(" ")[0] in said


@pytest.mark.parametrize(
    "text", ["[network", "a = ", "[a]\n[a]", "\0", b"[shop]\nname = '\xe9'\n", "name = 'x"]
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refusal(tmp_path, text)[0] == "settings_unreadable"


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.settings.mkdir()
    with pytest.raises(ConfigError) as caught:
        read_settings(folder)
    assert caught.value.problem.code == "settings_unreadable"


@pytest.mark.parametrize("seconds", [1, 9])
def test_a_watch_that_waits_for_hardly_longer_than_a_ping_is_refused(
    tmp_path: Path, seconds: int
) -> None:
    code, said = refusal(tmp_path, f"[watch]\nsilent_s = {seconds}\n")
    assert code == "setting_invalid"
    assert f"watch.silent_s` must be 0 or at least 10: {seconds}" in said


@pytest.mark.parametrize("seconds", [0, 10, 86_400])
def test_a_watch_may_be_off_or_patient(tmp_path: Path, seconds: int) -> None:
    settings = read_settings(written(tmp_path, f"[watch]\nsilent_s = {seconds}\n"))
    assert settings.watch.silent_s == seconds


def test_ports_are_shared_by_nobody(tmp_path: Path) -> None:
    code, said = refusal(tmp_path, "[network]\noffice_port = 47800\n")
    assert code == "port_shared"
    assert "office_port = 47800" in said
    assert "commands_port" in said


def test_without_a_file_there_is_no_hub(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(Folder(tmp_path / "none"))
    assert caught.value.problem.code == "no_hub_here"
    assert str(tmp_path / "none") in caught.value.problem.text()


@pytest.mark.parametrize(
    "text",
    [
        "Épicerie",
        'L\'"As" \\ du pain',
        "a\nb",
        "a\rb",
        "a\tb",
        "\x01\x1f\x7f\x80",
        "\u2028😀",
        "{x}",
    ],
)
def test_what_is_written_reads_back_equal(tmp_path: Path, text: str) -> None:
    settings = Settings(
        shop=ShopSettings(
            name=text,
            siret="12345678901234",
            vat_number="FR1",
            address=text,
            price_labels=("21", "29"),
        ),
        network=NetworkSettings(host="127.0.0.1", till_port=9, announce=False),
        keep=KeepSettings(window_days=3, log_changes=500),
    )
    write_settings(Folder(tmp_path), settings)
    assert read_settings(Folder(tmp_path)) == settings
    found(Folder(tmp_path / "hub"), settings)
    assert read_settings(Folder(tmp_path / "hub")) == settings


@pytest.mark.parametrize(
    "settings",
    [
        Settings(shop=ShopSettings(siret="123")),
        Settings(shop=ShopSettings(name="")),
        Settings(network=NetworkSettings(host="")),
        Settings(network=NetworkSettings(till_port=47800)),
        Settings(keep=KeepSettings(window_days=0)),
    ],
)
def test_no_hub_is_made_with_settings_that_it_could_not_read(
    tmp_path: Path, settings: Settings
) -> None:
    folder = Folder(tmp_path / "hub")
    with pytest.raises(ConfigError) as caught:
        found(folder, settings)
    assert caught.value.problem.code in ("setting_invalid", "port_shared")
    assert not folder.root.exists()


def test_keys_are_made_once_closed_and_read_back(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "hub")
    keys = make_keys(folder)
    assert read_keys(folder) == keys
    assert len({keys.identity.secret, keys.curve.secret, keys.console.secret}) == 3
    modes = [path.stat().st_mode & 0o777 for path in sorted(folder.keys.iterdir())]
    assert modes == [0o600] * 3
    assert folder.keys.stat().st_mode & 0o777 == 0o700
    with pytest.raises(ConfigError) as caught:
        make_keys(folder)
    assert caught.value.problem.code == "keys_exist"
    assert read_keys(folder) == keys


def key_refusal(folder: Folder, path: Path) -> str:
    with pytest.raises(Refusal) as caught:
        read_keys(folder)
    assert str(path) in caught.value.problem.text()
    return caught.value.problem.code


@pytest.mark.parametrize("name", ["identity", "curve", "console"])
def test_a_key_that_cannot_be_used_is_named(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    make_keys(folder)
    path = folder.keys / f"{name}.key"
    good = path.read_bytes()
    for damaged in (b"", good[:-3], good[:-1] + b"00", b"z" * 64, b"\n"):
        path.write_bytes(damaged)
        assert key_refusal(folder, path) == "key_damaged"
    path.write_bytes(b"\xff" * 64)
    assert key_refusal(folder, path) == "key_unreadable"
    path.write_bytes(good)
    for mode in (0o640, 0o604, 0o666, 0o610):
        path.chmod(mode)
        assert key_refusal(folder, path) == "key_open"
    path.unlink()
    assert key_refusal(folder, path) == "key_missing"
    path.mkdir()
    assert key_refusal(folder, path) == "key_unreadable"


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("something else")
    for root in (taken, taken / "below"):
        with pytest.raises(ConfigError) as caught:
            make_keys(replace(Folder(tmp_path), root=root))
        assert caught.value.problem.code == "folder_unusable"
        assert str(root) in caught.value.problem.text()
