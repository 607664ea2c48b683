"""Pictures in a real window: a tile is as ever until its picture comes, and few are kept."""

from dataclasses import replace
from typing import Any

import pytest
from sample_pictures import draw

from common.topics import Profile
from tests.ui import layout
from tests.ui.fake_session import FakeSession
from tests.ui.hands import Hands, OpenPost
from tests.ui.scenes.scene import DESK, SMALL
from tests.ui.scenes.till_shelf import give_pictures

pytestmark = [pytest.mark.ui, pytest.mark.xdist_group("ui")]


def give(session: FakeSession, article_id: str, name: str = "") -> str:
    """Give an article a picture of its own; return what it is named by."""
    article = session.catalogue.article(article_id)
    assert article is not None
    drawn = session.pictures.give(draw(name or article.name, "green"))
    session.put("articles", replace(article, picture=drawn))
    return drawn


def texts(tile: Any) -> list[str]:
    return [tile.name, tile.price, tile.stock]


def textures(till: Hands) -> list[bool]:
    return [tile.texture is not None for tile in till.tiles()]


def test_a_tile_is_as_ever_until_its_picture_comes(open_post: OpenPost) -> None:
    session = FakeSession()
    session.pictures.late = True
    till = open_post(session=session)
    tile = till.tiles()[2]
    before = texts(tile)
    drawn = give(session, tile.article_id)
    till.frames()
    assert (session.pictures.looked, textures(till)) == ([drawn], [False] * len(till.tiles()))
    assert (texts(tile), tile.beside) == (before, 0)
    session.pictures.arrive()
    session.wake()
    till.frames()
    assert [place for place, there in enumerate(textures(till)) if there] == [2]
    assert texts(tile) == before
    assert tile.glow == 0, "a picture that comes is no change"
    assert 0 < tile.beside < tile.width / 2
    assert layout.faults(till) == []
    till.tap(tile)
    assert session.catalogue.article(tile.article_id) is not None
    assert till.screen.desk.basket().count == 1


def test_another_picture_and_none_show_at_once(open_post: OpenPost) -> None:
    session = FakeSession()
    till = open_post(session=session)
    tile = till.tiles()[0]
    give(session, tile.article_id)
    till.frames()
    first = tile.texture
    assert first is not None
    give(session, tile.article_id, "Something else")
    till.frames()
    assert tile.texture not in (None, first)
    article = session.catalogue.article(tile.article_id)
    assert article is not None
    session.put("articles", replace(article, picture=""))
    till.frames()
    assert (tile.texture, tile.beside) == (None, 0)


def test_a_page_turned_shows_its_own_pictures(open_post: OpenPost) -> None:
    session = FakeSession()
    till = open_post(session=session)
    first = [tile.article_id for tile in till.tiles()]
    for article_id in first[:3]:
        give(session, article_id)
    till.frames()
    assert sum(textures(till)) == 3
    till.screen.turn_page(1)
    till.frames()
    assert sum(textures(till)) == 0
    till.screen.turn_page(0)
    till.frames()
    assert sum(textures(till)) == 3
    assert len(session.pictures.looked) == 3, "what was drawn is kept"


def test_no_more_textures_are_kept_than_some_pages_of_them(open_post: OpenPost) -> None:
    from kiosk.widgets.picture import KEPT  # Not before the window is shaped: it imports Kivy.

    session = FakeSession(articles=300)
    till = open_post(session=session)
    for article in session.catalogue.search(limit=300):
        give(session, article.id)
    till.frames()
    shelf = till.screen.desk.shelf
    for page in range(shelf.pages):
        till.screen.turn_page(page)
        till.frames(1)
        assert all(textures(till)[: len(shelf.ids())])
    kept = till.screen.ids.grid.texture_of.__self__
    assert len(kept) == KEPT < 300


def test_a_category_s_key_has_its_picture_where_its_name_leaves_room(open_post: OpenPost) -> None:
    for size, shown in ((DESK, True), (SMALL, False)):
        session = FakeSession()
        till = open_post(size=size, session=session)
        ids = [row.id for row in session.catalogue.categories()]
        give_pictures(session, ids)
        till.frames()
        keys = [key for key in till.screen.ids.categories.children if key.category_id in ids]
        assert all(key.texture is not None for key in keys)
        assert {key.inset > 0 for key in keys} == {shown}
        till.close()


def test_a_screen_that_is_built_anew_looks_for_them_again(open_post: OpenPost) -> None:
    session = FakeSession()
    till = open_post(session=session)
    drawn = give(session, till.tiles()[0].article_id)
    till.frames()
    till.screen.desk.comfort.choose("theme", "dark")
    till.frames()
    assert session.pictures.looked == [drawn, drawn]
    assert textures(till)[0]


def test_the_depot_shows_it_beside_the_article(open_post: OpenPost) -> None:
    session = FakeSession(Profile.DEPOT)
    session.pictures.late = True
    depot = open_post(Profile.DEPOT, session=session)
    article_id = depot.rows(depot.screen.ids.stock)[1].key
    give(session, article_id)
    depot.screen.open_article(article_id)
    depot.frames()
    card = depot.screen.ids.card
    assert card.texture is None
    session.pictures.arrive()
    session.wake()
    depot.frames()
    assert card.texture is not None
    assert layout.faults(depot) == []
    depot.screen.open_article(depot.rows(depot.screen.ids.stock)[2].key)
    assert card.texture is None
