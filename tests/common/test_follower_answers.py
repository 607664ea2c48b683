"""A follower and the hub's answers: deltas, snapshots, heartbeats, and what comes too late."""

from typing import Any

import pytest

from common import messages as m
from common.follower import (
    ANSWER_TIMEOUT_S,
    CREDIT_BYTES,
    MISMATCH_PAUSE_S,
    Event,
)
from common.topic_progress import TopicState
from common.wire import digest_hex
from tests.common.test_follower import NOW, OLD, OUTBOX, Post, beat, digest_of, only, run

ROWS = {"a": b"1", "b": b"2"}


@pytest.fixture
def post() -> Post:
    return Post(7)


# Deltas.


def test_pages_are_asked_for_until_there_is_no_more(post: Post) -> None:
    since = only(post.welcome(stock=11), m.Since)
    page = m.Delta(since.request, 50, True, run(8, b"8", b"9"))
    since = only(post.follower.delta(page), m.Since)
    assert since.tseq == 9
    assert post.replica.last_n("stock") == 0  # what is not here yet is not covered
    assert post.follower.delta(m.Delta(since.request, 50, False, run(10, b"10", b"11"))) == []
    assert post.follower.live
    assert post.replica.last_n("stock") == 50


def test_an_empty_delta_is_an_answer(post: Post) -> None:
    since = only(post.welcome(stock=9), m.Since)
    assert post.follower.delta(m.Delta(since.request, 3, False, run(8))) == []
    assert post.follower.live
    assert post.replica.last_n("stock") == 3


def test_a_delta_that_leaves_a_gap_is_asked_for_again(post: Post) -> None:
    since = only(post.welcome(stock=9), m.Since)
    again = only(post.follower.delta(m.Delta(since.request, 0, False, run(9, b"9"))), m.Since)
    assert again.request > since.request
    assert post.replica.tseq("stock") == 7


def test_answers_to_older_questions_are_passed_over(post: Post) -> None:
    old = only(post.welcome(stock=9), m.Since)
    new = only(post.welcome(stock=9), m.Since)
    late: list[Any] = post.follower.delta(m.Delta(old.request, 0, False, run(8, b"x", b"y")))
    late += post.follower.snapshot_required(m.SnapshotRequired("stock", old.request))
    late += post.follower.delta(m.Delta(new.request, 0, False, run(8, b"x", epoch=OLD)))
    late += post.snapshot(new.request, 9, ROWS)  # nobody asked for a snapshot
    assert late == []
    assert (post.replica.tseq("stock"), post.state()) == (7, TopicState.SYNCING)
    assert post.follower.delta(m.Delta(new.request, 0, False, run(8, b"8", b"9"))) == []
    assert post.follower.delta(m.Delta(new.request, 0, False, run(8, b"x", b"y"))) == []
    assert post.replica.rows("stock") == {"k8": b"8", "k9": b"9"}


def test_a_log_that_was_cut_means_a_snapshot(post: Post) -> None:
    since = only(post.welcome(stock=9), m.Since)
    required = m.SnapshotRequired("stock", since.request)
    asked = only(post.follower.snapshot_required(required), m.SnapshotRequest)
    assert post.follower.snapshot_required(required) == []
    assert post.snapshot(asked.request, 9, ROWS) == []
    assert (post.replica.rows("stock"), post.follower.live) == (ROWS, True)


# Snapshots.


def snapshot_asked(post: Post) -> int:
    request: int = only(post.welcome(stock=20, low=15), m.SnapshotRequest).request
    return request


def test_broadcasts_during_a_snapshot_are_folded_after_it(post: Post) -> None:
    request = snapshot_asked(post)
    for first in (19, 20, 21, 22):
        assert post.follower.changes(run(first, b"%d" % first)) == []
    assert post.snapshot(request, 20, ROWS) == []
    assert post.replica.tseq("stock") == 22
    assert post.replica.rows("stock") == {**ROWS, "k21": b"21", "k22": b"22"}
    assert post.follower.live


def test_a_gap_behind_a_snapshot_is_fetched_and_the_rest_kept(post: Post) -> None:
    request = snapshot_asked(post)
    post.follower.changes(run(23, b"23"))
    since = only(post.snapshot(request, 20, ROWS), m.Since)
    assert since.tseq == 20
    assert post.follower.delta(m.Delta(since.request, 0, False, run(21, b"21", b"22"))) == []
    assert (post.replica.tseq("stock"), post.follower.live) == (23, True)


def test_a_shared_snapshot_is_topped_up(post: Post) -> None:
    request = snapshot_asked(post)
    since = only(post.snapshot(request, 18, ROWS, head=20), m.Since)
    assert since.tseq == 18
    assert not post.follower.live


