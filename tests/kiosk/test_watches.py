"""A clock that was set is seen, and a hub that is away for long."""

import pytest

from kiosk.watches import CLOCK_SET_MS, OFFLINE_AFTER_S, ClockWatch, OfflineWatch
from tests.kiosk.post import NOW_MS, HandClocks


@pytest.fixture
def hand() -> HandClocks:
    return HandClocks()


@pytest.mark.parametrize("jump_ms", [-86_400_000, -CLOCK_SET_MS, CLOCK_SET_MS, 3_600_000])
def test_a_clock_that_is_set_is_told_once_with_before_and_after(
    hand: HandClocks, jump_ms: int
) -> None:
    watch = ClockWatch(hand.clocks)
    hand.sleep(100)
    assert watch.look() is None
    hand.set_wall(hand.wall + jump_ms)
    hand.sleep(2)
    expected = NOW_MS + 102_000
    assert watch.look() == (expected, expected + jump_ms)
    hand.sleep(100)
    assert watch.look() is None
    hand.set_wall(hand.wall - jump_ms)
    before, after = watch.look() or (0, 0)
    assert after - before == -jump_ms


def test_what_is_within_the_threshold_adds_up(hand: HandClocks) -> None:
    watch = ClockWatch(hand.clocks)
    told = []
    for _ in range(10):
        hand.set_wall(hand.wall + CLOCK_SET_MS // 5)
        told.append(watch.look() is not None)
    assert told.count(True) == 2


def test_a_short_cut_is_nothing_and_a_long_one_has_two_ends(hand: HandClocks) -> None:
    watch = OfflineWatch(hand.clocks)
    assert watch.link(offline=False) is None
    hand.sleep(60)
    assert (watch.link(offline=True), watch.due_in_s) == (None, OFFLINE_AFTER_S)
    hand.sleep(OFFLINE_AFTER_S - 1)
    assert (watch.look(), watch.due_in_s) == (None, 1.0)
    assert watch.link(offline=False) is None, "a restart of the hub"
    assert (watch.look(), watch.due_in_s) == (None, None)
    since_ms = hand.wall
    watch.link(offline=True)
    hand.sleep(OFFLINE_AFTER_S)
    watch.link(offline=True)
    assert (watch.look(), watch.look()) == (since_ms, None)
    assert watch.due_in_s is None
    hand.sleep(55)
    assert watch.link(offline=False) == (since_ms, 60)
    assert watch.link(offline=False) is None


def test_a_till_that_begins_without_its_hub_says_so(hand: HandClocks) -> None:
    watch = OfflineWatch(hand.clocks)
    hand.sleep(OFFLINE_AFTER_S)
    assert watch.look() == NOW_MS
