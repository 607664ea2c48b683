"""A figure: what was measured in each round by each system, and what it comes to.

The median of the rounds stands for a system. Systems are compared round by round, since a machine
that is slow for a while is slow for all of them: the median of those ratios counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench.systems import LIMIT, OURS, WEBSOCKET, WEBSOCKET_GROUP

Round = Mapping[str, float]
"""A figure's value by system; systems that do not take part are missing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the project must show: our ratio to a peer, or a value, at most or at least so much.

    `against`: a peer's name, or "" for the value itself.
    """

    against: str
    bound: float
    at_most: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results. `notes`: under which conditions, such as followers and rate."""

    name: str
    unit: str
    rounds: tuple[Round, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()

    def value(self, system: str = OURS) -> float | None:
        """Return the median of a system's rounds; None where it took no part."""
        values = [each[system] for each in self.rounds if system in each]
        return median(values) if values else None

    def ratio(self, system: str) -> float | None:
        """Return the median over rounds of ours / theirs."""
        ratios = [
            each[OURS] / each[system] for each in self.rounds if each.get(system) and OURS in each
        ]
        return median(ratios) if ratios else None

    def met(self, goal: Goal) -> bool | None:
        """Return whether a goal is met; None where it was not measured."""
        found = self.ratio(goal.against) if goal.against else self.value()
        if found is None:
            return None
        return found <= goal.bound if goal.at_most else found >= goal.bound

    def as_json(self) -> dict[str, Any]:
        """Return the row as it stands in the results file."""
        return {
            "name": self.name,
            "value": self.value(),
            "unit": self.unit,
            **{name: self.value(name) for name in (LIMIT, WEBSOCKET, WEBSOCKET_GROUP)},
            **{f"ratio_{name}": self.ratio(name) for name in (LIMIT, WEBSOCKET, WEBSOCKET_GROUP)},
            "goals": [
                {
                    "against": goal.against or None,
                    "bound": goal.bound,
                    "at_most": goal.at_most,
                    "met": self.met(goal),
                }
                for goal in self.goals
            ],
            **self.notes,
            "rounds": [dict(each) for each in self.rounds],
        }


def at_most(bound: float, against: str = "") -> Goal:
    """Return the goal of staying within a bound."""
    return Goal(against, bound, at_most=True)


def at_least(bound: float, against: str = "") -> Goal:
    """Return the goal of reaching a bound."""
    return Goal(against, bound, at_most=False)
