"""The depot's screen: stock above or on the left, the delivery being counted below or on the right.

Owns which touch is which action of the desk, and which part is shown anew after it.
"""

from typing import Any, Final

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens.frame import Frame
from kiosk.views import touched_articles
from kiosk.widgets import category_strip as _strip  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import hand as _hand  # noqa: F401
from kiosk.widgets import letters as _letters  # noqa: F401
from kiosk.widgets import payment as _payment  # noqa: F401
from kiosk.widgets import search_field as _search  # noqa: F401
from kiosk.widgets import stock as _stock  # noqa: F401
from kiosk.widgets.deck import Deck as _Deck  # noqa: F401
from kiosk.widgets.kv import load_beside
from kiosk.widgets.picture import Textures

# A list that changes under the eyes is sorted in again at most so often.
LIST_AGAIN_S: Final = 0.5


class DepotScreen(Frame):
    """`panel` is what the list half shows: stock, article or deliveries."""

    panel = StringProperty("stock")
    confirming = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._list_again = Clock.create_trigger(lambda _: self.render_stock(), LIST_AGAIN_S)
        super().__init__(**kwargs)

    # Showing.

    def render(self) -> None:
        """Show the count in hand, the pad and the notice as the desk has them now."""
        super().render()
        desk, hand = self.desk, self.ids.hand
        receiving, done = desk.receiving(), desk.done()
        self.panel, self.confirming = desk.panel.value, desk.confirming
        hand.sum_title = receiving.title if receiving.lines else ""
        hand.can_undo = desk.can_undo()
        hand.show_lines(receiving.lines)
        hand.show_pad(desk.pad())
        hand.done = (
            [] if done is None else [done.title, done.detail, done.label, done.figure, done.note]
        )
        if self.panel == "article":
            self.ids.card.show(desk.stock_card())
        elif self.panel == "deliveries":
            self.ids.deliveries.show(desk.deliveries(), desk.delivery_id, desk.delivery_lines())

    def on_kv_post(self, _base_widget: Any) -> None:
        """Fill the list too."""
        self.ids.stock.describe = self.desk.stock_row
        self.ids.card.texture_of = Textures(self.desk.picture).of
        super().on_kv_post(_base_widget)
        self.render_stock()

    def show_pictures(self, pictures: Any) -> None:
        """Show the picture of the article that is looked at, where it has come."""
        self.ids.card.show_pictures(pictures)

    def render_all(self) -> None:
        """Show everything anew."""
        self.render()
        self.render_stock()

    def render_stock(self) -> None:
        """Show the list and the buttons over it."""
        self.ids.search.text = self.desk.text
        self.ids.filters.show(self.desk.filters())
        ids = self.desk.stock_ids()
        self.ids.stock.show_keys(ids)
        self.ids.nothing.opacity = 0 if ids else 1

    def show_touched(self, update: Any) -> None:
        """Show anew the rows in view that changed elsewhere; lists settle a little later."""
        articles = touched_articles(update)
        if articles:
            self.ids.stock.touch(articles, flash=True)
            self._list_again()
        if "categories" in update.touched:
            self.render_stock()
        self.render()

    # Touching.

    def act(self, action: str, *args: Any) -> None:
        """Do one of the desk's actions and show what it changed."""
        getattr(self.desk, action)(*args)
        self.render()

    def confirm(self) -> None:
        """Record the delivery; the rows show the new stock without a flash."""
        if self.desk.confirm():
            self.render_stock()
        self.render()

    def open_deliveries(self) -> None:
        """Show the last deliveries."""
        self.ids.search.letters = False
        self.act("open_deliveries")

    def open_article(self, article_id: str) -> None:
        """Look at an article."""
        self.ids.search.letters = False
        self.act("open_article", article_id)

    def read_delivery(self, receipt_id: str) -> None:
        """Read another goods receipt."""
        self.desk.delivery_id = receipt_id
        self.render()

    def search(self, text: str) -> None:
        """Look for articles as the text is typed."""
        if text != self.desk.text:
            self.desk.search(text)
            self.render_all()
            self.ids.stock.scroll_y = 1

    def choose_filter(self, filter_id: str) -> None:
        """List all, those to order again, or a category."""
        self.desk.choose_filter(filter_id)
        self.render_all()
        self.ids.stock.scroll_y = 1

    def leave_fields(self) -> None:
        """Let the search field go."""
        super().leave_fields()
        self.ids.search.letters = False
        self.ids.search.ids.input.focus = False

    def field_text(self) -> str:
        """Return what stands in the search field."""
        return str(self.ids.search.text)

    def restore_field(self, text: str) -> None:
        """Put back what stood in the search field before a scan was typed into it."""
        self.ids.search.text = text


load_beside(__file__)
