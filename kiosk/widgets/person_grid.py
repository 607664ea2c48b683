"""People to touch: one tile each, page by page where they do not fit.

Owns the tile's look and how many stand on a page. Whom it means is said by ids.
"""

from collections.abc import Sequence
from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.views.people import PersonTile
from kiosk.widgets import pager as _pager  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import words as _words  # noqa: F401
from kiosk.widgets.key import TouchArea
from kiosk.widgets.kv import load_beside


class PersonKey(TouchArea):
    """One person; `person` is the id."""

    person = StringProperty("")
    name = StringProperty("")
    initials = StringProperty("")
    role = StringProperty("")
    colour = StringProperty("slate")
    selected = BooleanProperty(False)
    quiet = BooleanProperty(False)

    def show(self, view: PersonTile) -> None:
        """Show a person."""
        self.person, self.name, self.initials = view.id, view.name, view.initials
        self.role, self.colour = view.role, view.tone
        self.selected, self.quiet = view.selected, view.quiet


class PersonTiles(GridLayout):
    """One page of tiles."""


class PersonGrid(BoxLayout):
    """`on_pick(person)` says who was touched."""

    least_width = NumericProperty(220)
    tile_height = NumericProperty(84)
    page = NumericProperty(0)
    pages = NumericProperty(1)
    __events__ = ("on_pick",)

    def __init__(self, **kwargs: Any) -> None:
        self._views: Sequence[PersonTile] = ()
        super().__init__(**kwargs)

    def on_pick(self, person: str) -> None:
        """Event: a person was touched."""

    def on_kv_post(self, _base_widget: object) -> None:
        """Lay out anew whenever the room changes."""
        self.bind(size=self._settle, page=self._settle)

    def show(self, views: Sequence[PersonTile]) -> None:
        """Show these people."""
        self._views = views
        self._settle()

    def _settle(self, *_: object) -> None:
        tiles: Any = self.ids.tiles
        across, down = tiles.spacing
        columns = max(1, int((self.width + across) // (self.least_width + across)))
        room = self.height
        rows = max(1, int((room + down) // (self.tile_height + down)))
        if len(self._views) > columns * rows:
            room -= self.ids.pager.room
            rows = max(1, int((room + down) // (self.tile_height + down)))
        size = columns * rows
        self.pages = max(1, -(-len(self._views) // size))
        self.page = min(self.page, self.pages - 1)
        tiles.cols = columns
        shown = self._views[int(self.page) * size :][:size]
        while len(tiles.children) > len(shown):
            tiles.remove_widget(tiles.children[0])
        while len(tiles.children) < len(shown):
            key = PersonKey()
            key.bind(on_press=lambda pressed: self.dispatch("on_pick", pressed.person))
            tiles.add_widget(key)
        for key, view in zip(reversed(tiles.children), shown, strict=True):
            key.show(view)


load_beside(__file__)
