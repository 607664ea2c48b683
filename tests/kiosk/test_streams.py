"""A headless kiosk's process: lines through a pipe, its end, signals, a folder in use."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from common.topics import Profile
from kiosk.device import write_device
from kiosk.headless_lines import LINE_BYTES
from kiosk.keys import new_keys, write_keys
from tests.kiosk.post import device
from tests.kiosk.test_session import stock_up

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path, new_keys())
    write_device(tmp_path, device(Profile.TILL))
    stock_up(tmp_path)
    return tmp_path


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "kiosk", "--lang", "en", "--data", str(folder), "--headless"]


def talk(folder: Path, said: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Run a kiosk on these lines; return its exit code and what it said."""
    done = subprocess.run(
        command(folder), input=said, capture_output=True, cwd=ROOT, timeout=PATIENCE_S, check=False
    )
    assert done.stderr == b""
    return done.returncode, [orjson.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def running(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a kiosk that has said its first line."""
    with subprocess.Popen(
        command(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert b'"ready"' in process.stdout.readline()
        yield process
        process.kill()


def test_the_end_of_the_input_ends_it_after_what_was_asked(folder: Path) -> None:
    sale = b'{"do":"sell","lines":[{"code":"3257980128340"}],"tag":%d}\n'
    lines = b"".join(sale % n for n in range(5))
    code, events = talk(folder, lines + b'{"do":"wait","link":"offline"}\n{"do":"state","tag":9}')
    assert code == 0
    assert [event["tag"] for event in events if event["event"] == "sold"] == [0, 1, 2, 3, 4]
    assert [event["state"]["waiting"] for event in events if event.get("tag") == 9] == [5]


def test_quit_ends_it_before_what_comes_after(folder: Path) -> None:
    code, events = talk(folder, b'{"do":"quit"}\n{"do":"state","tag":1}\n')
    assert code == 0
    assert not any("tag" in event for event in events)


def test_a_line_without_end_is_refused_and_the_next_one_taken(folder: Path) -> None:
    endless = b'{"do":"' + b"x" * (3 * LINE_BYTES) + b'"}\n'
    code, events = talk(folder, endless + b'\n\n{"do":"state","tag":1}\n')
    assert code == 0
    assert [event["event"] for event in events if event["event"] == "error"] == ["error"]
    assert any(event.get("tag") == 1 for event in events)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(running: "subprocess.Popen[bytes]", number: int) -> None:
    running.send_signal(number)
    assert running.wait(PATIENCE_S) == 0


def test_a_second_kiosk_on_the_folder_is_refused(
    running: "subprocess.Popen[bytes]", folder: Path
) -> None:
    second = subprocess.run(
        command(folder), input=b"", capture_output=True, cwd=ROOT, timeout=PATIENCE_S, check=False
    )
    assert second.returncode == 1
    assert second.stdout == b""
    assert b"Another kiosk is running" in second.stderr
    assert running.poll() is None


def test_a_reader_that_goes_away_ends_it(running: "subprocess.Popen[bytes]") -> None:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdout.close()
    running.stdin.write(b'{"do":"state"}\n' * 10)
    running.stdin.flush()
    assert running.wait(PATIENCE_S) == 0
