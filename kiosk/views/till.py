"""The basket as the cashier sees it.

Owns what a line says beside its price. What is sold and what it comes to is the basket's business.
"""

from dataclasses import dataclass

from common.i18n import Translator
from common.money import MILLI
from kiosk.basket import Basket, BasketLine
from kiosk.catalogue import Catalogue
from kiosk.views.buyer import named
from kiosk.views.papers import SEPARATOR


@dataclass(frozen=True, slots=True)
class BasketLineView:
    """`unit` is the price of one, "" where it is the total, with what was noted under the line;
    `note` says what changed elsewhere."""

    id: int
    quantity: str
    label: str
    unit: str
    total: str
    note: str
    selected: bool


@dataclass(frozen=True, slots=True)
class BasketView:
    """The basket. `title`: "Total (6)"; `can_pay`: there is something to pay for.

    `customer`: whose it is, "" for nobody's; `note`: what is to stand on the ticket.
    """

    lines: tuple[BasketLineView, ...]
    title: str
    total: str
    count: int
    can_pay: bool
    customer: str = ""
    note: str = ""


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
        customer=named(basket.customer, catalogue.customers.get(basket.customer), t),
        note=basket.note,
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
        unit=SEPARATOR.join(part for part in (unit, line.note) if part),
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
