"""What the large half of a till's screen can show, beside the sale that stays in view."""

from enum import Enum
from typing import Final


class Mode(Enum):
    """One panel. The basket stands beside all of them."""

    SELL = "sell"
    CASH = "cash"
    CARD = "card"
    TENDER = "tender"
    PAYING = "paying"
    TICKETS = "tickets"
    ACTIONS = "actions"
    FORM = "form"
    PARKED = "parked"
    DEVICES = "devices"
    REFUND = "refund"
    COUNT = "count"
    REPORT = "report"
    CUSTOMER = "customer"
    COMFORT = "comfort"
    SHORTCUTS = "shortcuts"


TAKING: Final = frozenset({Mode.CASH, Mode.CARD, Mode.TENDER})
"""Where a payment is taken."""
PAYING: Final = TAKING | {Mode.PAYING}
"""Where the sale in hand is being paid."""
