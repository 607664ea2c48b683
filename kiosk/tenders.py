"""What has been handed over for a sale so far, and what so much more would do. Pure.

Owns the arithmetic of paying by several methods: what is left, change, vouchers above the rest, and
cash that is rounded, coming or going back. What is taken never comes to more than the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from common.models import Payment
from common.payments import EXCHANGE, METHODS, ROUNDING, Over, cash_due_cents
from common.rules import CASH

MOST: Final = 20
"""So many payments are taken on one ticket."""


@dataclass(frozen=True, slots=True)
class Tender:
    """What was handed over once. `amount_cents` of it pay for the sale; `given_cents` were given.

    `rounding_cents`: what rounding cash took off what was to pay, below 0: added. `reference`: of
    a terminal's payment.
    """

    id: int
    method: str
    amount_cents: int
    given_cents: int
    rounding_cents: int = 0
    reference: str = ""

    @property
    def change_cents(self) -> int:
        """Return what goes back: of cash only."""
        return self.given_cents - self.amount_cents if self.method == CASH else 0

    @property
    def kept_cents(self) -> int:
        """Return what a voucher is worth above what was to pay: it is lost to the customer."""
        return 0 if self.method == CASH else self.given_cents - self.amount_cents


@dataclass(frozen=True, slots=True)
class Tenders:
    """What was taken for a sale of `total_cents`, 0 or more; cash is rounded to `step_cents`."""

    total_cents: int
    step_cents: int = 0
    taken: tuple[Tender, ...] = ()

    @property
    def paid_cents(self) -> int:
        """Return how much of the total is paid."""
        return sum(each.amount_cents + each.rounding_cents for each in self.taken)

    @property
    def rest_cents(self) -> int:
        """Return how much of the total is not."""
        return self.total_cents - self.paid_cents

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to pay: a sale of nothing takes a payment of nothing."""
        return bool(self.taken) and not self.rest_cents

    def due_cents(self, method: str) -> int:
        """Return what would pay the rest by this method."""
        return cash_due_cents(self.rest_cents, self.step_cents if method == CASH else 0)

    def offer(self, method: str, given_cents: int, reference: str = "") -> Tender | None:
        """Return what so much would do, None where it cannot be taken.

        Nothing may be given where nothing is to pay, and nowhere else.
        """
        rest, due = self.rest_cents, self.due_cents(method)
        if len(self.taken) >= MOST or self.settled or (given_cents <= 0) is not (rest == 0):
            return None
        over, last_id = METHODS[method].over, max((each.id for each in self.taken), default=0)
        tender = Tender(last_id + 1, method, given_cents, given_cents, reference=reference)
        if given_cents >= due:
            if over is Over.REFUSED and given_cents > due:
                return None
            return replace(tender, amount_cents=due, rounding_cents=rest - due)
        # Cash that is rounded up is not paid by what it was before.
        return tender if given_cents < rest else None

    def take(self, tender: Tender) -> Self:
        """Return it with one more, as `offer` made it."""
        return replace(self, taken=(*self.taken, tender))

    def exchange(self, amount_cents: int) -> Self:
        """Return it with what goods that came back pay of it: no more than the rest."""
        last_id = max((each.id for each in self.taken), default=0)
        return self.take(Tender(last_id + 1, EXCHANGE, amount_cents, amount_cents))

    def payments(self) -> tuple[Payment, ...]:
        """Return what stands on the ticket; raises ValueError where it is not settled."""
        if not self.settled:
            raise ValueError(f"{self.rest_cents} cents of {self.total_cents} are not paid")
        rounding = sum(each.rounding_cents for each in self.taken)
        rounded = (Payment(ROUNDING, rounding, rounding),) if rounding else ()
        return (*map(_payment, self.taken), *rounded)


def _payment(tender: Tender) -> Payment:
    # Only change is written as given: what a voucher is worth above that does not come back.
    return Payment(tender.method, tender.amount_cents, tender.amount_cents + tender.change_cents)


def paid_back(shares: Mapping[str, int], step_cents: int) -> tuple[Payment, ...]:
    """Return the payments of a refund, all below 0: by each method so many cents, 0 or more.

    Cash is rounded as it is where it comes, and what that added or took off stands beside it.
    """
    rounding = 0
    payments = []
    for method, cents in shares.items():
        back = cash_due_cents(cents, step_cents if method == CASH else 0)
        rounding += cents - back
        if back:
            payments.append(Payment(method, -back, -back))
    rounded = (Payment(ROUNDING, -rounding, -rounding),) if rounding else ()
    return (*payments, *rounded)


def tender_of(taken: Sequence[Tender], tender_id: int) -> Tender | None:
    """Return one of these by its id."""
    return next((each for each in taken if each.id == tender_id), None)
