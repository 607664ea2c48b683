"""A shop that has just come is out of the collector’s sight, so that no touch waits for a walk."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from kiosk import heap
from tests.ui.hands import OpenPost


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_has_come_as_a_whole_is_set_aside(open_post: OpenPost) -> None:
    till = open_post()
    gc.unfreeze()
    till.session.load("articles")
    till.until(gc.get_freeze_count, "what has come is set aside")


def test_a_screen_that_another_replaced_can_be_given_up(open_post: OpenPost) -> None:
    till = open_post()
    screen = weakref.ref(till.screen)
    till.stage.comfort.choose("theme", "dark")
    # What is due in its last frames holds it so long, however slow they are.
    for _ in range(50):
        till.frames(20)
        heap.sort_out()
        if screen() is None:
            break
    assert screen() is None
