"""A post's operations between its outbox and the hub: let go, asked again, refused for now."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common import messages as m
from common import wire
from common.errors import Problem, Refusal
from kiosk.news import Folded
from kiosk.outbox import Counts
from kiosk.presence import Way
from kiosk.reasking import REASK_S
from kiosk.state import LinkStatus
from tests.kiosk.post import NOW_MS, draft, reply
from tests.kiosk.scripted_hub import EPOCH, NEWER, OLDER, Scripted, changes, heartbeat

QUARANTINED = m.Status.QUARANTINED


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Scripted]:
    post = Scripted(tmp_path)
    yield post
    post.close()


def deliver(post: Scripted, count: int, *statuses: m.Status) -> None:
    """Append so many operations and answer each, accepted unless said otherwise."""
    first = post.outbox.waiting().last + 1
    for _ in range(count):
        post.outbox.append(draft())
    post.turn()
    post.take(m.Command)
    by_n = dict(enumerate(statuses, start=first))
    answers = [
        reply(post.outbox.id, n, by_n.get(n, m.Status.ACCEPTED), code="unknown_command")
        for n in range(first, first + count)
    ]
    post.hear(*answers)


def alive(post: Scripted, seconds: int, covered_n: int = 0) -> list[m.Reply]:
    """Let time pass with heartbeats and pongs; return what replies were news."""
    told = []
    for _ in range(seconds):
        post.wait(1)
        pongs = [m.Pong(ping.sent_ms, NOW_MS, covered_n) for ping in post.take(m.Ping)]
        told += post.hear(*pongs).replies
        post.hear_broadcast(heartbeat({}))
    return told


def cover(post: Scripted, covered_n: int) -> None:
    """Let the hub's next pong say what its backups hold."""
    post.wait(3)
    for ping in post.take(m.Ping):
        post.hear(m.Pong(ping.sent_ms, NOW_MS, covered_n))


def test_what_the_replica_took_is_there_to_be_shown_though_the_outbox_fails(post: Scripted) -> None:
    """Rows and replies of one turn, and the outbox's disk says no: seed 404644."""
    post.go_live()
    post.outbox.append(draft())
    post.turn()
    change = m.Change("a", b"{}", post.outbox.id, 1)
    answer = wire.encode_reply_body(reply(post.outbox.id, 1))
    frames = [
        (Way.BROADCASTS, wire.encode_changes(m.Changes("stock", EPOCH, 1, 1, [change]))),
        (Way.COMMANDS, wire.encode_reply(post.outbox.id, 1, answer)),
    ]
    post.outbox._database.connection.execute(
        "CREATE TEMP TRIGGER broken BEFORE UPDATE ON command BEGIN"
        " SELECT raise(ABORT, 'disk I/O error'); END"
    )
    with pytest.raises(Refusal):
        post.talk.turn(frames)
    assert post.replica.take_news() == [Folded("stock", 1, 1, [change])]


# Giving back.


def test_the_hello_says_from_where_on_everything_is_here(post: Scripted) -> None:
    post.go_live()
    deliver(post, 5)
    alive(post, 4, covered_n=3)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    assert hello.oldest_n == 4


def test_a_new_outbox_has_everything_from_the_first_on(post: Scripted) -> None:
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    assert hello.oldest_n == 1


def test_what_a_welcome_covers_goes_once_all_is_in_step(post: Scripted) -> None:
    post.go_live()
    deliver(post, 5)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    behind = post.welcome(hello, {"stock": 1}, last_n=5, covered_n=4)
    post.hear(behind)
    post.wait(2)
    assert post.outbox.oldest_n() == 1  # The replica does not hold what they changed yet.
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, last_n=5, covered_n=4))
    post.wait(1)
    assert post.outbox.oldest_n() == 5


