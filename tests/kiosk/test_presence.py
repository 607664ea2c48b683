"""The timers of a conversation: what is due when, and when the hub counts as there."""

from kiosk.presence import Presence, Sent, Way
from tests.kiosk.post import HandClocks


def present() -> tuple[HandClocks, Presence]:
    hand = HandClocks()
    return hand, Presence(hand.clocks)


def said(presence: Presence) -> Sent:
    """Say the hello that is due, and take its answer."""
    mark = presence.take_hello()
    assert mark is not None
    sent = presence.answered(mark)
    assert sent is not None
    return sent


def test_nothing_is_said_before_the_way_is_open() -> None:
    hand, presence = present()
    presence.opened(Way.BROADCASTS)
    hand.sleep(100)
    assert presence.take_hello() is None
    assert presence.take_ping() is None
    presence.hello_in(0.0)
    assert presence.take_hello() is None


def test_a_hello_is_due_at_once_and_again_while_unanswered() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    assert presence.take_hello() is not None
    assert presence.take_hello() is None
    hand.sleep(2.9)
    assert presence.take_hello() is None
    hand.sleep(0.2)
    presence.hello_answered(said(presence))
    hand.sleep(1000)
    assert presence.take_hello() is None


def test_broadcasts_that_open_later_call_for_another_hello() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    first = said(presence)
    assert not first.subscribed
    presence.hello_answered(first)
    hand.sleep(0.1)
    presence.opened(Way.BROADCASTS)
    second = said(presence)
    assert second.subscribed
    presence.hello_answered(second)
    hand.sleep(100)
    assert presence.take_hello() is None


def test_an_answer_from_before_broadcasts_opened_does_not_cancel_the_next_hello() -> None:
    _, presence = present()
    presence.opened(Way.COMMANDS)
    first = said(presence)
    presence.opened(Way.BROADCASTS)
    presence.hello_answered(first)
    assert said(presence).subscribed


def test_marks_are_never_the_same_even_on_a_clock_that_stands_or_goes_back() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    marks = []
    for step in (0, 0, -5000, 1):
        hand.set_wall(hand.wall + step)
        hand.monotonic_s += 4
        marks += [presence.take_hello(), presence.take_ping()]
    known = [mark for mark in marks if mark is not None]
    assert len(known) == 8
    assert len(set(known)) == 8


def test_an_answer_of_an_older_connection_answers_nothing() -> None:
    _, presence = present()
    presence.opened(Way.COMMANDS)
    mark = presence.take_hello()
    assert mark is not None
    presence.closed(Way.COMMANDS)
    assert presence.answered(mark) is None


def test_pings_go_every_two_seconds() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    count = 0
    for _ in range(100):
        hand.sleep(0.1)
        count += presence.take_ping() is not None
    assert count in (4, 5)


def test_a_silent_hub_and_missing_beats_are_noticed() -> None:
    hand, presence = present()
    assert presence.hub_is_silent
    assert not presence.beats
    presence.opened(Way.COMMANDS)
    presence.opened(Way.BROADCASTS)
    assert not presence.hub_is_silent
    assert presence.beats
    hand.sleep(3.6)
    assert not presence.beats
    presence.beat()
    assert presence.beats
    hand.sleep(3.0)
    assert presence.hub_is_silent
    presence.heard()
    assert not presence.hub_is_silent
    presence.closed(Way.BROADCASTS)
    assert not presence.beats


def test_broadcasts_that_stay_shut_are_not_waited_for() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    assert not presence.broadcasts_stay_shut
    hand.sleep(3.0)
    assert presence.broadcasts_stay_shut
    presence.opened(Way.BROADCASTS)
    assert not presence.broadcasts_stay_shut


def test_a_hello_can_be_wanted_sooner_but_not_at_once_again() -> None:
    hand, presence = present()
    presence.opened(Way.COMMANDS)
    presence.hello_answered(said(presence))
    presence.hello_in(1.0)
    assert presence.take_hello() is None
    hand.sleep(1.0)
    assert presence.take_hello() is not None
    presence.hello_refused()
    hand.sleep(9.0)
    assert presence.take_hello() is None
    hand.sleep(1.0)
    assert presence.take_hello() is not None


def test_what_is_due_next_is_never_far() -> None:
    hand, presence = present()
    assert presence.due_in_s() == 0
    assert presence.take_tick()
    assert not presence.take_tick()
    assert 0 < presence.due_in_s() <= 0.5
    presence.opened(Way.COMMANDS)
    assert presence.due_in_s() == 0
    hand.sleep(0.5)
    assert presence.take_tick()
