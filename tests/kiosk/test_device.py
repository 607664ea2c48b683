"""Who a post is, its keys and its preferences, as files."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import Refusal
from common.topics import Profile
from kiosk.device import device_file, read_device, write_device, write_whole
from kiosk.keys import close_to_others, new_keys, read_keys, read_store_keys, write_keys
from kiosk.preferences import Preferences, read_preferences, write_preferences
from tests.kiosk.post import device


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_post_that_was_never_paired_is_nobody(tmp_path: Path) -> None:
    assert read_device(tmp_path) is None


def test_a_device_is_read_as_it_was_written(tmp_path: Path) -> None:
    for profile in (Profile.TILL, Profile.DEPOT, Profile.OFFICE):
        written = replace(device(profile), name="Caisse n° 1 « é »")
        write_device(tmp_path, written)
        assert read_device(tmp_path) == written
    assert mode(device_file(tmp_path)) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["device.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"id":"x"}',
        b'{"id":"%s","number":1,"name":"a","profile":"boss","hub":{}}' % (b"d" * 32),
    ],
)
def test_a_device_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    device_file(tmp_path).write_bytes(content)
    with pytest.raises(Refusal) as caught:
        read_device(tmp_path)
    assert caught.value.problem.code == "unreadable_device"
    assert "device.json" in caught.value.problem.text()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    with pytest.raises(Refusal) as caught:
        write_whole(tmp_path / "nowhere" / "file", b"three")
    assert caught.value.problem.code == "disk_failed"


def test_keys_are_read_as_they_were_written_and_for_their_owner_only(tmp_path: Path) -> None:
    keys = new_keys()
    before = os.umask(0)
    try:
        write_keys(tmp_path, keys)
    finally:
        os.umask(before)
    assert read_keys(tmp_path) == keys
    place = tmp_path / "keys"
    assert mode(place) == 0o700
    assert {path.name: mode(path) for path in place.iterdir()} == {
        "curve.key": 0o600,
        "sign.key": 0o600,
    }
    assert new_keys() != keys


def test_the_store_key_is_made_once_and_older_ones_are_known(tmp_path: Path) -> None:
    write_keys(tmp_path, new_keys())
    (key,) = read_store_keys(tmp_path)
    path = tmp_path / "keys" / "store.key"
    assert (read_store_keys(tmp_path), mode(path)) == ([key], 0o600)
    path.rename(path.with_name("store.old.key"))
    fresh, old = read_store_keys(tmp_path)
    assert (old, read_store_keys(tmp_path)) == (key, [fresh, key])
    assert fresh != key


def test_a_damaged_store_key_is_kept_aside(tmp_path: Path) -> None:
    write_keys(tmp_path, new_keys())
    read_store_keys(tmp_path)
    path = tmp_path / "keys" / "store.key"
    path.write_text("no key")
    assert len(read_store_keys(tmp_path)) == 1
    assert (path.parent / "store.damaged.key").read_text() == "no key"
    path.unlink()
    path.mkdir()
    with pytest.raises(Refusal) as caught:
        read_store_keys(tmp_path)
    assert caught.value.problem.code == "unreadable_device"


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 31, b"\xff\xfe"])
def test_a_damaged_key_is_named(tmp_path: Path, content: bytes) -> None:
    write_keys(tmp_path, new_keys())
    (tmp_path / "keys" / "curve.key").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        read_keys(tmp_path)
    assert caught.value.problem.code == "unreadable_device"
    assert "curve.key" in caught.value.problem.text()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folders to the user")
@pytest.mark.parametrize("opened", ["keys", "keys/curve.key", "keys/sign.key"])
def test_keys_that_others_can_read_are_closed_to_them_and_said(tmp_path: Path, opened: str) -> None:
    write_keys(tmp_path, new_keys())
    assert close_to_others(tmp_path) is None
    (tmp_path / opened).chmod(0o755 if opened == "keys" else 0o644)
    problem = close_to_others(tmp_path)
    assert problem is not None
    assert problem.code == "keys_were_readable"
    assert opened in problem.params["path"]
    assert mode(tmp_path / opened) & 0o077 == 0
    assert close_to_others(tmp_path) is None


def test_what_was_chosen_on_a_post_is_kept(tmp_path: Path) -> None:
    assert read_preferences(tmp_path) == Preferences()
    favourites = Preferences("en", favourites=("a" * 32, "b" * 32))
    others = Preferences("fr", "dark", "left", "large", "off")
    for chosen in (Preferences("en"), others, favourites):
        write_preferences(tmp_path, chosen)
        assert read_preferences(tmp_path) == chosen
    write_preferences(tmp_path / "nowhere", chosen)  # A disk that will not have it is no error.


def test_one_choice_that_nobody_knows_spoils_no_other(tmp_path: Path) -> None:
    kept = b'{"lang":"xx","theme":["dark"],"basket":"left","scale":7,"of_later":"x"}'
    (tmp_path / "preferences.json").write_bytes(kept)
    assert read_preferences(tmp_path) == Preferences(basket="left")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"lang":7}', b'{"lang":"xx"}', b"\xff"])
def test_preferences_that_cannot_be_read_keep_no_post_from_starting(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "preferences.json").write_bytes(content)
    assert read_preferences(tmp_path) == Preferences()
