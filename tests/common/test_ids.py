"""Ids sort as they were born, are UUIDv7, and come twice from one seed."""

from random import Random
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from common.ids import HEX_LENGTH, IdMint

TIMES_MS = st.lists(st.integers(1, 2**47), min_size=1, max_size=40)


def mint_over(times_ms: list[int], seed: int = 1) -> IdMint:
    left = iter(times_ms)
    return IdMint(lambda: next(left), Random(seed).randbytes)


@given(TIMES_MS)
def test_later_ids_sort_after_earlier_ones_whatever_the_clock_does(times_ms: list[int]) -> None:
    mint = mint_over(times_ms)
    ids = [mint() for _ in times_ms]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


@given(TIMES_MS)
def test_every_id_is_a_uuid_of_version_7(times_ms: list[int]) -> None:
    mint = mint_over(times_ms)
    for _ in times_ms:
        text = mint()
        assert len(text) == HEX_LENGTH
        assert text == text.lower()
        assert UUID(text).version == 7
        assert UUID(text).variant == RFC_4122


def test_an_id_tells_its_millisecond() -> None:
    mint = mint_over([1_772_545_920_123])
    assert int(mint()[:12], 16) == 1_772_545_920_123


def test_one_seed_makes_the_same_ids_twice() -> None:
    first, second = mint_over([5, 5, 9], seed=7), mint_over([5, 5, 9], seed=7)
    assert [first() for _ in range(3)] == [second() for _ in range(3)]


def test_more_ids_in_a_millisecond_than_the_counter_holds_stay_in_order() -> None:
    mint = mint_over([1000] * 10_000)
    ids = [mint() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 10_000


def test_a_clock_set_back_a_year_keeps_the_order() -> None:
    year_ms = 365 * 86_400_000
    mint = mint_over([2 * year_ms, year_ms, 0])
    ids = [mint() for _ in range(3)]
    assert ids == sorted(ids)
