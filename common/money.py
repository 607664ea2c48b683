"""Money in integer cents, quantities in integer thousandths, VAT rates in basis points.

Owns every rounding Comptoir makes: half up, per line for totals, per rate for VAT; discounts
are spread by largest remainder. Prices include VAT (TTC) and are the ones that hold; the amount
without VAT (HT) is derived. Never touches floats, formats nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

MILLI: Final = 1000
BASIS: Final = 10_000
# SQLite integers are 64-bit; a shop's amounts stay far below, so a sum of many never overflows.
LIMIT: Final = 10**12
Cents = Annotated[int, Meta(ge=-LIMIT, le=LIMIT)]
VatBp = Annotated[int, Meta(ge=0, le=BASIS)]


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator, halves rounded away from zero; denominator > 0."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def line_total_cents(unit_price_cents: int, quantity_milli: int, discount_cents: int = 0) -> int:
    """Return what a ticket line comes to, in cents TTC."""
    return divide_half_up(unit_price_cents * quantity_milli, MILLI) - discount_cents


@dataclass(frozen=True, slots=True)
class VatLine:
    """One VAT rate of a ticket: `base_cents` (HT) + `vat_cents` = `total_cents` (TTC)."""

    vat_bp: VatBp
    base_cents: Cents
    vat_cents: Cents
    total_cents: Cents


def vat_lines(totals: Iterable[tuple[int, int]]) -> tuple[VatLine, ...]:
    """Return the VAT of (rate in basis points, TTC cents) pairs, one line a rate, by rate.

    Rounded once per rate, half up on the VAT; the TTC total never moves.
    """
    by_rate: dict[int, int] = {}
    for vat_bp, total_cents in totals:
        by_rate[vat_bp] = by_rate.get(vat_bp, 0) + total_cents
    lines = []
    for vat_bp, total_cents in sorted(by_rate.items()):
        vat_cents = divide_half_up(total_cents * vat_bp, BASIS + vat_bp)
        lines.append(VatLine(vat_bp, total_cents - vat_cents, vat_cents, total_cents))
    return tuple(lines)


def spread(amount_cents: int, weights: Sequence[int]) -> list[int]:
    """Share `amount_cents` in proportion to `weights`, to the cent, by largest remainder.

    The shares sum to the amount exactly. Equal remainders go to the earlier weight. All weights
    zero: everything on the first. Raises ValueError without weights or with a negative one.
    """
    if not weights or min(weights) < 0:
        raise ValueError("spread needs at least one weight, none negative")
    whole = sum(weights)
    if whole == 0:
        return [amount_cents, *([0] * (len(weights) - 1))]
    sign = -1 if amount_cents < 0 else 1
    amount = abs(amount_cents)
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]
