"""A ticket printed once more: DUPLICATA n."""

from dataclasses import dataclass

from common.journal.record import Seq
from common.models import Original, PersonId


@dataclass(frozen=True, slots=True)
class CopyData:
    """Which ticket, and for the how-many-th time at this till, from 1; the ticket itself is 0."""

    ticket: Original
    n: Seq
    operator_id: PersonId = ""
