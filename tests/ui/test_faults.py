"""A fault in a callback: the window stays, the person is told, the log has it."""

import logging

import pytest

from common.errors import Refusal
from tests.ui.hands import Hands, OpenPost

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


def run(hands: Hands, frames: int = 8) -> None:
    """Let Kivy's own main loop run: it is where faults arrive."""
    from kivy.base import EventLoop
    from kivy.clock import Clock

    left = frames

    def count(_: float) -> None:
        nonlocal left
        left -= 1
        EventLoop.quit = left <= 0

    counting = Clock.schedule_interval(count, 0)
    status, EventLoop.status = EventLoop.status, "started"
    try:
        EventLoop.mainloop()
    finally:
        counting.cancel()
        EventLoop.status, EventLoop.quit = status, False
    assert left == 0, "the main loop ended before its time"


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what was logged about faults."""
    return [each for each in caplog.records if each.levelno >= logging.ERROR]


def break_once(hands: Hands, fault: BaseException) -> None:
    """Let the next frame meet a fault in a callback."""
    from kivy.clock import Clock

    def fail(_: float) -> None:
        raise fault

    Clock.schedule_once(fail, 0)


def test_a_fault_in_a_callback_is_told_and_the_sale_goes_on(
    open_post: OpenPost, caplog: pytest.LogCaptureFixture
) -> None:
    till = open_post(lang="en")
    till.tap(till.tiles()[0])
    before = till.session_total()
    break_once(till, RuntimeError("a bad day"))
    run(till)
    till.faults_expected = 1
    assert till.reads("Something did not work as it should")
    assert till.reads("RuntimeError: a bad day")
    assert ["a bad day" in str(record.exc_info) for record in logged(caplog)] == [True]
    assert till.session_total() == before
    till.tap(till.tiles()[1])
    assert till.session_total() > before


def test_a_fault_in_a_touch_is_told(open_post: OpenPost) -> None:
    from kivy.base import EventLoop
    from kivy.tests.common import UnitTestTouch

    till = open_post(lang="en")
    grid, tile = till.screen.ids.grid, till.tiles()[0]
    breaking = grid.fbind("on_pick", lambda *_: 1 // 0)
    touch = UnitTestTouch(*tile.to_window(*tile.center))
    EventLoop.input_events += [("begin", touch), ("end", touch)]
    run(till)
    till.faults_expected = 1
    assert till.reads("ZeroDivisionError")
    grid.unbind_uid("on_pick", breaking)
    till.tap(till.tiles()[0])
    assert till.session_total()


def test_a_refusal_that_nobody_took_says_itself(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    break_once(till, Refusal("disk_full", folder="/srv/comptoir"))
    run(till)
    till.faults_expected = 1
    assert till.reads("The disk is full (/srv/comptoir)")


def test_the_same_fault_in_every_frame_fills_no_log(
    open_post: OpenPost, caplog: pytest.LogCaptureFixture
) -> None:
    from kivy.clock import Clock

    from kiosk.screens.faults import guarded

    till = open_post(lang="en")

    def fail(_: float) -> None:
        raise ValueError("again")

    failing = Clock.schedule_interval(guarded(fail), 0)
    run(till, frames=30)
    failing.cancel()
    till.faults_expected = till.stage.faults.count
    assert till.faults_expected >= 20
    assert len(logged(caplog)) == 1
    till.screen.close_notice()
    till.frames()
    assert not till.reads("again")


def test_the_bar_goes_on_after_a_fault_in_it(open_post: OpenPost) -> None:
    till = open_post(lang="en")
    clock, till.session.now_ms = till.session.now_ms, None  # type: ignore[assignment]
    till.until(lambda: till.stage.faults.count, "a fault of the bar's own second")
    till.session.now_ms = clock + 60_000
    till.until(lambda: till.reads("14:53"), "the next minute")
    till.faults_expected = till.stage.faults.count


@pytest.mark.parametrize("end", [SystemExit(0), KeyboardInterrupt()], ids=repr)
def test_what_asks_the_program_to_end_is_handed_on(open_post: OpenPost, end: BaseException) -> None:
    from kivy.base import ExceptionManager

    till = open_post()
    assert ExceptionManager.handle_exception(end) == ExceptionManager.RAISE
    assert till.stage.faults.count == 0


def test_a_closed_stage_is_asked_no_more(open_post: OpenPost) -> None:
    from kivy.base import ExceptionManager

    till = open_post()
    till.stage.close()
    assert ExceptionManager.handle_exception(ValueError()) == ExceptionManager.RAISE
    assert till.stage.faults.count == 0
