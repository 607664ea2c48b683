"""A post whose keys somebody holds, or that is broken: what it can do to the hub and the others."""

import time
from collections.abc import Callable
from dataclasses import asdict

import pytest
import zmq

from common import messages as m
from common import wire
from hub.limits import CONNECTIONS_OF_ONE
from tests.attacks.conftest import MIB, Place
from tests.attacks.posts import Post
from tests.bench.workers.sockets import address, client_socket

pytestmark = [
    pytest.mark.attack,
    pytest.mark.net,
    pytest.mark.xdist_group("enrolled"),
]
GROWTH = 192 * MIB


def test_the_same_bytes_again(post: Callable[..., Post]) -> None:
    """A recorded command sent a hundred times more: it has one effect, each answer is the first."""
    till = post()
    till.hello()
    frame = till.command(till.sale())
    till.socket.send(frame)
    first = till.hear(m.Reply)
    assert first.status == "accepted"
    for _ in range(100):
        till.socket.send(frame)
    assert {repr(till.hear(m.Reply)) for _ in range(100)} == {repr(first)}
    assert till.hello().last_n == 1


def test_another_posts_number_and_outbox(post: Callable[..., Post]) -> None:
    """A command under another post's outbox: refused, and the other's numbers do not move."""
    till, thief = post(), post()
    till.hello()
    assert till.sell().status == "accepted"
    for n in (1, 2, 3, 2**63):
        thief.socket.send(thief.command(thief.sale(), n, outbox=till.outbox))
        assert thief.hear(m.Refused).code == "outbox_of_another"
    assert till.sell().n == 2
    assert till.hello().last_n == 2


@pytest.mark.parametrize("n", [2, 3, 1000, 2**32, 2**63, 2**64 - 1])
def test_a_number_ahead(post: Callable[..., Post], place: Place, n: int) -> None:
    """A number that is not next: the hub says which one is, and takes nothing."""
    till = post(place.shop.posts[0])
    till.socket.send(till.command(till.sale(), n))
    assert till.hear(m.Expect).n == 1
    assert till.hello().last_n == 0


def test_number_nought(post: Callable[..., Post], place: Place) -> None:
    """A command numbered 0: refused as malformed, and nothing is taken."""
    till = post(place.shop.posts[0])
    body = till.sale()
    frame = wire.encode_command(m.Command(till.outbox, 0, 0, 1, wire.body_hash(body), body))
    till.socket.send(frame)
    assert till.hear(m.Refused).code == "malformed"
    assert till.hello().last_n == 0


def test_an_oversize_frame(post: Callable[..., Post], place: Place) -> None:
    """A frame beyond the limit, up to 64 MiB: its connection ends before it is read, no other."""
    till, attacker = post(), post()
    till.hello()
    before = place.memory
    for size in (wire.MESSAGE_BYTES + 1, 4 * MIB, 64 * MIB):
        attacker.socket.send(bytes(size))
        attacker.wait_ended()
        attacker.wait_event(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        assert till.sell().status == "accepted"
    assert place.memory - before < 32 * MIB


def test_a_bomb_of_frames(post: Callable[..., Post], place: Place) -> None:
    """One message of 5,000 frames: it is let fall, its connection is ended, no other is."""
    till, attacker = post(), post()
    till.hello()
    attacker.socket.send_multipart([b"\1\7{}"] * 5000)
    attacker.wait_ended()
    assert till.sell().status == "accepted"


def test_a_message_that_never_ends(post: Callable[..., Post], place: Place) -> None:
    """A message of 800 MB in small frames: its connection is ended on the way, others go on."""
    till, attacker = post(), post()
    till.hello()
    before = place.memory
    part = bytes(200_000)
    for _ in range(4000):
        # Not copied: 800 MB of one and the same piece.
        attacker.socket.send(part, zmq.SNDMORE, copy=False)
    attacker.socket.send(b"")
    attacker.wait_event(zmq.EVENT_DISCONNECTED, 60)
    # What came in between two looks goes by the speed of the line.
    assert place.memory - before < 2 * GROWTH
    assert till.sell().status == "accepted"


def _has_ended(attacker: Post) -> bool:
    try:
        attacker.wait_event(zmq.EVENT_DISCONNECTED, 0.001)
    except AssertionError:
        return False
    return True


def test_a_flood(post: Callable[..., Post], place: Place) -> None:
    """A post that sends without end: it is cut off, and let in no more, while another sells."""
    till, attacker = post(), post()
    till.hello()
    attacker.hello()
    frame = attacker.command(bytes(200_000), 2)
    before = place.memory
    sold = 0
    ended = False
    end_s = time.monotonic() + 60
    while not ended and time.monotonic() < end_s:
        for _ in range(60):
            try:
                attacker.socket.send(frame, zmq.NOBLOCK, copy=False)
            except zmq.Again:
                break
        assert till.sell().status == "accepted"
        sold += 1
        ended = _has_ended(attacker)
    assert ended
    assert sold > 0
    # It knocks again and again, and is not let in.
    attacker.wait_event(zmq.EVENT_CONNECTED)
    with pytest.raises(AssertionError):
        attacker.wait_event(zmq.EVENT_HANDSHAKE_SUCCEEDED, 1.0)
    assert place.memory - before < GROWTH
    assert till.sell().status == "accepted"


def test_topics_that_are_none(post: Callable[..., Post], place: Place) -> None:
    """Subscriptions to a thousand topics that are none: the connection is ended at the first."""
    keys = place.new_keys()
    with zmq.Context() as context:
        hearing = client_socket(context, zmq.SUB, place.shop.hub_key, asdict(keys))
        monitor = hearing.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        for number in range(1000):
            hearing.subscribe(b"%d" % number * 20)
        hearing.connect(address(place.shop.port("till_port")))
        try:
            assert monitor.poll(20_000)
        finally:
            hearing.disable_monitor()
            monitor.close(linger=0)
            hearing.close(linger=0)
    till = post()
    till.hello()
    assert till.sell().status == "accepted"


def test_more_connections_than_a_post_needs(post: Callable[..., Post], place: Place) -> None:
    """Forty connections under one key: the oldest are ended, and the newest works."""
    keys = place.new_keys()
    made = [post(keys) for _ in range(40)]
    for each in made:
        each.say(m.Ping(1))
        each.hear(m.Pong)
    for each in made[: len(made) - CONNECTIONS_OF_ONE]:
        each.wait_ended()
