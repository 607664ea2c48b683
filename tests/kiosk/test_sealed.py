"""What lies sealed on a post's disk: bound to its place, opened by its key, damage and all."""

from contextlib import closing
from pathlib import Path

import pytest

from common import wire
from common.errors import Problem
from common.messages import Change
from common.topics import TOPICS
from kiosk.database import FAULTS, sqlite3
from kiosk.outbox import Outbox
from kiosk.outbox_file import Maker
from kiosk.sealed import NOT_OPENED, OPEN_TOPICS, Box, sealed_topics
from kiosk.stores import Stores, open_stores
from tests.kiosk.post import BOX, OTHER, STORE_KEY, draft, maker, new_outbox, reply, seeded_bytes

FOLLOWED = ("stock", "sales")
BODY = b'{"label":"Truffes du Tricastin"}'


def opened(folder: Path, box: Box = BOX, seed: int = 1) -> Stores:
    return open_stores(folder, Maker(7, seeded_bytes(seed), box), FOLLOWED)


def edit(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


def test_a_topic_that_nobody_named_is_sealed() -> None:
    assert set(TOPICS) - set(sealed_topics(TOPICS)) == OPEN_TOPICS
    assert sealed_topics(("stock", "people")) == ["people"]


def test_every_value_opens_in_its_place_and_in_no_other() -> None:
    body_hash = wire.body_hash(BODY)
    sealed = BOX.operation(7, body_hash, BODY)
    assert BOX.open_operation(7, sealed) == (body_hash, BODY)
    assert BOX.open_operation(8, sealed) is None
    assert BOX.open_reply(7, sealed) is None
    row = BOX.row("sales", "k", BODY)
    assert BOX.open_row("sales", "k", row) == BODY
    assert BOX.open_row("sales", "l", row) is None
    assert BOX.open_row("takings", "k", row) is None
    assert BOX.row("stock", "k", BODY) == BODY
    assert BOX.open_digest("sales", BOX.digest("sales", 5)) == 5
    assert BOX.open_digest("takings", BOX.digest("sales", 5)) == NOT_OPENED
    assert BOX.open_digest("sales", "no hex") == NOT_OPENED
    assert BOX.open_digest("stock", BOX.digest("stock", 5)) == 5


def test_another_key_opens_nothing_and_any_bit_that_flips_is_seen() -> None:
    sealed = BOX.reply(1, BODY)
    assert Box(bytes(32)).open_reply(1, sealed) is None
    for at in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[at] ^= 4
        assert BOX.open_reply(1, bytes(flipped)) is None
    assert BOX.open_reply(1, sealed[:30]) is None
    assert BOX.open_reply(1, b"") is None


def test_operations_that_change_places_are_damage_and_the_others_go_on(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    for n in range(1, 5):
        outbox.append(draft(b"%d" % n))
    outbox.close()
    path = tmp_path / "outbox.db"
    edit(path, "UPDATE command SET body = (SELECT body FROM command WHERE n = 3) WHERE n = 2")
    stores = opened(tmp_path)
    assert [p.code for p in stores.problems] == ["outbox_damaged"]
    assert [entry.body for entry in stores.outbox.waiting().queued] == [b"1", b"3", b"4"]
    stores.close()


def test_rows_that_change_places_are_dropped_for_the_hub_to_give_again(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    rows = [Change(key, BODY + key.encode(), OTHER, 1) for key in "abc"]
    stores.replica.apply("sales", 1, rows)
    stores.replica.apply("stock", 1, rows)
    stores.close()
    edit(
        tmp_path / "replica.db",
        "UPDATE row SET row = (SELECT row FROM row WHERE key = 'a' AND slot = r.slot)"
        " FROM row AS r WHERE row.key = 'b' AND r.slot = row.slot"
        " AND row.slot = (SELECT slot FROM position WHERE topic = 'sales')",
    )
    stores = opened(tmp_path)
    assert [p.code for p in stores.problems] == ["replica_rebuilt"]
    assert stores.replica.tseq("sales") == 0
    assert (stores.replica.tseq("stock"), len(stores.topics["stock"].rows)) == (3, 3)
    stores.close()


def test_a_row_that_does_not_open_while_it_runs_shows_in_the_digest(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    stores.replica.apply("sales", 1, [Change("a", b"1", OTHER, 1), Change("b", b"2", OTHER, 2)])
    edit(tmp_path / "replica.db", "UPDATE row SET row = x'00' WHERE key = 'a'")
    read = stores.reader.read("sales")
    assert (read.rows, read.sound) == ([("b", b"2")], False)
    stores.replica.apply("sales", 3, [Change("a", b"3", OTHER, 3)])
    right = wire.row_digest("a", b"3") + wire.row_digest("b", b"2")
    assert stores.replica.digest("sales") != right & wire.DIGEST_MASK
    stores.close()


def test_a_key_that_is_gone_erases_nothing_and_selling_goes_on(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    old_id = stores.outbox.id
    for n in range(1, 4):
        stores.outbox.append(draft(b"%d" % n))
    stores.outbox.note_replies([reply(old_id, 1)])
    stores.replica.apply("sales", 1, [Change("a", BODY, OTHER, 1)])
    stores.replica.apply("stock", 1, [Change("a", BODY, OTHER, 1)])
    stores.close()
    stores = opened(tmp_path, Box(b"k" * 32), seed=2)
    locked = next(p for p in stores.problems if p.code == "outbox_locked")
    assert locked.params["waiting"] == 2
    assert {p.code for p in stores.problems} == {"outbox_locked", "replica_rebuilt"}
    assert stores.outbox.id != old_id
    assert stores.outbox.append(draft(b"new")).n == 1
    assert (stores.replica.tseq("sales"), stores.replica.tseq("stock")) == (0, 1)
    stores.close()
    # With its key what was kept aside is what it was.
    aside = Outbox(tmp_path / locked.params["file"], maker())
    assert (aside.id, [e.body for e in aside.waiting().queued]) == (old_id, [b"2", b"3"])
    aside.close()
    again = opened(tmp_path, Box(b"k" * 32), seed=3)
    assert again.problems == ()
    again.close()
    # The lost key turns up, and is put beside: what waited is queued anew, once.
    stores = opened(tmp_path, Box(b"k" * 32, STORE_KEY), seed=4)
    assert stores.problems == (Problem("outbox_unlocked", {"saved": 2}),)
    assert [e.body for e in stores.outbox.waiting().queued] == [b"new", b"2", b"3"]
    stores.close()
    stores = opened(tmp_path, Box(b"k" * 32, STORE_KEY), seed=5)
    assert (stores.problems, len(stores.outbox.waiting().queued)) == ((), 3)
    stores.close()


def test_a_mark_that_flips_is_no_other_key(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    stores.outbox.append(draft(b"1"))
    old_id = stores.outbox.id
    stores.close()
    for sql in ("UPDATE sealing SET mark = x'00'", "DELETE FROM sealing"):
        edit(tmp_path / "outbox.db", sql)
        edit(tmp_path / "replica.db", sql)
        stores = opened(tmp_path)
        assert (stores.problems, stores.outbox.id) == ((), old_id)
        assert [entry.body for entry in stores.outbox.waiting().queued] == [b"1"]
        stores.close()


def test_an_operation_that_does_not_open_is_damage_while_it_runs_too(tmp_path: Path) -> None:
    outbox = new_outbox(tmp_path)
    outbox.append(draft(b"1"))
    edit(tmp_path / "outbox.db", "UPDATE command SET body = x'00'")
    with pytest.raises(Exception, match="not as it was written") as caught:
        outbox.waiting()
    assert outbox.damaged
    assert not isinstance(caught.value, FAULTS)
    (kept,) = outbox.kept(0)
    assert (kept.body, kept.reply) == (b"", None)
    assert outbox.mend().params["lost"] == 1
    outbox.close()