def test_what_the_replica_does_not_hold_yet_stays_here(post: Scripted) -> None:
    """Backups hold an operation whose broadcast is late: a restart would not show it; 507554."""
    post.go_live()
    for _ in range(4):
        post.outbox.append(draft())
    post.turn()
    topics = ({"stock": 1}, {"stock": 2, "receipts": 9}, {"stock": 3, "sales": 2}, {"stock": 4})
    answers = [reply(post.outbox.id, n, topics=said) for n, said in enumerate(topics, start=1)]
    post.hear(*answers)
    alive(post, 4, covered_n=3)
    assert post.outbox.oldest_n() == 1
    own = [m.Change("a", b"%d" % n, post.outbox.id, n) for n in (1, 2, 3)]
    post.hear_broadcast(m.Changes("stock", EPOCH, 1, 1, own[:2]))
    cover(post, 3)
    assert post.outbox.oldest_n() == 3  # Nothing of a topic that is not followed is waited for.
    post.hear_broadcast(m.Changes("stock", EPOCH, 1, 3, own[2:]))
    cover(post, 3)
    assert post.outbox.oldest_n() == 3  # Its ticket is on its way still.
    post.hear_broadcast(changes("sales", 1, ("t1", b"{}"), ("t2", b"{}")))
    cover(post, 3)
    assert post.outbox.oldest_n() == 4


def test_a_hub_that_is_not_followed_is_not_heeded(post: Scripted) -> None:
    post.go_live()
    deliver(post, 5)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, epoch=OLDER, last_n=5, covered_n=4))
    alive(post, 6, covered_n=4)
    assert post.outbox.oldest_n() == 1


def test_a_pong_of_before_the_outbox_was_renewed_is_not_heeded(post: Scripted) -> None:
    post.go_live()
    deliver(post, 5)
    post.wait(2.5)
    (ping,) = post.take(m.Ping)
    post.outbox.append(draft())
    post.turn()
    post.hear(reply(post.outbox.id, 6, QUARANTINED, code="hash_mismatch"))
    post.turn()
    (hello,) = post.take(m.Hello)
    assert hello.outbox == post.outbox.id
    post.hear(post.welcome(hello))
    post.hear(reply(post.outbox.id, 1))
    deliver(post, 3)
    post.hear(m.Pong(ping.sent_ms, NOW_MS, 5))
    post.wait(2)
    assert post.outbox.oldest_n() == 1
    alive(post, 3, covered_n=2)
    assert post.outbox.oldest_n() == 3


def test_a_hub_restored_from_a_backup_gets_what_is_still_here(post: Scripted) -> None:
    post.go_live()
    deliver(post, 6)
    alive(post, 4, covered_n=3)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    assert hello.oldest_n == 4
    # It was at 2 and noted that 3 is gone for good.
    post.hear(post.welcome(hello, epoch=NEWER, last_n=3))
    assert [command.n for command in post.take(m.Command)] == [4, 5, 6]


# Asking again.


def test_what_lies_apart_is_asked_again_and_makes_no_noise(post: Scripted) -> None:
    post.go_live()
    deliver(post, 3, m.Status.ACCEPTED, QUARANTINED)
    assert post.outbox.counts() == Counts(0, 1)
    alive(post, round(REASK_S) + 1)
    (again,) = post.take(m.Command)
    assert (again.n, again.acked, again.body) == (2, 3, b"{}")
    assert post.hear(reply(post.outbox.id, 2, QUARANTINED, code="unknown_command")).replies == []
    # Even where the hub has forgotten its reply: no other operation was meant.
    assert post.hear(reply(post.outbox.id, 2, QUARANTINED, code="hash_mismatch")).notices == []
    assert post.outbox.counts() == Counts(0, 1)


