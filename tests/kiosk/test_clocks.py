"""How far a post's clock is from the hub's."""

import time

from kiosk.clocks import ClockDifference, system_clocks
from tests.kiosk.post import NOW_MS, HandClocks


def round_trip(
    hand: HandClocks, difference: ClockDifference, seconds: float, ahead_ms: int
) -> None:
    """Ask a hub whose clock is `ahead_ms` ahead, over a way that takes half of `seconds` each."""
    sent_s = hand.monotonic_s
    hand.sleep(seconds / 2)
    hub_ms = hand.wall + ahead_ms
    hand.sleep(seconds / 2)
    difference.add(sent_s, hub_ms)


def test_before_the_hub_is_met_it_is_what_it_was() -> None:
    difference = ClockDifference(HandClocks().clocks, before_ms=-250)
    assert not difference.known
    assert difference.now_ms() == -250


def test_half_the_round_trip_is_counted() -> None:
    hand = HandClocks()
    difference = ClockDifference(hand.clocks)
    round_trip(hand, difference, 0.2, 5000)
    assert difference.known
    assert difference.now_ms() == 5000


def test_the_quickest_round_trip_counts_among_the_last() -> None:
    hand = HandClocks()
    difference = ClockDifference(hand.clocks)
    round_trip(hand, difference, 0.01, 1000)
    sent_s = hand.monotonic_s
    hand.sleep(2.0)
    difference.add(sent_s, hand.wall)  # The answer was slow, the question was not: a second off.
    assert difference.now_ms() == 1000
    for _ in range(8):
        round_trip(hand, difference, 0.1, 1300)
    assert difference.now_ms() == 1300


def test_a_wall_clock_that_is_set_back_changes_the_difference_at_once() -> None:
    hand = HandClocks()
    difference = ClockDifference(hand.clocks)
    round_trip(hand, difference, 0.01, 0)
    hand.set_wall(NOW_MS - 3_600_000)
    hand.monotonic_s += 60
    assert abs(difference.now_ms() - 3_660_000) < 100


def test_after_a_parting_only_new_round_trips_count() -> None:
    hand = HandClocks()
    difference = ClockDifference(hand.clocks)
    round_trip(hand, difference, 0.001, 0)
    difference.parted()
    assert difference.now_ms() == 0
    hand.set_wall(hand.wall + 40_000)  # It slept, and its monotonic clock with it.
    round_trip(hand, difference, 0.3, 0)
    assert difference.now_ms() == 0


def test_this_machines_clocks_go() -> None:
    clocks = system_clocks()
    before = time.time_ns() // 1_000_000
    assert before <= clocks.wall_ms() <= time.time_ns() // 1_000_000
    assert clocks.monotonic() <= clocks.monotonic()
    assert -900 <= clocks.offset_min(NOW_MS) <= 900
