"""What is set aside is out of the collector's sight, until it is sorted out."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from kiosk import heap


class Ring:
    """Holds itself: only the collector can give it up."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_set_aside_is_not_looked_at_and_what_comes_later_is() -> None:
    before, after = Ring(), Ring()
    kept, gone = weakref.ref(before), weakref.ref(after)
    del after
    heap.set_aside()
    del before
    later = Ring()
    given_up = weakref.ref(later)
    del later
    gc.collect()
    assert (kept() is None, given_up() is None) == (False, True)
    assert gone() is None


def test_sorting_out_gives_up_what_is_used_no_longer() -> None:
    ring = Ring()
    found = weakref.ref(ring)
    heap.set_aside()
    del ring
    heap.sort_out()
    assert found() is None
    assert gc.get_freeze_count() > 0
