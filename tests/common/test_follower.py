"""A follower, step by step: what it asks, what it buffers, when it is live."""

from collections.abc import Sequence
from typing import Any

import pytest

from common import messages as m
from common.follower import (
    CREDIT_BYTES,
    Event,
    Follower,
)
from common.topic_progress import BUFFER_BYTES, BUFFER_CHANGES, TopicState
from common.topics import Profile
from common.wire import DIGEST_MASK, digest_hex, row_digest
from tests.common.memory_replica import MemoryReplica

OUTBOX, OTHER = "0a" * 16, "0f" * 16
OLD, NOW, NEWER = "01" * 16, "02" * 16, "03" * 16


class Post:
    """A follower of `stock` and `sales` with what it does written down."""

    def __init__(self, tseq: int = 0, epoch: str = NOW) -> None:
        self.now_s = 500.0
        self.replica = MemoryReplica(OUTBOX)
        self.events: list[Event] = []
        self.follower = Follower(
            self.replica,
            ["stock", "sales"],
            OUTBOX,
            lambda: self.now_s,
            lambda event, _topic: self.events.append(event),
        )
        if epoch:
            for topic, stands in (("stock", tseq), ("sales", 0)):
                self.replica.begin_snapshot(topic)
                assert self.replica.swap_snapshot(topic, epoch, stands, 0, digest_hex(0))

    def welcome(self, stock: int, low: int = 0, epoch: str = NOW, last_n: int = 0) -> list[Any]:
        marks = {"stock": m.TopicMark(stock, low), "sales": m.TopicMark(0, 0)}
        return self.follower.welcome(welcome_of(marks, epoch, last_n))

    def live(self) -> "Post":
        assert self.welcome(self.replica.tseq("stock")) == []
        assert self.follower.live
        return self

    def state(self) -> TopicState:
        return self.follower.state("stock")

    def snapshot(
        self, request: int, tseq: int, rows: dict[str, bytes], digest: str = "", head: int = 0
    ) -> list[Any]:
        """Answer a snapshot request in one go; return what the follower asks at its end."""
        begin = m.SnapshotBegin("stock", request, NOW, 9, tseq, head or tseq, len(rows), 0)
        assert self.follower.snapshot_begin(begin) == []
        chunk = m.SnapshotChunk("stock", request, list(rows.items()))
        assert self.follower.snapshot_chunk(chunk, 100) == []
        end = m.SnapshotEnd("stock", request, len(rows), digest or digest_of(rows))
        return self.follower.snapshot_end(end)


def welcome_of(marks: dict[str, m.TopicMark], epoch: str, last_n: int) -> m.Welcome:
    return m.Welcome(
        protocol=m.PROTOCOL,
        software="test",
        epoch=epoch,
        gseq=9,
        last_n=last_n,
        profile=Profile.TILL,
        topics=marks,
        device_id="d" * 32,
        device_number=1,
        device_name="C1",
        broadcast_port=1,
        hub_ms=0,
        sent_ms=0,
    )


def digest_of(rows: dict[str, bytes]) -> str:
    return digest_hex(sum(row_digest(*row) for row in rows.items()) & DIGEST_MASK)


def run(first: int, *rows: bytes | None, epoch: str = NOW, n: int = 0) -> m.Changes:
    changes = [m.Change(f"k{first + i}", row, OTHER, n) for i, row in enumerate(rows)]
    return m.Changes("stock", epoch, 9, first, changes)


def beat(tseq: int, digest: str = "", epoch: str = NOW) -> m.Heartbeat:
    return m.Heartbeat(epoch, 9, 0, {"stock": m.Pulse(tseq, digest or digest_hex(0))})


def only(messages: Sequence[Any], kind: type[Any]) -> Any:
    (message,) = messages
    assert isinstance(message, kind)
    return message


# Welcome.


def test_a_topic_that_an_older_hub_does_not_have_holds_up_nothing() -> None:
    post = Post(3)
    marks = {"stock": m.TopicMark(3, 0)}
    assert post.follower.welcome(welcome_of(marks, NOW, 0)) == []
    assert post.follower.live
    asks = post.follower.welcome(welcome_of(marks, NEWER, 0))
    assert [ask.topic for ask in asks] == ["stock"]
    assert post.follower.state("sales") is TopicState.BEHIND


