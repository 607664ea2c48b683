"""Bits that flip in the head of a post's file: SQLite would not know the file any more."""

from pathlib import Path

import pytest

from common.topics import TOPICS_OF, Profile
from kiosk.stores import open_stores
from tests.kiosk.post import draft, maker

TOPICS = TOPICS_OF[Profile.TILL]


@pytest.mark.parametrize("place", range(24))
@pytest.mark.parametrize("name", ["outbox.db", "replica.db"])
def test_what_never_changes_is_put_right(tmp_path: Path, name: str, place: int) -> None:
    stores = open_stores(tmp_path, maker(), TOPICS)
    stores.outbox.append(draft(b'{"a":1}'))
    stores.close()
    raw = bytearray((tmp_path / name).read_bytes())
    raw[place] ^= 1 << 5
    (tmp_path / name).write_bytes(raw)
    stores = open_stores(tmp_path, maker(1), TOPICS)
    assert stores.problems == ()
    assert stores.outbox.append(draft(b'{"a":2}')).n == 2
    assert [entry.body for entry in stores.outbox.waiting().queued] == [b'{"a":1}', b'{"a":2}']
    stores.close()
