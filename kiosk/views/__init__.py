"""What stands on the screens, as frozen values: text in the person's language, and what to mark.

Pure: catalogue, basket, session state and translator in, values out; Kivy only renders them. A
`tone` or `colour` names a role of the theme, never a colour. Nothing here changes anything.
"""

from kiosk.views.depot import (
    DeliveryView,
    ReceiptLineView,
    ReceivingView,
    StockRowView,
    delivery_lines,
    delivery_views,
    receiving_view,
    stock_row,
    stock_rows,
)
from kiosk.views.papers import PaperLineView, TicketView, ticket_lines, ticket_view, ticket_views
from kiosk.views.payment import CashChoice, PaymentView, payment_view
from kiosk.views.problems import problem_text
from kiosk.views.shelf import (
    CategoryView,
    TileView,
    category_views,
    part_views,
    tile,
    tiles,
    touched_articles,
)
from kiosk.views.status import StatusView, status_view
from kiosk.views.till import BasketLineView, BasketView, basket_view

__all__ = [
    "BasketLineView",
    "BasketView",
    "CashChoice",
    "CategoryView",
    "DeliveryView",
    "PaperLineView",
    "PaymentView",
    "ReceiptLineView",
    "ReceivingView",
    "StatusView",
    "StockRowView",
    "TicketView",
    "TileView",
    "basket_view",
    "category_views",
    "delivery_lines",
    "delivery_views",
    "part_views",
    "payment_view",
    "problem_text",
    "receiving_view",
    "status_view",
    "stock_row",
    "stock_rows",
    "ticket_lines",
    "ticket_view",
    "ticket_views",
    "tile",
    "tiles",
    "touched_articles",
]
