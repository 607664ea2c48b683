"""Tickets and receipts as posts make them, by the common rules."""

from collections.abc import Sequence

from common.commands import GoodsReceive, SaleRecord
from common.models import Article, GoodsReceipt, Payment, ReceiptLine, Ticket, TicketLine
from common.money import vat_lines
from common.rules import business_date, ticket_line, total_cents
from tests.hub.shop import START_MS, Post

PARIS_MIN = 60


def lines_of(*sold: tuple[Article, int]) -> tuple[TicketLine, ...]:
    """Return ticket lines of (article, thousandths)."""
    return tuple(ticket_line(a.id, a.name, milli, a.price_cents, a.vat_bp) for a, milli in sold)


def ticket(
    post: Post,
    number: int,
    lines: Sequence[TicketLine],
    payments: Sequence[Payment] = (),
    at_ms: int = START_MS,
    location_id: str = "main",
) -> Ticket:
    """Return a sound ticket of a post's series, paid in cash unless told otherwise."""
    total = total_cents(lines)
    return Ticket(
        post.mint(),
        f"T{post.device.number}",
        number,
        at_ms,
        PARIS_MIN,
        business_date(at_ms, PARIS_MIN),
        0,
        "Amélie",
        location_id,
        tuple(lines),
        vat_lines((line.vat_bp, line.total_cents) for line in lines),
        tuple(payments) or (Payment("cash", total, total),),
        total,
    )


def sale(post: Post, number: int, *sold: tuple[Article, int]) -> SaleRecord:
    """Return the sale of (article, thousandths)."""
    return SaleRecord(ticket(post, number, lines_of(*sold)))


def receipt(post: Post, *brought: tuple[Article, int]) -> GoodsReceive:
    """Return a delivery of (article, thousandths)."""
    lines = tuple(ReceiptLine(article.id, milli) for article, milli in brought)
    return GoodsReceive(GoodsReceipt(post.mint(), START_MS, PARIS_MIN, 0, "Karim", "main", lines))
