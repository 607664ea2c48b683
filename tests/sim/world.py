"""What everybody in one simulated shop shares: time, chance, the network, the disks, the trace."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from pathlib import Path
from random import Random

from tests.sim.agenda import Agenda
from tests.sim.disk.disk import Disk
from tests.sim.network import Network


class Violation(AssertionError):
    """A promise was broken. The text says which, and where."""


@dataclass(slots=True)
class Trace:
    """What happened, kept as it is and put into words only for who reads it."""

    agenda: Agenda
    lines: list[tuple[float, str, str, tuple[object, ...]]] = field(default_factory=list)

    def note(self, who: str, what: str, *values: object) -> None:
        """Keep one line; `what` takes the values by %-formatting."""
        self.lines.append((self.agenda.now_s, who, what, values))

    def text(self) -> list[str]:
        """Return the story in readable lines."""
        return [f"{at:9.3f} s  {who:<8} {what % values}" for at, who, what, values in self.lines]


@dataclass(slots=True)
class World:
    """One simulated shop's surroundings. `drawn`: how often which fault was drawn; `harm`: what
    really happened to frames, disks and processes."""

    seed: int
    folder: Path
    disk: Disk
    rng: Random = field(init=False)
    agenda: Agenda = field(default_factory=Agenda)
    drawn: Counter[str] = field(default_factory=Counter)
    harm: Counter[str] = field(default_factory=Counter)
    trace: Trace = field(init=False)
    network: Network = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.trace = Trace(self.agenda)
        self.network = Network(self.agenda, Random(self.seed ^ 0x5EED), self.harm)

    def random_bytes(self, name: str) -> Callable[[int], bytes]:
        """Return a source of bytes that looks random, and is this seed's and this name's."""
        key = f"{self.seed} {name}".encode()
        numbers = count()
        return lambda size: blake2b(b"%d" % next(numbers), key=key[:64], digest_size=size).digest()

    def broken(self, text: str) -> Violation:
        """Return a violation of now."""
        return Violation(f"at {self.agenda.now_s:.3f} s: {text}")