@pytest.mark.parametrize(
    ("status", "code"), [(m.Status.ACCEPTED, ""), (m.Status.REFUSED, "quarantine_closed")]
)
def test_what_an_administrator_decided_is_learnt_by_asking(
    post: Scripted, status: m.Status, code: str
) -> None:
    post.go_live()
    deliver(post, 3, m.Status.ACCEPTED, QUARANTINED)
    alive(post, round(REASK_S) + 1)
    assert [command.n for command in post.take(m.Command)] == [2]
    ended = reply(post.outbox.id, 2, status, code=code)
    assert post.hear(ended).replies == [ended]
    assert post.outbox.counts() == Counts(0, 0)
    alive(post, round(REASK_S) + 1)
    assert post.take(m.Command) == []


def test_after_a_restart_it_asks_with_the_first_welcome(post: Scripted) -> None:
    post.go_live()
    deliver(post, 2, QUARANTINED)
    post.outbox.append(draft())
    post.talk = post.new_conversation()
    post.said.clear()
    post.open()
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, last_n=2))
    assert [command.n for command in post.take(m.Command)] == [3, 1]


def test_a_hub_that_lost_it_gets_it_as_if_for_the_first_time(post: Scripted) -> None:
    post.go_live()
    deliver(post, 2, m.Status.ACCEPTED, QUARANTINED)
    post.talk.closed(Way.COMMANDS)
    post.open(Way.COMMANDS)
    (hello,) = post.take(m.Hello)
    post.hear(post.welcome(hello, epoch=NEWER, last_n=1))
    assert [command.n for command in post.take(m.Command)] == [2]
    again = reply(post.outbox.id, 2, QUARANTINED, code="unknown_command")
    assert post.hear(again).replies == [again]
    assert post.outbox.counts() == Counts(0, 1)


# A hub in trouble.


@pytest.mark.parametrize("code", ["hub_busy", "hub_disk_low", "hub_disk_full", "quarantine_full"])
def test_a_hub_in_trouble_is_online_and_shown_until_it_takes_something(
    post: Scripted, code: str
) -> None:
    post.go_live()
    deliver(post, 1)
    post.outbox.append(draft())
    post.turn()
    post.hear(m.Refused(code, {"reason": "full"}))
    alive(post, 3)
    assert post.talk.hub_trouble == Problem(code, {"reason": "full"})
    assert post.talk.status is LinkStatus.ONLINE
    post.hear(reply(post.outbox.id, 2))
    assert post.talk.hub_trouble is None


def test_a_new_connection_begins_without_trouble(post: Scripted) -> None:
    post.go_live()
    post.outbox.append(draft())
    post.turn()
    post.hear(m.Refused("hub_disk_low"))
    post.talk.closed(Way.COMMANDS)
    assert post.talk.hub_trouble is None


def test_what_nobody_waits_for_is_no_trouble(post: Scripted) -> None:
    post.go_live()
    post.hear(m.Refused("hub_busy", {"reason": "once"}))
    assert post.talk.hub_trouble is None


# Clocks.


def test_a_ping_says_how_far_the_clocks_are_apart(post: Scripted) -> None:
    post.open(Way.COMMANDS)
    post.wait(2.5)
    assert [ping.clock_diff_ms for ping in post.take(m.Ping)] == [None]
    hello = post.take(m.Hello)[-1]
    post.hand.set_wall(post.hand.wall - 60_000)
    late = post.welcome(hello)
    post.hand.set_wall(post.hand.wall + 60_000)
    post.hear(late)
    post.wait(2.5)
    (ping,) = post.take(m.Ping)
    assert ping.clock_diff_ms is not None
    assert abs(ping.clock_diff_ms + 60_000) < 3000


def test_a_welcome_of_before_broadcasts_opened_does_not_cancel_the_hello_that_follows(
    post: Scripted,
) -> None:
    post.open(Way.COMMANDS)
    (early,) = post.take(m.Hello)
    post.talk.opened(Way.BROADCASTS)
    # In one turn: the answer to the early one comes before the next one is said.
    post.hear(post.welcome(early))
    (second,) = post.take(m.Hello)
    post.hear(post.welcome(second))
    assert len(post.take(m.SnapshotRequest)) > 0
