"""An exercise: what a record would have held, in a chain of its own, marked and counted nowhere."""

from dataclasses import dataclass
from typing import Any

from common.journal.kinds import RecordType


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`of`: what was exercised; `data`: what a record of that type holds."""

    of: RecordType
    data: dict[str, Any]
