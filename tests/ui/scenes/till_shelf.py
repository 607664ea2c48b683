"""What the tiles show: favourites, parts of categories, pictures."""

from collections.abc import Sequence
from dataclasses import replace

from sample_pictures import draw

from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands
from tests.ui.scenes.scene import Scene


def _favourites(till: Hands) -> None:
    """Some articles are at hand from now on; the sale in hand is given up again."""
    for place in (2, 5, 1, 3):
        till.tap(till.tiles()[place])
        till.screen.act("do", "favourite")
    till.frames()
    till.screen.choose_category("favourites")
    till.frames()


def _no_favourites(till: Hands) -> None:
    till.screen.choose_category("")
    till.screen.act("empty")
    till.screen.close_notice()
    till.frames()


def _parts(till: Hands) -> None:
    """A category that has parts, and one of them."""
    till.tap(till.key("Boissons", under=till.screen.ids.categories))
    till.frames()


def _part(till: Hands) -> None:
    till.tap(till.key("Vins", under=till.screen.ids.parts))
    till.frames()


def _no_parts(till: Hands) -> None:
    """One touch leads out of it."""
    till.tap(till.key(till.stage.t("All"), under=till.screen.ids.categories))
    till.frames()


def _pictures(till: Hands) -> None:
    """Categories have pictures, and most articles; a sale is under way."""
    session = till.session
    colours = {row.id: row.colour for row in session.catalogue.categories()}
    give_pictures(session, [row.id for row in session.catalogue.categories()])
    for place, tile in enumerate(till.tiles()):
        article = session.catalogue.article(tile.article_id)
        assert article is not None
        if place % 7 != 5:
            family = session.catalogue.parent_id(article.category_id) or article.category_id
            drawn = session.pictures.give(draw(article.name, colours[family]))
            session.put("articles", replace(article, picture=drawn))
    till.frames()


def give_pictures(session: FakeSession, category_ids: Sequence[str]) -> None:
    """Give these categories pictures."""
    for category_id in category_ids:
        row = session.catalogue.category(category_id)
        assert row is not None
        drawn = session.pictures.give(draw(row.name, row.colour))
        session.put("categories", replace(row, picture=drawn))


def _pictures_live(till: Hands) -> None:
    """A price changes elsewhere, something is sold out, and tiles are touched."""
    tiles = till.tiles()
    till.session.change_price(tiles[2].article_id, 123_456)
    till.session.change_stock(tiles[6].article_id, 0)
    till.session.change_stock(tiles[7].article_id, 1000)
    till.frames()
    for place in (0, 3, 7):
        till.tap(till.tile(place))


def _no_pictures(till: Hands) -> None:
    """They are taken away again, and the sale is given up."""
    till.session.change_price(till.tiles()[2].article_id, 199)
    till.session.change_stock(till.tiles()[6].article_id, 12_000)
    catalogue = till.session.catalogue
    for row in catalogue.categories():
        till.session.put("categories", replace(row, picture=""))
    for article in catalogue.search(limit=1_000):
        if article.picture:
            till.session.put("articles", replace(article, picture=""))
    till.screen.act("empty")
    till.screen.close_notice()
    till.frames()


SHELF = (
    Scene("till-favourites", _favourites),
    Scene("till-favourites-over", _no_favourites, pictured=False),
    Scene("till-parts", _parts),
    Scene("till-part", _part),
    Scene("till-parts-over", _no_parts, pictured=False),
    Scene("till-pictures", _pictures),
    Scene("till-pictures-live", _pictures_live),
    Scene("till-pictures-over", _no_pictures, pictured=False),
)
