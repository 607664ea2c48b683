"""Nothing that a post asks for, however often, makes the hub grow without end."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import VERSION, wire
from common import messages as m
from common.topics import KIOSK_PROFILES, Profile
from hub.limits import CONNECTIONS, CREDIT_LIMIT
from hub.reader import EncodedSnapshot, SnapshotReader, read_snapshot
from hub.sync import SHARED_S, SyncDesk
from tests.hub.papers import sale
from tests.hub.shop import Shop, goods

PORTS = {profile: 47803 + place for place, profile in enumerate(KIOSK_PROFILES)}
MIB = 1024 * 1024


@contextmanager
def growing_less_than(limit_bytes: int) -> Iterator[None]:
    """Check that what happens inside keeps less than so much memory."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        assert tracemalloc.get_traced_memory()[0] - before < limit_bytes
    finally:
        tracemalloc.stop()


class Reading:
    """A sync desk whose snapshots are read when the test says so."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.wanted: list[str] = []
        self.desk = SyncDesk(
            shop.log,
            shop.pipeline,
            self.wanted.append,
            PORTS,
            shop.clock.now_ms,
            shop.clock.seconds,
        )

    def read(self) -> list[m.SnapshotBegin]:
        """Read what is wanted; return how the snapshots begin."""
        wanted, self.wanted[:] = list(self.wanted), []
        db = sqlite3.connect(self.shop.path, isolation_level=None)
        try:
            answers = [a for t in wanted for a in self.desk.snapshot_read(read_snapshot(db, t))]
        finally:
            db.close()
        return [wire.decode(frame) for _, frame in answers]


def test_pages_of_every_position_are_not_kept_for_ever(shop: Shop) -> None:
    shop.stock(goods(400))
    head = shop.log.heads["articles"].tseq
    with growing_less_than(2 * MIB):
        for tseq in range(head):
            assert shop.log.page("articles", tseq) is not None


def test_a_page_that_many_ask_for_is_made_once(shop: Shop) -> None:
    shop.stock(goods(50))
    first = shop.log.page("articles", 3)
    assert all(shop.log.page("articles", 3) is first for _ in range(300))


def test_posts_that_come_and_go_leave_nothing_behind(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    desk = Reading(shop).desk
    hello = m.Hello(m.PROTOCOL, VERSION, till.outbox, "", {}, 0)
    with growing_less_than(MIB):
        for connection in range(20_000):
            desk.hello(b"%05d" % connection, till.device, hello)


def test_a_connection_in_use_is_remembered_while_others_come_and_go(shop: Shop) -> None:
    till, other = shop.post(Profile.TILL, 1), shop.post(Profile.TILL, 2)
    (article,) = shop.stock(goods(1))
    shop.accept(till.send("sale.record", sale(till, 1, (article, 1000))))
    desk = Reading(shop).desk
    desk.hello(b"till", till.device, m.Hello(m.PROTOCOL, VERSION, till.outbox, "", {}, 0))
    hello = m.Hello(m.PROTOCOL, VERSION, other.outbox, "", {}, 0)
    for connection in range(2 * CONNECTIONS):
        desk.hello(b"%05d" % connection, other.device, hello)
        if connection % (CONNECTIONS // 2) == 0:
            ((_, frame),) = desk.since(b"till", till.device, m.Since("stock", 1, 0))
            assert wire.decode(frame).last_n == 1


def test_a_snapshot_that_the_log_no_longer_reaches_is_not_shared(shop: Shop) -> None:
    # A post that is given it must ask for what came after, is told to take a snapshot, and so on.
    shop.hurry()
    till = shop.post(Profile.TILL)
    (article,) = shop.stock(goods(1))
    reading = Reading(shop)
    request = m.SnapshotRequest("sales", 1, MIB)
    assert reading.desk.snapshot(b"a", till.device, request) == []
    (old,) = reading.read()
    for number in range(1, 121):
        shop.accept(till.send("sale.record", sale(till, number, (article, 1000))))
    with shop.store.group():
        low = shop.log.prune("sales", 100)
    assert low is not None
    shop.log.cut({"sales": low})
    assert old.tseq < low
    shop.clock.pass_s(SHARED_S / 2)
    assert reading.desk.snapshot(b"b", till.device, request) == []
    (fresh,) = reading.read()
    assert fresh.tseq == fresh.head == 120
    assert reading.desk.since(b"b", till.device, m.Since("sales", 2, fresh.tseq))


@pytest.mark.parametrize("count", [1, 40])
def test_a_post_that_asks_again_before_its_snapshot_is_read_is_served_once(
    shop: Shop, count: int
) -> None:
    till = shop.post(Profile.TILL)
    reading = Reading(shop)
    for request in range(1, count + 1):
        assert not reading.desk.snapshot(b"a", till.device, m.SnapshotRequest("shop", request, MIB))
    assert reading.wanted == ["shop"]
    assert [begin.request for begin in reading.read()] == [count]


def test_no_credit_lets_more_than_the_limit_run_ahead(shop: Shop) -> None:
    till = shop.post(Profile.TILL)
    desk = Reading(shop).desk
    packed = wire.pack_rows([("k", bytes(256 * 1024))])
    chunks = tuple((1, packed) for _ in range(100))
    desk.snapshot(b"a", till.device, m.SnapshotRequest("stock", 1, 2**62))
    desk.snapshot_read(EncodedSnapshot("stock", shop.log.epoch, 0, 0, "", 100, chunks, {}))
    for _ in range(2):
        sent = sum(len(frame) for _ in range(50) for _, frame in desk.pump())
        assert 0 < sent <= CREDIT_LIMIT + 2 * len(packed)
        assert not desk.busy
        for _ in range(3):
            desk.credit(b"a", till.device, m.Credit("stock", 1, 2**62))


def test_a_hello_ends_what_was_asked_before_it(shop: Shop) -> None:
    # A snapshot that is still to be read would say how far the outbox of before was taken.
    till = shop.post(Profile.TILL)
    reading = Reading(shop)
    for outbox in (till.outbox, "0c" * 16):
        reading.desk.hello(b"a", till.device, m.Hello(m.PROTOCOL, VERSION, outbox, "", {}, 0))
        if outbox == till.outbox:
            reading.desk.snapshot(b"a", till.device, m.SnapshotRequest("shop", 1, MIB))
    assert reading.read() == []


@pytest.mark.parametrize("name", ["Épicerie n° 1", "a#b", "100 %", "a%20b", "what?", "a&mode=rwc"])
def test_snapshots_are_read_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    shop = Shop(folder)
    shop.stock(goods(3))
    done = Event()
    reader = SnapshotReader(shop.path, done.set)
    reader.start()
    try:
        reader.request("articles")
        assert done.wait(10)
        (read,) = reader.take()
        assert isinstance(read, EncodedSnapshot)
        assert read.rows == 3
        assert [path.name for path in tmp_path.iterdir()] == [name]
    finally:
        reader.stop()
        shop.close()
