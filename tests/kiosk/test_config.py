"""Folders, addresses and sizes as people give them."""

from pathlib import Path

import pytest

from common.errors import Refusal
from kiosk.config import (
    Address,
    Size,
    default_folder,
    is_in_use,
    make_folder,
    only_kiosk,
    parse_address,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.10", Address("192.168.1.10", 47801)),
        ("hub.local", Address("hub.local", 47801)),
        (" hub:1 ", Address("hub", 1)),
        ("hub:65535", Address("hub", 65535)),
        ("[::1]:4000", Address("::1", 4000)),
        ("[fe80::1]", Address("fe80::1", 47801)),
        ("::1", Address("::1", 47801)),
    ],
)
def test_an_address_is_read(text: str, expected: Address) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        ":80",
        "hub:0",
        "hub:65536",
        "hub:x",
        "a b",
        "http://hub",
        "[::1",
        "[::1]x",
        "a:b:c",
        "[hub]]",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|port"):
        parse_address(text)


def test_an_address_is_shown_as_it_is_typed() -> None:
    assert str(Address("hub", 5)) == "hub:5"
    assert str(Address("::1", 5)) == "[::1]:5"
    assert parse_address(str(Address("::1", 5))) == Address("::1", 5)


def test_a_size_is_read() -> None:
    assert parse_size("1280x800") == Size(1280, 800)
    assert parse_size("800X1000") == Size(800, 1000)


@pytest.mark.parametrize("text", ["", "1280", "x800", "1280x", "ax800", "-1x800", "10x10", "9e9x9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"size|range"):
        parse_size(text)


def test_a_folder_belongs_to_one_kiosk_at_a_time(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "a" / "b")
    assert folder.stat().st_mode & 0o077 == 0
    assert not is_in_use(folder)
    with only_kiosk(folder):
        assert is_in_use(folder)
        with pytest.raises(Refusal) as caught, only_kiosk(folder):
            pass
        assert caught.value.problem.code == "folder_in_use"
    assert not is_in_use(folder)
    with only_kiosk(folder):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refusal) as caught:
        make_folder(tmp_path / "file" / "post")
    assert caught.value.problem.code == "disk_failed"
    assert str(tmp_path / "file" / "post") in caught.value.problem.text()


def test_the_default_folder_is_the_users_own() -> None:
    assert default_folder().name == "comptoir-kiosk"
    assert default_folder().is_absolute()
