"""What tickets come to, per VAT rate and per payment method, and the two totals that never end.

Owns adding up. `net_cents` goes down with a refund; `absolute_cents` grows with one as with a sale,
so that nobody hides a sale behind its refund. Cents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.models import Ticket


@dataclass(slots=True)
class RateSum:
    """One VAT rate: HT, VAT and TTC."""

    base_cents: int = 0
    vat_cents: int = 0
    total_cents: int = 0


@dataclass(slots=True)
class Totals:
    """Sums of tickets. `by_rate`: by basis points as text; `by_method`: by payment method."""

    tickets: int = 0
    net_cents: int = 0
    absolute_cents: int = 0
    by_rate: dict[str, RateSum] = field(default_factory=dict)
    by_method: dict[str, int] = field(default_factory=dict)

    def add(self, ticket: Ticket) -> None:
        """Add one ticket."""
        self.tickets += 1
        self.net_cents += ticket.total_cents
        self.absolute_cents += abs(ticket.total_cents)
        for line in ticket.vat:
            rate = self.by_rate.setdefault(str(line.vat_bp), RateSum())
            rate.base_cents += line.base_cents
            rate.vat_cents += line.vat_cents
            rate.total_cents += line.total_cents
        for payment in ticket.payments:
            held = self.by_method.get(payment.method, 0)
            self.by_method[payment.method] = held + payment.amount_cents

    def plain(self) -> Mapping[str, Any]:
        """Return the sums as plain JSON data, keys sorted."""
        return {
            "tickets": self.tickets,
            "net_cents": self.net_cents,
            "absolute_cents": self.absolute_cents,
            "by_rate": {
                rate: {
                    "base_cents": held.base_cents,
                    "vat_cents": held.vat_cents,
                    "total_cents": held.total_cents,
                }
                for rate, held in sorted(self.by_rate.items())
            },
            "by_method": dict(sorted(self.by_method.items())),
        }
