"""The last tickets in one line each, and line by line."""

from dataclasses import replace

from common.i18n import Translator
from common.models import Payment
from kiosk.views import PaperLineView, TicketView, ticket_lines, ticket_views
from tests.kiosk.shop_rows import NOW_MS, OFFSET_MIN, put, sale, small_shop, ticket, uid

FR, EN = Translator("fr"), Translator("en")
DAY_MS = 86_400_000


def test_tickets() -> None:
    catalogue = small_shop()
    put(catalogue, "sales", sale(ticket(41, NOW_MS - DAY_MS, milli=3_000), flags=("flag_clock",)))
    catalogue.set_pending({}, [ticket(42)], [])
    assert ticket_views(catalogue, FR, NOW_MS, OFFSET_MIN, 10) == (
        TicketView(
            id=uid(42),
            number="Ticket C1-42",
            time="14:52",
            detail="1\u00a0article · Espèces",
            device="",
            total="1,20\u00a0€",
            pending=True,
            state="Pas encore au hub",
            flagged=False,
        ),
        TicketView(
            id=uid(41),
            number="Ticket C1-41",
            time="lun.\u00a02\u00a0mars 14:52",
            detail="3\u00a0articles · Espèces",
            device="Caisse 1",
            total="3,60\u00a0€",
            pending=False,
            state="",
            flagged=True,
        ),
    )
    assert len(ticket_views(catalogue, EN, NOW_MS, OFFSET_MIN, 1)) == 1
    assert ticket_views(catalogue, EN, NOW_MS, OFFSET_MIN, 10, "C2") == ()


def test_every_payment_is_named() -> None:
    catalogue = small_shop()
    paid = replace(ticket(1), payments=(Payment("card", 100, 100), Payment("gift_voucher", 20, 20)))
    catalogue.set_pending({}, [paid], [])
    (view,) = ticket_views(catalogue, EN, NOW_MS, OFFSET_MIN, 10)
    assert view.detail == "1 article · Card · gift_voucher"


def test_lines_of_a_ticket() -> None:
    assert ticket_lines(ticket(1, milli=1_500), FR) == (
        PaperLineView("1,5\u00a0×", "Baguette", "1,80\u00a0€"),
    )
