"""What of a ticket is to be given back, line by line, as the cashier sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.i18n import Translator
from common.models import Ticket
from common.money import MILLI


@dataclass(frozen=True, slots=True)
class RefundLineView:
    """One line. `quantity`: "1 of 3"; `none`: nothing of it; `gone`: all of it is back already."""

    at: int
    label: str
    quantity: str
    can_more: bool
    can_less: bool
    none: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class RefundView:
    """The ticket, its lines, and what goes back. `ok`: what the key says that goes on."""

    title: str
    lines: tuple[RefundLineView, ...]
    amount: str
    ok: str
    can_ok: bool
    is_all: bool


def refund_view(
    ticket: Ticket, left: Sequence[int], back: Sequence[int], amount_cents: int, t: Translator
) -> RefundView:
    """Return the choice; `left`, `back`: thousandths of each line that can, and that shall."""
    return RefundView(
        title=t("Give back from ticket {number}", number=f"{ticket.series}-{ticket.number}"),
        lines=tuple(
            RefundLineView(
                at,
                line.label,
                _quantity(back[at], left[at], t),
                back[at] < left[at],
                back[at] > 0,
                back[at] == 0,
                left[at] == 0,
            )
            for at, line in enumerate(ticket.lines)
        ),
        amount=t.money(amount_cents),
        ok=t("Go on: {amount}", amount=t.money(amount_cents)),
        can_ok=any(back),
        is_all=list(back) == list(left),
    )


def _quantity(back: int, left: int, t: Translator) -> str:
    if not left:
        return t("given back already")
    if left == MILLI and not back:
        return t("not given back")
    return t("{count} of {all}", count=t.quantity(back), all=t.quantity(left))
