"""What a run of many seeds found, in words: how many, which faults how often, what broke."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.sim.story import Outcome


@dataclass(slots=True)
class Report:
    """The sum of many stories."""

    seeds: int = 0
    deeds: int = 0
    events: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
    harm: Counter[str] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)
    slowest_s: float = 0.0
    longest_settled_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count a story in."""
        self.seeds += 1
        self.deeds += outcome.deeds
        self.events += outcome.events
        self.drawn.update(outcome.drawn)
        self.harm.update(outcome.harm)
        self.slowest_s = max(self.slowest_s, outcome.took_s)
        self.longest_settled_s = max(self.longest_settled_s, outcome.settled_s)
        if outcome.violation:
            self.broken[outcome.seed] = outcome.violation

    def lines(self, commit: str, took_s: float) -> Iterable[str]:
        """Yield the report."""
        yield f"commit {commit}"
        yield (
            f"{self.seeds} seeds in {took_s / 60:.1f} min, {self.deeds} operations,"
            f" {self.events} events, {sum(self.drawn.values())} faults drawn"
        )
        yield f"in step again at the latest {self.longest_settled_s:.0f} simulated s after the last"
        for title, counts in (("faults drawn:", self.drawn), ("what really happened:", self.harm)):
            yield title
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
                yield f"  {count:>9}  {name}"
        if not self.broken:
            yield "no violation"
        for seed, violation in sorted(self.broken.items()):
            yield f"seed {seed}: {violation}"
            yield f"  replay: python3 packaging/dev.py sim --seed {seed}"
