"""One article as the depot looks at it, and the delivery just recorded.

Owns what is said about an article beyond its row of the list.
"""

from dataclasses import dataclass
from typing import Final

from common.i18n import Translator
from common.models import Article, GoodsReceipt
from kiosk.basket import pieces
from kiosk.catalogue import Catalogue
from kiosk.views.depot import StockRowView, stock_row
from kiosk.views.papers import SEPARATOR, PaperLineView

_LOOK_BACK: Final = 200
_LAST: Final = 4


@dataclass(frozen=True, slots=True)
class StockCardView:
    """`row`: as in the list. `state`: how the stock stands, in words. `last`: what last came in.

    `picture`: by its name, "" for none.
    """

    row: StockRowView
    price: str
    vat: str
    codes: str
    state: str
    last: tuple[PaperLineView, ...]
    picture: str = ""


@dataclass(frozen=True, slots=True)
class DoneView:
    """What was just recorded; `note` is "" while the hub is there."""

    title: str
    detail: str
    label: str
    figure: str
    note: str


def stock_card(
    catalogue: Catalogue, article: Article, t: Translator, now_ms: int, utc_offset_min: int
) -> StockCardView:
    """Return one article with its price, its codes and what last came in."""
    row = stock_row(catalogue, article, t)
    last = [
        PaperLineView(
            f"+{t.quantity(line.quantity_milli)}",
            SEPARATOR.join(
                part
                for part in (
                    t.moment(taken.receipt.at_ms, now_ms, utc_offset_min),
                    taken.receipt.operator,
                )
                if part
            ),
            t("Not at the hub yet") if taken.pending else "",
        )
        for taken in catalogue.deliveries(_LOOK_BACK)
        for line in taken.receipt.lines
        if line.article_id == article.id
    ]
    return StockCardView(
        row=row,
        price=t.money(article.price_cents),
        vat=t("VAT {rate} included", rate=t.percent(article.vat_bp)),
        codes=SEPARATOR.join(article.codes),
        state=_state(row, t),
        last=tuple(last[:_LAST]),
        picture=article.picture,
    )


def received_view(receipt: GoodsReceipt, online: bool, t: Translator) -> DoneView:
    """Return the goods receipt just recorded."""
    quantities = [line.quantity_milli for line in receipt.lines]
    return DoneView(
        title=t("Delivery recorded"),
        detail=t.time_of_day(receipt.at_ms, receipt.utc_offset_min),
        label=t.n("{count} article", "{count} articles", len(quantities)),
        figure=f"+{t.number(pieces(quantities))}",
        note="" if online else t("Kept on this post and sent when the hub is back."),
    )


def _state(row: StockRowView, t: Translator) -> str:
    if row.sold_out:
        state = t("Sold out")
    elif row.below_minimum:
        state = t("Below the minimum")
    else:
        state = t("In stock")
    return SEPARATOR.join([state, t("Not at the hub yet")]) if row.pending else state
