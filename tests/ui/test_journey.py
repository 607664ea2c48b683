"""One sale by real touches: the program in a real window, xdotool for a hand, Xvfb for a screen."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from tests.display import PACKAGES, XVFB, open_display

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]

ROOT = Path(__file__).parents[2]
TOOLS = (XVFB, "xdotool")
DEADLINE_S = 40.0


@pytest.fixture
def display(window: None) -> Iterator[str]:
    """Return the name of a screen of its own; it is gone afterwards."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing (apt-get install {PACKAGES})")
    with open_display(1024, 768) as name:
        yield name


class Program:
    """The till as a process, and what it has said so far."""

    def __init__(self, display: str, home: Path) -> None:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "PYTHONPATH": str(ROOT),
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        self._environment = environment
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.journey_app", str(home)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[dict[str, Any]] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first thing said from now on that is so."""
        end = monotonic() + DEADLINE_S
        while True:
            try:
                said = self._lines.get(timeout=max(0.1, end - monotonic()))
            except Empty:
                pytest.fail(f"the till said nothing more; it {self.process.poll()!r}")
            if true(said):
                return said

    def tap(self, place: list[int]) -> None:
        """Touch a place of the screen."""
        x, y = map(str, place)
        subprocess.run(
            ["xdotool", "mousemove", x, y, "mousedown", "1", "sleep", "0.05", "mouseup", "1"],
            env=self._environment,
            check=True,
            timeout=20,
        )

    def close(self) -> None:
        """End the program."""
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self._reader.join(timeout=20)
        self.process.stdout.close()


def test_two_articles_are_sold_in_cash_by_hand(display: str, tmp_path: Path) -> None:
    till = Program(display, tmp_path / "kivy")
    try:
        ready = till.until(lambda said: "tile0" in said.get("at", {}))
        till.tap(ready["at"]["tile0"])
        till.until(lambda said: said.get("count") == 1)
        till.tap(ready["at"]["tile1"])
        full = till.until(lambda said: said.get("count") == 2)
        till.tap(full["at"]["Cash"])
        paying = till.until(lambda said: "Cash received" in said.get("at", {}))
        till.tap(paying["at"]["Cash received"])
        sold = till.until(lambda said: "sold" in said)
    finally:
        till.close()
    assert sold["lines"] == 2
    assert sold["sold"] > 0
    assert sold["number"] == 1
