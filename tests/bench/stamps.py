"""When each follower had applied which command: written by the load processes, read by figures.

Times are nanoseconds of CLOCK_MONOTONIC, one clock for every process of a machine.
"""

import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from common import messages as m

Stamped = list[tuple[int, int, int]]
"""(command number from 0, follower, time in ns)"""


class Stamps:
    """Gathers a topic's applied changes, as cheaply as a tuple and a list can."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._seen: list[tuple[int, int, Sequence[m.Change]]] = []

    def add(self, follower: int, topic: str, changes: Sequence[m.Change]) -> None:
        """Note that a follower has just applied a run of changes."""
        if topic == self._topic:
            self._seen.append((time.monotonic_ns(), follower, changes))

    def save(self, path: Path) -> None:
        """Write (command, follower, time); a command's number is its n, less one."""
        stamped = [
            (change.n - 1, follower, at_ns)
            for at_ns, follower, changes in self._seen
            for change in changes
        ]
        path.write_bytes(pickle.dumps(stamped))


def load_stamps(path: Path) -> Stamped:
    """Read what a load process of this run wrote."""
    stamped: Stamped = pickle.loads(path.read_bytes())
    return stamped


@dataclass(frozen=True, slots=True)
class Latency:
    """Over all (command, follower) pairs, in milliseconds."""

    p50_ms: float
    p99_ms: float
    pairs: int


NS_PER_MS: Final = 1e6


def latency(sent_ns: Mapping[int, int], stamped: Stamped, followers: int, warm_up: int) -> Latency:
    """Return the latency of all commands but the first `warm_up`.

    Raises ValueError where a command did not reach every follower exactly once.
    """
    first = {(command, follower): at_ns for command, follower, at_ns in stamped}
    if len(first) != len(stamped):
        raise ValueError(f"{len(stamped) - len(first)} changes were applied twice")
    expected = len(sent_ns) * followers
    if len(first) != expected:
        raise ValueError(f"{expected - len(first)} of {expected} changes did not arrive")
    samples = [
        (at_ns - sent_ns[command]) / NS_PER_MS
        for (command, _), at_ns in first.items()
        if command >= warm_up
    ]
    cuts = quantiles(samples, n=100, method="inclusive")
    return Latency(cuts[49], cuts[98], len(samples))


def pickled(path: Path) -> Any:
    """Return what a worker of this run pickled."""
    return pickle.loads(path.read_bytes())
