"""What happens at a till is written once each, in order, and never without end."""

import pytest

from common.journal.event import ClockData, EventData, What
from kiosk.events import PER_MINUTE, WAITING_AT_MOST, Events
from tests.kiosk.post import NOW_MS, HandClocks


@pytest.fixture
def hand() -> HandClocks:
    return HandClocks()


def data(event: object) -> EventData:
    assert isinstance(event, EventData)
    return event


def written(events: Events, most: int = 100) -> list[EventData]:
    """Write what is due."""
    due = events.due(most)
    events.done(len(due))
    return [data(event.data) for event in due]


def test_what_happens_is_due_at_once_in_order_until_it_is_written(hand: HandClocks) -> None:
    told: list[int] = []
    events = Events(hand.clocks, lambda: told.append(1))
    assert events.due_in_s is None
    events.note(What.LOGIN, person="a", name="Amélie")
    hand.sleep(1)
    events.clock(NOW_MS, NOW_MS + 60_000)
    assert len(told) == 2
    assert events.due_in_s == 0
    for _ in range(2):
        login, clock = events.due(6)
        assert login.data == EventData(What.LOGIN, NOW_MS, {"person": "a", "name": "Amélie"})
        assert clock.data == ClockData(NOW_MS, NOW_MS + 60_000)
    assert len(events.due(1)) == 1
    events.done(1)
    (clock,) = events.due(6)
    events.done(1)
    assert (events.due(6), events.due_in_s) == ([], None)


def test_a_link_that_flaps_writes_so_many_a_minute_and_counts_the_rest(hand: HandClocks) -> None:
    events = Events(hand.clocks)
    for _ in range(1000):
        events.note(What.OFFLINE_START, since_ms=hand.wall)
        hand.sleep(0.05)
    found = written(events)
    assert [event.more for event in found] == [0] * PER_MINUTE
    assert events.due_in_s == pytest.approx(10.0)
    hand.sleep(10.1)
    (last,) = written(events)
    assert last.more + 1 + PER_MINUTE == 1000
    assert last.at_ms == NOW_MS + 999 * 50
    assert events.due_in_s is None


def test_the_next_one_counts_those_that_were_left_out(hand: HandClocks) -> None:
    events = Events(hand.clocks)
    for _ in range(PER_MINUTE + 3):
        events.note(What.LOCK)
    written(events)
    hand.sleep(61)
    events.note(What.LOCK)
    assert [event.more for event in written(events)] == [3]
    events.note(What.LOCK)
    assert [event.more for event in written(events)] == [0]


def test_each_kind_has_its_own_share(hand: HandClocks) -> None:
    events = Events(hand.clocks)
    for _ in range(100):
        events.note(What.OFFLINE_START)
    events.note(What.LOGIN)
    assert written(events)[-1].what is What.LOGIN


def test_an_hour_of_flapping_is_some_hundred_records(hand: HandClocks) -> None:
    events = Events(hand.clocks)
    found: list[EventData] = []
    for _ in range(3600):
        events.note(What.OFFLINE_START)
        events.note(What.OFFLINE_END)
        hand.sleep(1)
        found += written(events)
    assert len(found) <= 2 * 60 * (PER_MINUTE + 1)
    hand.sleep(60)
    found += written(events)
    assert sum(event.more + 1 for event in found) == 2 * 3600, "each is counted, if not written"


def test_while_the_disk_takes_nothing_the_oldest_are_given_up_and_counted(hand: HandClocks) -> None:
    events = Events(hand.clocks)
    total = 3 * WAITING_AT_MOST
    for _ in range(total):
        events.note(What.LOGIN)
        hand.sleep(20)
    found = written(events, 1000)
    assert len(found) == WAITING_AT_MOST
    assert sum(event.more + 1 for event in found) == total
