"""The depot's screens: the stock list, the delivery being counted, the last deliveries.

Owns how a stock row says what is there and what should be. Counting itself is `receiving.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from common.i18n import Translator
from common.models import Article, GoodsReceipt
from kiosk.basket import pieces
from kiosk.catalogue import Catalogue, TakenDelivery
from kiosk.receiving import Receiving
from kiosk.views.papers import SEPARATOR, PaperLineView
from kiosk.views.shelf import colour_of


@dataclass(frozen=True, slots=True)
class StockRowView:
    """One article of the stock list. `minimum` is "" where none is set."""

    id: str
    name: str
    code: str
    category: str
    colour: str
    quantity: str
    minimum: str
    below_minimum: bool
    sold_out: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class ReceiptLineView:
    """One article of the delivery being counted; `id` is the article's. `after`: the new stock."""

    id: str
    label: str
    code: str
    quantity: str
    after: str
    selected: bool


@dataclass(frozen=True, slots=True)
class ReceivingView:
    """The delivery being counted."""

    lines: tuple[ReceiptLineView, ...]
    title: str
    can_confirm: bool


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One goods receipt of the list. `state` is "" once the hub has it."""

    id: str
    time: str
    detail: str
    who: str
    note: str
    pending: bool
    state: str
    flagged: bool


def stock_row(catalogue: Catalogue, article: Article, t: Translator) -> StockRowView:
    """Return one article's row; an article that nobody keeps stock of stands at 0."""
    stock = catalogue.stock(article.id)
    category = catalogue.category(article.category_id)
    minimum_milli = 0 if stock is None else stock.minimum_milli
    return StockRowView(
        id=article.id,
        name=article.name,
        code=article.codes[0] if article.codes else "",
        category="" if category is None else category.name,
        colour=colour_of(catalogue, article),
        quantity=t.quantity(0 if stock is None else stock.quantity_milli),
        minimum=t("min. {quantity}", quantity=t.quantity(minimum_milli)) if minimum_milli else "",
        below_minimum=stock is not None and stock.quantity_milli < stock.minimum_milli,
        sold_out=stock is None or stock.sold_out,
        pending=stock is not None and stock.pending,
    )


def stock_rows(
    catalogue: Catalogue, articles: Iterable[Article], t: Translator
) -> tuple[StockRowView, ...]:
    """Return a page of the stock list."""
    return tuple(stock_row(catalogue, article, t) for article in articles)


def receiving_view(receiving: Receiving, catalogue: Catalogue, t: Translator) -> ReceivingView:
    """Return the delivery being counted, each line with the stock it will make."""
    return ReceivingView(
        lines=tuple(
            ReceiptLineView(
                id=line.article_id,
                label=line.label,
                code=line.code,
                quantity=f"+{t.quantity(line.quantity_milli)}",
                after=t(
                    "Stock after: {quantity}",
                    quantity=t.quantity(
                        catalogue.stock_milli(line.article_id) + line.quantity_milli
                    ),
                ),
                selected=line.article_id == receiving.selected,
            )
            for line in receiving.lines
        ),
        title=_summary([line.quantity_milli for line in receiving.lines], t),
        can_confirm=bool(receiving),
    )


def delivery_views(
    catalogue: Catalogue, t: Translator, now_ms: int, utc_offset_min: int, limit: int
) -> tuple[DeliveryView, ...]:
    """Return the newest goods receipts first."""
    return tuple(
        _delivery_view(taken, t, now_ms, utc_offset_min) for taken in catalogue.deliveries(limit)
    )


def delivery_lines(
    receipt: GoodsReceipt, catalogue: Catalogue, t: Translator
) -> tuple[PaperLineView, ...]:
    """Return what came in with a goods receipt, line by line."""
    lines = []
    for line in receipt.lines:
        article = catalogue.article(line.article_id)
        label = t("Unknown article") if article is None else article.name
        lines.append(PaperLineView(f"+{t.quantity(line.quantity_milli)}", label, ""))
    return tuple(lines)


def _delivery_view(
    taken: TakenDelivery, t: Translator, now_ms: int, utc_offset_min: int
) -> DeliveryView:
    receipt = taken.receipt
    return DeliveryView(
        id=receipt.id,
        time=t.moment(receipt.at_ms, now_ms, utc_offset_min),
        detail=_summary([line.quantity_milli for line in receipt.lines], t),
        who=SEPARATOR.join(part for part in (receipt.operator, taken.device_name) if part),
        note=receipt.note,
        pending=taken.pending,
        state=t("Not at the hub yet") if taken.pending else "",
        flagged=bool(taken.flags),
    )


def _summary(quantities_milli: list[int], t: Translator) -> str:
    """Return "3 articles · 25 pieces"."""
    lines = t.n("{count} article", "{count} articles", len(quantities_milli))
    return SEPARATOR.join([lines, t.n("{count} piece", "{count} pieces", pieces(quantities_milli))])
