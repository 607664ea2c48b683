"""What is done to a sale beside counting: discounts, another price, a free line, voids.

Owns the questions, and what their answers do to the basket. Every one is a step that can be taken
back but the voids, which are signed.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from common.commands import Unparked
from common.errors import Refusal
from common.i18n import Translator, mark
from common.journal.void import Voided
from common.money import BASIS
from common.permits import DISCOUNT, PRICE
from kiosk.basket import Basket, BasketLine
from kiosk.desks.form import Answers, Field, Form, Kind, Said
from kiosk.desks.reasons import VOID, reason_field, said
from kiosk.discount import Discount

if TYPE_CHECKING:
    from kiosk.desks.till import TillDesk

_FULL_RATE_BP: Final = 2_000
_PERCENT: Final = Field("percent", Kind.PERCENT, mark("Per cent"), optional=True, least=1)
_AMOUNT: Final = Field("amount", Kind.MONEY, mark("Or an amount"), optional=True, least=1)


def ask_line_discount(desk: "TillDesk") -> None:
    """Ask how much is taken off the selected line."""
    line = desk.sale.line
    if line is None:
        return

    def done(answers: Answers) -> None:
        off = _discount(answers)
        _give(desk, DISCOUNT, desk.sale.basket.discount_line(line.id, off))

    _ask_discount(desk, lambda t: t("Discount on {label}", label=line.label), line.full_cents, done)


def ask_sale_discount(desk: "TillDesk") -> None:
    """Ask how much is taken off the whole sale."""

    def done(answers: Answers) -> None:
        off = _discount(answers)
        _give(desk, DISCOUNT, desk.sale.basket.discount_all(off))

    full_cents = sum(line.total_cents for line in desk.sale.basket.lines)
    _ask_discount(desk, said(mark("Discount on the whole sale")), full_cents, done)


def ask_price(desk: "TillDesk") -> None:
    """Ask for another price of the selected line."""
    line = desk.sale.line
    if line is None:
        return

    def done(answers: Answers) -> None:
        try:
            basket = desk.sale.basket.reprice(line.id, _number(answers, "price"))
        except ValueError as error:
            raise Refusal("ticket_too_large") from error
        _give(desk, PRICE, basket)

    price = Field("price", Kind.MONEY, mark("Price of one"))
    desk.ask(
        Form(
            lambda t: t("Another price for {label}", label=line.label),
            (price,),
            said(mark("Take this price")),
            done,
            lambda t, _answers: t("So far {price}.", price=t.money(line.unit_price_cents)),
        )
    )


def ask_free_line(desk: "TillDesk", code: str = "") -> None:
    """Ask for something to sell that is no article; `code`: which nobody knows."""
    offered = rates(desk)
    first = str(offered[0])

    def done(answers: Answers) -> None:
        label, rate = str(answers["label"]), str(answers["vat"] or first)
        try:
            basket = desk.sale.basket.add_free(label, _number(answers, "price"), int(rate), code)
        except ValueError as error:
            raise Refusal("ticket_too_large") from error
        desk.sale.change(basket)

    desk.ask(
        Form(
            said(mark("A line that is no article")),
            (
                Field("price", Kind.MONEY, mark("Price"), least=1),
                Field(
                    "label",
                    Kind.TEXT,
                    mark("What it is"),
                    ((mark("Sundries"), said(mark("Sundries"))),),
                ),
                Field("vat", Kind.CHOICE, mark("VAT"), rate_choices(offered), first=first),
            ),
            said(mark("Put into the basket")),
            done,
        )
    )


def ask_void_line(desk: "TillDesk") -> None:
    """Ask why the selected line is not to be sold."""
    line = desk.sale.line
    if line is not None:
        _ask_void(desk, line)


def ask_void_sale(desk: "TillDesk") -> None:
    """Ask why the whole sale is given up."""
    _ask_void(desk, None)


def rates(desk: "TillDesk") -> list[int]:
    """Return the VAT rates of the shop's articles, the most frequent first; 20 % where none is."""
    return desk.catalogue.vat_rates() or [_FULL_RATE_BP]


def rate_choices(rates: list[int]) -> tuple[tuple[str, Said], ...]:
    """Return the keys of VAT rates."""
    return tuple((str(rate), partial(_rate_said, rate)) for rate in rates)


# Inside.


def _ask_discount(
    desk: "TillDesk", title: Said, full_cents: int, done: Callable[[Answers], None]
) -> None:
    def hint(t: Translator, answers: Answers) -> str:
        off_cents = _discount(answers).of(full_cents)
        before, after = t.money(full_cents), t.money(full_cents - off_cents)
        return t("{before} becomes {after}.", before=before, after=after)

    desk.ask(Form(title, (_PERCENT, _AMOUNT), said(mark("Apply")), done, hint))


def _discount(answers: Answers) -> Discount:
    """Return the discount that was typed: per cent where there is any, else the amount."""
    bp, cents = _number(answers, "percent"), _number(answers, "amount")
    return Discount(bp=min(bp, BASIS)) if bp else Discount(cents=cents)


def _number(answers: Answers, name: str) -> int:
    value = answers.get(name)
    return value if isinstance(value, int) else 0


def _give(desk: "TillDesk", right: str, basket: Basket) -> None:
    """Have the basket so; what allowed it is used up."""
    people = desk.session.people
    people.check(right)
    desk.sale.change(basket)
    people.spend(right)


def _rate_said(rate_bp: int, t: Translator) -> str:
    return t.percent(rate_bp)


def _ask_void(desk: "TillDesk", line: BasketLine | None) -> None:
    basket = desk.sale.basket
    amount_cents = basket.total_cents if line is None else line.total_cents

    def title(t: Translator) -> str:
        return t("Void the whole sale") if line is None else t("Void {label}", label=line.label)

    def hint(t: Translator, _answers: Answers) -> str:
        amount = t.money(amount_cents)
        return t("Nothing was paid: {amount}. It is recorded with the reason.", amount=amount)

    def done(answers: Answers) -> None:
        reason = str(answers["reason"])
        if line is None:
            desk.session.counter.void(Voided.BASKET, basket.to_lines(), reason)
            desk.sale.end(Unparked.DROPPED)
        else:
            desk.session.counter.void(Voided.LINE, Basket(lines=(line,)).to_lines(), reason)
            desk.sale.strike(line.id)

    fields = (reason_field(VOID),)
    desk.ask(Form(title, fields, said(mark("Void it")), done, hint, "danger"))
