"""What the customer sees: the lines as they are scanned, the total, the change, a greeting.

Owns the words of it. It goes to a window of its own as one value, so every text is ready.
"""

from dataclasses import dataclass
from typing import Final

from common.i18n import Translator
from common.models import Shop, Ticket
from common.money import MILLI
from kiosk.basket import Basket
from kiosk.views.papers import handed_over_cents

LINES: Final = 9
"""As many of the last lines as there is room for; what was before them is counted."""


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line: "2 ×" or "", what, and what it comes to. `off`: what was taken off it, or ""."""

    quantity: str
    label: str
    total: str
    off: str = ""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """`lines`: empty between two customers, and once it is paid; then `head` says it.

    `before`: how many lines stand above them. `total`, `rest`: amounts with their words; "" where
    there are none. `stamp`: that this is an exercise, "" where it is none.
    """

    shop: str
    head: str = ""
    note: str = ""
    lines: tuple[CustomerLine, ...] = ()
    before: str = ""
    total_label: str = ""
    total: str = ""
    rest_label: str = ""
    rest: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class StrayKey:
    """A key that was pressed (`down`) or released where the customer's window had the keyboard."""

    down: bool
    key: int
    scancode: int


def greeting(shop: Shop | None, words: str, training: bool, t: Translator) -> CustomerView:
    """Return what stands there between two customers; `words`: the shop's own, or ""."""
    name = "" if shop is None else shop.name
    return CustomerView(name, head=words or t("Welcome"), stamp=_stamp(training, t))


def basket_shown(
    basket: Basket, shop: Shop | None, training: bool, t: Translator, paid_cents: int = 0
) -> CustomerView:
    """Return a sale as it goes on: its last lines, and what is to pay of it."""
    earlier = max(0, len(basket.lines) - LINES)
    lines = tuple(
        CustomerLine(
            "" if line.quantity_milli == MILLI else f"{t.quantity(line.quantity_milli)}\u00a0×",
            line.label,
            t.money(line.total_cents),
            t("Discount {amount}", amount=t.money(line.total_cents - line.full_cents))
            if line.total_cents != line.full_cents
            else "",
        )
        for line in basket.lines[earlier:]
    )
    before = t.n("{count} line before", "{count} lines before", earlier) if earlier else ""
    off = basket.discount_cents
    beside = (t("Discounts"), t.money(-off)) if off else ("", "")
    if paid_cents:
        beside = (t("Paid"), t.money(paid_cents))
    return CustomerView(
        "" if shop is None else shop.name,
        lines=lines,
        before=before,
        total_label=t("Still to pay") if paid_cents else t("To pay"),
        total=t.money(basket.total_cents - paid_cents),
        rest_label=beside[0],
        rest=beside[1],
        stamp=_stamp(training, t),
    )


def paid_shown(ticket: Ticket, shop: Shop | None, training: bool, t: Translator) -> CustomerView:
    """Return a sale that is paid: what it came to, and the change."""
    change = sum(payment.given_cents - payment.amount_cents for payment in ticket.payments)
    back = ticket.total_cents < 0
    return CustomerView(
        "" if shop is None else shop.name,
        head=t("Thank you, and see you soon."),
        note="" if training else t("Ticket {number}", number=f"{ticket.series}-{ticket.number}"),
        total_label=t("Given back") if back else t("Paid"),
        total=t.money(abs(handed_over_cents(ticket) if back else ticket.total_cents)),
        rest_label=t("Change") if change else "",
        rest=t.money(change) if change else "",
        stamp=_stamp(training, t),
    )


def _stamp(training: bool, t: Translator) -> str:
    return t("TRAINING MODE - NOT A SALE") if training else ""
