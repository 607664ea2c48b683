"""What happens at a drawer beside its sales: opened without one, cash put in or taken out, a cash
session begun.

`operator_id` is the person's id, "" where nobody logs in; the name stands in the record.
"""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from common.models import Label, PersonId
from common.money import LIMIT

CashCents = Annotated[int, Meta(ge=0, le=LIMIT)]


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
