"""The customer's screen: a window of a process of its own, told the newest view through a pipe.

Owns the process and the thread that writes to it. One that ends, or reads no more, holds up nobody:
it is said, and can be started again.
"""

import logging
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Final

import msgspec

from common.errors import Problem
from kiosk.devices.settings import DisplaySettings
from kiosk.views.customer import CustomerView, StrayKey

_log = logging.getLogger(__name__)
_END_S: Final = 2.0
_KEYS: Final = 200
"""So many keys may wait: a scanner types a code at once."""
Start = Callable[[], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class DisplayView:
    """How the customer's screen stands."""

    wanted: bool = False
    problem: Problem | None = None


def start_window(folder: Path, settings: DisplaySettings) -> Start:
    """Return a way to start the window's process; `folder`: the post's."""

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "kiosk.customer"),
                *("--window", settings.window, "--theme", settings.theme),
                *("--home", str(folder / "kivy-customer")),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    return start


class Display:
    """Shows views by a process that `start` starts; None: there is no such screen.

    `greeting`: the shop's own words between two customers, "" for none.
    """

    def __init__(
        self, start: Start | None = None, greeting: str = "", problem: Problem | None = None
    ) -> None:
        self._start = start
        self.greeting = greeting
        self._problem = problem
        self._process: subprocess.Popen[bytes] | None = None
        self._newest: CustomerView | None = None
        self._told: CustomerView | None = None
        self._unsent = False
        self._closing = False
        self._keys: deque[StrayKey] = deque(maxlen=_KEYS)
        self._news = Condition()
        self._thread: Thread | None = None
        self.on_wake: Callable[[], None] | None = None
        if start is not None:
            self.restart()

    @property
    def there(self) -> bool:
        """Return whether there is anything to be told."""
        return self._start is not None

    def view(self) -> DisplayView:
        """Return how it stands."""
        return DisplayView(self._start is not None or self._problem is not None, self._problem)

    def show(self, view: CustomerView) -> None:
        """Show this from now on; what was not read yet and is old by then is passed over."""
        if self._start is None or view == self._newest:
            return
        with self._news:
            self._newest, self._unsent = view, True
            self._news.notify_all()

    def restart(self) -> None:
        """Start the window, anew where it runs."""
        if self._start is None:
            return
        self._end()
        self._closing = False
        try:
            self._process = self._start()
        except OSError as error:
            _log.warning("no customer's screen: %s", error)
            self._problem = Problem("display_ended", {"reason": error.strerror or str(error)})
            return
        self._problem, self._told, self._unsent = None, None, self._newest is not None
        self._thread = Thread(target=self._write, args=(self._process,), name="display")
        self._thread.daemon = True
        self._thread.start()
        if self._process.stdout is not None:
            Thread(target=self._listen, args=(self._process,), name="keys", daemon=True).start()

    def take_keys(self) -> list[StrayKey]:
        """Return the keys that came to the window since: they are the till's."""
        return [self._keys.popleft() for _ in range(len(self._keys))]

    def poll(self) -> bool:
        """Look whether the window is there; return whether that changed."""
        if self._process is None or self._problem is not None:
            return False
        code = self._process.poll()
        if code is None:
            return False
        _log.warning("the customer's screen has ended: %s", code)
        self._problem = Problem("display_ended", {"reason": f"exit {code}"})
        return True

    def wait_written(self, timeout_s: float) -> bool:
        """Wait until the window was told the newest view; return whether that is so."""
        with self._news:
            return self._news.wait_for(lambda: self._told == self._newest, timeout_s)

    def close(self) -> None:
        """End the window."""
        self._end()

    def _end(self) -> None:
        process, thread = self._process, self._thread
        if process is None:
            return
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._process = self._thread = None
        with suppress(subprocess.TimeoutExpired):
            # The end of what it reads is its end; one that reads nothing any more is killed.
            if thread is not None:
                thread.join(_END_S)
            process.wait(_END_S)
            return
        process.kill()
        process.wait()

    # The threads.

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with suppress(OSError, ValueError), process.stdout:
            for line in process.stdout:
                try:
                    self._keys.append(msgspec.json.decode(line, type=StrayKey))
                except msgspec.DecodeError:
                    continue  # Something else was printed there.
                if self.on_wake is not None:
                    self.on_wake()

    def _write(self, process: "subprocess.Popen[bytes]") -> None:
        pipe = process.stdin
        assert pipe is not None
        with suppress(OSError), pipe:
            while (view := self._next()) is not None:
                pipe.write(msgspec.json.encode(view) + b"\n")
                pipe.flush()
                self._written(view)

    def _written(self, view: CustomerView) -> None:
        with self._news:
            self._told = view
            self._news.notify_all()

    def _next(self) -> CustomerView | None:
        with self._news:
            self._news.wait_for(lambda: self._closing or self._unsent)
            self._unsent = False
            return None if self._closing else self._newest
