"""A post's key changes: interrupted at every write, a key that the hub knows is left on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import Refusal
from kiosk.key_chain import KeyChain
from kiosk.keys import new_keys, read_keys, write_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path, new_keys())
    return tmp_path


def chain(folder: Path) -> KeyChain:
    """Start the post."""
    return KeyChain(read_keys(folder), folder)


def test_a_key_is_changed_once_the_hub_welcomes_the_post_by_the_next(folder: Path) -> None:
    keys = chain(folder)
    old, new = keys.offer()
    assert (keys.knocking.public, read_keys(folder).curve.public) == (old, old)
    assert keys.offer() == (old, new), "asked twice, it offers the same"
    assert not keys.taken(b"\x01" * 32)
    assert keys.taken(new)
    assert not keys.taken(new), "it knocks with it already"
    assert keys.knocking.public == new
    assert read_keys(folder).curve.public == old, "nothing is given up before the welcome"
    keys.welcomed()
    assert read_keys(folder).curve.public == new
    assert set(keys.public_keys()) == set(chain(folder).public_keys()) == {new, old}
    assert not (folder / "keys" / "curve.next.key").exists()


def test_refused_it_tries_each_key_in_turn(folder: Path) -> None:
    keys = chain(folder)
    assert not keys.refused(), "there is no other yet"
    old, new = keys.offer()
    assert [keys.refused() and keys.knocking.public for _ in range(3)] == [new, old, new]
    keys.welcomed()
    # A hub restored from before the change knows the former key: it is the one in use again.
    assert keys.refused()
    assert keys.knocking.public == old
    keys.welcomed()
    assert chain(folder).knocking.public == old
    assert set(chain(folder).public_keys()) == {old, new}


def test_a_welcome_by_the_key_in_use_changes_nothing(folder: Path) -> None:
    keys = chain(folder)
    _, new = keys.offer()
    before = sorted(path.read_bytes() for path in (folder / "keys").iterdir())
    keys.welcomed()
    assert sorted(path.read_bytes() for path in (folder / "keys").iterdir()) == before
    assert new in keys.public_keys()


def _to_the_next(keys: KeyChain) -> None:
    keys.taken(keys.offer()[1])


def _to_the_former(keys: KeyChain) -> None:
    _to_the_next(keys)
    keys.welcomed()
    keys.refused()


@pytest.mark.parametrize("go", [_to_the_next, _to_the_former])
@pytest.mark.parametrize("written", [0, 1, 2])
def test_interrupted_at_any_write_both_keys_are_on_disk(
    folder: Path, go: Callable[[KeyChain], None], written: int
) -> None:
    keys = chain(folder)
    go(keys)
    both = set(keys.public_keys())
    place = folder / "keys"
    # The disk says no after so many of its writes: the folder of one file is where it wants to be.
    for name in ("curve.next.key", "curve.former.key", "curve.key")[written : written + 1]:
        (place / f"{name}.new").mkdir()
    with pytest.raises(Refusal) as raised:
        keys.welcomed()
    assert raised.value.problem.code == "disk_failed"
    assert set(keys.public_keys()) == both, "in memory, as it was"
    assert both <= set(chain(folder).public_keys())
    for leftover in place.glob("*.new"):
        leftover.rmdir()
    keys.welcomed()
    assert set(chain(folder).public_keys()) == both
    assert chain(folder).knocking.public == keys.knocking.public


def test_a_damaged_second_key_leaves_the_post_working(folder: Path) -> None:
    keys = chain(folder)
    keys.offer()
    (folder / "keys" / "curve.next.key").write_text("garbage")
    again = chain(folder)
    assert again.public_keys() == [read_keys(folder).curve.public]


def test_without_a_folder_it_is_in_memory_alone() -> None:
    keys = KeyChain(new_keys())
    old, new = keys.offer()
    keys.taken(new)
    keys.welcomed()
    assert keys.public_keys() == [new, old]
