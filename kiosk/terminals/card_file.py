"""The card payments that no ticket holds yet, on disk: `cards.sealed`, under the post's own seal.

Owns the file. What is in it was asked of a terminal, and may be money taken.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from common.errors import Problem
from common.seal import Sealer
from kiosk.device import write_whole
from kiosk.terminals.terminal import Asked, Step

_log = logging.getLogger(__name__)
_FILE: Final = "cards.sealed"
_SET_ASIDE: Final = "cards.damaged.sealed"
_PLACE: Final = b"cards"


@dataclass(frozen=True, slots=True)
class CardNote:
    """One payment asked of a terminal at `at_ms` by the post's clock, as far as it was known."""

    asked: Asked
    at_ms: int
    step: Step
    proof: str = ""


class CardFile:
    """The file in a post's folder."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._path = folder / _FILE
        self._sealer = sealer
        self.problem: Problem | None = None
        """What was wrong with it when it was read."""

    def write(self, notes: tuple[CardNote, ...]) -> None:
        """Keep these, durably. Raises Refusal `disk_failed`."""
        write_whole(self._path, self._sealer.seal(_PLACE, msgspec.json.encode(notes)))

    def read(self) -> tuple[CardNote, ...]:
        """Return what is kept. What cannot be read is set aside, and said in `problem`."""
        try:
            plain = self._sealer.open(_PLACE, self._path.read_bytes())
            return msgspec.json.decode(plain or b"", type=tuple[CardNote, ...])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, msgspec.DecodeError) as error:
            _log.warning("%s cannot be read: %s", self._path, error)
        aside = self._path.with_name(_SET_ASIDE)
        self.problem = Problem("cards_unreadable", {"file": str(aside)})
        try:
            self._path.replace(aside)
        except OSError as error:
            _log.warning("%s cannot be set aside: %s", self._path, error)
        return ()
