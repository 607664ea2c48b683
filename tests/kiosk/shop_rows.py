"""Rows of a small shop for the kiosk's tests, as canonical bytes and as values."""

from common.models import (
    Article,
    Category,
    Delivery,
    GoodsReceipt,
    Payment,
    ReceiptLine,
    Row,
    Sale,
    Shop,
    StockLevel,
    Ticket,
    encode_row,
    stock_key,
)
from common.money import vat_lines
from common.rules import business_date, ticket_line, total_cents
from kiosk.catalogue import Catalogue

NOW_MS = 1_772_545_920_000  # 3 March 2026, 13:52 UTC, a Tuesday
OFFSET_MIN = 60
FOOD, DRINKS = "f" * 32, "b" * 32
DEVICE = "d" * 32


def uid(number: int) -> str:
    """Return a row id."""
    return f"{number:032x}"


def article(
    number: int,
    name: str = "Baguette",
    price_cents: int = 120,
    category_id: str = FOOD,
    codes: tuple[str, ...] = (),
    active: bool = True,
) -> Article:
    """Return an article with 5.5 % VAT."""
    return Article(uid(number), name, category_id, price_cents, 550, codes, active)


def level(number: int, quantity_milli: int, minimum_milli: int = 0) -> StockLevel:
    """Return what the shop's main location holds of an article."""
    key = stock_key(uid(number), "main")
    return StockLevel(key, uid(number), "main", quantity_milli, minimum_milli)


def ticket(
    number: int, at_ms: int = NOW_MS, series: str = "C1", clock_diff_ms: int = 0, milli: int = 1000
) -> Ticket:
    """Return a ticket over so much baguette, paid in cash; `number` makes its id, too."""
    lines = (ticket_line(uid(1), "Baguette", milli, 120, 550),)
    total = total_cents(lines)
    return Ticket(
        uid(number),
        series,
        number,
        at_ms,
        OFFSET_MIN,
        business_date(at_ms, OFFSET_MIN),
        clock_diff_ms,
        "Amélie",
        "main",
        lines,
        vat_lines([(550, total)]),
        (Payment("cash", total, total + 50),),
        total,
    )


def sale(paid: Ticket, device_name: str = "Caisse 1", flags: tuple[str, ...] = ()) -> Sale:
    """Return a ticket as the hub took it."""
    return Sale(paid.id, DEVICE, device_name, paid.at_ms + 5, paid, flags)


def goods_receipt(number: int, at_ms: int = NOW_MS, note: str = "") -> GoodsReceipt:
    """Return a delivery of 2 baguettes and 10 waters."""
    lines = (ReceiptLine(uid(1), 2000), ReceiptLine(uid(2), 10_000))
    return GoodsReceipt(uid(number), at_ms, OFFSET_MIN, 0, "Karim", "main", lines, note)


def delivery(receipt: GoodsReceipt, device_name: str = "Réserve") -> Delivery:
    """Return a goods receipt as the hub took it."""
    return Delivery(receipt.id, DEVICE, device_name, receipt.at_ms + 5, receipt)


def put(catalogue: Catalogue, topic: str, *rows: Row) -> None:
    """Fold rows into a catalogue one by one."""
    for row in rows:
        catalogue.put(topic, row.id, encode_row(row))


def encoded(*rows: Row) -> list[tuple[str, bytes]]:
    """Return rows as a snapshot brings them."""
    return [(row.id, encode_row(row)) for row in rows]


def small_shop() -> Catalogue:
    """Return a catalogue of two categories and four articles with their stock."""
    catalogue = Catalogue()
    put(catalogue, "shop", Shop("shop", "Épicerie Dubois"))
    put(
        catalogue,
        "categories",
        Category(FOOD, "Épicerie", "green", rank=2),
        Category(DRINKS, "Boissons", "blue", rank=1),
    )
    put(
        catalogue,
        "articles",
        article(1, "Baguette tradition", 120, codes=("2000000000015",)),
        article(2, "Eau minérale 1,5 L", 65, DRINKS, ("3270190022534", "EAU-15")),
        article(3, "Œufs plein air x12", 415),
        article(4, "Limonade", 310, DRINKS, active=False),
    )
    put(catalogue, "stock", level(1, 4000, 5000), level(2, 48_000, 12_000), level(3, 0))
    return catalogue
