"""The till's screen: articles on the left, the sale on the right, paying in the same places.

Owns which touch is which action of the desk, and which part is shown anew after it.
"""

from collections.abc import Mapping
from functools import partial
from operator import attrgetter
from typing import Any, Final

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.screens.frame import Frame
from kiosk.screens.till_keys import TillKeys
from kiosk.views import touched_articles
from kiosk.views.mode import PAYING, Mode
from kiosk.widgets import category_strip as _strip  # noqa: F401 - its rules are used in the .kv
from kiosk.widgets import hand as _hand  # noqa: F401
from kiosk.widgets import letters as _letters  # noqa: F401
from kiosk.widgets import pager as _pager  # noqa: F401
from kiosk.widgets import payment as _payment  # noqa: F401
from kiosk.widgets import search_field as _search  # noqa: F401
from kiosk.widgets import tile as _tile  # noqa: F401
from kiosk.widgets import training_band as _training_band  # noqa: F401
from kiosk.widgets.actions import ActionsPanel
from kiosk.widgets.buyer import BuyerPanel
from kiosk.widgets.comfort import ComfortPanel
from kiosk.widgets.count import CountPanel
from kiosk.widgets.deck import Deck as _Deck  # noqa: F401
from kiosk.widgets.desk_panel import DeskPanel
from kiosk.widgets.devices import DevicesPanel
from kiosk.widgets.form import FormPanel
from kiosk.widgets.kv import load_beside
from kiosk.widgets.parked import ParkedPanel
from kiosk.widgets.paying import AmountPanel, CashPanel, RestPanel
from kiosk.widgets.picture import Textures
from kiosk.widgets.refunding import RefundPanel
from kiosk.widgets.report import ReportPanel
from kiosk.widgets.shortcuts import ShortcutsPanel
from kiosk.widgets.tickets import TicketsPanel

# A list that changes under the eyes is sorted in again at most so often.
FIND_AGAIN_S: Final = 0.5
# What was found is seen first; how much there is besides is looked for a little at a time.
GO_ON_S: Final = 0.03


PANELS: Final[Mapping[Mode, type[DeskPanel]]] = {
    Mode.CASH: CashPanel,
    Mode.CARD: AmountPanel,
    Mode.TENDER: AmountPanel,
    Mode.PAYING: RestPanel,
    Mode.ACTIONS: ActionsPanel,
    Mode.FORM: FormPanel,
    Mode.PARKED: ParkedPanel,
    Mode.DEVICES: DevicesPanel,
    Mode.REFUND: RefundPanel,
    Mode.COUNT: CountPanel,
    Mode.REPORT: ReportPanel,
    Mode.COMFORT: ComfortPanel,
    Mode.SHORTCUTS: ShortcutsPanel,
    Mode.CUSTOMER: BuyerPanel,
    Mode.TICKETS: TicketsPanel,
}
"""The panels that show a part of the desk by themselves; each is made when it is first opened."""
_FEET: Final[Mapping[str, str]] = {
    "cash": "confirm",
    "card": "confirm",
    "tender": "confirm",
    "form": "answer",
    "refund": "answer",
    "parked": "recall",
    "count": "answer",
}
"""What stands at the foot of the sale beside the panels; the keys of payment for all others."""


