"""What a run of many seeds found: how many, which faults how often, what broke.

Owns its words, and the file in which a long run is kept so that it can be gone on with.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from tests.sim.story import Outcome


@dataclass(slots=True)
class Report:
    """The sum of many stories from seed `first` on; `took_s` and `commits`: of all sittings."""

    first: int = 0
    commits: list[str] = field(default_factory=list)
    took_s: float = 0.0
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

    @classmethod
    def kept(cls, file: Path, first: int) -> Self:
        """Return what a file keeps of a run from `first` on, an empty report where there is none.

        Raises ValueError where it keeps another run.
        """
        if not file.exists():
            return cls(first)
        found = json.loads(file.read_text("utf-8"))
        if found["first"] != first:
            raise ValueError(f"{file} keeps a run from seed {found['first']} on, not {first}")
        found["broken"] = {int(seed): said for seed, said in found["broken"].items()}
        counted = {name: Counter(found[name]) for name in ("drawn", "harm")}
        return cls(**{**found, **counted})

    def keep(self, file: Path) -> None:
        """Keep it, whole or as it was before."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        made = file.with_name(file.name + ".new")
        made.write_text(json.dumps(said, indent=1), "utf-8")
        made.replace(file)

    def lines(self) -> Iterable[str]:
        """Yield the report."""
        yield f"commit {', '.join(dict.fromkeys(self.commits))}"
        yield (
            f"{self.seeds} seeds in {self.took_s / 60:.1f} min, {self.deeds} operations,"
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
