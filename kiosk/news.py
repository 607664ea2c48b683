"""What changed in a replica, as values: handed out once it is on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.messages import Change


@dataclass(frozen=True, slots=True)
class Folded:
    """Changes that are on disk; the topic now stands at `tseq`, with this outbox's `last_n`."""

    topic: str
    tseq: int
    last_n: int
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Swapped:
    """All rows of a topic are others now: read them anew."""

    topic: str
    tseq: int
    last_n: int


@dataclass(frozen=True, slots=True)
class Left:
    """A topic's rows are of an older epoch now; they hold this outbox's effects up to `last_n`."""

    topic: str
    last_n: int


News = Folded | Left | Swapped
