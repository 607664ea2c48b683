"""A program that was divided off is as one that was started: streams, environment, signals, end."""

import os
import signal
import sys
from pathlib import Path

import pytest
from child_processes import ROOT, Launch, Process

from tests.forked import FORKED, run

BOTH = pytest.mark.parametrize("launch", [FORKED, Launch()], ids=["forked", "in full"])


def begun(code: str, launch: Launch) -> Process:
    return Process("it", ("tests.program", code), launch)


def printed(process: Process) -> bytes:
    return bytes(process.wait_line(lambda line: line.strip() or None)[1])


@BOTH
@pytest.mark.parametrize(
    ("code", "expected"),
    [("pass", 0), ("raise SystemExit(3)", 3), ("import os; os._exit(7)", 7), ("1 / 0", 1)],
)
def test_it_ends_with_its_own_code(launch: Launch, code: str, expected: int) -> None:
    process = begun(code, launch)
    assert process.end(0) == expected
    assert (b"ZeroDivisionError: division by zero\n" in process.errors()) is ("/" in code)


@BOTH
@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGKILL, -9), (signal.SIGTERM, -15), (signal.SIGINT, -2)]
)
def test_a_signal_ends_it(launch: Launch, number: int, expected: int) -> None:
    process = begun("print('here'); import signal; signal.pause()", launch)
    assert printed(process) == b"here"
    assert process.running
    assert process.end(number) == expected
    assert not process.running


@BOTH
def test_it_hears_and_says_at_once(launch: Launch) -> None:
    process = begun("import sys; [print(line.upper()) for line in sys.stdin]", launch)
    process.say(b"a line")
    assert printed(process) == b"A LINE"
    process.say("après".encode())
    process.wait_line(lambda line: True if "APRÈS".encode() in line else None)
    process.kill()


@BOTH
def test_where_it_runs_is_the_callers(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    process = begun("import os, time; print(os.getcwd(), os.environ['HOME'], time.tzname)", launch)
    assert process.end(0) == 0
    said = process.lines_from(0)[0].decode().split(maxsplit=2)
    assert said == [str(ROOT), os.environ["HOME"], "('JST', 'JST')\n"]


@BOTH
def test_its_last_words_by_exit_are_said(launch: Launch) -> None:
    process = begun("import atexit, sys; atexit.register(print, 'gone'); sys.exit('why')", launch)
    assert process.end(0) == 1
    assert process.lines_from(0) == [b"gone\n"]
    assert process.errors() == [b"why\n"]


@BOTH
def test_many_that_end_at_once_do_so_by_their_code(launch: Launch) -> None:
    for code in range(12):
        process = begun(f"import os; os._exit({code})", launch)
        process.send(signal.SIGCONT)
        assert process.end(0) == code


@pytest.mark.skipif(sys.platform != "linux", reason="lists what is open in /proc")
@BOTH
def test_nothing_of_the_others_is_open_in_it(launch: Launch) -> None:
    first = begun("import signal; signal.pause()", launch)
    second = begun("import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))", launch)
    assert printed(second).startswith(b"[0, 1, 2, 3]")
    second.end(0)
    first.kill()


def test_the_programs_of_another_tree_are_not_divided_off(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not"):
        begun("pass", Launch(tmp_path, start=FORKED.start))


def test_one_that_asks_is_told_nothing() -> None:
    done = run("tests.program", "print(input('yes? '))")
    assert (done.returncode, done.stdout) == (1, "yes? ")
    assert "EOFError" in done.stderr


def test_a_program_that_is_not_there() -> None:
    done = run("no_such_module")
    assert done.returncode == 1
    assert "No module named no_such_module" in done.stderr