def test_of_a_hub_that_names_no_topic_nothing_is_live() -> None:
    post = Post(3)
    assert post.follower.welcome(welcome_of({}, NOW, 0)) == []
    assert not post.follower.live


def test_an_empty_replica_asks_for_everything() -> None:
    post = Post(epoch="")
    asked = post.welcome(stock=5)
    assert [(type(a), a.topic, a.credit) for a in asked] == [
        (m.SnapshotRequest, "stock", CREDIT_BYTES),
        (m.SnapshotRequest, "sales", CREDIT_BYTES),
    ]
    assert post.events == [Event.NEW_EPOCH]


@pytest.mark.parametrize(
    ("tseq", "hub", "low", "asked"),
    [
        (7, 7, 0, []),
        (7, 7, 7, []),
        (7, 9, 0, [m.Since]),
        (7, 9, 7, [m.Since]),
        (7, 9, 8, [m.SnapshotRequest]),
        (7, 3, 0, [m.SnapshotRequest]),  # a hub that knows less in the same epoch
    ],
)
def test_a_welcome_is_compared(tseq: int, hub: int, low: int, asked: list[type[Any]]) -> None:
    post = Post(tseq)
    messages = post.welcome(stock=hub, low=low)
    assert [type(message) for message in messages] == asked
    assert post.follower.live is (asked == [])
    assert all(message.tseq == 7 for message in messages if isinstance(message, m.Since))


def test_an_older_epoch_is_never_followed() -> None:
    post = Post(7)
    assert post.welcome(stock=9, epoch=OLD) == []
    assert not post.follower.live
    assert post.follower.changes(run(8, b"1", epoch=OLD)) == []
    assert post.follower.heartbeat(beat(9, epoch=OLD)) == []
    assert (post.events, post.replica.tseq("stock")) == ([Event.OLD_EPOCH], 7)


def test_a_newer_epoch_means_everything_anew() -> None:
    post = Post(7)
    asked = post.welcome(stock=7, epoch=NEWER)
    assert [type(message) for message in asked] == [m.SnapshotRequest, m.SnapshotRequest]
    begin = m.SnapshotBegin("stock", asked[0].request, NEWER, 9, 2, 2, 0, 0)
    post.follower.snapshot_begin(begin)
    post.follower.snapshot_end(m.SnapshotEnd("stock", asked[0].request, 0, digest_hex(0)))
    assert (post.replica.epoch(), post.state()) == (NEWER, TopicState.LIVE)
    assert post.follower.state("sales") is TopicState.SYNCING


def test_an_epoch_half_taken_before_a_cut_is_taken_whole_after_it() -> None:
    post = Post(7)
    post.replica.apply("sales", 1, [m.Change("s", b"old", OTHER, 1)])
    (stock, _) = post.welcome(stock=7, epoch=NEWER)
    post.follower.snapshot_begin(m.SnapshotBegin("stock", stock.request, NEWER, 9, 2, 2, 0, 0))
    post.follower.snapshot_end(m.SnapshotEnd("stock", stock.request, 0, digest_hex(0)))
    # In the new history `sales` stands at 1, too, but it is another change.
    marks = {"stock": m.TopicMark(2, 0), "sales": m.TopicMark(1, 0)}
    asked = only(post.follower.welcome(welcome_of(marks, NEWER, 0)), m.Since)
    assert (asked.topic, asked.tseq) == ("sales", 0)


def test_a_welcome_covers_what_is_already_there() -> None:
    post = Post(7)
    post.welcome(stock=7, last_n=12)
    assert post.replica.last_n("stock") == 12
    behind = Post(7)
    behind.welcome(stock=9, last_n=12)
    assert behind.replica.last_n("stock") == 0


# Broadcasts.


def test_a_broadcast_in_order_is_folded() -> None:
    post = Post(7).live()
    assert post.follower.changes(run(8, b"1", None)) == []
    assert (post.replica.tseq("stock"), post.follower.live) == (9, True)


