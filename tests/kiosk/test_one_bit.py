"""One bit that flips within what waits costs nothing: the seal tells which one it was."""

from contextlib import closing
from pathlib import Path

import pytest

from kiosk.database import sqlite3
from kiosk.one_bit import TRIED_BYTES, without_flip
from kiosk.outbox import Outbox
from kiosk.salvage import salvage_file
from kiosk.stores import open_stores
from tests.kiosk.post import BOX, draft, maker, new_outbox, reply

BODIES = [b"%d." % n + bytes(200) for n in range(1, 5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the closed file of an outbox of four operations, three of which wait."""
    outbox = new_outbox(tmp_path)
    for body in BODIES:
        outbox.append(draft(body))
    outbox.note_replies([reply(outbox.id, 1)])
    outbox.close()
    return tmp_path / "outbox.db"


def flip(path: Path, n: int, *bits: int) -> None:
    """Flip bits of an operation as it lies on disk; no page is harmed by it."""
    with closing(sqlite3.connect(path)) as db:
        (body,) = db.execute("SELECT body FROM command WHERE n = ?", (n,)).fetchone()
        raw = bytearray(body)
        for bit in bits:
            raw[bit // 8] ^= 1 << bit % 8
        db.execute("UPDATE command SET body = ? WHERE n = ?", (bytes(raw), n))
        db.commit()


def waiting(outbox: Outbox) -> list[bytes]:
    return [entry.body for entry in outbox.waiting().queued]


# Of the nonce, of the value, of the tag behind it.
@pytest.mark.parametrize("bit", [0, 191, 192, 1000, 8 * 240, -1])
def test_it_is_put_right_in_its_place(path: Path, bit: int) -> None:
    size = len(BOX.operation(3, bytes(16), BODIES[2]))
    before = path.read_bytes()
    flip(path, 3, bit % (8 * size))
    for _ in range(2):
        outbox = Outbox(path, maker(1))
        assert waiting(outbox) == BODIES[1:]
        assert outbox.last_n == 4
        outbox.close()
    whole = BOX.operation(3, *BOX.open_operation(3, body_of(path, 3)) or ())
    assert whole == body_of(path, 3)
    assert before.count(whole) == 1


def body_of(path: Path, n: int) -> bytes:
    with closing(sqlite3.connect(path)) as db:
        body: bytes
        (body,) = db.execute("SELECT body FROM command WHERE n = ?", (n,)).fetchone()
        return body


def test_the_outbox_is_the_same_and_nothing_is_said(path: Path) -> None:
    outbox = Outbox(path, maker(1))
    known = outbox.id
    outbox.close()
    flip(path, 2, 500)
    flip(path, 4, 77)
    stores = open_stores(path.parent, maker(1), ("stock",))
    assert (stores.outbox.id, stores.problems) == (known, ())
    stores.close()


def test_two_bits_of_one_operation_cost_that_one(path: Path) -> None:
    flip(path, 3, 300, 301)
    stores = open_stores(path.parent, maker(1), ("stock",))
    (problem,) = stores.problems
    assert (problem.code, problem.params["saved"], problem.params["lost"]) == (
        "outbox_damaged",
        2,
        1,
    )
    assert waiting(stores.outbox) == [BODIES[1], BODIES[3]]
    stores.close()


def test_it_is_read_out_of_a_file_with_other_damage(path: Path) -> None:
    flip(path, 3, 300)
    flip(path, 4, 5, 6)
    found = salvage_file(path, BOX)
    assert ([each.body for each in found.drafts], found.lost) == (BODIES[1:3], 1)


def test_nothing_opens_by_chance_and_long_values_are_not_tried() -> None:
    assert without_flip(b"abc", lambda tried: False) is None
    assert without_flip(b"abc", lambda tried: tried == b"abb") == b"abb"
    assert without_flip(bytes(TRIED_BYTES + 1), lambda tried: True) is None
