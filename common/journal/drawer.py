"""What happens at a drawer beside its sales: opened without one, cash put in or taken out, a cash
session begun, its cash counted.

`operator_id` is the person's id, "" where nobody logs in; the name stands in the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from common.models import Label, Note, PersonId
from common.money import LIMIT

CashCents = Annotated[int, Meta(ge=0, le=LIMIT)]
PIECES_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many notes or coins of one worth."""

    cents: Annotated[int, Meta(ge=1, le=100_000)]
    count: Annotated[int, Meta(ge=1, le=PIECES_MOST)]


Counted = Annotated[tuple[Pieces, ...], Meta(max_length=30)]
"""What lay there, by worth; what of an amount they do not come to was entered as an amount."""


def worth(pieces: Iterable[Pieces]) -> int:
    """Return what notes and coins come to, cents."""
    return sum(each.cents * each.count for each in pieces)


class CountedFor(StrEnum):
    """Why a drawer was counted. The values stand in records for ever.

    COUNT: before the person saw what must be in it.
    """

    COUNT = "count"
    HAND_OVER = "hand_over"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class CountData:
    """How a drawer was counted, beside the amount that an X or a Z states.

    `why`: a value of `CountedFor`. `reason`: why there is another amount than there must be.
    `left_cents`: what stays there as the next session's float, None where nobody said.
    """

    why: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]
    pieces: Counted = ()
    reason: Note = ""
    left_cents: CashCents | None = None


@dataclass(frozen=True, slots=True)
class DrawerData:
    """The drawer was opened without a sale: why."""

    reason: Label
    operator_id: PersonId = ""


@dataclass(frozen=True, slots=True)
class CashData:
    """So much cash was put in or taken out, why; which of both the record's type says."""

    amount_cents: Annotated[int, Meta(ge=1, le=LIMIT)]
    reason: Label
    operator_id: PersonId = ""


@dataclass(frozen=True, slots=True)
class SessionData:
    """A cash session begins with so much in the drawer."""

    float_cents: CashCents
    operator_id: PersonId = ""
    pieces: Counted = ()
