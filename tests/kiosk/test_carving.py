"""One bit that flips in what leads to an operation costs nothing: its bytes are still there."""

from pathlib import Path

import pytest

from common.wire import body_hash
from kiosk.carving import CARVED_BYTES
from kiosk.salvage import salvage_file
from tests.kiosk.post import BOX, draft, new_outbox, reply
from tests.kiosk.test_salvage import PAGE

OPERATIONS, REPLIED = 10, 4
WAITING = list(range(REPLIED + 1, OPERATIONS + 1))
HEAD = 8
POINTER = 2
CELL = 16
"""So many bytes before a body hold its row's size, number and the types of its values."""


def filled(folder: Path, size: int) -> Path:
    """Return the closed file of an outbox in which some operations of a size wait."""
    outbox = new_outbox(folder)
    for n in range(1, OPERATIONS + 1):
        outbox.append(draft(b"%d." % n + bytes(size)))
    outbox.note_replies([reply(outbox.id, n) for n in range(1, REPLIED + 1)])
    outbox.close()
    return folder / "outbox.db"


def place_of(path: Path, n: int, size: int) -> int:
    """Return where an operation lies in a file; before it may lie what a page once held."""
    body = b"%d." % n + bytes(size)
    return path.read_bytes().rindex(BOX.operation(n, body_hash(body), body)[:100])


def saved(path: Path) -> list[int]:
    """Return which operations a damaged file still gives, by what they say."""
    found = salvage_file(path, BOX)
    numbers = [int(each.body.split(b".")[0]) for each in found.drafts]
    assert len(numbers) + found.lost == len(WAITING)
    assert [each.kind for each in found.drafts] == ["price.set"] * len(numbers)
    return numbers


def flipped(path: Path, places: range) -> list[tuple[int, int]]:
    """Flip each bit of some bytes, one at a time; return those with which something is lost."""
    sound, costly = path.read_bytes(), []
    for place in places:
        for bit in range(8):
            content = bytearray(sound)
            content[place] ^= 1 << bit
            path.with_name("outbox.db-wal").unlink(missing_ok=True)
            path.with_name("outbox.db-shm").unlink(missing_ok=True)
            path.write_bytes(content)
            if saved(path) != WAITING:
                costly.append((place - places.start, bit))
    path.write_bytes(sound)
    return costly


@pytest.mark.parametrize("size", [300, 2000])
def test_a_bit_in_the_head_of_a_page_or_in_its_pointers(tmp_path: Path, size: int) -> None:
    path = filled(tmp_path, size)
    page = place_of(path, 7, size) // PAGE * PAGE
    rows = int.from_bytes(path.read_bytes()[page + 3 : page + 5], "big")
    assert rows >= 1
    assert flipped(path, range(page, page + HEAD + POINTER * rows)) == []


@pytest.mark.parametrize("size", [300, 2000, 5000])
def test_a_bit_in_what_tells_where_a_rows_values_lie(tmp_path: Path, size: int) -> None:
    path = filled(tmp_path, size)
    body = place_of(path, 7, size)
    kind = path.read_bytes().rindex(b"price.set", 0, body)
    assert flipped(path, range(kind - CELL, kind)) == []


def test_what_was_replied_to_is_not_found_again(tmp_path: Path) -> None:
    path = filled(tmp_path, 300)
    page = place_of(path, 2, 300) // PAGE * PAGE
    content = bytearray(path.read_bytes())
    content[page : page + HEAD] = bytes(HEAD)
    path.write_bytes(content)
    assert set(saved(path)) <= set(WAITING)


def test_a_large_file_is_not_looked_through(tmp_path: Path) -> None:
    path = filled(tmp_path, 2000)
    page = place_of(path, 7, 2000) // PAGE * PAGE
    content = bytearray(path.read_bytes())
    content[page] = 0
    path.write_bytes(bytes(content) + bytes(CARVED_BYTES))
    assert 7 not in saved(path)
