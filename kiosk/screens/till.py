"""The till's screen: articles on the left, the sale on the right, paying in the same places.

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
from kiosk.widgets import pager as _pager  # noqa: F401
from kiosk.widgets import payment as _payment  # noqa: F401
from kiosk.widgets import search_field as _search  # noqa: F401
from kiosk.widgets import tickets as _tickets  # noqa: F401
from kiosk.widgets import tile as _tile  # noqa: F401
from kiosk.widgets.deck import Deck as _Deck  # noqa: F401
from kiosk.widgets.kv import load_beside

# A list that changes under the eyes is sorted in again at most so often.
FIND_AGAIN_S: Final = 0.5


class TillScreen(Frame):
    """`mode` is what the large half shows: sell, cash, card or tickets."""

    mode = StringProperty("sell")
    can_confirm = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._find_again = Clock.create_trigger(self._sort_in, FIND_AGAIN_S)
        super().__init__(**kwargs)

    # Showing.

    def render(self) -> None:
        """Show basket, pad, payment and notice as the desk has them now."""
        super().render()
        desk, hand = self.desk, self.ids.hand
        basket, paid = desk.basket(), desk.paid()
        self.mode, self.can_confirm = desk.mode.value, desk.can_confirm()
        hand.sum_title, hand.sum, hand.can_undo = basket.title, basket.total, desk.can_undo()
        hand.show_lines(basket.lines)
        hand.show_pad(desk.pad())
        hand.done = (
            [] if paid is None else [paid.number, paid.given, paid.label, paid.change, paid.note]
        )
        if self.mode == "cash":
            self.ids.cash.show(desk.payment())

    def render_all(self) -> None:
        """Show everything anew."""
        self.desk.shelf.find()
        self.render()
        self.render_shelf()
        if self.mode == "tickets":
            self.render_tickets()

    def render_shelf(self) -> None:
        """Show the page of articles, its categories and where it lies."""
        shelf, ids = self.desk.shelf, self.ids
        ids.search.text = shelf.text
        ids.categories.show(shelf.categories(self.t))
        ids.grid.show(shelf.ids(), self._tile)
        ids.pager.pages, ids.pager.page = shelf.pages, shelf.page
        ids.pager.label = f"{shelf.page + 1} / {shelf.pages}"
        self.ids.nothing.opacity = 0 if shelf.count else 1

    def render_tickets(self) -> None:
        """Show the last tickets and the one being read."""
        tickets = self.desk.tickets
        ids = tickets.ids()
        self.ids.tickets.show(ids, tickets.view, tickets.picked, tickets.detail(), tickets.own_only)

    def show_touched(self, update: Any) -> None:
        """Show anew the tiles and lines of articles that changed elsewhere."""
        articles = touched_articles(update)
        if articles:
            self.ids.grid.touch(articles, self._tile)
            self.render()
        if "articles" in update.touched:
            self._find_again()
        if "categories" in update.touched:
            self.render_shelf()
        if "sales" in update.touched and self.mode == "tickets":
            self.render_tickets()

    def _tile(self, article_id: str) -> Any:
        return self.desk.shelf.tile(article_id, self.t)

    def _sort_in(self, *_: object) -> None:
        self.desk.shelf.find()
        self.render_shelf()

    # Touching.

    def act(self, action: str, *args: Any) -> None:
        """Do one of the desk's actions and show what it changed."""
        getattr(self.desk, action)(*args)
        self.render()

    def confirm(self) -> None:
        """Record the sale; the tiles show the stock that is left without a flash."""
        if self.desk.confirm():
            self.render_shelf()
        self.render()

    def pay(self, mode: Any) -> None:
        """Open a payment panel."""
        self.ids.search.letters = False
        self.desk.pay(type(self.desk.mode)(mode))
        self.render()

    def open_tickets(self) -> None:
        """Show the last tickets."""
        self.ids.search.letters = False
        self.desk.open_tickets()
        self.render()
        self.render_tickets()

    def pick_ticket(self, ticket_id: str) -> None:
        """Read another ticket."""
        self.desk.tickets.picked = ticket_id
        self.render_tickets()

    def show_tickets_of(self, everybody: bool) -> None:
        """List every till's tickets, or this one's only."""
        self.desk.tickets.show_all(everybody)
        self.render_tickets()

    def search(self, text: str) -> None:
        """Look for articles as the text is typed."""
        if text != self.desk.shelf.text:
            self.desk.shelf.search(text)
            self.render_shelf()

    def choose_category(self, category_id: str) -> None:
        """Look into a category."""
        self.desk.shelf.choose(category_id)
        self.render_shelf()

    def turn_page(self, page: int) -> None:
        """Show another page of articles."""
        if page != self.desk.shelf.page:
            self.desk.shelf.turn(page)
            self.render_shelf()

    def fit_page(self, count: int) -> None:
        """Take the number of tiles that there is room for."""
        self.desk.shelf.fit(count)
        self.render_shelf()

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
