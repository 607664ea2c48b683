"""Goods and payments as a headless kiosk's lines name them, turned into what a session takes."""

from common.errors import Refusal
from common.models import Article, Payment, ReceiptLine, TicketLine
from common.rules import cash, ticket_line
from kiosk.catalogue import Catalogue
from kiosk.headless_lines import Cash, Goods, Stock


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
    return ticket_line(a.id, a.name, goods.quantity_milli, a.price_cents, a.vat_bp, code)


def taken_line(catalogue: Catalogue, goods: Goods) -> ReceiptLine:
    """Return a goods receipt's line."""
    return ReceiptLine(article_of(catalogue, goods).id, goods.quantity_milli)


def refund_payment(paid: str, total: int) -> Payment:
    """Return the payment that gives a total in cents (negative) back; raises Refusal."""
    if paid not in ("cash", "card"):
        raise Refusal("bad_line", reason='a refund\'s payment is "cash" or "card"')
    return Payment(paid, total, total)


def payment(paid: str | Cash, total: int) -> Payment:
    """Return the payment of a ticket's total in cents; raises Refusal."""
    if isinstance(paid, Cash):
        if paid.cash_given_cents < total:
            raise Refusal("payment_differs")
        return cash(total, paid.cash_given_cents)
    if paid == "cash":
        return cash(total, total)
    if paid == "card":
        return Payment("card", total, total)
    raise Refusal("bad_line", reason='payment is "card", "cash" or {"cash_given_cents": …}')