def test_a_gap_is_asked_for_once_and_what_came_after_it_is_kept() -> None:
    post = Post(7).live()
    since = only(post.follower.changes(run(10, b"10")), m.Since)
    assert since.tseq == 7
    assert post.follower.changes(run(11, b"11")) == []
    assert post.follower.heartbeat(beat(11)) == []
    assert post.replica.tseq("stock") == 7
    assert post.follower.delta(m.Delta(since.request, 0, False, run(8, b"8", b"9"))) == []
    assert post.replica.tseq("stock") == 11
    assert post.events == [Event.LIVE, Event.LIVE, Event.GAP, Event.LIVE]


@pytest.mark.parametrize("first", [6, 7, 8])
def test_what_overlaps_is_folded_from_where_it_is_new(first: int) -> None:
    post = Post(7).live()
    rows = [b"%d" % n for n in range(first, 10)]
    assert post.follower.changes(run(first, *rows)) == []
    assert post.replica.tseq("stock") == 9
    assert post.replica.rows("stock") == {"k8": b"8", "k9": b"9"}
    assert post.follower.changes(run(first, *rows)) == []
    assert post.replica.applied == 2


@pytest.mark.parametrize("epoch", [OLD, NEWER])
def test_a_broadcast_of_another_epoch_is_passed_over(epoch: str) -> None:
    post = Post(7).live()
    assert post.follower.changes(run(8, b"1", epoch=epoch)) == []
    assert post.follower.announce(m.Announce("stock", epoch, 9, 12)) == []
    assert post.follower.heartbeat(beat(12, epoch=epoch)) == []
    assert post.replica.tseq("stock") == 7


def test_nothing_is_folded_before_a_welcome() -> None:
    post = Post(7)
    assert post.follower.changes(run(8, b"1")) == []
    assert post.follower.heartbeat(beat(12)) == []
    post.live()
    post.follower.disconnected()
    assert post.follower.changes(run(8, b"1")) == []
    assert post.follower.announce(m.Announce("stock", NOW, 9, 12)) == []
    assert post.replica.tseq("stock") == 7


def test_topics_of_others_are_passed_over() -> None:
    post = Post(7).live()
    strange = m.Changes("people", NOW, 9, 1, [m.Change("k", b"1", OTHER, 1)])
    assert post.follower.changes(strange) == []
    assert post.follower.announce(m.Announce("people", NOW, 9, 4)) == []
    assert post.follower.heartbeat(m.Heartbeat(NOW, 9, 0, {"people": m.Pulse(4, "")})) == []
    assert post.follower.snapshot_required(m.SnapshotRequired("people", 1)) == []


def test_an_announced_commit_is_fetched() -> None:
    post = Post(7).live()
    since = only(post.follower.announce(m.Announce("stock", NOW, 9, 900)), m.Since)
    assert since.tseq == 7
    assert post.follower.announce(m.Announce("stock", NOW, 10, 901)) == []  # already asking
    known = Post(7).live()
    assert known.follower.announce(m.Announce("stock", NOW, 9, 7)) == []


def test_more_than_the_buffer_holds_is_fetched_instead() -> None:
    post = Post(7)
    since = only(post.welcome(stock=8), m.Since)
    at = 9
    for _ in range(3):
        rows = [b"x"] * (BUFFER_CHANGES // 2)
        post.follower.changes(run(at, *rows))
        at += len(rows)
    assert Event.BUFFER_OVERFLOW in post.events
    post.follower.changes(run(at, b"last"))
    again = only(post.follower.delta(m.Delta(since.request, 0, False, run(8, b"8"))), m.Since)
    assert again.tseq == 8
    missing = run(9, *[b"x"] * (at - 9))
    assert post.follower.delta(m.Delta(again.request, 0, False, missing)) == []
    assert (post.replica.tseq("stock"), post.follower.live) == (at, True)


def test_more_bytes_than_the_buffer_holds_are_fetched_instead() -> None:
    post = Post(7)
    since = only(post.welcome(stock=8), m.Since)
    post.follower.changes(run(9, bytes(BUFFER_BYTES // 2), bytes(BUFFER_BYTES // 2)))
    assert post.events[-1] is Event.BUFFER_OVERFLOW
    again = only(post.follower.delta(m.Delta(since.request, 0, True, run(8, b"8"))), m.Since)
    assert post.follower.delta(m.Delta(again.request, 0, False, run(9, b"9", b"10"))) == []
    assert (post.replica.tseq("stock"), post.follower.live) == (10, True)
