"""What a till remembers of its drawer: its last Z, the last hand-over, the count under way.

Owns their form and their names among the outbox's memos. An X or a Z is a record; what stands here
is what a screen shows of it again, and goes to disk with it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Meta

from common.errors import Refusal
from common.journal.drawer import PIECES_MOST
from common.journal.report import ReportData
from kiosk.outbox_memos import Memos

_log = logging.getLogger(__name__)
LAST_Z: Final = "last_z"
HAND_OVER: Final = "hand_over"
COUNT: Final = "count"
KeptT = TypeVar("KeptT")


@dataclass(frozen=True, slots=True)
class Statement:
    """An X or a Z as it is shown. `number`: of its type, counted from 1; 0 of an exercise."""

    report: ReportData
    at_ms: int
    utc_offset_min: int
    operator: str
    is_z: bool
    number: int = 0
    training: bool = False


@dataclass(frozen=True, slots=True)
class CountUnderWay:
    """What of a drawer is counted. `purpose`: what for. `pieces`: how many, by worth in cents.

    `other_cents`: what was entered as an amount. `seen`: what must be there may be shown, since
    this count is signed.
    """

    purpose: str
    pieces: dict[str, Annotated[int, Meta(ge=0, le=PIECES_MOST)]] = field(default_factory=dict)
    other_cents: int = 0
    seen: bool = False


class Memory(Protocol):
    """Where memos lie: the outbox."""

    def memo(self, name: str) -> bytes | None:
        """Return a memo; raises Refusal."""

    def keep_memos(self, memos: Memos) -> None:
        """Keep some; raises Refusal."""


class Remembered:
    """One till's; while `training()`, that of exercises."""

    def __init__(self, memory: Memory, training: Callable[[], bool]) -> None:
        self._memory = memory
        self._training = training

    @property
    def last_z(self) -> Statement | None:
        """Return the last Z, None where there is none here."""
        return self._read(LAST_Z, Statement)

    @property
    def handed_over(self) -> Statement | None:
        """Return the X of the last hand-over since the last Z, None where there was none."""
        return self._read(HAND_OVER, Statement)

    @property
    def counting(self) -> CountUnderWay | None:
        """Return the count under way."""
        return self._read(COUNT, CountUnderWay)

    def keep_count(self, count: CountUnderWay | None) -> None:
        """Keep a count under way, durably; None: there is none. Raises what the disk says."""
        body = None if count is None else written(count)
        self._memory.keep_memos({place(COUNT, self._training()): body})

    def _read(self, name: str, kind: type[KeptT]) -> KeptT | None:
        """Return what is kept, None where it says nothing of this kind."""
        try:
            memo = self._memory.memo(place(name, self._training()))
            return None if memo is None else msgspec.json.decode(memo, type=kind)
        except (Refusal, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            _log.warning("%s cannot be read: %s", name, error)
            return None


def place(name: str, training: bool) -> str:
    """Return under which name something is kept: exercises have their own."""
    return f"{name} training" if training else name


def written(value: Any) -> bytes:
    """Return a memo's bytes."""
    return msgspec.json.encode(value)
