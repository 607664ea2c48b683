"""The disk of a post gets full: nothing is lost, the replica stands still first, sales go on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from common import messages as m
from common import wire
from common.errors import Refusal
from kiosk.news import Left
from kiosk.outbox import Counts
from kiosk.presence import Way
from kiosk.replica_file import Reader
from kiosk.room import AGAIN_BYTES, FULL_AGAIN_S, OUTBOX_NEEDS_BYTES, REPLICA_NEEDS_BYTES
from kiosk.state import LinkStatus
from tests.kiosk.post import BOX, draft, reply
from tests.kiosk.scripted_hub import NEWER, TOPICS, Scripted, changes, heartbeat, snapshot

ONLINE, CATCHING_UP = LinkStatus.ONLINE, LinkStatus.CATCHING_UP


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Scripted]:
    post = Scripted(tmp_path)
    yield post
    post.close()


def welcomed(post: Scripted, tseq: dict[str, int] | None = None, last_n: int = 0) -> m.Welcome:
    """Answer the hello that is due."""
    post.turn()
    (hello,) = post.take(m.Hello)
    welcome = post.welcome(hello, tseq, last_n=last_n)
    post.hear(welcome)
    return welcome


def quota(post: Scripted, pages: int) -> None:
    """Let the replica's file have no more than so many pages, as a quota does."""
    post.replica._connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()


def test_what_cannot_be_kept_safely_is_refused_before_anything_is_written(post: Scripted) -> None:
    post.disk.free = OUTBOX_NEEDS_BYTES - 1
    with pytest.raises(Refusal) as caught:
        post.outbox.append(draft())
    assert caught.value.problem.code == "disk_full"
    assert (post.outbox.counts(), post.outbox.take_fresh()) == (Counts(0, 0), [])
    post.disk.free = OUTBOX_NEEDS_BYTES
    assert post.outbox.append(draft()).n == 1


def test_the_replica_stands_still_while_sales_go_on_and_are_sent(post: Scripted) -> None:
    post.go_live()
    post.wait(0.5)
    post.disk.free = REPLICA_NEEDS_BYTES - 1
    post.turn()
    welcomed(post, {"stock": 1})
    assert post.take(m.Since) == []
    post.hear_broadcast(changes("stock", 1, ("a", b"1")), heartbeat({}))
    assert post.replica.tseq("stock") == 0
    assert post.talk.status is CATCHING_UP
    assert post.talk.problem is not None
    assert post.talk.problem.code == "replica_no_room"
    post.outbox.append(draft())
    post.turn()
    assert [command.n for command in post.take(m.Command)] == [1]
    post.hear(reply(post.outbox.id, 1))
    assert post.outbox.counts() == Counts(0, 0)


def test_with_room_again_it_fetches_what_it_missed(post: Scripted) -> None:
    post.go_live()
    post.wait(0.5)
    post.disk.free = REPLICA_NEEDS_BYTES - 1
    welcomed(post, {"stock": 1})
    post.wait(0.5)
    post.disk.free = AGAIN_BYTES
    welcomed(post, {"stock": 1})
    (since,) = post.take(m.Since)
    post.hear(m.Delta(since.request, 0, False, changes("stock", 1, ("a", b"1"))))
    post.hear_broadcast(heartbeat({"stock": (1, {"a": b"1"})}))
    assert (post.talk.status, post.talk.problem) == (ONLINE, None)


