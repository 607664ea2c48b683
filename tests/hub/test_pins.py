"""PINs on their thread, and the delay that grows."""

import threading

import pytest

from common import seal
from common.errors import Refusal
from hub.pins import PinChecker, PinJob, PinWorker, nobody_checks
from hub.records.attempts import Tally
from hub.tries import DELAY_MOST_MS, FREE, KNOWN_MS, delay_ms, is_known, wait_ms, wrong

PEPPER = b"p" * 32
LEAST = seal.LEAST_PIN_COST
PATIENCE_S = 30.0


def test_the_thread_makes_and_checks() -> None:
    done = threading.Semaphore(0)
    worker = PinWorker(PEPPER, done.release, LEAST)
    worker.start()
    try:
        worker.request(PinJob(1, "4711", None))
        assert done.acquire(timeout=PATIENCE_S)
        (made,) = worker.take()
        for number, (pin, verifier) in enumerate(
            [("4711", made.made), ("4712", made.made), ("4711", ""), ("4711", "garbage")], 2
        ):
            worker.request(PinJob(number, pin, verifier))
            assert done.acquire(timeout=PATIENCE_S)
        assert [(d.number, d.fits) for d in worker.take()] == [
            (2, True),
            (3, False),
            (4, False),
            (5, False),
        ]
        assert worker.take() == []
    finally:
        worker.stop()


def test_a_verifier_is_of_no_use_without_its_pepper() -> None:
    made = PinChecker(PEPPER, LEAST).do(PinJob(1, "4711", None)).made
    assert seal.pin_fits(made, "4711", PEPPER)
    assert not seal.pin_fits(made, "4711", b"q" * 32)
    assert made != PinChecker(PEPPER, LEAST).do(PinJob(1, "4711", None)).made


def test_nobodys_pin_costs_what_anybodys_does() -> None:
    """No verifier, no shortcut: the one in its place was made at the same cost."""
    checker = PinChecker(PEPPER, LEAST)
    somebodys = checker.do(PinJob(1, "4711", None)).made
    cost = somebodys.split("$")[3]
    assert checker._nobodys.split("$")[3] == cost == "m=8,t=1,p=1"


def test_a_hub_without_a_checker_lets_nobody_in() -> None:
    with pytest.raises(Refusal):
        nobody_checks(PinJob(1, "4711", ""))


def test_the_delay_grows_up_to_its_most() -> None:
    delays = [delay_ms(failures) for failures in range(100)]
    assert delays[:FREE] == [0] * FREE
    assert delays[FREE : FREE + 4] == [2000, 4000, 8000, 16000]
    assert delays == sorted(delays)
    assert delays[-1] == delay_ms(10**9) == DELAY_MOST_MS


def test_a_clock_that_is_set_back_makes_nobody_wait_longer() -> None:
    tally = wrong(Tally(FREE), 10**12)
    assert wait_ms(tally, 10**12) == wait_ms(tally, 0) == 4000
    assert wait_ms(tally, 10**12 + 3999) == 1
    assert wait_ms(tally, 10**12 + 4000) == 0


def test_a_person_is_known_on_a_device_for_a_month() -> None:
    assert not is_known(Tally(), 10**12)
    assert is_known(Tally(5, 0, 10**12), 10**12 + KNOWN_MS)
    assert not is_known(Tally(0, 0, 10**12), 10**12 + KNOWN_MS + 1)
