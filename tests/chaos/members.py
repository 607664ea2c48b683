"""The hub and the posts of a shop that is ill-treated: each one's life after life.

Owns starting, ending, killing and hearing one member, and a post's pace. Which members there are,
and what must hold between them, is `shop.py`'s.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from child_processes import Launch, Process
from shop_processes import HubProcess, KioskProcess

from hub.folder import Folder
from tests.chaos.history import History, Violation

_ASKED_AHEAD: Final = 30
"""So many operations may wait in a kiosk's pipe; one that is stopped gets no more."""
Launcher = Callable[[Path, int], Launch]
"""How a program is started on a folder for the so-many-th time."""


def plainly(_folder: Path, _life: int) -> Launch:
    """Start a program as it is."""
    return Launch()


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind of post does: the line for it, and the seconds between two on average."""

    do: str
    pace_s: float


TRADES: Final = {
    "till": Trade("sell", 0.04),
    "depot": Trade("receive", 0.15),
    "office": Trade("send", 0.25),
}


class Member:
    """The hub or a post. `lives`: how often it was started."""

    def __init__(self, name: str, folder: Path, launch: Launcher) -> None:
        self.name = name
        self.folder = folder
        self.lives = 0
        self._launch = launch

    @property
    def process(self) -> HubProcess | KioskProcess | None:
        """Return its present life, None where it has none."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Return whether it runs and has said that it is ready."""
        return self.process is not None and self.process.is_ready

    def start(self) -> None:
        """Start it, without waiting."""
        self.lives += 1
        self._begin(self._launch(self.folder, self.lives))

    def send(self, number: int) -> None:
        """Send it a signal."""
        self._living().send(number)

    def kill(self) -> None:
        """SIGKILL, stopped or not, and hear its last words."""
        self._living().kill()
        self.listen()
        self._bury()

    def end(self) -> None:
        """SIGTERM; raises Violation where its exit code is not 0."""
        process = self._living()
        code = process.end()
        self.listen()
        self._bury()
        if code:
            raise Violation(f"{self.name} was told to end: code {code}. {process.last_words()}")

    def listen(self) -> None:
        """Take what it said; of the hub, all that counts is in its database."""

    def _living(self) -> Process:
        if self.process is None:
            raise AssertionError(f"{self.name} does not run")
        return self.process

    def _begin(self, launch: Launch) -> None:
        raise NotImplementedError

    def _bury(self) -> None:
        raise NotImplementedError


class HubMember(Member):
    """The shop's hub."""

    def __init__(self, folder: Folder, launch: Launcher) -> None:
        super().__init__("hub", folder.root, launch)
        self.files = folder
        self.hub: HubProcess | None = None

    @property
    def process(self) -> HubProcess | None:
        return self.hub

    def _begin(self, launch: Launch) -> None:
        self.hub = HubProcess(self.files, launch, wait=False)

    def _bury(self) -> None:
        self.hub = None


class PostMember(Member):
    """One post, which does its trade's work at its own pace. `host`: where it finds the hub."""

    def __init__(
        self, folder: Path, profile: str, host: str, launch: Launcher, forgetful: bool
    ) -> None:
        super().__init__(folder.name, folder, launch)
        self.profile = profile
        self.host = host
        self.history = History(folder.name, forgetful)
        self.kiosk: KioskProcess | None = None
        self._due_s = 0.0
        self._heard = 0

    @property
    def process(self) -> KioskProcess | None:
        return self.kiosk

    def _begin(self, launch: Launch) -> None:
        self._heard = 0
        self.history.new_life()
        self.kiosk = KioskProcess(self.folder, self.name, launch, wait=False)

    def _bury(self) -> None:
        self.kiosk = None

    def listen(self) -> None:
        if self.kiosk is not None:
            for line in self.kiosk.lines_from(self._heard):
                self._heard += 1
                self.history.take(line)

    @property
    def outbox(self) -> Path:
        """Return where its outbox lies."""
        return self.folder / "outbox.db"

    @property
    def silent(self) -> bool:
        """Return whether it has done everything that it was asked to."""
        return self.history.asked == self.history.answered

    def work(self, rng: Random, next_fields: Callable[[str], dict[str, Any]]) -> None:
        """Ask for the next operation where it is time; one that is dying does not hear."""
        now_s = time.monotonic()
        history = self.history
        if self.kiosk is None or now_s < self._due_s or not self.ready:
            return
        if history.asked - history.answered >= _ASKED_AHEAD:
            return
        trade = TRADES[self.profile]
        self._due_s = now_s + rng.expovariate(1 / trade.pace_s)
        history.asked += 1
        self.kiosk.do(trade.do, **next_fields(self.profile))
