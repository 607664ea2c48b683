"""Tickets that only the hub has: pages, a hub that goes, or says nothing, or no."""

from dataclasses import asdict
from typing import Any

import msgspec
import pytest

from common import messages as m
from common.models import Original
from kiosk.older import ANSWER_S, PAGE, Older, OlderTickets
from kiosk.state import LinkStatus
from tests.kiosk.post import HandClocks
from tests.kiosk.shop_rows import NOW_MS, ticket


class Desk:
    """A list of old tickets and the hub that it asks."""

    def __init__(self) -> None:
        self.hand = HandClocks()
        self.asked: list[m.Query] = []
        self.changes = 0
        self.older = OlderTickets(self.asked.append, self.hand.clocks.monotonic, self._changed)
        self.older.link(LinkStatus.ONLINE)

    def _changed(self) -> None:
        self.changes += 1

    def answer(self, *numbers: int, **fields: Any) -> None:
        """Answer the last question with these tickets."""
        rows = [row(number) for number in numbers]
        self.older.hear(m.Answer(self.asked[-1].request, rows, **fields))

    def stands(self, state: Older) -> bool:
        return self.older.state is state

    def numbers(self) -> list[int]:
        return [sold.ticket.number for sold in self.older.tickets]


def row(number: int, refunds: Original | None = None) -> dict[str, Any]:
    paper = msgspec.to_builtins(ticket(number, NOW_MS - number * 1_000))
    back = None if refunds is None else asdict(refunds)
    return {"ticket": paper, "device_name": "Caisse 1", "received_ms": 1, "refunds": back}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_page_after_page_until_there_is_nothing_older(desk: Desk) -> None:
    desk.older.more(NOW_MS)
    assert desk.stands(Older.ASKING)
    assert desk.asked[0].args == {"before_ms": NOW_MS, "limit": PAGE}
    desk.older.more(NOW_MS)
    assert len(desk.asked) == 1
    desk.answer(1, 2)
    desk.older.more(NOW_MS)
    # What is of the oldest's millisecond may be on the next page, and comes twice.
    assert desk.asked[1].args["before_ms"] == NOW_MS - 2_000 + 1
    desk.answer(2, 3)
    assert desk.numbers() == [1, 2, 3]
    desk.older.more(NOW_MS)
    desk.answer(3)
    assert desk.stands(Older.END)
    assert desk.changes == 3
    desk.older.more(NOW_MS)
    assert len(desk.asked) == 3


def test_a_refund_says_which_ticket_it_gives_back(desk: Desk) -> None:
    desk.older.more(NOW_MS)
    original = Original("", "01-AB12", 7, "2026-03-01")
    desk.older.hear(m.Answer(desk.asked[0].request, [row(9, original)]))
    (sold,) = desk.older.tickets
    assert sold.refunds == original
    assert desk.older.ticket(sold.ticket.id) == sold


def test_without_the_hub_it_is_said_and_asked_again_later(desk: Desk) -> None:
    desk.older.link(LinkStatus.OFFLINE)
    desk.older.more(NOW_MS)
    assert not desk.asked
    assert desk.older.problem is not None
    desk.older.link(LinkStatus.ONLINE)
    desk.older.more(NOW_MS)
    assert desk.older.problem is None
    desk.older.link(LinkStatus.OFFLINE)
    assert desk.stands(Older.MORE)
    assert desk.older.problem is not None
    # The answer of before comes too late.
    desk.answer(1)
    assert desk.numbers() == []


def test_a_hub_that_says_nothing_is_not_waited_for(desk: Desk) -> None:
    assert desk.older.due_in_s is None
    desk.older.more(NOW_MS)
    assert desk.older.due_in_s == pytest.approx(ANSWER_S)
    desk.older.tick()
    assert desk.stands(Older.ASKING)
    desk.hand.sleep(ANSWER_S)
    desk.older.tick()
    assert desk.stands(Older.MORE)
    assert desk.older.problem is not None


def test_a_refusal_is_said(desk: Desk) -> None:
    desk.older.more(NOW_MS)
    desk.answer(code="hub_busy", params={"reason": "disk"})
    assert desk.older.problem is not None
    assert desk.older.problem.code == "hub_busy"
    assert desk.stands(Older.MORE)


@pytest.mark.parametrize("result", [None, 7, [7], [{}], [{"ticket": {}, "device_name": ""}]])
def test_what_is_no_page_changes_nothing(desk: Desk, result: Any) -> None:
    desk.older.more(NOW_MS)
    desk.older.hear(m.Answer(desk.asked[0].request, result))
    assert desk.older.problem is not None
    assert desk.numbers() == []


def test_an_answer_to_the_list_of_before_is_not_shown(desk: Desk) -> None:
    desk.older.more(NOW_MS)
    desk.older.begin()
    desk.answer(1)
    assert desk.numbers() == []
    assert desk.stands(Older.MORE)
