"""The stock list, the delivery being counted, and the last deliveries."""

from common.i18n import Translator
from common.models import stock_key
from kiosk.receiving import Receiving
from kiosk.views import (
    DeliveryView,
    PaperLineView,
    ReceiptLineView,
    StockRowView,
    delivery_lines,
    delivery_views,
    receiving_view,
    stock_row,
    stock_rows,
)
from tests.kiosk.shop_rows import (
    NOW_MS,
    OFFSET_MIN,
    article,
    delivery,
    goods_receipt,
    level,
    put,
    small_shop,
    uid,
)

FR, EN = Translator("fr"), Translator("en")


def test_stock_rows() -> None:
    catalogue = small_shop()
    catalogue.set_pending({stock_key(uid(2), "main"): 500}, [], [])
    assert stock_rows(catalogue, catalogue.search(), FR) == (
        StockRowView(
            id=uid(1),
            name="Baguette tradition",
            code="2000000000015",
            category="Épicerie",
            colour="green",
            quantity="4",
            minimum="min.\u00a05",
            below_minimum=True,
            sold_out=False,
            pending=False,
        ),
        StockRowView(
            id=uid(2),
            name="Eau minérale 1,5 L",
            code="3270190022534",
            category="Boissons",
            colour="blue",
            quantity="48,5",
            minimum="min.\u00a012",
            below_minimum=False,
            sold_out=False,
            pending=True,
        ),
        StockRowView(
            id=uid(3),
            name="Œufs plein air x12",
            code="",
            category="Épicerie",
            colour="green",
            quantity="0",
            minimum="",
            below_minimum=False,
            sold_out=True,
            pending=False,
        ),
    )


def test_stock_below_zero_is_shown_as_it_is() -> None:
    catalogue = small_shop()
    put(catalogue, "stock", level(1, -2_000))
    (row,) = stock_rows(catalogue, catalogue.search("bag"), EN)
    assert (row.quantity, row.sold_out) == ("-2", True)


def test_an_article_without_stock_row_or_category() -> None:
    row = stock_row(small_shop(), article(9, category_id="e" * 32), FR)
    assert (row.quantity, row.minimum, row.category, row.colour) == ("0", "", "", "slate")
    assert (row.sold_out, row.below_minimum, row.pending) == (True, False, False)


def test_receiving() -> None:
    catalogue = small_shop()
    bread, water = catalogue.search("bag")[0], catalogue.search("eau")[0]
    view = receiving_view(Receiving().add(bread, 2_000).add(water, 10_500), catalogue, FR)
    assert view.lines == (
        ReceiptLineView(
            uid(1), "Baguette tradition", "2000000000015", "+2", "Stock après\u00a0: 6", False
        ),
        ReceiptLineView(
            uid(2), "Eau minérale 1,5 L", "3270190022534", "+10,5", "Stock après\u00a0: 58,5", True
        ),
    )
    assert (view.title, view.can_confirm) == ("2\u00a0articles · 3\u00a0pièces", True)


def test_nothing_counted_yet() -> None:
    view = receiving_view(Receiving(), small_shop(), EN)
    assert (view.lines, view.title, view.can_confirm) == ((), "0 articles · 0 pieces", False)


def test_deliveries() -> None:
    catalogue = small_shop()
    put(catalogue, "receipts", delivery(goods_receipt(1, NOW_MS - 60_000, "Bon 118")))
    catalogue.set_pending({}, [], [goods_receipt(2)])
    assert delivery_views(catalogue, FR, NOW_MS, OFFSET_MIN, 10) == (
        DeliveryView(
            id=uid(2),
            time="14:52",
            detail="2\u00a0articles · 12\u00a0pièces",
            who="Karim",
            note="",
            pending=True,
            state="Pas encore au hub",
            flagged=False,
        ),
        DeliveryView(
            id=uid(1),
            time="14:51",
            detail="2\u00a0articles · 12\u00a0pièces",
            who="Karim · Réserve",
            note="Bon 118",
            pending=False,
            state="",
            flagged=False,
        ),
    )
    assert len(delivery_views(catalogue, FR, NOW_MS, OFFSET_MIN, 1)) == 1


def test_lines_of_a_delivery() -> None:
    catalogue = small_shop()
    catalogue.drop("articles", uid(2))
    assert delivery_lines(goods_receipt(1), catalogue, FR) == (
        PaperLineView("+2", "Baguette tradition", ""),
        PaperLineView("+10", "Article inconnu", ""),
    )
