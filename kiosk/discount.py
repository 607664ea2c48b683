"""What is taken off a price: so many cents, or so much per cent; of a line, or of a whole sale.

Owns what a discount comes to and how one of a whole sale is shared among its lines, to the cent.
Who may give one is not asked here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.money import BASIS, divide_half_up, spread


@dataclass(frozen=True, slots=True)
class Discount:
    """So many `cents`, or `bp` basis points of an amount; one of them is 0."""

    cents: int = 0
    bp: int = 0

    def __post_init__(self) -> None:
        if self.cents < 0 or not 0 <= self.bp <= BASIS or (bool(self.cents) and bool(self.bp)):
            raise ValueError(f"a discount of {self.cents} cents and {self.bp} basis points")

    def of(self, amount_cents: int) -> int:
        """Return what it takes off an amount, half up, never more than the amount itself."""
        off = divide_half_up(amount_cents * self.bp, BASIS) if self.bp else self.cents
        return min(off, max(amount_cents, 0))


NONE = Discount()


def shared(discount: Discount, amounts_cents: Sequence[int]) -> list[int]:
    """Return what a discount of a whole takes off each of its parts, by largest remainder.

    No part goes below nothing: each share is at most its part.
    """
    off = discount.of(sum(amounts_cents))
    return spread(off, amounts_cents) if amounts_cents else []
