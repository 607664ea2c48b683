"""The tills' drawers, asked of the hub while somebody looks."""

from typing import Any

import pytest

from common import messages as m
from kiosk.drawers import AGAIN_S, ANSWER_S, SOON_S, Drawers
from kiosk.state import LinkStatus
from tests.kiosk.post import HandClocks


class Desk:
    """Somebody who looks, and the hub that is asked."""

    def __init__(self) -> None:
        self.hand = HandClocks()
        self.asked: list[m.Query] = []
        self.changes = 0
        self.drawers = Drawers(self.asked.append, self.hand.clocks.monotonic, self._changed)
        self.drawers.link(LinkStatus.ONLINE)

    def _changed(self) -> None:
        self.changes += 1

    def answer(self, *rows: dict[str, Any], **fields: Any) -> None:
        self.drawers.hear(m.Answer(self.asked[-1].request, list(rows), **fields))

    def wait(self, seconds: float) -> int:
        """Let time pass; return how often the hub was asked so far."""
        self.hand.sleep(seconds)
        self.drawers.tick()
        return len(self.asked)


def row(expected_cents: int | None = 15_000) -> dict[str, Any]:
    session = {"float_cents": 15_000, "tickets": 0, "expected_cents": expected_cents}
    made = {"at_ms": 1, "utc_offset_min": 60, "operator": "Amélie"}
    drawer = {"device": "1" * 32, "number": 1, "name": "Caisse 1"}
    return {**drawer, "session": {**session, **made}, "last_z": None}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_nobody_asks_until_somebody_looks_and_then_again_and_again(desk: Desk) -> None:
    assert desk.wait(60) == 0
    assert desk.drawers.due_in_s is None
    desk.drawers.watch(True)
    assert len(desk.asked) == 1
    assert desk.drawers.all is None
    desk.answer(row())
    assert desk.drawers.all is not None
    (drawer,) = desk.drawers.all
    assert drawer.session is not None
    assert (drawer.name, drawer.session.operator, drawer.last_z) == ("Caisse 1", "Amélie", None)
    assert desk.drawers.due_in_s == AGAIN_S
    assert desk.wait(AGAIN_S - 0.5) == 1
    assert desk.wait(0.5) == 2
    desk.answer(row())
    assert desk.changes == 1
    desk.drawers.watch(False)
    assert desk.wait(60) == 2


def test_after_a_sale_it_is_asked_soon_but_not_for_each(desk: Desk) -> None:
    desk.drawers.watch(True)
    desk.answer(row())
    for _ in range(20):
        desk.drawers.look()
    assert desk.wait(0) == 1
    assert desk.wait(SOON_S) == 2
    # What is sold while the answer is on its way is asked for after it.
    desk.drawers.look()
    assert desk.wait(SOON_S) == 2
    desk.answer(row(15_500))
    assert desk.wait(SOON_S) == 3


def test_a_hub_that_says_nothing_is_asked_again_and_a_late_answer_is_none(desk: Desk) -> None:
    desk.drawers.watch(True)
    late = desk.asked[-1].request
    assert desk.wait(ANSWER_S) == 2
    desk.drawers.hear(m.Answer(late, [row()]))
    assert desk.drawers.all is None
    desk.answer(row())
    assert desk.drawers.all


def test_a_no_and_what_is_no_drawer_leave_what_was_there(desk: Desk) -> None:
    desk.drawers.watch(True)
    desk.answer(row())
    before = desk.drawers.all
    desk.wait(AGAIN_S)
    desk.answer(code="profile_not_allowed")
    assert desk.drawers.all == before
    desk.wait(AGAIN_S)
    desk.answer({"device": 7})
    assert desk.drawers.all == before
    assert desk.drawers.due_in_s == AGAIN_S


def test_a_hub_that_is_gone_is_asked_when_it_is_back(desk: Desk) -> None:
    desk.drawers.link(LinkStatus.OFFLINE)
    desk.drawers.watch(True)
    assert desk.wait(60) == 0
    desk.drawers.link(LinkStatus.ONLINE)
    assert desk.wait(0) == 1
