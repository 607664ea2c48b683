"""The basket and its payment as the cashier sees them.

Owns what a line says beside its price, and which notes a customer may be handing over. What is
sold and what it comes to is the basket's business.
"""

from dataclasses import dataclass
from typing import Final

from common.i18n import Translator
from common.money import MILLI
from kiosk.basket import Basket, BasketLine
from kiosk.catalogue import Catalogue

# Euro notes; what a customer hands over is a whole number of one of them, or the exact sum.
_NOTES_CENTS: Final = (500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class BasketLineView:
    """`unit` is the price of one, "" where it is the total; `note` says what changed elsewhere."""

    id: int
    quantity: str
    label: str
    unit: str
    total: str
    note: str
    selected: bool


@dataclass(frozen=True, slots=True)
class BasketView:
    """The basket. `title`: "Total (6)"; `can_pay`: there is something to pay for."""

    lines: tuple[BasketLineView, ...]
    title: str
    total: str
    count: int
    can_pay: bool


@dataclass(frozen=True, slots=True)
class CashChoice:
    """A sum that the customer may be handing over, one tap away."""

    cents: int
    text: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Cash against a total. `label` and `rest`: "Change" or "Still to pay", and how much.

    `enough` allows to confirm; `given_cents` is the total itself as long as nothing is typed.
    """

    total: str
    given_cents: int
    given: str
    enough: bool
    change_cents: int
    label: str
    rest: str
    choices: tuple[CashChoice, ...]


def basket_view(basket: Basket, catalogue: Catalogue, t: Translator) -> BasketView:
    """Return the basket, each line with what has happened to its article meanwhile."""
    count = basket.count
    return BasketView(
        lines=tuple(
            _line_view(line, catalogue, t, selected=line.id == basket.selected)
            for line in basket.lines
        ),
        title=t("Total ({count})", count=t.number(count)) if count else t("Total"),
        total=t.money(basket.total_cents),
        count=count,
        can_pay=bool(basket),
    )


def payment_view(total_cents: int, given_cents: int | None, t: Translator) -> PaymentView:
    """Return a cash payment; `given_cents` is None as long as nothing is typed."""
    given = total_cents if given_cents is None else given_cents
    rest = given - total_cents
    return PaymentView(
        total=t.money(total_cents),
        given_cents=given,
        given=t.money(given),
        enough=rest >= 0,
        change_cents=max(rest, 0),
        label=t("Change") if rest >= 0 else t("Still to pay"),
        rest=t.money(abs(rest)),
        choices=tuple(CashChoice(cents, t.money(cents)) for cents in _likely_sums(total_cents)),
    )


def _line_view(
    line: BasketLine, catalogue: Catalogue, t: Translator, *, selected: bool
) -> BasketLineView:
    one = line.quantity_milli == MILLI
    unit = "" if one else t("at {price}", price=t.money(line.unit_price_cents))
    return BasketLineView(
        id=line.id,
        quantity=f"{t.quantity(line.quantity_milli)}\u00a0×",
        label=line.label,
        unit=unit,
        total=t.money(line.total_cents),
        note=_note(line, catalogue, t),
        selected=selected,
    )


def _note(line: BasketLine, catalogue: Catalogue, t: Translator) -> str:
    """Return what was taken off a line, else what has happened to its article meanwhile."""
    off_cents = line.full_cents - line.total_cents
    if off_cents:
        return t("Discount {amount}", amount=t.money(-off_cents))
    if not line.article_id:
        return ""
    article = catalogue.article(line.article_id)
    if article is None or not article.active:
        return t("No longer in the catalogue")
    price_cents = line.new_price_cents(article)
    if price_cents is None:
        return ""
    return t("The price is now {price}", price=t.money(price_cents))


def _likely_sums(total_cents: int) -> list[int]:
    """Return the exact total, then the next multiples of each note, each sum once."""
    multiples = (-(-total_cents // note) * note for note in _NOTES_CENTS)
    return sorted({total_cents, *multiples})
