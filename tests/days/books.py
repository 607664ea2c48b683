"""What a shop's tickets must come to, kept apart from the shipped code: in decimals, line by line.

Owns the expected sums. A price with VAT is what holds; its VAT is rounded half up to the cent, once
for each rate of a ticket.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.models import Ticket

CENT = Decimal(1)


@dataclass(slots=True)
class Sums:
    """Sums of tickets. `vat`: (rate as text, "base", "vat" or "total") → cents."""

    tickets: int = 0
    net: int = 0
    absolute: int = 0
    vat: Counter[tuple[str, str]] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)

    def add(self, ticket: Ticket) -> None:
        """Add a ticket by its lines and payments."""
        total = sum(line.total_cents for line in ticket.lines)
        self.tickets += 1
        self.net += total
        self.absolute += abs(total)
        for rate, cents in _by_rate(ticket).items():
            vat = int((Decimal(cents * rate) / (10_000 + rate)).quantize(CENT, ROUND_HALF_UP))
            parts = {"base": cents - vat, "vat": vat, "total": cents}
            self.vat.update({(str(rate), name): value for name, value in parts.items()})
        for payment in ticket.payments:
            self.methods[payment.method] += payment.amount_cents


def sums(tickets: Iterable[Ticket]) -> Sums:
    """Return what tickets come to."""
    found = Sums()
    for ticket in tickets:
        found.add(ticket)
    return found


def _by_rate(ticket: Ticket) -> Counter[int]:
    rates: Counter[int] = Counter()
    for line in ticket.lines:
        rates[line.vat_bp] += line.total_cents
    return rates


def same(stated: Mapping[str, Any], expected: Sums) -> None:
    """Assert that sums as a closing states them are these, to the cent."""
    assert stated["tickets"] == expected.tickets
    assert stated["net_cents"] == expected.net
    assert stated["absolute_cents"] == expected.absolute
    for rate, cents in stated["by_rate"].items():
        for name in ("base", "vat", "total"):
            assert cents[f"{name}_cents"] == expected.vat[rate, name], (rate, name)
    assert stated["by_rate"].keys() >= {rate for rate, _ in expected.vat}
    assert stated["by_method"] == dict(expected.methods)
