"""All that a walk over the journal knows of what lies behind it, to go on from there another time.

Owns those facts; whether they are as they should be is `verify.py`'s. What a closing states is made
of this, and this is made of a closing again, so that a walk can begin at one.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from common.journal.chain import TillChain
from common.journal.entry import Head
from common.journal.keys import HubKeys, TillKeys
from common.journal.sums import Sums
from common.journal.till_sums import TillSums
from common.journal.totals import Totals


class Closed(NamedTuple):
    """The last closing of a kind: its number, the last day it covers, the hub's time, its line."""

    number: int = 0
    to: str = ""
    at_ms: int = 0
    seq: int = 0


@dataclass(slots=True)
class Standing:
    """Where a walk stands.

    `publics`: public keys of devices by id; `tills`: which of them each device signs by. `closed`:
    the last closing of each kind; `perpetual`: all tickets up to the last daily one; `day`,
    `month`, `year`: what came since. `began_ms`: when the journal began. `exercises`: tickets of
    training, which are in no total; `sums`: what each till's chain has come to, by its id.
    `archives`: up to which line each archive that was made reaches, by its manifest's digest.
    """

    head: Head
    chains: dict[str, TillChain] = field(default_factory=dict)
    publics: dict[str, bytes] = field(default_factory=dict)
    tills: dict[str, TillKeys] = field(default_factory=dict)
    hub: HubKeys = field(default_factory=HubKeys)
    sealed_seq: int = 0
    began_ms: int = 0
    closed: dict[str, Closed] = field(default_factory=dict)
    perpetual: Totals = field(default_factory=Totals)
    day: Sums = field(default_factory=Sums)
    month: Sums = field(default_factory=Sums)
    year: Sums = field(default_factory=Sums)
    exercises: Totals = field(default_factory=Totals)
    sums: dict[str, TillSums] = field(default_factory=dict)
    archives: dict[str, int] = field(default_factory=dict)

    @property
    def unproved(self) -> int:
        """Return how many X and Z state sums of records that are not all there, or were not."""
        return sum(sums.unproved + len(sums.waiting) for sums in self.sums.values())

    def last(self, period: str) -> Closed:
        """Return the last closing of a kind; all zero where there is none yet."""
        return self.closed.get(period, Closed())

    def totals(self) -> Totals:
        """Return what all tickets of the journal come to so far."""
        whole = self.day.whole()
        whole.merge(self.perpetual)
        return whole

    def heads(self) -> dict[str, int]:
        """Return at which number each till's chain stands."""
        return {name: chain.head.seq for name, chain in self.chains.items()}

    def go_on_by(self, other: "Standing") -> None:
        """Take over another's chains, closings and sums; keys stay those that were vouched for."""
        self.chains, self.closed = other.chains, other.closed
        self.perpetual, self.day = other.perpetual, other.day
        self.month, self.year = other.month, other.year
        self.sums, self.exercises = other.sums, other.exercises
