"""The category buttons: all of them in one row or two where they fit, else page by page."""

from collections.abc import Container, Sequence
from typing import Any

from kivy.properties import AliasProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from kiosk.views import CategoryView
from kiosk.widgets.key import Key
from kiosk.widgets.kv import load_beside
from kiosk.widgets.pictured import Pictured
from kiosk.widgets.ruler import width_of


class CategoryPicture(Widget):
    """A category's picture on its key."""

    key = ObjectProperty(None)


class CategoryKey(Pictured, Key):
    """One category; `category_id` is "" for all articles.

    `texture`: its picture, None for none; it is shown where each word still fits beside it.
    """

    category_id = StringProperty("")
    picture = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    beside = NumericProperty(0)

    def on_inset(self, *_: object) -> None:
        """Have the shape of a picture where there is room for one."""
        self.keep_shapes(bool(self.inset), lambda: CategoryPicture(key=self))

    def _get_longest(self) -> float:
        words = self.text.split()
        return float(max((width_of(word, self.font_size, self.bold) for word in words), default=0))

    longest: Any = AliasProperty(_get_longest, bind=("text", "font_size", "bold"), cache=True)


class CategoryStrip(GridLayout):
    """`on_pick(category_id)` says which button was touched."""

    min_key_width = NumericProperty(92)
    wide_key_width = NumericProperty(128)
    max_rows = NumericProperty(2)
    more = StringProperty("")
    texture_of = ObjectProperty(lambda _picture, _room_px: None)
    __events__ = ("on_pick",)

    def __init__(self, **kwargs: Any) -> None:
        self._views: Sequence[CategoryView] = ()
        self._page = 0
        super().__init__(**kwargs)
        self.bind(width=self._lay_out, more=self._lay_out)

    def on_pick(self, category_id: str) -> None:
        """Event: a category was touched."""

    def show(self, views: Sequence[CategoryView]) -> None:
        """Show these buttons; those already there are changed in place."""
        same_keys = [(view.id, view.name) for view in views] == [
            (view.id, view.name) for view in self._views
        ]
        self._views = views
        if same_keys:
            self._mark()
        else:
            self._page = 0
            self._lay_out()

    def _lay_out(self, *_: object) -> None:
        self.clear_widgets()
        if not self._views:
            self.height = 0
        if not self._views or self.width <= 1:
            return
        shown, columns = self._page_of()
        self.cols = columns
        for view in shown:
            key = CategoryKey(category_id=view.id, text=view.name, tone=view.colour)
            key.bind(on_press=lambda pressed: self.dispatch("on_pick", pressed.category_id))
            self.add_widget(key)
        if len(shown) < len(self._views):
            key = Key(text=self.more, icon="right", look="raised")
            key.bind(on_release=self._turn)
            self.add_widget(key)
        self.height = (-(-len(self.children) // columns)) * (self.row_height + self.spacing[1]) - (
            self.spacing[1]
        )
        self._mark()

    row_height = NumericProperty(52)

    def _page_of(self) -> tuple[Sequence[CategoryView], int]:
        """Return the views of the page, and how many columns."""
        count, across = len(self._views), self.spacing[0]
        wide = int((self.width + across) // (self.wide_key_width + across))
        if count <= wide:
            return self._views, max(count, 4)
        most = max(2, int((self.width + across) // (self.min_key_width + across)))
        even = -(-count // int(self.max_rows))
        if even <= most:
            return self._views, even
        room = most * int(self.max_rows) - 1
        pages = -(-count // room)
        start = (self._page % pages) * room
        return self._views[start : start + room], most

    def _turn(self, *_: object) -> None:
        self._page += 1
        self._lay_out()

    def _mark(self) -> None:
        by_id = {view.id: view for view in self._views}
        for key in self.children:
            if isinstance(key, CategoryKey) and key.category_id in by_id:
                view = by_id[key.category_id]
                key.look = "solid" if view.selected else "tint"
                key.tone = view.colour
                key.picture = view.picture
                key.texture = self.texture_of(view.picture, self.row_height)

    def show_pictures(self, pictures: Container[str]) -> None:
        """Show these pictures, which have come, on the keys in view."""
        for key in self.children:
            if isinstance(key, CategoryKey) and key.picture in pictures:
                key.texture = self.texture_of(key.picture, self.row_height)


load_beside(__file__)
