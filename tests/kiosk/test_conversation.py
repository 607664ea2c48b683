"""What a post says to its hub, and what it makes of the answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common.errors import Problem
from common.wire import row_digest
from kiosk.news import Folded, Left, Swapped
from kiosk.outbox import Counts, Outbox
from kiosk.presence import Way
from kiosk.state import LinkStatus
from tests.kiosk.post import NOW_MS, OTHER, draft, maker, reply
from tests.kiosk.scripted_hub import (
    EPOCH,
    NEWER,
    OLDER,
    PORT,
    TOPICS,
    Scripted,
    changes,
    heartbeat,
    snapshot,
)

OFFLINE, CATCHING_UP, ONLINE = LinkStatus.OFFLINE, LinkStatus.CATCHING_UP, LinkStatus.ONLINE


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Scripted]:
    post = Scripted(tmp_path)
    yield post
    post.close()


# Meeting the hub.


def test_the_first_hello_learns_the_port_and_the_second_follows(post: Scripted) -> None:
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    assert (hello.outbox, hello.epoch, hello.vector) == (
        post.outbox.id,
        "",
        dict.fromkeys(TOPICS, 0),
    )
    post.hear(post.welcome(hello))
    assert post.talk.hub is not None
    assert post.talk.hub.broadcast_port == PORT
    assert post.said == []
    assert post.talk.status is CATCHING_UP
    post.open(Way.BROADCASTS)
    (again,) = post.take(m.Hello)
    post.hear(post.welcome(again))
    assert sorted(ask.topic for ask in post.take(m.SnapshotRequest)) == sorted(TOPICS)


def test_it_is_online_once_every_topic_is_live(post: Scripted) -> None:
    assert post.talk.status is OFFLINE
    post.open()
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello))
    asks = post.take(m.SnapshotRequest)
    for ask in asks[:-1]:
        post.hear(*snapshot(ask, {}, 0))
        assert post.talk.status is CATCHING_UP
    assert post.talk.synced_ms is None
    post.hear(*snapshot(asks[-1], {}, 0))
    assert post.talk.status is ONLINE
    assert post.talk.synced_ms == NOW_MS


def test_where_broadcasts_stay_shut_it_follows_by_hellos(post: Scripted) -> None:
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello))
    post.wait(3.5)
    (again,) = post.take(m.Hello)
    post.hear(post.welcome(again))
    for ask in post.take(m.SnapshotRequest):
        post.hear(*snapshot(ask, {}, 0))
    assert post.talk.status is CATCHING_UP
    post.wait(3.5)
    (third,) = post.take(m.Hello)
    post.hear(post.welcome(third, {"stock": 1}))
    (since,) = post.take(m.Since)
    post.hear(m.Delta(since.request, 0, False, changes("stock", 1, ("a", b"1"))))
    assert post.replica.tseq("stock") == 1


def test_a_hello_is_repeated_until_it_is_answered(post: Scripted) -> None:
    post.open()
    post.wait(9.5)
    assert len(post.take(m.Hello)) == 4
    assert post.talk.status is OFFLINE


def test_a_welcome_that_nobody_waits_for_is_passed_over(post: Scripted) -> None:
    post.open()
    (hello,) = post.take(m.Hello)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (second,) = post.take(m.Hello)
    post.hear(post.welcome(hello))
    assert post.take(m.SnapshotRequest) == []
    post.hear(post.welcome(second))
    assert len(post.take(m.SnapshotRequest)) == len(TOPICS)


def test_a_hub_of_another_protocol_is_named_and_asked_again_later(post: Scripted) -> None:
    post.open()
    post.take(m.Hello)
    refused = m.Refused("protocol_version", {"theirs": 1, "ours": 2})
    post.hear(refused)
    assert post.talk.problem == Problem("protocol_version", {"theirs": 1, "ours": 2})
    assert post.talk.status is OFFLINE
    post.wait(9.5)
    assert post.take(m.Hello) == []
    post.wait(1)
    assert len(post.take(m.Hello)) == 1


# Following.


def test_what_one_turn_takes_is_one_turns_news(post: Scripted) -> None:
    post.go_live()
    turn = post.hear_broadcast(changes("stock", 1, ("a", b"1")), changes("sales", 1, ("s", b"1")))
    folded = [news for news in turn.news if isinstance(news, Folded)]
    assert [(news.topic, news.tseq) for news in folded] == [("stock", 1), ("sales", 1)]
    assert folded == turn.news
    assert post.replica.tseq("stock") == post.replica.tseq("sales") == 1


def test_a_gap_is_asked_for_and_filled(post: Scripted) -> None:
    post.go_live()
    post.hear_broadcast(changes("stock", 2, ("b", b"2")))
    (since,) = post.take(m.Since)
    assert (since.topic, since.tseq) == ("stock", 0)
    assert post.talk.status is CATCHING_UP
    post.hear(m.Delta(since.request, 0, False, changes("stock", 1, ("a", b"1"))))
    assert post.replica.tseq("stock") == 2
    assert post.talk.status is ONLINE


def test_a_heartbeat_shows_a_lost_tail(post: Scripted) -> None:
    post.go_live()
    post.hear_broadcast(heartbeat({"stock": (1, {"a": b"1"})}))
    (since,) = post.take(m.Since)
    assert since.topic == "stock"


def test_without_heartbeats_it_is_not_online_and_asks_by_hellos(post: Scripted) -> None:
    post.go_live()
    post.wait(3.5)
    post.hear(m.Pong(0, NOW_MS))
    assert post.talk.status is ONLINE
    post.wait(0.5)
    assert post.talk.status is CATCHING_UP
    post.hear(m.Pong(0, NOW_MS))
    assert len(post.take(m.Hello)) == 1
    post.hear_broadcast(heartbeat({}))
    assert post.talk.status is ONLINE


def test_a_hub_that_answers_no_more_is_offline_though_its_heartbeat_comes(post: Scripted) -> None:
    post.go_live()
    for _ in range(7):
        post.wait(1)
        post.hear_broadcast(heartbeat({}))
    assert post.talk.status is OFFLINE
    pings = post.take(m.Ping)
    assert len(pings) == 3
    post.hear(m.Pong(pings[-1].sent_ms, NOW_MS))
    assert post.talk.status is ONLINE


def test_a_frame_that_cannot_be_read_is_counted_and_leads_to_a_comparison(post: Scripted) -> None:
    post.go_live()
    post.hear(b"\x01\xff nonsense", b"", b"\x02")
    post.hear_broadcast(b"stock\0\x01\x41 short", b"no topic", heartbeat({}))
    assert post.talk.events["garbage"] == 5
    post.wait(1.5)
    assert len(post.take(m.Hello)) == 1


def test_a_message_that_is_not_for_a_kiosk_is_garbage(post: Scripted) -> None:
    post.go_live()
    post.hear(m.Ping(1), m.Since("stock", 1, 0))
    assert post.talk.events["garbage"] == 2


# Epochs.


def test_a_heartbeat_of_another_epoch_calls_for_a_hello(post: Scripted) -> None:
    post.go_live()
    post.wait(1.0)
    post.hear_broadcast(heartbeat({}, epoch=NEWER))
    post.wait(0.5)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, epoch=NEWER))
    asks = post.take(m.SnapshotRequest)
    assert len(asks) == len(TOPICS)
    turn = post.hear(*snapshot(asks[0], {"x": b"1"}, 4, epoch=NEWER))
    assert turn.news == [Swapped(asks[0].topic, 4, 0)]
    assert post.replica.epoch() == NEWER


def test_positions_of_an_epoch_that_is_over_are_left_before_the_new_rows_come(
    post: Scripted,
) -> None:
    post.go_live()
    post.hear_broadcast(changes("stock", 1, ("a", b"1")), changes("sales", 1, ("s", b"1")))
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    turn = post.hear(post.welcome(hello, {"stock": 1}, epoch=NEWER))
    assert {news.topic for news in turn.news} >= {"stock", "sales"}
    assert all(isinstance(news, Left) for news in turn.news)
    assert (post.replica.tseq("stock"), post.replica.epoch()) == (0, NEWER)
    # Cut off now, it asks for all of it again, and keeps what it had for reading.
    post.talk = post.new_conversation()
    post.said.clear()
    post.open()
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, {"stock": 1}, epoch=NEWER))
    (since,) = post.take(m.Since)
    assert (since.topic, since.tseq) == ("stock", 0)
    post.hear(m.Delta(since.request, 0, False, changes("stock", 1, ("b", b"2"), epoch=NEWER)))
    assert post.replica.digest("stock") == row_digest("b", b"2")
    assert post.talk.status is ONLINE


def test_a_newer_epoch_counts_before_broadcasts_are_open(post: Scripted) -> None:
    post.go_live()
    post.hear_broadcast(changes("stock", 1, ("a", b"1")))
    for way in Way:
        post.talk.closed(way)
    post.outbox.append(draft())
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    turn = post.hear(post.welcome(hello, {"stock": 1}, epoch=NEWER))
    # What is sent now is answered with positions of the new epoch.
    assert [command.n for command in post.take(m.Command)] == [1]
    assert {news.topic for news in turn.news if isinstance(news, Left)} >= {"stock"}
    assert (post.replica.tseq("stock"), post.replica.epoch()) == (0, NEWER)


def test_a_hub_of_an_older_epoch_is_never_followed(post: Scripted) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    assert hello.epoch == EPOCH
    post.hear(post.welcome(hello, epoch=OLDER))
    assert post.talk.problem == Problem("hub_older")
    assert post.talk.status is OFFLINE
    assert post.take(m.Command) == []
    assert post.take(m.SnapshotRequest) == []


# Operations.


def test_operations_go_out_and_end_with_their_replies_on_disk(post: Scripted) -> None:
    post.go_live()
    entry = post.outbox.append(draft(b'{"a":1}'))
    post.turn()
    (command,) = post.take(m.Command)
    assert (command.n, command.body, command.acked) == (entry.n, entry.body, 0)
    answer = reply(post.outbox.id, 1, topics={"stock": 3})
    turn = post.hear(answer, reply(OTHER, 2))
    assert turn.replies == [answer]
    assert post.outbox.counts() == Counts(0, 0)
    post.outbox.append(draft())
    post.turn()
    (second,) = post.take(m.Command)
    assert (second.n, second.acked) == (2, 1)


def test_what_waited_goes_out_with_the_first_welcome(post: Scripted) -> None:
    for _ in range(3):
        post.outbox.append(draft())
    post.open(Way.COMMANDS)
    assert post.take(m.Command) == []
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, last_n=1))
    assert [command.n for command in post.take(m.Command)] == [1, 2, 3]


def test_after_a_restart_a_command_without_reply_is_sent_again(post: Scripted) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.outbox.append(draft())
    post.turn()
    post.hear(reply(post.outbox.id, 2))
    post.talk = post.new_conversation()
    post.said.clear()
    post.open()
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, last_n=2))
    assert [command.n for command in post.take(m.Command)] == [1]
    post.outbox.append(draft())
    post.turn()
    assert [command.n for command in post.take(m.Command)] == [3]


def test_a_hole_at_the_hub_is_filled(post: Scripted) -> None:
    post.go_live()
    for _ in range(3):
        post.outbox.append(draft())
    post.turn()
    post.take(m.Command)
    post.hear(m.Expect(post.outbox.id, 2))
    assert [command.n for command in post.take(m.Command)] == [2, 3]


def test_a_restored_hub_gets_again_what_it_lost(post: Scripted) -> None:
    post.go_live()
    for _ in range(3):
        post.outbox.append(draft())
    post.turn()
    post.hear(*(reply(post.outbox.id, n) for n in (1, 2, 3)))
    post.take(m.Command)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    turn = post.hear(post.welcome(hello, epoch=NEWER, last_n=1))
    assert turn.renumbered
    sent = post.take(m.Command)
    assert [(command.n, command.acked) for command in sent] == [(2, 1), (3, 1)]
    assert post.outbox.counts() == Counts(2, 0)


def test_an_outbox_that_is_an_older_copy_goes_on_under_a_new_id(post: Scripted) -> None:
    post.outbox.append(draft(b"one"))
    old_id, old_series = post.outbox.id, post.outbox.series
    post.open()
    (hello,) = post.take(m.Hello)
    turn = post.hear(post.welcome(hello, last_n=5))
    assert turn.renumbered
    assert [notice.code for notice in turn.notices] == ["outbox_set_back"]
    assert turn.notices[0].params == {"series": post.outbox.series}
    assert (post.outbox.id, post.outbox.series) != (old_id, old_series)
    assert post.take(m.Command) == []
    post.turn()
    (again,) = post.take(m.Hello)
    assert again.outbox == post.outbox.id
    post.hear(post.welcome(again))
    assert [(c.n, c.outbox, c.body) for c in post.take(m.Command)] == [(1, post.outbox.id, b"one")]


def test_an_outbox_of_another_device_is_renewed_once(post: Scripted) -> None:
    old_id = post.outbox.id
    post.open()
    post.take(m.Hello)
    refused = m.Refused("outbox_of_another", {"outbox": old_id})
    post.hear(refused)
    second_id = post.outbox.id
    assert second_id != old_id
    post.turn()
    (hello,) = post.take(m.Hello)
    assert hello.outbox == second_id
    post.hear(refused)
    assert post.outbox.id == second_id
    assert post.talk.problem is not None


def test_a_busy_hub_is_shown_and_asked_again(post: Scripted) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.turn()
    post.take(m.Command)
    post.hear(m.Refused("hub_busy", {"reason": "disk full"}))
    assert post.talk.hub_trouble == Problem("hub_busy", {"reason": "disk full"})
    assert post.outbox.counts() == Counts(1, 0)
    for _ in range(6):
        post.wait(1)
        post.hear(m.Pong(0, 0))
        post.hear_broadcast(heartbeat({}))
    assert [command.n for command in post.take(m.Command)] == [1]


# Clocks, and what is kept.


def test_the_clock_difference_is_measured_and_kept_for_the_next_start(
    post: Scripted, tmp_path: Path
) -> None:
    post.open()
    (hello,) = post.take(m.Hello)
    post.hand.sleep(0.02)
    late = post.welcome(hello)
    post.hand.sleep(0.02)
    post.hand.set_wall(post.hand.wall - 90_000)
    post.hear(late)
    assert abs(post.talk.clock.now_ms() - 90_000) < 5
    post.outbox.close()
    again = Outbox(tmp_path / "outbox.db", maker())
    assert abs(again.clock_diff_ms - 90_000) < 5
    again.close()


def test_when_all_was_last_in_step_is_kept_at_the_parting(post: Scripted) -> None:
    post.go_live()
    for _ in range(5):
        post.hand.sleep(1)
        post.hear(m.Pong(0, 0))
        post.hear_broadcast(heartbeat({}))
    post.talk.closed(Way.COMMANDS)
    assert post.talk.synced_ms == post.replica.synced_ms == NOW_MS + 5000
    assert post.new_conversation().synced_ms == NOW_MS + 5000


def test_a_way_that_shuts_says_why(post: Scripted) -> None:
    post.go_live()
    post.talk.closed(Way.COMMANDS, Problem("hub_refuses_key"))
    assert post.talk.problem == Problem("hub_refuses_key")
    assert post.talk.status is OFFLINE
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello))
    assert post.talk.problem is None


def test_of_a_snapshot_that_was_broken_off_nothing_is_left_once_it_is_live(post: Scripted) -> None:
    """A customer who was erased meanwhile would stay in what had come of it."""
    post.go_live()
    post.hear_broadcast(heartbeat({"stock": (0, {"x": b"1"})}))
    (ask,) = post.take(m.SnapshotRequest)
    post.hear(*snapshot(ask, {"x": b"1"}, 0)[:2])
    rows = post.replica._connection.execute("SELECT count(*) FROM row")
    assert rows.fetchone() == (1,)
    post.talk.closed(Way.COMMANDS)
    post.take(m.Hello)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello))
    assert post.talk.status is ONLINE
    rows = post.replica._connection.execute("SELECT count(*) FROM row")
    assert rows.fetchone() == (0,)
