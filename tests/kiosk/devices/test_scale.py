"""A scale at a serial port, which a pseudo-terminal stands in for: its weight, or why none."""

import os
import tty
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from common.errors import Refusal
from kiosk.devices.scale import Scale
from kiosk.devices.scale_lines import scale_at
from kiosk.devices.settings import Weighing

SHORT_S = 0.3
LONG_S = 20.0


@contextmanager
def wired(answer: Callable[[int], None]) -> Iterator[str]:
    """Yield the device of a scale; `answer(fd)` is what it does, again and again, until the end."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    over = Event()

    def play() -> None:
        while not over.is_set():
            answer(ours)

    scale = Thread(target=play, daemon=True)
    scale.start()
    try:
        yield os.ttyname(theirs)
    finally:
        over.set()
        os.write(theirs, b"W\r")  # Whoever waits to be asked.
        scale.join(10)
        os.close(theirs)
        os.close(ours)


def sending(*lines: bytes) -> Callable[[int], None]:
    """Return a scale that sends these in turn, and the last one for ever."""
    left = [*lines]

    def send(fd: int) -> None:
        os.write(fd, left.pop(0) if len(left) > 1 else left[0])
        Event().wait(0.005)  # As slow as a line is: nothing waits for it to happen.

    return send


def asked(*answers: bytes) -> Callable[[int], None]:
    """Return a scale that answers each "W" with the next of these, and the last one for ever."""
    left = [*answers]

    def answer(fd: int) -> None:
        if b"W" in os.read(fd, 16):
            os.write(fd, left.pop(0) if len(left) > 1 else left[0])

    return answer


@pytest.mark.parametrize(
    ("protocol", "scale"),
    [
        (Weighing.CONTINUOUS, sending(b"0.3", b"US,GS,+  0.2kg\r\n", b"ST,GS,+  0.345kg\r\n")),
        (Weighing.TOLEDO, asked(b"\x02?\x01\r", b"\x0200.345\r")),
    ],
)
def test_a_weight_counts_once_it_stands_still(
    protocol: Weighing, scale: Callable[[int], None]
) -> None:
    with wired(scale) as device:
        assert scale_at(f"serial://{device}?baud=9600", protocol, LONG_S)() == 345


@pytest.mark.parametrize(
    ("protocol", "scale", "code"),
    [
        (Weighing.CONTINUOUS, sending(b"US,GS,+  0.2kg\r\n"), "scale_moves"),
        (Weighing.CONTINUOUS, sending(b"OL,GS,+ 0.0kg\r\n"), "scale_out_of_range"),
        (Weighing.CONTINUOUS, sending(b"hello\r\n"), "scale_silent"),
        (Weighing.TOLEDO, asked(b"\x02?\x02\r"), "scale_out_of_range"),
        (Weighing.TOLEDO, asked(b""), "scale_silent"),
    ],
)
def test_why_there_is_no_weight_is_said(
    protocol: Weighing, scale: Callable[[int], None], code: str
) -> None:
    with wired(scale) as device, pytest.raises(Refusal) as refused:
        scale_at(f"serial://{device}", protocol, SHORT_S)()
    assert refused.value.problem.code == code


def test_a_scale_that_is_not_there_is_said_with_its_place() -> None:
    with pytest.raises(Refusal) as refused:
        scale_at("serial:///dev/nowhere-at-all", Weighing.CONTINUOUS)()
    problem = refused.value.problem
    assert (problem.code, problem.params["scale"]) == ("scale_unreachable", "/dev/nowhere-at-all")


@pytest.mark.parametrize(
    "address",
    ["", "scale", "tcp://x", "serial://", "serial:///dev/x?baud=fast", "simulated://heavy"],
)
def test_what_is_no_address_is_said_before_anything_is_weighed(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        scale_at(address, Weighing.CONTINUOUS)
    assert refused.value.problem.code == "scale_address"


class Asking:
    """A scale at a till, whose answer a test gives when it wants to."""

    def __init__(self) -> None:
        self.woken, self.go = Event(), Event()
        self.grams, self.code = 345, ""
        self.asked = 0
        self.scale = Scale(self._weigh, "simulated://")
        self.scale.on_wake = self.woken.set

    def _weigh(self) -> int:
        self.asked += 1
        assert self.go.wait(20)
        if self.code:
            raise Refusal(self.code)
        return self.grams

    def answered(self) -> None:
        self.go.set()
        assert self.woken.wait(20)
        assert self.scale.poll()
        self.woken.clear()
        self.go.clear()


@pytest.fixture
def asking() -> Iterator[Asking]:
    asking = Asking()
    yield asking
    asking.go.set()
    asking.scale.close()


def test_weighing_holds_up_nobody_and_gives_thousandths_once(asking: Asking) -> None:
    scale = asking.scale
    scale.ask()
    scale.ask()
    assert scale.view().weighing
    assert not scale.poll()
    assert scale.take() is None
    asking.answered()
    assert asking.asked == 1
    assert not scale.view().weighing
    assert scale.take() == 345
    assert scale.take() is None


def test_what_is_wrong_is_shown_until_the_next_weighing(asking: Asking) -> None:
    for grams, code, shown in ((0, "", "scale_empty"), (1, "scale_moves", "scale_moves")):
        asking.grams, asking.code = grams, code
        asking.scale.ask()
        asking.answered()
        problem = asking.scale.view().problem
        assert problem is not None
        assert problem.code == shown
        assert asking.scale.take() is None
    asking.grams, asking.code = 500, ""
    asking.scale.ask()
    assert asking.scale.view().problem is None
    asking.answered()
    assert asking.scale.take() == 500


def test_a_till_without_a_scale_weighs_nothing() -> None:
    scale = Scale()
    scale.ask()
    assert not scale.there
    assert not scale.view().weighing
    assert not scale.poll()
    scale.close()


def test_a_simulated_scale_says_what_it_is_told() -> None:
    assert scale_at("simulated://1250", Weighing.CONTINUOUS)() == 1250
    with pytest.raises(Refusal) as refused, ThreadPoolExecutor(1) as pool:
        pool.submit(scale_at("simulated://moves", Weighing.TOLEDO)).result()
    assert refused.value.problem.code == "scale_moves"
