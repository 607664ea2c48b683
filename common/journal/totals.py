"""What tickets come to, per VAT rate and per payment method, and the two totals that never end.

Owns adding up. `net_cents` goes down with a refund; `absolute_cents` grows with one as with a sale,
so that nobody hides a sale behind its refund. Cents.
"""

from collections.abc import Iterable, Mapping
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

    def add(self, ticket: Ticket, times: int = 1) -> None:
        """Add one ticket; take it out again with `times` -1."""
        self.tickets += times
        self.net_cents += times * ticket.total_cents
        self.absolute_cents += times * abs(ticket.total_cents)
        for line in ticket.vat:
            rate = self.by_rate.setdefault(str(line.vat_bp), RateSum())
            rate.base_cents += times * line.base_cents
            rate.vat_cents += times * line.vat_cents
            rate.total_cents += times * line.total_cents
        for payment in ticket.payments:
            held = self.by_method.get(payment.method, 0)
            self.by_method[payment.method] = held + times * payment.amount_cents

    def merge(self, other: "Totals") -> None:
        """Add what other tickets come to."""
        self.tickets += other.tickets
        self.net_cents += other.net_cents
        self.absolute_cents += other.absolute_cents
        for name, sums in other.by_rate.items():
            rate = self.by_rate.setdefault(name, RateSum())
            rate.base_cents += sums.base_cents
            rate.vat_cents += sums.vat_cents
            rate.total_cents += sums.total_cents
        for method, cents in other.by_method.items():
            self.by_method[method] = self.by_method.get(method, 0) + cents

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


def merged(parts: Iterable[Totals]) -> Totals:
    """Return what several sums come to."""
    whole = Totals()
    for part in parts:
        whole.merge(part)
    return whole
