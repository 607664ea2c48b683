"""The depot's desk: what is on the shelves, and the delivery being counted.

Owns the count in hand and the way back from every step but the last, which list is in view, and
which articles are to be ordered again. What a goods receipt is, is the session's business.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from common.errors import Refusal
from common.i18n import Translator
from common.models import Article, GoodsReceipt
from common.money import MILLI
from kiosk.desks.desk import Desk, Session, Wall
from kiosk.desks.low_stock import LowStock
from kiosk.keypad import Entry
from kiosk.receiving import MAX_QUANTITY_MILLI, Receiving
from kiosk.scanner import Scan
from kiosk.state import LinkStatus, Update
from kiosk.views import (
    CategoryView,
    DeliveryView,
    PaperLineView,
    ReceivingView,
    StockRowView,
    category_views,
    delivery_lines,
    delivery_views,
    receiving_view,
    stock_row,
)
from kiosk.views.counter import PadView, looks_like_code, pad_view, wanted_milli
from kiosk.views.notices import emptied, not_taken, refused
from kiosk.views.stock_card import DoneView, StockCardView, received_view, stock_card

LOW: Final = "low"
DELIVERIES: Final = 100
SETTLE_MS: Final = 300
_UNDO_STEPS: Final = 50


class Panel(Enum):
    """What the list half of the depot's screen shows."""

    STOCK = "stock"
    ARTICLE = "article"
    DELIVERIES = "deliveries"


