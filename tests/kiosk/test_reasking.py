"""Which operations of the quarantine are asked for again, and when."""

from common import messages as m
from kiosk.reasking import REASK_S, REASKED, Reasking
from tests.kiosk.post import OTHER, HandClocks, reply

QUARANTINED = m.Status.QUARANTINED


def asking(*numbers: int) -> tuple[HandClocks, Reasking]:
    hand = HandClocks()
    return hand, Reasking(numbers, hand.clocks.monotonic)


def test_nothing_is_asked_before_the_welcome_and_then_the_oldest_first() -> None:
    hand, reasking = asking(9, 3)
    assert reasking.take() == []
    reasking.welcome()
    assert reasking.take() == [3, 9]
    assert reasking.take() == []
    hand.sleep(REASK_S - 0.1)
    assert reasking.take() == []
    hand.sleep(0.2)
    assert reasking.take() == [3, 9]


def test_many_have_their_turn_one_after_the_other() -> None:
    hand, reasking = asking(*range(1, 2 * REASKED + 6))
    reasking.welcome()
    asked = []
    for _ in range(3):
        asked.append(reasking.take())
        hand.sleep(REASK_S)
    assert [len(each) for each in asked] == [REASKED, REASKED, 5]
    assert [n for each in asked for n in each] == list(range(1, 2 * REASKED + 6))
    assert reasking.take() == list(range(1, REASKED + 1))


def test_what_came_to_an_end_is_asked_no_more() -> None:
    hand, reasking = asking(1, 2, 3)
    reasking.welcome()
    reasking.note(reply(OTHER, 1))
    reasking.note(reply(OTHER, 2, m.Status.REFUSED, code="quarantine_closed"))
    reasking.note(reply(OTHER, 7, QUARANTINED))
    assert reasking.take() == [3, 7]
    hand.sleep(REASK_S)
    reasking.disconnected()
    assert reasking.take() == []


def test_only_a_repeated_no_is_known_already() -> None:
    _, reasking = asking(1)
    assert reasking.is_known(reply(OTHER, 1, QUARANTINED))
    assert not reasking.is_known(reply(OTHER, 1))
    assert not reasking.is_known(reply(OTHER, 2, QUARANTINED))
