"""A ticket with all that a paper may have to say."""

from common.journal.record import ShopIdentity
from common.models import Payment, Ticket, TicketLine
from common.money import vat_lines
from common.rules import ticket_line, total_cents
from kiosk.printing.receipt import Receipt

SHOP = ShopIdentity(
    "Épicerie du Port", "12345678900011", "FR00123456789", "3 quai de la Cloche, 29200 Brest"
)
AT_MS = 1_764_165_840_000
LONG = "Chocolat noir 70\u202f% aux éclats de fèves de cacao, œufs et crème fraîche d’Isigny"
LINES = (
    ticket_line("a" * 32, LONG, 2000, 250, 550, "3257980890627"),
    ticket_line("b" * 32, "Pommes", 375, 320, 550, "2100010"),
    ticket_line("", "Divers", 1000, 1999, 2000, "", 100),
)


def ticket(
    lines: tuple[TicketLine, ...] = LINES, payments: tuple[Payment, ...] | None = None
) -> Ticket:
    """Return a ticket of 15:04 in Brest, paid in cash with 50 € unless told otherwise."""
    total = total_cents(lines)
    paid = payments if payments is not None else (Payment("cash", total, 5000),)
    vat = vat_lines((line.vat_bp, line.total_cents) for line in lines)
    return Ticket(
        "c" * 32, "A1", 123, AT_MS, 60, "2025-11-26", 0, "Amélie", "main", lines, vat, paid, total
    )


def receipt(**other: object) -> Receipt:
    """Return its receipt, with a signature as records have them."""
    made = {"ticket": ticket(), "shop": SHOP, "device_name": "Caisse 1"}
    signature = "0123456789abcdefghijkl"
    return Receipt(**{**made, "software": "comptoir 1.0", "signature": signature, **other})  # type: ignore[arg-type]