class TillScreen(TillKeys, Frame):
    """`mode` is what the large half shows: a `Mode`'s value. `foot`: the keys below the sale.

    `methods`: how customers may pay. `typing`: digits go somewhere. `locked`: the lines wait while
    it is being paid. `roomy`: there is room for words on every key. `confirm_text`, `answer_text`:
    what the keys say that take a payment and do what is asked. `training`: nothing counts.
    """

    mode = StringProperty("sell")
    foot = StringProperty("choose")
    typing = BooleanProperty(True)
    can_confirm = BooleanProperty(False)
    confirm_text = StringProperty("")
    confirm_tone = StringProperty("go")
    back_text = StringProperty("")
    back_icon = StringProperty("left")
    locked = BooleanProperty(False)
    methods = ListProperty([])
    can_answer = BooleanProperty(False)
    can_recall = BooleanProperty(False)
    answer_text = StringProperty("")
    answer_tone = StringProperty("accent")
    roomy = BooleanProperty(True)
    can_weigh = BooleanProperty(False)
    training = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._find_again = Clock.create_trigger(self._sort_in, FIND_AGAIN_S)
        self._go_on = Clock.create_trigger(self._look_on, GO_ON_S)
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """Offer the panels to the deck."""
        for mode in PANELS:
            self.ids.deck.offer(mode.value, partial(self._new_panel, mode))
        textures = Textures(self.desk.picture)
        self._pictured = [self.ids[name] for name in ("grid", "categories", "parts")]
        for part in self._pictured:
            part.texture_of = textures.of
        super().on_kv_post(base_widget)

    def _new_panel(self, mode: Mode) -> DeskPanel:
        panel = PANELS[mode](deck_name=mode.value, t=self.t)
        panel.letters_by_touch = self.letters_by_touch
        panel.bind(on_act=lambda _, action, args: self.act(action, *args))
        self.bind(t=panel.setter("t"))
        return panel

    # Showing.

    def show_pictures(self, pictures: Any) -> None:
        """Show pictures that have come, on tiles and category keys."""
        for part in self._pictured:
            part.show_pictures(pictures)

    def render(self) -> None:
        """Show basket, pad, payment and notice as the desk has them now."""
        super().render()
        desk, hand = self.desk, self.ids.hand
        basket, paid = desk.basket(), desk.paid()
        self._show_mode(desk.mode.value)
        self.can_confirm, self.typing = desk.can_confirm(), desk.typing()
        self._show_payment()
        hand.customer, hand.noted = basket.customer, basket.note
        hand.sum_title, hand.sum, hand.can_undo = basket.title, basket.total, desk.can_undo()
        hand.show_lines(basket.lines)
        hand.show_pad(desk.pad())
        hand.done = (
            [] if paid is None else [paid.number, paid.given, paid.label, paid.change, paid.note]
        )
        hand.printable, self.can_weigh = desk.papers.can_print, desk.weighing.possible
        desk.tell_customer()
        # The list of tickets is long: it is read when it was touched or has changed.
        if desk.mode is not Mode.TICKETS:
            self.render_panel()
        self.can_recall = desk.parked.can_recall()
        self.training = desk.training.on
        key = desk.answer_key()
        if key is not None:
            self.foot = "answer"
            self.answer_text, self.answer_tone, self.can_answer = key.text, key.tone, key.open

    def _show_payment(self) -> None:
        """Show what the key says that takes a payment, or records a sale that is all paid."""
        self.locked, self.methods = self.desk.mode in PAYING, list(self.desk.paying.methods)
        if self.locked:
            view = self.desk.payment()
            self.confirm_text, self.confirm_tone, self.back_text = view.ok, view.tone, view.back
            self.back_icon = "close" if self.desk.paying.card.busy else "left"
            if self.can_confirm:
                self.foot = "confirm"

    def _show_mode(self, mode: str) -> None:
        if mode != self.mode and Mode(self.mode) in PANELS:
            self.ids.deck.panel(self.mode).leave()
        self.mode, self.foot = mode, _FEET.get(mode, "choose")

    def render_panel(self) -> None:
        """Show the part of the desk that is in view instead of the articles."""
        if self.desk.mode in PANELS:
            self.ids.deck.panel(self.mode).show(self.desk)

    def render_all(self) -> None:
        """Show everything anew."""
        self.desk.shelf.find()
        self.render()
        self.render_shelf()
        if self.mode == "tickets":
            self.render_panel()

    def render_shelf(self) -> None:
        """Show the page of articles, its categories and where it lies."""
        shelf, ids = self.desk.shelf, self.ids
        ids.search.text = shelf.text
        ids.categories.show(shelf.categories(self.t))
        ids.parts.show(shelf.parts(self.t))
        ids.grid.show(shelf.ids(), self._tile)
        if shelf.counted:
            self.render_pager()
        else:
            self._go_on()
        self.ids.nothing.opacity = 0 if shelf.count else 1

    def render_pager(self) -> None:
        """Show which page of how many is in view."""
        shelf, pager = self.desk.shelf, self.ids.pager
        pager.pages, pager.page = shelf.pages, shelf.page
        pager.label = f"{shelf.page + 1} / {shelf.pages}"

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
        if "parked" in update.touched and self.mode == "parked":
            self.render()
        if "sales" in update.touched and self.mode == "tickets":
            self.render_panel()

    def _tile(self, article_id: str) -> Any:
        return self.desk.shelf.tile(article_id, self.t)

    def _sort_in(self, *_: object) -> None:
        if self.desk.shelf.find_again():
            self.render_shelf()

    def _look_on(self, *_: object) -> None:
        shelf = self.desk.shelf
        counted = shelf.counted
        if shelf.go_on():
            self._go_on()
        if shelf.counted and not counted:
            self.render_pager()

    def poll(self) -> None:
        """Fold in what has arrived; a card that was accepted may have paid the sale."""
        before = self.desk.paid()
        super().poll()
        if self.desk.paid() not in (None, before):
            self.render_shelf()

    # Touching.

    def act(self, action: str, *args: Any) -> None:
        """Do one of the desk's actions, by its dotted name, and show what it changed."""
        attrgetter(action)(self.desk)(*args)
        self.render()
        if self.desk.mode is Mode.TICKETS:
            self.render_panel()
        if self.desk.allowing.open:
            self.render_people()

    def open_actions(self) -> None:
        """Show what else can be done."""
        self.ids.search.letters = False
        self.act("open_actions")

    def answer(self) -> None:
        """Do what is asked."""
        self.act("answer")

    def confirm(self) -> None:
        """Record the sale; the tiles show the stock that is left without a flash."""
        if self.desk.confirm():
            self.render_shelf()
        self.render()

    def pay(self, method: str) -> None:
        """Open the panel of a way to pay."""
        self.ids.search.letters = False
        self.desk.pay(method)
        self.render()

    def open_devices(self) -> None:
        """Show how the devices stand."""
        self.ids.search.letters = False
        self.act("open_devices")

    def open_tickets(self) -> None:
        """Show the last tickets."""
        self.ids.search.letters = False
        self.act("open_tickets")

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
