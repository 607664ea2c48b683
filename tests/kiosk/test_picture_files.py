"""The folder of pictures: bounded, whole files only, and what is damaged is forgotten."""

import base64
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from common.pictures import MOST_BYTES, SIDE, picture_id
from kiosk.picture_files import PictureFiles, side_for


def picture(shade: int) -> bytes:
    """Return a picture of one shade."""
    file = BytesIO()
    Image.new("RGB", (SIDE, SIDE), (shade, 0, 0)).save(file, "JPEG")
    return file.getvalue()


PICTURES = [picture(shade) for shade in (0, 60, 120, 180, 240)]
NAMES = [picture_id(content) for content in PICTURES]
EACH = max(len(content) for content in PICTURES)


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def brought(*places: int) -> dict[str, str]:
    return {NAMES[place]: text(PICTURES[place]) for place in places}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


def opened(folder: Path, room: int = 100) -> PictureFiles:
    """Return the files of a folder with room for so many pictures."""
    files = PictureFiles(folder, room * EACH)
    files.open()
    return files


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def of(*places: int) -> frozenset[str]:
    return frozenset(NAMES[place] for place in places)


NONE = frozenset[str]()


def test_what_came_is_kept_and_read_again(folder: Path) -> None:
    files = opened(folder)
    stored = files.store(brought(0, 1), ())
    assert (stored.kept, stored.gone, stored.unsound, stored.full) == (
        of(0, 1),
        NONE,
        NONE,
        False,
    )
    raster = files.load(NAMES[1])
    assert raster is not None
    assert (raster.width, raster.height, len(raster.pixels)) == (SIDE, SIDE, 3 * SIDE * SIDE)
    assert abs(raster.pixels[0] - 60) < 4
    assert PictureFiles(folder).open() == of(0, 1)
    assert (folder.stat().st_mode & 0o077) == 0 or os.name == "nt"


@pytest.mark.parametrize(
    ("room_px", "side"), [(1, 64), (52, 64), (64, 64), (99, 128), (129, 256), (1_000, 256)]
)
def test_it_is_read_as_large_as_it_is_shown(folder: Path, room_px: float, side: int) -> None:
    files = opened(folder)
    files.store(brought(2), ())
    assert side_for(room_px) == side
    raster = files.load(NAMES[2], side)
    assert raster is not None
    assert (raster.width, raster.height, len(raster.pixels)) == (side, side, 3 * side * side)
    assert abs(raster.pixels[0] - 120) < 4


@pytest.mark.parametrize(
    "said",
    [text(PICTURES[1]), "no base64?", "", text(b"x" * (MOST_BYTES + 1)), text(PICTURES[0])[:-8]],
)
def test_what_is_not_what_it_is_called_is_not_kept(folder: Path, said: str) -> None:
    files = opened(folder)
    stored = files.store({NAMES[0]: said, **brought(2)}, ())
    assert (stored.kept, stored.unsound) == (of(2), of(0))
    assert names(folder) == of(2)


@pytest.mark.parametrize("harm", [b"", b"not a picture", PICTURES[3], PICTURES[1][:200]])
def test_a_damaged_file_is_forgotten(folder: Path, harm: bytes) -> None:
    files = opened(folder)
    files.store(brought(0, 1), ())
    (folder / NAMES[1]).write_bytes(harm)
    assert files.load(NAMES[1]) is None
    assert names(folder) == of(0)
    assert files.store(brought(1), ()).kept == of(1)
    assert files.load(NAMES[1]) is not None


def test_a_file_that_somebody_took_away_is_forgotten(folder: Path) -> None:
    files = opened(folder)
    files.store(brought(0), ())
    (folder / NAMES[0]).unlink()
    assert files.load(NAMES[0]) is None


def test_what_is_right_and_no_picture_is_not_shown(folder: Path) -> None:
    """The hub looks at each; one that did not would put nothing on a screen."""
    files = opened(folder)
    page = b"<html>"
    large = BytesIO()
    Image.new("RGB", (SIDE + 1, SIDE)).save(large, "JPEG")
    # Its head says so many pixels that they would not fit into the memory.
    bomb = bytearray(PICTURES[0])
    size_at = bytes(bomb).index(b"\xff\xc0") + 5
    bomb[size_at : size_at + 4] = b"\x70\x00\x70\x00"
    for content in (page, large.getvalue(), bytes(bomb)):
        name = picture_id(content)
        assert files.store({name: text(content)}, ()).kept == {name}
        assert files.load(name) is None


def test_what_a_crash_left_half_written_goes(folder: Path) -> None:
    files = opened(folder)
    files.store(brought(0), ())
    (folder / f"{NAMES[1]}.part").write_bytes(PICTURES[1][:100])
    assert PictureFiles(folder).open() == of(0)
    assert names(folder) == of(0)


def test_those_looked_at_longest_ago_make_room_for_one_that_is_wanted(folder: Path) -> None:
    files = opened(folder, room=3)
    for place in (0, 1, 2):
        files.store(brought(place), ())
    files.load(NAMES[0])
    stored = files.store(brought(3), of(3))
    assert (stored.kept, stored.gone, stored.full) == (of(3), of(1), False)
    assert names(folder) == of(0, 2, 3)


def test_for_one_that_nobody_wants_yet_nothing_makes_room(folder: Path) -> None:
    files = opened(folder, room=2)
    stored = files.store(brought(0, 1, 2), ())
    assert (stored.kept, stored.gone, stored.full) == (of(0, 1), NONE, True)
    assert names(folder) == of(0, 1)


def test_the_order_of_use_survives_a_restart(folder: Path) -> None:
    files = opened(folder, room=3)
    for place in (0, 1, 2):
        files.store(brought(place), ())
        os.utime(folder / NAMES[place], (1_000 + place, 1_000 + place))
    files.load(NAMES[0])
    again = opened(folder, room=3)
    assert again.store(brought(4), of(4)).gone == of(1)


def test_a_folder_that_is_fuller_than_allowed_is_brought_down(folder: Path) -> None:
    opened(folder).store(brought(0, 1, 2, 3), ())
    small = opened(folder, room=2)
    assert small.store(brought(4), of(4)).kept == of(4)
    assert len(names(folder)) == 2


def test_what_no_row_names_any_more_goes(folder: Path) -> None:
    files = opened(folder)
    files.store(brought(0, 1, 2), ())
    assert files.keep_only(of(1)) == of(0, 2)
    assert names(folder) == of(1)


def test_a_disk_that_takes_nothing_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("in the way")
    files = PictureFiles(tmp_path / "pictures")
    assert files.open() == frozenset()
    stored = files.store(brought(0), of(0))
    assert (stored.kept, stored.full) == (frozenset(), True)
    assert files.load(NAMES[0]) is None
    assert files.keep_only(()) == frozenset()
