"""The list of what is not delivered: numbers, sums, times, and reasons in words."""

from common.errors import Problem
from common.i18n import Translator
from common.topics import Profile
from kiosk.undelivered import Undelivered
from kiosk.views.undelivered import (
    UndeliveredRow,
    UndeliveredView,
    aside_text,
    undelivered_view,
    waiting_text,
)
from tests.kiosk.shop_rows import NOW_MS, OFFSET_MIN

FR, EN = Translator("fr"), Translator("en")
SALE = Undelivered(7, "sale.record", NOW_MS - 3_600_000, "C1-7", 1_240, None)
FAILED = Undelivered(
    5, "sale.record", NOW_MS, "C1-5", 310, Problem("handler_failed", {"reason": "KeyError"})
)


def view(*found: Undelivered, total: int = 0, t: Translator = EN) -> UndeliveredView:
    shown = undelivered_view(found, total or len(found), t, NOW_MS, OFFSET_MIN)
    assert shown is not None
    return shown


def test_a_waiting_sale() -> None:
    assert view(SALE, t=FR) == UndeliveredView(
        count="1",
        note="",
        rows=(UndeliveredRow("7", "Ticket C1-7", "Vente · 13:52", "12,40\u00a0€", icon="waiting"),),
    )


def test_a_reason_has_a_row_of_its_own() -> None:
    shown = view(FAILED, SALE)
    assert [row.id for row in shown.rows] == ["5", "5:why", "7"]
    aside, why, _ = shown.rows
    assert (aside.icon, aside.tone, aside.ends) == ("alert", "warn", False)
    assert why.reason == (
        "The hub failed on this operation: KeyError. "
        "It is kept, and the others go on; show this to your installer."
    )
    assert why.ends
    assert shown.note.startswith("What was put aside is kept here and at the office")


def test_other_kinds_are_named() -> None:
    receipt = Undelivered(1, "goods.receive", NOW_MS - 86_400_000, "", None, None)
    prices = Undelivered(2, "price.set", NOW_MS, "", None, None)
    later = Undelivered(3, "of.a.later.release", NOW_MS, "", None, None)
    rows = view(receipt, prices, later).rows
    assert [(row.title, row.detail, row.total) for row in rows] == [
        ("Delivery", "Mon\u00a02\u00a0Mar 14:52", ""),
        ("New prices", "14:52", ""),
        ("Operation", "14:52", ""),
    ]


def test_a_sale_whose_ticket_cannot_be_read_here_is_a_sale() -> None:
    assert view(Undelivered(1, "sale.record", NOW_MS, "", None, None)).rows[0].title == "Sale"


def test_more_than_are_listed_are_counted() -> None:
    shown = view(SALE, total=1_300, t=FR)
    assert shown.count == "1\u202f300"
    assert shown.rows[-1].title == "et 1\u202f299\u00a0autres"
    assert view(SALE, total=2).rows[-1].title == "and 1 more"


def test_nothing_to_list() -> None:
    assert undelivered_view([], 0, EN, NOW_MS, OFFSET_MIN) is None


def test_what_a_post_makes_is_named_by_its_trade() -> None:
    assert waiting_text(Profile.TILL, 3, FR) == "3\u00a0ventes attendent le bureau"
    assert waiting_text(Profile.TILL, 1, EN) == "1 sale waits for the office"
    assert waiting_text(Profile.DEPOT, 1, FR) == "1\u00a0livraison attend le bureau"
    assert waiting_text(Profile.OFFICE, 2, EN) == "2 operations wait"
    assert aside_text(Profile.TILL, 1, FR) == "1\u00a0vente mise de côté"
    assert aside_text(Profile.DEPOT, 2, EN) == "2 deliveries put aside"
    assert aside_text(Profile.OFFICE, 2, FR) == "2\u00a0opérations mises de côté"
    assert waiting_text(Profile.TILL, 0, EN) == aside_text(Profile.DEPOT, 0, EN) == ""
