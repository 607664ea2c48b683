"""Category buttons and tiles say name, price, stock, colour and what is on its way."""

from common.i18n import Translator
from common.models import Category, stock_key
from kiosk.state import Update
from kiosk.views import (
    CategoryView,
    TileView,
    category_views,
    part_views,
    tile,
    tiles,
    touched_articles,
)
from tests.kiosk.shop_rows import DRINKS, FOOD, article, put, small_shop, uid

FR, EN = Translator("fr"), Translator("en")


def test_categories() -> None:
    assert category_views(small_shop(), FR, DRINKS) == (
        CategoryView("", "Tout", "slate", selected=False),
        CategoryView(DRINKS, "Boissons", "blue", selected=True),
        CategoryView(FOOD, "Épicerie", "green", selected=False),
    )
    assert category_views(small_shop(), EN)[0] == CategoryView("", "All", "slate", selected=True)


def test_tiles() -> None:
    catalogue = small_shop()
    assert tiles(catalogue, catalogue.search(), FR) == (
        TileView(
            uid(1),
            *("Baguette tradition", "1,20\u00a0€", "Stock 4", True, False, "green", False),
            figure="4",
        ),
        TileView(
            uid(2),
            *("Eau minérale 1,5 L", "0,65\u00a0€", "Stock 48", False, False, "blue", False),
            figure="48",
        ),
        TileView(
            uid(3),
            *("Œufs plein air x12", "4,15\u00a0€", "Épuisé", True, True, "green", False),
            figure="0",
        ),
    )


def test_a_tile_shows_what_is_on_its_way() -> None:
    catalogue = small_shop()
    catalogue.set_pending({stock_key(uid(2), "main"): -1_500}, [], [])
    (view,) = tiles(catalogue, catalogue.search("eau"), EN)
    assert (view.stock, view.price, view.pending) == ("Stock 46.5", "€0.65", True)


def test_a_tile_without_stock_row_or_category() -> None:
    catalogue = small_shop()
    odd = article(9, "Service", category_id="e" * 32)
    put(catalogue, "articles", odd)
    view = tile(catalogue, odd, FR)
    assert (view.stock, view.warning, view.sold_out, view.colour) == ("", False, False, "slate")


def test_touched_articles() -> None:
    update = Update(
        {
            "articles": frozenset({uid(1)}),
            "stock": frozenset({stock_key(uid(1), "main"), stock_key(uid(2), "main")}),
            "sales": frozenset({uid(9)}),
        }
    )
    assert touched_articles(update) == {uid(1), uid(2)}
    assert touched_articles(Update()) == frozenset()


def test_the_parts_of_the_chosen_category_all_of_it_first() -> None:
    catalogue = small_shop()
    wine = Category(uid(50), "Vins", "purple", parent_id=DRINKS)
    put(catalogue, "categories", wine)
    assert part_views(catalogue, FR) == part_views(catalogue, FR, FOOD) == ()
    assert part_views(catalogue, FR, DRINKS) == (
        CategoryView(DRINKS, "Tout", "blue", selected=True),
        CategoryView(wine.id, "Vins", "purple", selected=False),
    )
    assert [view.selected for view in part_views(catalogue, FR, wine.id)] == [False, True]
    chosen = [view.name for view in category_views(catalogue, FR, wine.id) if view.selected]
    assert chosen == ["Boissons"], "its category is marked as well"
