"""Whether the disk under the database has room: below a limit the hub takes no new operations.

A hub that stops taking them while there is room left can still tidy up, answer, and say why. No
file is touched here: who knows how much is free is handed in.
"""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from common import messages as m
from common.errors import Problem
from hub.alerts import AlertBook, Notice
from hub.store import FAULTS

_log = logging.getLogger(__name__)
LOOK_S: Final = 1.0
MB: Final = 1_000_000
ENOUGH_PERCENT: Final = 110
"""Of the limit must be free again before operations are taken: no to and fro at its edge."""


def free_bytes(folder: Path) -> int:
    """Return how many bytes are free on a folder's disk; raises OSError."""
    return shutil.disk_usage(folder).free


class Space:
    """The room on one folder's disk. `min_free_mb`: below it the disk is low; 0: never.

    `free`: the room left, bytes; None before the first look, or where it cannot be told.
    """

    def __init__(
        self,
        folder: Path,
        min_free_mb: int,
        measure: Callable[[Path], int],
        alerts: AlertBook,
        clock: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._limit = min_free_mb * MB
        self._measure = measure
        self._alerts = alerts
        self._clock = clock
        self._looked_s: float | None = None
        self._low = False
        self._told = False
        self.free: int | None = None

    @property
    def low(self) -> bool:
        """Return whether the disk is too full to take operations."""
        return self._low

    def refusal(self) -> Problem | None:
        """Return why no operation is taken now, or None."""
        if not self._low:
            return None
        params = {"folder": str(self._folder), "free": self._free_mb, "needed": self._limit // MB}
        return Problem("hub_disk_low", params)

    def tick(self) -> list[m.Changes]:
        """Look again, at most once a second; return what to broadcast where it became low."""
        now_s = self._clock()
        if self._looked_s is not None and now_s - self._looked_s < LOOK_S:
            return []
        self._looked_s = now_s
        self._look()
        return self._tell() if self._low and not self._told else []

    @property
    def _free_mb(self) -> int:
        return (self.free or 0) // MB

    def _look(self) -> None:
        try:
            self.free = self._measure(self._folder)
        except OSError as error:
            if self.free is not None:
                _log.warning("free space of %s cannot be told: %s", self._folder, error)
            self.free = None
            return
        if not self._low and self.free < self._limit:
            self._low = True
            _log.warning("disk low: %d MB are free in %s", self._free_mb, self._folder)
        elif self._low and self.free * 100 >= self._limit * ENOUGH_PERCENT:
            self._low = self._told = False
            _log.info("disk has room again: %d MB are free in %s", self._free_mb, self._folder)

    def _tell(self) -> list[m.Changes]:
        """Alert while there is still room for it; where there is none, at a later look."""
        subject = f"{self._free_mb} MB · {self._folder}"
        try:
            changes = self._alerts.commit([Notice("disk_low", subject)])
        except FAULTS as error:
            _log.warning("the alert was put off: %s", error)
            return []
        self._told = True
        return changes