def test_a_write_without_room_leaves_both_files_sound_and_the_replies_of_the_turn_noted(
    post: Scripted,
) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.turn()
    post.wait(0.5)
    quota(post, 1)
    big = [(f"{n}", bytes(5000)) for n in range(50)]
    answer = reply(post.outbox.id, 1)
    post.hear_broadcast(changes("sales", 1, ("s", b"1")))
    told = wire.encode_reply(answer.outbox, 1, wire.encode_reply_body(answer))
    too_much = wire.encode_changes(changes("stock", 1, *big))
    turn = post.turn([(Way.COMMANDS, told), (Way.BROADCASTS, too_much)])
    assert (turn.replies, turn.news) == ([answer], [])
    assert post.replica.tseq("stock") == 0
    assert post.talk.status is not ONLINE
    assert post.outbox.counts() == Counts(0, 0)
    # The post goes on with what needs no room.
    post.said.clear()
    post.outbox.append(draft())
    post.wait(3)
    welcomed(post, {"stock": 50, "sales": 1}, last_n=1)
    assert [command.n for command in post.take(m.Command)] == [2]
    assert post.take(m.Since) == []
    post.hear(reply(post.outbox.id, 2))
    quota(post, 2**30)
    post.wait(FULL_AGAIN_S)
    post.said.clear()
    post.wait(4)
    hello = post.take(m.Hello)[-1]
    post.hear(post.welcome(hello, {"stock": 50, "sales": 1}, last_n=2))
    (since,) = post.take(m.Since)
    post.hear(m.Delta(since.request, 2, False, changes("stock", 1, *big)))
    post.hear_broadcast(heartbeat({"stock": (50, dict(big)), "sales": (1, {"s": b"1"})}))
    assert post.replica.tseq("stock") == 50
    assert post.talk.status is ONLINE


def test_a_snapshot_without_room_leaves_the_rows_that_were_there(post: Scripted) -> None:
    post.go_live()
    post.hear_broadcast(changes("stock", 1, ("a", b"1")))
    post.wait(0.5)
    quota(post, 1)
    post.said.clear()
    post.hear_broadcast(heartbeat({"stock": (1, {"a": b"2"})}))
    (ask,) = post.take(m.SnapshotRequest)
    post.hear(*snapshot(ask, {f"{n}": bytes(5000) for n in range(50)}, 1))
    assert (post.replica.tseq("stock"), post.talk.status) == (1, LinkStatus.OFFLINE)
    quota(post, 2**30)
    again = post.new_conversation()
    assert again.status is LinkStatus.OFFLINE
    assert dict.fromkeys(TOPICS, 0) | {"stock": 1} == {t: post.replica.tseq(t) for t in TOPICS}


def test_an_outbox_without_room_for_a_reply_waits_for_it_again(post: Scripted) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.turn()
    post.outbox._database.connection.execute("PRAGMA max_page_count = 1").fetchone()
    topics = {f"t{n}": n for n in range(3000)}
    with pytest.raises(Refusal) as caught:
        post.hear(reply(post.outbox.id, 1, topics=topics))
    assert caught.value.problem.code == "disk_full"
    assert post.outbox.counts() == Counts(1, 0)
    post.outbox._database.connection.execute("PRAGMA max_page_count = 1073741823").fetchone()
    post.talk = post.new_conversation()
    post.said.clear()
    post.open()
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, last_n=1))
    assert [command.n for command in post.take(m.Command)] == [1]
    post.hear(reply(post.outbox.id, 1, topics=topics))
    assert post.outbox.counts() == Counts(0, 0)


def test_without_room_a_restored_hub_is_met_all_the_same(post: Scripted) -> None:
    """Its replies count in its own epoch: against positions of the one before they would say that
    a sale stands in the copy, and the sale would be shown nowhere."""
    post.go_live()
    post.hear_broadcast(changes("sales", 1, ("a", b"1"), ("b", b"2")))
    post.wait(0.5)
    post.disk.free = REPLICA_NEEDS_BYTES - 1
    post.outbox.append(draft())
    post.turn()
    (hello,) = post.take(m.Hello)
    turn = post.hear(post.welcome(hello, epoch=NEWER))
    assert post.replica.epoch() == NEWER
    assert post.replica.tseq("sales") == 0
    assert {news.topic for news in turn.news if isinstance(news, Left)} >= {"sales"}
    assert post.take(m.SnapshotRequest) == []
    # The rows stay what the screens show.
    with closing(Reader(post.replica.path, BOX)) as reader:
        assert dict(reader.read("sales").rows) == {"a": b"1", "b": b"2"}
