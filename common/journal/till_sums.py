"""What a walk knows of the sums of one till's chain, to hold its next X or Z against.

Owns those facts; how they come about, and when they prove anything, is `till_walk.py`'s.
"""

from dataclasses import dataclass, field

from common.journal.record import Record
from common.journal.report import ReportData
from common.journal.till_tally import TillTally


@dataclass(slots=True)
class Waiting:
    """An X or Z, on line `line` of the hub's chain, whose records were not all there when it came.

    `tally`: of those that are, by now.
    """

    line: int
    name: str
    stated: ReportData
    tally: TillTally


@dataclass(slots=True)
class TillSums:
    """One chain's. `unsure_seq`: up to there records are not what they were, or a Z came late.

    `reported`: an X or a Z was there.
    """

    tally: TillTally = field(default_factory=TillTally)
    unsure_seq: int = 0
    reported: bool = False
    waiting: list[Waiting] = field(default_factory=list)
    unproved: int = 0

    def lost(self, seq: int) -> None:
        """A record is no longer what it was: sums that cover it cannot be counted any more."""
        self.unsure_seq = max(self.unsure_seq, seq)


def begun(record: Record) -> TillSums:
    """Return the sums of a chain whose first record here this is: none before it is known."""
    return TillSums(unsure_seq=record.seq - 1)