class DepotDesk(Desk):
    """Stock in view, one delivery after another."""

    def __init__(self, session: Session, t: Translator, wall: Wall) -> None:
        super().__init__(session, t, wall)
        self.panel = Panel.STOCK
        self.text = ""
        self.filter_id = ""
        self.article_id = ""
        self.delivery_id = ""
        self.confirming = False
        self._receiving = Receiving()
        self._before: list[Receiving] = []
        self._entry = Entry()
        self._done: GoodsReceipt | None = None
        self._confirm_ms = 0
        self._low = LowStock(session.catalogue)

    # Views of the stock.

    def poll(self) -> Update:
        """Fold in what has arrived, and keep the list of what to order again.

        Where the category that is listed is no more, all articles are.
        """
        update = super().poll()
        self._low.follow(update)
        if self.filter_id not in ("", LOW) and self.catalogue.category(self.filter_id) is None:
            self.filter_id = ""
        return update

    def filters(self) -> tuple[CategoryView, ...]:
        """Return the buttons over the list: all, to order again, then the categories."""
        everything, *categories = category_views(self.catalogue, self.t, self.filter_id)
        label = self.t("To reorder ({count})", count=self.t.number(len(self._low)))
        low = CategoryView(LOW, label, "danger", selected=self.filter_id == LOW)
        return (everything, low, *categories)

    def stock_ids(self) -> list[str]:
        """Return the articles of the list."""
        if self.filter_id == LOW:
            return self._low.among(self.catalogue.search_ids(self.text))
        return self.catalogue.search_ids(self.text, self.filter_id or None)

    def stock_row(self, article_id: str) -> StockRowView | None:
        """Return one row of the list."""
        article = self.catalogue.article(article_id)
        return None if article is None else stock_row(self.catalogue, article, self.t)

    def stock_card(self) -> StockCardView | None:
        """Return the article being looked at."""
        article = self.catalogue.article(self.article_id)
        if article is None:
            return None
        return stock_card(
            self.catalogue, article, self.t, self.wall.now_ms(), self.wall.utc_offset_min()
        )

    # Views of deliveries.

    def receiving(self) -> ReceivingView:
        """Return the delivery being counted."""
        return receiving_view(self._receiving, self.catalogue, self.t)

    def pad(self) -> PadView:
        """Return what the pad's keys would do."""
        if self.confirming:
            return PadView("", self.t("Quantity"), False, False, False)
        return pad_view(self._entry, self._receiving.selected is not None, self.t)

    def done(self) -> DoneView | None:
        """Return the delivery just recorded, until the next one begins."""
        if self._done is None:
            return None
        online = self.session.state.link is LinkStatus.ONLINE
        return received_view(self._done, online, self.t)

    def can_undo(self) -> bool:
        """Return whether there is a step of this count to take back."""
        return bool(self._before)

    def deliveries(self) -> Sequence[DeliveryView]:
        """Return the last goods receipts, newest first; the one being read is among them."""
        views = delivery_views(
            self.catalogue, self.t, self.wall.now_ms(), self.wall.utc_offset_min(), DELIVERIES
        )
        if self.delivery_id not in {view.id for view in views}:
            self.delivery_id = views[0].id if views else ""
        return views

    def delivery_lines(self) -> tuple[PaperLineView, ...]:
        """Return what came with the goods receipt being read."""
        for taken in self.catalogue.deliveries(DELIVERIES):
            if taken.receipt.id == self.delivery_id:
                return delivery_lines(taken.receipt, self.catalogue, self.t)
        return ()

    def in_hand(self) -> str:
        """Return that a count is kept."""
        lines = len(self._receiving.lines)
        if not lines:
            return ""
        return self.t.n(
            "The delivery in hand is kept: {count} line.",
            "The delivery in hand is kept: {count} lines.",
            lines,
        )

    # Looking for things.

    def search(self, text: str) -> None:
        """Look for other words; among all articles once something is typed."""
        if text.strip() and not self.text.strip() and self.filter_id != LOW:
            self.filter_id = ""
        self.text = text
        self.panel = Panel.STOCK

    def choose_filter(self, filter_id: str) -> None:
        """List all articles, those to order again, or a category."""
        self.filter_id = filter_id
        self.text = ""
        self.panel = Panel.STOCK

    def open_article(self, article_id: str) -> None:
        """Look at one article."""
        self.article_id = article_id
        self.panel = Panel.ARTICLE

    def open_deliveries(self) -> None:
        """Show the last goods receipts."""
        self.delivery_id = ""
        self.panel = Panel.DELIVERIES

    def back(self) -> None:
        """Return to the list as it was left, or from confirming to counting."""
        if self.confirming:
            self.confirming = False
        else:
            self.panel = Panel.STOCK

    # Counting.

    def add(self, article_id: str) -> None:
        """Count an article, as many as the pad says."""
        article = self.catalogue.article(article_id)
        if article is not None:
            self._add(article, None)

    def _add(self, article: Article, weighed_milli: int | None) -> None:
        """Count so much, or as many as the pad says."""
        quantity = wanted_milli(self._entry, weighed_milli)
        if not self._receiving.takes(article, quantity):
            self._notice = not_taken(article.name)
            return
        self.confirming = False
        self._change(self._receiving.add(article, quantity))
        self._entry = Entry()

    def scan(self, scan: Scan) -> None:
        """Count what was scanned, whatever is in view."""
        scanned = self._meaning_of(scan)
        if scanned is not None:
            self.dismiss()
            self._add(scanned.article, scanned.quantity_milli)

    def press(self, name: str) -> None:
        """Take a key of the pad: digits, comma, erase, clear."""
        if not self.confirming:
            self._entry = self._entry.press(name)

    def apply_entry(self) -> None:
        """Use what was typed: as the selected line's quantity, or as an article's code."""
        entry, article_id = self._entry, self._receiving.selected
        if looks_like_code(entry):
            self._entry = Entry()
            self.scan(Scan(entry.code))
        elif article_id is not None and entry.milli is not None:
            if entry.milli <= MAX_QUANTITY_MILLI:
                self._change(self._receiving.set_quantity(article_id, entry.milli))
            self._entry = Entry()

    def more(self, pieces: int) -> None:
        """Change the selected line by so many pieces; at nothing left, it goes."""
        line = self._receiving.line(self._receiving.selected)
        if line is not None:
            quantity = max(0, line.quantity_milli + pieces * MILLI)
            if quantity <= MAX_QUANTITY_MILLI:
                self._change(self._receiving.set_quantity(line.article_id, quantity))

    def select(self, article_id: str) -> None:
        """Let the pad's keys act on this line."""
        self._receiving = self._receiving.select(article_id)

    def remove(self, article_id: str) -> None:
        """Take a line out."""
        self._change(self._receiving.remove(article_id))

    def empty(self) -> None:
        """Take everything out, with a way back in view."""
        lines = len(self._receiving.lines)
        if lines:
            self._change(self._receiving.clear())
            self._entry = Entry()
            self._notice = emptied(lines)

    def undo(self) -> None:
        """Take the last step of this count back."""
        if self._before:
            self._receiving = self._before.pop()
            self.dismiss()

    def act_on_notice(self) -> None:
        """Bring back what was emptied."""
        self.undo()
        self.dismiss()

    def ask_confirm(self) -> None:
        """Ask before recording: a goods receipt is final."""
        if self._receiving:
            self.confirming = True
            self._entry = Entry()
            self._confirm_ms = self.wall.now_ms()

    def confirm(self) -> bool:
        """Record the delivery; return whether there is a new goods receipt."""
        settling = 0 <= self.wall.now_ms() - self._confirm_ms < SETTLE_MS
        if not self.confirming or settling:
            return False
        if not self.allowing.ask("goods.receive", self.confirm):
            return False
        try:
            self._done = self.session.receive(self._receiving.to_lines())
        except Refusal as refusal:
            self._notice = refused(refusal.problem)
            return False
        finally:
            self.confirming = False
        self._receiving = Receiving()
        self._before.clear()
        return True

    def _change(self, receiving: Receiving) -> None:
        if receiving.lines != self._receiving.lines:
            self._before = [*self._before[-_UNDO_STEPS:], self._receiving]
            self._done = None
            # What a notice offers is about the step before this one.
            self.dismiss()
        self._receiving = receiving
