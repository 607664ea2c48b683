"""What waits for its turn: shares, bounds, and who is next."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.fair_queue import FairQueue, Put, Room

ROOM = Room(items=20, bytes=1000, share_items=8, share_bytes=300)


@pytest.fixture
def queue() -> FairQueue[str]:
    return FairQueue(ROOM)


def test_what_fits_into_a_turn_leaves_as_it_came(queue: FairQueue[str]) -> None:
    for item in ("a1", "b1", "a2", "c1", "b2"):
        assert queue.put(item[0], item, 10) is Put.TAKEN
    assert queue.take(5, 100) == ["a1", "b1", "a2", "c1", "b2"]
    assert len(queue) == 0
    assert queue.take(5, 100) == []


def test_where_more_waits_posts_take_turns(queue: FairQueue[str]) -> None:
    for number in range(6):
        queue.put("a", f"a{number}", 10)
    queue.put("b", "b0", 10)
    queue.put("c", "c0", 10)
    queue.put("c", "c1", 10)
    assert queue.take(4, 1000) == ["a0", "b0", "c0", "a1"]
    queue.put("d", "d0", 10)
    assert queue.take(4, 1000) == ["c1", "a2", "d0", "a3"]
    assert queue.take(4, 1000) == ["a4", "a5"]


def test_a_turn_is_about_so_many_bytes_and_one_item_at_least(queue: FairQueue[str]) -> None:
    for number in range(3):
        queue.put("a", f"a{number}", 100)
    queue.put("b", "b0", 10)
    assert queue.take(8, 50) == ["a0"]
    assert queue.take(8, 50) == ["b0", "a1"]
    assert queue.take(8, 0) == ["a2"]


def test_a_share_is_so_many_items_and_bytes_and_the_others_have_theirs(
    queue: FairQueue[str],
) -> None:
    assert [queue.put("a", "a", 1) for _ in range(9)] == [Put.TAKEN] * 8 + [Put.OVER_SHARE]
    assert [queue.put("b", "b", 120) for _ in range(3)] == [Put.TAKEN] * 2 + [Put.OVER_SHARE]
    assert queue.put("c", "c", 10) is Put.TAKEN
    queue.take(20, 10_000)
    assert queue.put("a", "a", 1) is Put.TAKEN


def test_beyond_all_room_nobody_is_to_blame(queue: FairQueue[str]) -> None:
    put = [queue.put(f"p{number}", "x", 1) for number in range(21)]
    assert put == [Put.TAKEN] * 20 + [Put.FULL]
    queue.take(20, 1000)
    assert [queue.put(f"p{n}", "x", 280) for n in range(4)] == [Put.TAKEN] * 3 + [Put.FULL]


def test_one_post_can_be_forgotten(queue: FairQueue[str]) -> None:
    for item in ("a1", "b1", "a2", "b2", "b3"):
        queue.put(item[0], item, 10)
    assert queue.take(1, 100) == ["a1"]
    queue.put("b", "b4", 10)
    queue.drop("a")
    assert len(queue) == 4
    assert queue.take(9, 1000) == ["b1", "b2", "b3", "b4"]


@settings(derandomize=True, max_examples=150)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 90), st.booleans()), max_size=120)
)
def test_nothing_is_lost_and_a_posts_order_holds(steps: list[tuple[str, int, bool]]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue(ROOM)
    put: dict[str, list[int]] = {}
    taken: dict[str, list[int]] = {}
    for number, (who, size, takes) in enumerate(steps):
        if queue.put(who, (who, number), size) is Put.TAKEN:
            put.setdefault(who, []).append(number)
        if takes:
            for whose, which in queue.take(3, 120):
                taken.setdefault(whose, []).append(which)
    while queue:
        for whose, which in queue.take(3, 120):
            taken.setdefault(whose, []).append(which)
    assert taken == put


def test_a_post_that_fills_its_share_delays_another_by_one_round(queue: FairQueue[str]) -> None:
    for who in "abcd":
        for _ in range(4):
            queue.put(who, who, 1)
    queue.take(3, 1000)
    queue.put("e", "e", 1)
    assert "e" in queue.take(5, 1000)
    assert max(Counter(queue.take(4, 1000)).values()) == 1
