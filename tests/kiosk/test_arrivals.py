"""The letterbox between the link's thread and the screens'."""

from threading import Thread

from common.errors import Problem
from kiosk.arrivals import Arrivals, Batch, HandingOver
from kiosk.news import Swapped


def test_batches_come_in_order_and_once() -> None:
    arrivals = Arrivals()
    batches = [Batch(n) for n in range(3)]
    for batch in batches:
        arrivals.put(batch)
    assert arrivals.take() == batches
    assert arrivals.take() == []


def test_the_other_side_is_woken_once_until_it_looks() -> None:
    arrivals = Arrivals()
    wakes: list[int] = []
    arrivals.on_wake = lambda: wakes.append(1)
    arrivals.put(Batch(1))
    arrivals.put(Batch(2))
    assert len(wakes) == 1
    arrivals.take()
    arrivals.put(Batch(3))
    assert len(wakes) == 2


def test_nothing_is_lost_between_two_threads() -> None:
    arrivals = Arrivals()
    count = 5000

    def put() -> None:
        for n in range(count):
            arrivals.put(Batch(n))

    thread = Thread(target=put)
    thread.start()
    taken: list[int] = []
    while len(taken) < count:
        taken += [batch.committed_ns for batch in arrivals.take()]
    thread.join(10)
    assert taken == list(range(count))


def test_a_fault_hands_over_what_is_on_disk_and_no_turn_has_shown() -> None:
    """The outbox's disk fails after the replica has committed: seed 404644."""
    arrivals = Arrivals()
    news = [Swapped("sales", 14, 11)]
    HandingOver(arrivals).fault(Problem("kiosk_fault", {"reason": "disk I/O error"}), 5, news)
    (batch,) = arrivals.take()
    assert (batch.news, batch.renumbered) == (tuple(news), True)
