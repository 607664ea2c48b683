"""The customer's screen as a process: it gets the newest view, and its end holds up nobody."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Semaphore

import msgspec
import pytest

from kiosk.devices.display import Display
from kiosk.views.customer import CustomerView, StrayKey

# Writes each line that it reads to a file, at once.
KEEPS = (
    "import sys\n"
    "with open(sys.argv[1], 'ab', 0) as kept:\n"
    "    for line in sys.stdin.buffer: kept.write(line)"
)
Opener = Callable[[str], Display]


@pytest.fixture
def open_display(tmp_path: Path) -> Iterator[Opener]:
    """Return a way to show by a program, which is given the path of a file."""
    opened: list[Display] = []

    def start(program: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", program, str(tmp_path / "seen")]
        return subprocess.Popen(command, stdin=subprocess.PIPE)

    def open_one(program: str) -> Display:
        opened.append(Display(lambda: start(program)))
        return opened[-1]

    yield open_one
    for display in opened:
        display.close()


def seen(tmp_path: Path) -> list[CustomerView]:
    lines = (tmp_path / "seen").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=CustomerView) for line in lines]


def test_it_gets_the_newest_view_and_ends_with_the_till(
    open_display: Opener, tmp_path: Path
) -> None:
    display = open_display(KEEPS)
    views = [CustomerView("Épicerie du Port", head=f"{n} €") for n in range(50)]
    for view in views:
        display.show(view)
        display.show(view)
    process = display._process
    assert process is not None
    assert display.wait_written(20)
    display.close()
    assert process.poll() == 0
    shown = seen(tmp_path)
    # Some may be passed over, never the last; none comes twice.
    assert shown[-1] == views[-1]
    assert shown == [view for view in views if view in shown]


def test_one_that_ends_is_said_and_shows_again_what_there_was(
    open_display: Opener, tmp_path: Path
) -> None:
    display = open_display("import sys; sys.exit(3)")
    assert display._process is not None
    display._process.wait(20)
    assert display.poll()
    assert not display.poll()
    problem = display.view().problem
    assert problem is not None
    assert (problem.code, problem.params["reason"]) == ("display_ended", "exit 3")
    display.show(CustomerView("shop", head="sale"))  # Nobody reads it, and nothing happens.
    display.restart()
    assert display.view().problem is None


def test_what_was_shown_is_shown_by_the_next_window(open_display: Opener, tmp_path: Path) -> None:
    display = open_display(KEEPS)
    display.show(CustomerView("shop", head="one"))
    assert display.wait_written(20)
    display.restart()
    assert display.wait_written(20)
    display.close()
    assert [view.head for view in seen(tmp_path)] == ["one", "one"]


def test_one_that_reads_nothing_any_more_is_killed(open_display: Opener) -> None:
    display = open_display("import time\nwhile True: time.sleep(60)")
    large = "x" * 1_000_000  # More than a pipe holds.
    display.show(CustomerView(large))
    process = display._process
    assert process is not None
    display.close()
    assert process.poll() is not None
    assert process.returncode != 0


def test_a_program_that_is_not_there_is_said() -> None:
    display = Display(lambda: subprocess.Popen(["/nowhere/at/all"], stdin=subprocess.PIPE))
    problem = display.view().problem
    assert problem is not None
    assert problem.code == "display_ended"
    display.show(CustomerView("shop"))
    assert not display.poll()
    display.close()


def test_a_till_without_such_a_screen_shows_nothing() -> None:
    display = Display()
    assert not display.there
    assert not display.view().wanted
    display.show(CustomerView("shop"))
    display.restart()
    display.close()


def test_keys_that_come_to_the_window_are_handed_over(tmp_path: Path) -> None:
    keys = [StrayKey(True, 51, 32), StrayKey(False, 51, 32)]
    said = b"noise\n" + b"".join(msgspec.json.encode(key) + b"\n" for key in keys)
    (tmp_path / "keys").write_bytes(said)
    program = "import sys; sys.stdout.write(open(sys.argv[1]).read()); sys.stdout.flush(); input()"
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    display = Display(
        lambda: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    )
    heard: list[StrayKey] = []
    woken = Semaphore(0)
    display.on_wake = woken.release
    while len(heard) < len(keys):
        heard += display.take_keys()
        assert len(heard) == len(keys) or woken.acquire(timeout=20)
    assert heard == keys
    assert display.take_keys() == []
    display.close()
