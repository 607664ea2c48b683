"""Goods and payments as a headless kiosk's lines name them, turned into what a session takes."""

from collections.abc import Sequence

from common.errors import Refusal
from common.models import Article, Payment, ReceiptLine, TicketLine
from common.payments import METHODS
from common.rules import CASH, ticket_line
from kiosk.catalogue import Catalogue
from kiosk.headless_lines import Cash, Given, Goods, Stock
from kiosk.tenders import Tenders, paid_back


def article_of(catalogue: Catalogue, goods: Goods | Stock) -> Article:
    """Return the article of a line; raises Refusal `bad_line`, `unknown_article`."""
    if bool(goods.code) is bool(goods.article):
        raise Refusal("bad_line", reason="an article is named by code or by article")
    found = catalogue.by_code(goods.code) if goods.code else catalogue.article(goods.article)
    if found is None:
        raise Refusal("unknown_article", article=goods.code or goods.article)
    return found


def sold_line(catalogue: Catalogue, goods: Goods) -> TicketLine:
    """Return a ticket's line at the price of now."""
    a = article_of(catalogue, goods)
    code = goods.code or (a.codes[0] if a.codes else "")
    return ticket_line(
        a.id, a.name, goods.quantity_milli, a.price_cents, a.vat_bp, code, note=goods.note
    )


def taken_line(catalogue: Catalogue, goods: Goods) -> ReceiptLine:
    """Return a goods receipt's line."""
    return ReceiptLine(article_of(catalogue, goods).id, goods.quantity_milli)


def refund_payments(paid: str, total: int, step_cents: int = 0) -> tuple[Payment, ...]:
    """Return the payments that give a total in cents (negative) back; raises Refusal.

    Cash is rounded to `step_cents`.
    """
    if paid not in ("cash", "card"):
        raise Refusal("bad_line", reason='a refund\'s payment is "cash" or "card"')
    return paid_back({paid: -total}, step_cents)


def payments(
    paid: str | Cash | Sequence[Given], total: int, step_cents: int = 0
) -> tuple[Payment, ...]:
    """Return the payments of a ticket's total in cents; cash is rounded to `step_cents`.

    Raises Refusal `bad_line`, `payment_differs`.
    """
    tenders = Tenders(total, step_cents)
    for each in _given(paid):
        if each.method not in METHODS:
            known = ", ".join(f'"{name}"' for name in METHODS)
            raise Refusal("bad_line", reason=f"a payment is by {known}")
        given = tenders.due_cents(each.method) if each.given_cents is None else each.given_cents
        tender = tenders.offer(each.method, given)
        if tender is None:
            raise Refusal("payment_differs")
        tenders = tenders.take(tender)
    if not tenders.settled:
        raise Refusal("payment_differs")
    return tenders.payments()


def _given(paid: str | Cash | Sequence[Given]) -> Sequence[Given]:
    if isinstance(paid, str):
        return (Given(paid),)
    return (Given(CASH, paid.cash_given_cents),) if isinstance(paid, Cash) else paid