def test_credit_is_given_back_as_rows_arrive(post: Post) -> None:
    request = snapshot_asked(post)
    post.follower.snapshot_begin(m.SnapshotBegin("stock", request, NOW, 9, 20, 20, 2, 0))
    given = 0
    for place in range(40):
        chunk = m.SnapshotChunk("stock", request, [(str(place), b"x")])
        for credit in post.follower.snapshot_chunk(chunk, CREDIT_BYTES // 10):
            assert (credit.topic, credit.request) == ("stock", request)
            given += credit.credit
    assert 0 <= 40 * (CREDIT_BYTES // 10) - given < CREDIT_BYTES // 4


def test_rows_that_are_missing_are_noticed(post: Post) -> None:
    request = snapshot_asked(post)
    post.follower.snapshot_begin(m.SnapshotBegin("stock", request, NOW, 9, 20, 20, 3, 0))
    post.follower.snapshot_chunk(m.SnapshotChunk("stock", request, [("a", b"1")]), 10)
    end = m.SnapshotEnd("stock", request, 3, digest_of({"a": b"1"}))
    only(post.follower.snapshot_end(end), m.SnapshotRequest)
    assert post.replica.tseq("stock") == 7


def test_parts_of_a_snapshot_nobody_began_are_passed_over(post: Post) -> None:
    request = snapshot_asked(post)
    chunk = m.SnapshotChunk("stock", request, [("a", b"1")])
    assert post.follower.snapshot_chunk(chunk, 10) == []
    assert post.follower.snapshot_end(m.SnapshotEnd("stock", request, 1, digest_hex(0))) == []
    assert post.replica.tseq("stock") == 7


def test_a_cut_in_the_middle_of_a_snapshot_begins_it_anew(post: Post) -> None:
    request = snapshot_asked(post)
    post.follower.snapshot_begin(m.SnapshotBegin("stock", request, NOW, 9, 20, 20, 2, 0))
    post.follower.snapshot_chunk(m.SnapshotChunk("stock", request, [("gone", b"1")]), 10)
    post.follower.disconnected()
    again = snapshot_asked(post)
    assert again > request
    post.follower.snapshot_chunk(m.SnapshotChunk("stock", request, [("late", b"1")]), 10)
    assert post.snapshot(again, 20, ROWS) == []
    assert post.replica.rows("stock") == ROWS


def test_a_snapshot_that_is_never_right_is_not_asked_for_without_end(post: Post) -> None:
    # The hub's digest of the topic is wrong: each snapshot fails. It must not become a storm.
    request = snapshot_asked(post)
    asked = 0
    for _ in range(600):  # a minute
        messages = post.snapshot(request, 20, ROWS, digest=digest_hex(5)) if request else []
        post.now_s += 0.1
        messages += post.follower.tick()
        asked += len(messages)
        request = messages[0].request if messages else 0
    assert 2 <= asked <= 1 + 60 / ANSWER_TIMEOUT_S
    assert Event.DIGEST_MISMATCH in post.events


# Heartbeats.


def test_a_lost_tail_shows_by_the_heartbeat(post: Post) -> None:
    post.live()
    assert post.follower.heartbeat(beat(7)) == []
    since = only(post.follower.heartbeat(beat(9, digest_hex(4))), m.Since)
    assert since.tseq == 7
    assert Event.LOST_TAIL in post.events


def test_a_heartbeat_of_the_past_asks_nothing(post: Post) -> None:
    post.live()
    assert post.follower.heartbeat(beat(6, digest_hex(4))) == []
    assert post.follower.live


def test_rows_that_differ_are_taken_anew_and_rarely(post: Post) -> None:
    post.live()
    post.replica.spoil("stock")
    request = only(post.follower.heartbeat(beat(7, digest_of(ROWS))), m.SnapshotRequest).request
    assert post.events[-1] is Event.DIGEST_MISMATCH
    assert post.snapshot(request, 7, ROWS) == []
    assert post.follower.heartbeat(beat(7, digest_of(ROWS))) == []
    # A hub whose heartbeats differ from its own snapshots: not a snapshot a second.
    asked = 0
    for _ in range(60):
        post.now_s += 1.0
        for message in post.follower.heartbeat(beat(7, digest_hex(1))):
            asked += 1
            assert post.snapshot(message.request, 7, ROWS) == []
    assert asked <= 60 / MISMATCH_PAUSE_S


# Patience.


@pytest.mark.parametrize("low", [0, 15])
def test_what_is_not_answered_is_asked_again(post: Post, low: int) -> None:
    (first,) = post.welcome(stock=20, low=low)
    post.now_s += ANSWER_TIMEOUT_S - 0.1
    assert post.follower.tick() == []
    post.now_s += 0.2
    again = only(post.follower.tick(), type(first))
    assert again.request > first.request
    assert post.follower.tick() == []


def test_a_snapshot_on_its_way_is_waited_for(post: Post) -> None:
    request = snapshot_asked(post)
    post.now_s += ANSWER_TIMEOUT_S - 1
    post.follower.snapshot_begin(m.SnapshotBegin("stock", request, NOW, 9, 20, 20, 9, 0))
    for place in range(5):
        post.follower.snapshot_chunk(m.SnapshotChunk("stock", request, [(str(place), b"")]), 9)
        post.now_s += ANSWER_TIMEOUT_S - 1
        assert post.follower.tick() == []
    post.now_s += 2
    assert only(post.follower.tick(), m.SnapshotRequest).request > request


def test_own_effects_in_a_broadcast_are_covered(post: Post) -> None:
    post.live()
    own = m.Changes("stock", NOW, 9, 8, [m.Change("a", b"1", OUTBOX, 4)])
    post.follower.changes(own)
    assert (post.replica.last_n("stock"), post.replica.last_n("sales")) == (4, 0)


def test_a_snapshot_of_an_older_epoch_is_not_begun(post: Post) -> None:
    request = snapshot_asked(post)
    post.follower.snapshot_begin(m.SnapshotBegin("stock", request, OLD, 9, 20, 20, 0, 0))
    end = m.SnapshotEnd("stock", request, 0, digest_hex(0))
    assert post.follower.snapshot_end(end) == []
    assert (post.replica.epoch(), post.replica.tseq("stock")) == (NOW, 7)


def test_a_delta_does_not_answer_for_a_snapshot(post: Post) -> None:
    request = snapshot_asked(post)
    assert post.follower.delta(m.Delta(request, 0, False, run(8, b"8"))) == []
    assert (post.replica.tseq("stock"), post.state()) == (7, TopicState.SYNCING)
