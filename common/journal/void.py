"""What was rung up and never paid: a basket given up, or a line taken out of one.

Counted in its session's statistics, in no total: nothing was sold.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from common.models import Label, PersonId, TicketLine


class Voided(StrEnum):
    """How much of a basket."""

    BASKET = "basket"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class VoidData:
    """What was given up, by value, and what it would have come to; why, and by whom."""

    what: Voided
    lines: Annotated[tuple[TicketLine, ...], Meta(min_length=1, max_length=500)]
    total_cents: int
    reason: Label
    operator_id: PersonId = ""
