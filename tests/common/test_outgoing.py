"""The outbox protocol against a model hub that loses, repeats and reorders."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import messages as m
from common.outgoing import RESEND_S, WINDOW, Outcome, Outgoing, Queued
from common.wire import body_hash
from tests.common.post_twin import OUTBOX, Twin

PLACE = st.integers(0, 5)
STEPS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just(Twin.add)),
    st.tuples(st.just(Twin.send)),
    st.tuples(st.just(Twin.hub_takes)),
    st.tuples(st.just(Twin.hub_takes), PLACE),
    st.tuples(st.just(Twin.post_hears), PLACE, st.booleans()),
    st.tuples(st.just(Twin.lose), PLACE, st.booleans()),
    st.tuples(st.just(Twin.reconnect)),
    st.tuples(st.just(Twin.restart)),
    st.tuples(st.just(Twin.restore_hub), st.integers(1, 4)),
    st.tuples(st.just(Twin.wait), PLACE),
)


@settings(max_examples=300)
@given(st.lists(STEPS, min_size=40, max_size=80))
def test_every_operation_takes_effect_once_and_in_order(steps: list[tuple[Any, ...]]) -> None:
    twin = Twin()
    twin.reconnect()
    for step, *arguments in steps:
        step(twin, *arguments)
        assert twin.outgoing.waiting >= len(twin.disk.commands) - len(twin.disk.replied)
        assert twin.outgoing.acked <= twin.disk.acked
    twin.settle()
    assert twin.hub.effects == list(range(1, len(twin.disk.commands) + 1))
    assert twin.outgoing.waiting == 0
    assert twin.outgoing.acked == len(twin.disk.commands)


def queued(n: int) -> Queued:
    return Queued(n, 1, body_hash(b"%d" % n), b"%d" % n)


def reply(n: int, outbox: str = OUTBOX) -> m.Reply:
    return m.Reply(outbox, n, m.Status.ACCEPTED, 1, {})


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock) -> Callable[..., Outgoing]:
    def _make(count: int, acked: int = 0, window: int = WINDOW) -> Outgoing:
        entries = [queued(n) for n in range(acked + 1, count + 1)]
        return Outgoing(OUTBOX, entries, acked, clock, window)

    return _make


def numbers(outgoing: Outgoing) -> list[int]:
    return [command.n for command in outgoing.take()]


def test_nothing_is_sent_before_the_welcome(make: Callable[..., Outgoing]) -> None:
    outgoing = make(3)
    assert numbers(outgoing) == []
    assert outgoing.welcome(0) is None
    assert numbers(outgoing) == [1, 2, 3]
    assert numbers(outgoing) == []
    outgoing.disconnected()
    outgoing.add(queued(4))
    assert numbers(outgoing) == []


def test_a_command_carries_what_lies_in_the_outbox(make: Callable[..., Outgoing]) -> None:
    outgoing = make(7, acked=5)
    outgoing.welcome(6)
    first = outgoing.take()[0]
    assert first == m.Command(OUTBOX, 6, 5, 1, body_hash(b"6"), b"6")


def test_no_more_than_a_window_is_unanswered(make: Callable[..., Outgoing]) -> None:
    outgoing = make(10, window=4)
    outgoing.welcome(0)
    assert numbers(outgoing) == [1, 2, 3, 4]
    outgoing.reply(reply(2))
    assert numbers(outgoing) == []  # 1 is still open: the window stands
    outgoing.reply(reply(1))
    assert outgoing.acked == 2
    assert numbers(outgoing) == [5, 6]


def test_what_is_not_answered_is_sent_again_without_what_was(
    make: Callable[..., Outgoing], clock: Clock
) -> None:
    outgoing = make(3)
    outgoing.welcome(0)
    numbers(outgoing)
    outgoing.reply(reply(2))
    clock.now_s += RESEND_S - 0.1
    assert numbers(outgoing) == []
    clock.now_s += RESEND_S
    assert numbers(outgoing) == [1, 3]
    assert numbers(outgoing) == []


def test_a_lost_reply_is_asked_for_again_while_the_till_goes_on_selling(
    make: Callable[..., Outgoing], clock: Clock
) -> None:
    outgoing = make(1)
    outgoing.welcome(0)
    assert numbers(outgoing) == [1]  # its reply is lost
    sent: list[int] = []
    for n in range(2, 12):
        clock.now_s += RESEND_S / 2
        outgoing.add(queued(n))
        now = numbers(outgoing)
        sent += now
        for other in now:
            if other != 1:
                outgoing.reply(reply(other))
    assert 1 in sent
    assert sent.count(1) <= 6


def test_a_hole_rewinds_once_however_often_the_hub_says_so(
    make: Callable[..., Outgoing], clock: Clock
) -> None:
    # 1 is lost on its way: the hub answers each of the 63 others with the number it expects.
    outgoing = make(64)
    outgoing.welcome(0)
    sent = len(numbers(outgoing))
    for _ in range(63):
        outgoing.expect(m.Expect(OUTBOX, 1))
        sent += len(numbers(outgoing))
    assert sent == 128
    clock.now_s += RESEND_S
    assert len(numbers(outgoing)) == 64


def test_a_second_hole_rewinds_again(make: Callable[..., Outgoing]) -> None:
    outgoing = make(6)
    outgoing.welcome(0)
    numbers(outgoing)
    outgoing.expect(m.Expect(OUTBOX, 2))
    assert numbers(outgoing) == [2, 3, 4, 5, 6]
    for n in (1, 2, 3):
        outgoing.reply(reply(n))
    outgoing.expect(m.Expect(OUTBOX, 4))
    assert numbers(outgoing) == [4, 5, 6]


def test_a_hub_whose_disk_is_full_is_not_flooded() -> None:
    twin = Twin(window=16)
    twin.reconnect()
    twin.hub.busy = True
    for _ in range(16):
        twin.add()
    for _ in range(1000):  # 10 s, in each hundredth of which a message goes each way
        twin.send()
        twin.hub_takes()
        twin.post_hears()
        twin.now_s += 0.01
    assert twin.sent <= 16 * (2 + 10 / RESEND_S)
    twin.settle()
    assert twin.hub.effects == list(range(1, 17))


@pytest.mark.parametrize("n", [0, 3, 9])
def test_a_hole_that_cannot_be_is_passed_over(make: Callable[..., Outgoing], n: int) -> None:
    outgoing = make(8, acked=3)
    outgoing.welcome(3)
    numbers(outgoing)
    outgoing.expect(m.Expect(OUTBOX, n))
    outgoing.expect(m.Expect("ff" * 16, 5))
    assert numbers(outgoing) == []


def test_replies_end_what_waits_once(make: Callable[..., Outgoing]) -> None:
    outgoing = make(3)
    outgoing.welcome(0)
    numbers(outgoing)
    assert outgoing.reply(reply(3)) is Outcome.ENDED
    assert outgoing.reply(reply(3)) is Outcome.KNOWN
    assert outgoing.reply(reply(9)) is Outcome.KNOWN
    assert outgoing.reply(reply(1, "ff" * 16)) is Outcome.FOREIGN
    assert (outgoing.waiting, outgoing.acked, outgoing.last) == (2, 0, 3)
    outgoing.reply(reply(1))
    outgoing.reply(reply(2))
    assert (outgoing.waiting, outgoing.acked, outgoing.last) == (0, 3, 3)


def test_a_restored_hub_gets_back_what_it_has_lost(make: Callable[..., Outgoing]) -> None:
    outgoing = make(6, acked=5)
    assert outgoing.welcome(3) == 4
    outgoing.restore([queued(4), queued(5)], acked=3)
    assert (outgoing.acked, outgoing.waiting) == (3, 3)
    commands = outgoing.take()
    assert [command.n for command in commands] == [4, 5, 6]
    assert {command.acked for command in commands} == {3}


def test_a_restored_hub_gets_back_what_was_answered_before_its_elders(
    make: Callable[..., Outgoing],
) -> None:
    outgoing = make(3)
    outgoing.welcome(0)
    numbers(outgoing)
    outgoing.reply(reply(2))  # the reply to 1 is lost, and then the hub's disk with 2
    assert outgoing.welcome(1) == 2
    outgoing.restore([queued(2), queued(3)], acked=1)
    assert outgoing.acked == 0
    assert numbers(outgoing) == [1, 2, 3]


@pytest.mark.parametrize("n", [1, 3, 5])
def test_numbers_have_no_holes(make: Callable[..., Outgoing], n: int) -> None:
    with pytest.raises(ValueError, match="after 3"):
        make(3).add(queued(n))


def test_a_number_whose_reply_came_first_is_not_given_twice(clock: Clock) -> None:
    # 2 was answered, then the post was switched off before 1 was.
    outgoing = Outgoing(OUTBOX, [queued(1)], 0, clock, last=2)
    outgoing.add(queued(3))
    outgoing.welcome(2)
    assert numbers(outgoing) == [1, 3]
