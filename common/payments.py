"""How tickets are paid: the methods a till offers, and what cash is rounded to.

Owns which methods there are, and which give change. What has been handed over is a till's matter;
a record holds whatever method its till knew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from msgspec import Meta

from common.money import divide_half_up
from common.rules import CASH

CARD: Final = "card"
ROUNDING: Final = "rounding"
"""Stands beside a payment in cash: what rounding it took off what was to pay, below 0: added."""
EXCHANGE: Final = "exchange"
"""What goods that came back pay for goods that leave: below 0 on the refund, as much on the sale.
No till offers it; over a cash session it comes to nothing, unless one of the two is missing."""
CashStep = Annotated[int, Meta(ge=0, le=5, multiple_of=5)]
"""What cash is rounded to, in cents; 0: to the cent."""


class Over(Enum):
    """What happens where more is handed over than is to pay."""

    CHANGE = "change"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to pay. `over`: no law lets a till give change on a meal voucher."""

    name: str
    over: Over


METHODS: Final[Mapping[str, Method]] = {
    each.name: each
    for each in (
        Method(CASH, Over.CHANGE),
        Method(CARD, Over.REFUSED),
        Method("cheque", Over.REFUSED),
        Method("meal_voucher", Over.KEPT),
        Method("voucher", Over.KEPT),
    )
}
ALL: Final = tuple(METHODS)
# A pattern, because an error then says which there are.
MethodName = Annotated[str, Meta(pattern=rf"^({'|'.join(ALL)})\Z")]
MethodNames = Annotated[tuple[MethodName, ...], Meta(min_length=1, max_length=5)]


def cash_due_cents(rest_cents: int, step_cents: int) -> int:
    """Return what has to be paid in cash for what is left to pay, both above 0 or 0.

    To the nearest step; a sum is never rounded to nothing: goods are not given away for it.
    """
    if not step_cents or not rest_cents:
        return rest_cents
    return max(step_cents, divide_half_up(rest_cents, step_cents) * step_cents)
