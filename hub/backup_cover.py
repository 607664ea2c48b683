"""What backups hold of each kiosk's outbox, in memory: a post is told with each pong.

A post may drop what two backups hold: the newest copy may turn out to be bad, or lie on the disk
that was lost. Files are looked at when a backup is recorded and at the start, never in between.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hub.records import backups
from hub.records.backups import Backup
from hub.store import FAULTS, Store

_log = logging.getLogger(__name__)
COPIES: Final = 2
"""So many backups must hold an operation before its kiosk need not keep it."""


class Covers:
    """How far outboxes are covered, as of the last backup that was recorded."""

    def __init__(self, store: Store) -> None:
        self._db = store.db
        self._latest = -1
        self._covered: dict[str, int] = {}

    def covered(self, outbox: str) -> int:
        """Return the highest n that two backups hold, whose files are where they were; or 0."""
        try:
            latest = backups.latest(self._db)
            if latest != self._latest:
                self.refresh()
                self._latest = latest
        except FAULTS as error:
            # A disk that fails now takes nothing from files that were there before.
            _log.warning("backups could not be looked up: %s", error)
        return self._covered.get(outbox, 0)

    def refresh(self) -> None:
        """Read anew which backups there are, and whether their files are."""
        there = [backup for backup in backups.backups(self._db) if is_there(backup)]
        self._covered = covered(backups.covers(self._db, backup.id) for backup in there)


def covered(covers: Iterable[dict[str, int]]) -> dict[str, int]:
    """Return {outbox: n} of what at least two of some backups hold."""
    held: dict[str, list[int]] = {}
    for cover in covers:
        for outbox, last_n in cover.items():
            held.setdefault(outbox, []).append(last_n)
    return {
        outbox: sorted(numbers)[-COPIES]
        for outbox, numbers in held.items()
        if len(numbers) >= COPIES
    }


def is_there(backup: Backup) -> bool:
    """Return whether a backup's file lies where it was put, of the size that it had."""
    try:
        return Path(backup.file).stat().st_size == backup.size_bytes
    except OSError:
        return False
