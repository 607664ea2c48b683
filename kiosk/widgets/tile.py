"""Articles to tap: one tile, and the grid that fits as many as its room takes.

Owns the tile's look. Which articles are on a page is told by ids; what a tile says by its view.
"""

from collections.abc import Callable, Container, Sequence
from typing import Any

from kivy.properties import (
    AliasProperty,
    BooleanProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from kiosk.views import TileView
from kiosk.widgets import icon as _icon  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.glow import Glowing
from kiosk.widgets.key import TouchArea
from kiosk.widgets.kv import load_beside
from kiosk.widgets.pictured import Pictured
from kiosk.widgets.ruler import width_of


class TilePicture(Widget):
    """A tile's picture, and what is under its stock there."""

    tile = ObjectProperty(None)


class Tile(Pictured, Glowing, TouchArea):
    """One article. An empty tile (`article_id` "") keeps its place and shows nothing.

    `figure`: its stock where there is no room for `stock`. `texture`: its picture, None for none;
    it takes `beside` of the width, and leaves the rest.
    """

    article_id = StringProperty("")
    name = StringProperty("")
    price = StringProperty("")
    stock = StringProperty("")
    figure = StringProperty("")
    colour = StringProperty("slate")
    warning = BooleanProperty(False)
    sold_out = BooleanProperty(False)
    pending = BooleanProperty(False)
    picture = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    beside = NumericProperty(0)
    sign_width = NumericProperty(0)
    price_x = NumericProperty(0)
    ground = ObjectProperty((1, 1, 1, 1))

    def on_texture(self, *_: object) -> None:
        """Have a picture's shapes where there is one."""
        self.keep_shapes(self.texture is not None, lambda: TilePicture(tile=self))

    def _get_stock_text(self) -> str:
        fits = self._stock_width(self.stock) <= self.stock_room
        return str(self.stock if fits else self.figure)

    def _get_stock_natural(self) -> float:
        return self._stock_width(self.stock_text)

    def _stock_width(self, text: str) -> float:
        return float(width_of(text, self.stock_size, self.warning)) if text else 0.0

    stock_size = NumericProperty(14)
    stock_room = NumericProperty(0)
    stock_text: Any = AliasProperty(
        _get_stock_text, bind=("stock", "figure", "warning", "stock_size", "stock_room"), cache=True
    )
    stock_natural: Any = AliasProperty(
        _get_stock_natural, bind=("stock_text", "warning", "stock_size"), cache=True
    )

    def show(self, view: TileView | None) -> bool:
        """Show a view; return whether this article's price or stock now reads otherwise."""
        if view is None:
            self.article_id = self.picture = ""
            self.texture = None
            self.disabled = True
            return False
        same_article = self.article_id == view.id
        changed = same_article and (self.price, self.stock) != (view.price, view.stock)
        if not same_article:
            self.rest()
        self.article_id, self.name = view.id, view.name
        self.price, self.stock, self.colour = view.price, view.stock, view.colour
        self.figure = view.figure
        self.warning, self.sold_out, self.pending = view.warning, view.sold_out, view.pending
        self.picture, self.disabled = view.picture, False
        return changed


class TileGrid(GridLayout):
    """A page of tiles. `on_fit(count)` says how many there is room for, `on_pick(id)` a tap.

    `texture_of(picture, room_px)`: None for one that has not come yet.
    """

    min_tile_width = NumericProperty(180)
    min_tile_height = NumericProperty(100)
    texture_of = ObjectProperty(lambda _picture, _room_px: None)
    cols: Any
    rows: Any
    __events__ = ("on_fit", "on_pick")

    def __init__(self, **kwargs: Any) -> None:
        self._spare: list[Tile] = []
        super().__init__(**kwargs)

    def on_fit(self, count: int) -> None:
        """Event: the room for tiles has changed."""

    def on_pick(self, article_id: str) -> None:
        """Event: a tile was touched."""

    def on_size(self, *_: object) -> None:
        """Make or drop tiles so that they fill the room."""
        across, down = self.spacing
        columns = max(1, int((self.width + across) // (self.min_tile_width + across)))
        rows = max(1, int((self.height + down) // (self.min_tile_height + down)))
        if (columns, rows) == (self.cols, self.rows):
            return
        self._make(columns, rows)
        self.dispatch("on_fit", columns * rows)

    def _make(self, columns: int, rows: int) -> None:
        """Have so many tiles; those too many are kept, for keys above them come and go."""
        count = columns * rows
        for tile in self._tiles()[count:]:
            tile.show(None)
            self.remove_widget(tile)
            self._spare.append(tile)
        # In this order: the grid takes no more children than it has places.
        self.cols, self.rows = columns, rows
        for _place in range(count - len(self.children)):
            self.add_widget(self._spare.pop() if self._spare else self._new())

    def _new(self) -> Tile:
        tile = Tile()
        tile.bind(on_press=lambda pressed: self.dispatch("on_pick", pressed.article_id))
        return tile

    def show(self, ids: Sequence[str], view_of: Callable[[str], TileView | None]) -> None:
        """Fill the page."""
        for place, tile in enumerate(self._tiles()):
            tile.show(view_of(ids[place]) if place < len(ids) else None)
            tile.texture = self.texture_of(tile.picture, self.min_tile_height)

    def touch(self, ids: Container[str], view_of: Callable[[str], TileView | None]) -> None:
        """Show anew the tiles in view that are among `ids`; those that changed flash."""
        for tile in self._tiles():
            if tile.article_id and tile.article_id in ids:
                if tile.show(view_of(tile.article_id)):
                    tile.flash()
                tile.texture = self.texture_of(tile.picture, self.min_tile_height)

    def show_pictures(self, pictures: Container[str]) -> None:
        """Show these pictures, which have come, on the tiles in view."""
        for tile in self._tiles():
            if tile.picture in pictures:
                tile.texture = self.texture_of(tile.picture, self.min_tile_height)

    def _tiles(self) -> Sequence[Any]:
        return list(reversed(self.children))


load_beside(__file__)
