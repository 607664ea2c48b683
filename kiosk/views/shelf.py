"""What is on offer at the till: category buttons and article tiles.

Owns how a tile says its price and its stock. Which articles a page shows is the search's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from common.i18n import Translator
from common.models import Article
from kiosk.catalogue import Catalogue, Stock
from kiosk.state import Update

ALL_COLOUR: Final = "slate"
FAVOURITES: Final = "favourites"
"""Stands for a category's id."""


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category button; `id` is "" for all articles. `picture`: by its name, "" for none."""

    id: str
    name: str
    colour: str
    selected: bool
    picture: str = ""


@dataclass(frozen=True, slots=True)
class TileView:
    """An article to tap. `stock` is "" where nobody keeps it; `warning`: sold out or low.

    `figure`: the stock without a word, where there is no room for one. `pending`: an operation on
    its stock is still on its way to the hub. `picture`: as above.
    """

    id: str
    name: str
    price: str
    stock: str
    warning: bool
    sold_out: bool
    colour: str
    pending: bool
    picture: str = ""
    figure: str = ""


def category_views(
    catalogue: Catalogue, t: Translator, selected_id: str = "", favourites: bool = False
) -> tuple[CategoryView, ...]:
    """Return the category buttons, "All" first, then the favourites where there are any.

    Of a part, the category is the one that is selected.
    """
    chosen_id = catalogue.parent_id(selected_id) or selected_id
    first = [CategoryView("", t("All"), ALL_COLOUR, selected=selected_id == "")]
    if favourites:
        chosen = selected_id == FAVOURITES
        first.append(CategoryView(FAVOURITES, t("Favourites"), ALL_COLOUR, selected=chosen))
    return (
        *first,
        *(
            CategoryView(row.id, row.name, row.colour, chosen_id == row.id, row.picture)
            for row in catalogue.categories()
        ),
    )


def part_views(
    catalogue: Catalogue, t: Translator, selected_id: str = ""
) -> tuple[CategoryView, ...]:
    """Return the buttons of the chosen category's parts, all of it first, where it has any."""
    whole = catalogue.category(catalogue.parent_id(selected_id) or selected_id)
    parts = [] if whole is None else catalogue.categories(whole.id)
    if whole is None or not parts:
        return ()
    return (
        CategoryView(whole.id, t("All"), whole.colour, selected=selected_id == whole.id),
        *(
            CategoryView(row.id, row.name, row.colour, selected_id == row.id, row.picture)
            for row in parts
        ),
    )


def tile(catalogue: Catalogue, article: Article, t: Translator) -> TileView:
    """Return one article's tile."""
    stock = catalogue.stock(article.id)
    return TileView(
        id=article.id,
        name=article.name,
        price=t.money(article.price_cents),
        stock=_stock_text(stock, t),
        warning=stock is not None and stock.low,
        sold_out=stock is not None and stock.sold_out,
        colour=colour_of(catalogue, article),
        pending=stock is not None and stock.pending,
        picture=article.picture,
        figure="" if stock is None else t.quantity(stock.quantity_milli),
    )


def tiles(catalogue: Catalogue, articles: Iterable[Article], t: Translator) -> tuple[TileView, ...]:
    """Return a page of tiles."""
    return tuple(tile(catalogue, article, t) for article in articles)


def colour_of(catalogue: Catalogue, article: Article) -> str:
    """Return the colour role of an article's category."""
    category = catalogue.category(article.category_id)
    return ALL_COLOUR if category is None else category.colour


def touched_articles(update: Update) -> frozenset[str]:
    """Return the articles whose tile or stock row an update changed."""
    stock = update.touched.get("stock", frozenset())
    articles = update.touched.get("articles", frozenset())
    return articles | {key.partition(":")[0] for key in stock}


def _stock_text(stock: Stock | None, t: Translator) -> str:
    if stock is None:
        return ""
    if stock.sold_out:
        return t("Sold out")
    return t("Stock {quantity}", quantity=t.quantity(stock.quantity_milli))
