"""The sale in front of the cashier, before it is paid: lines by value, and which one is selected.

Owns how tapping, scanning, counting and removing change a basket, as pure operations that return
a new one. A line keeps the price it was taken at. No catalogue inside, no payment, no ticket.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

from common.models import Article, PriceFrom, TicketLine
from common.money import MILLI, line_total_cents
from common.rules import ticket_line
from kiosk import discount
from kiosk.discount import Discount

# What a ticket takes (common.models: lines, cents), and the most that is sold of one article.
MAX_LINES: Final = 500
MAX_QUANTITY_MILLI: Final = 100_000 * MILLI
MAX_TOTAL_CENTS: Final = 10**11

ArticleOf = Callable[[str], Article | None]


def pieces(quantities_milli: Iterable[int]) -> int:
    """Return how many pieces: whole quantities add up, what is weighed counts as one."""
    return sum(milli // MILLI if milli % MILLI == 0 else 1 for milli in quantities_milli)


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One article at one price; `id` is the line's own number, never used again in its basket.

    `article_id` is "" for what was typed freely. `discount`: of this line alone.
    """

    id: int
    article_id: str
    label: str
    quantity_milli: int
    unit_price_cents: int
    vat_bp: int
    code: str = ""
    price_from: PriceFrom = PriceFrom.CATALOGUE
    discount: Discount = discount.NONE
    note: str = ""

    @property
    def full_cents(self) -> int:
        """Return what the line comes to without its discount, cents TTC."""
        return line_total_cents(self.unit_price_cents, self.quantity_milli)

    @property
    def total_cents(self) -> int:
        """Return what the line comes to, cents TTC."""
        return self.full_cents - self.discount.of(self.full_cents)

    def new_price_cents(self, article: Article | None) -> int | None:
        """Return the price that the article has meanwhile, or None where the line's still holds."""
        if article is None or self.price_from is not PriceFrom.CATALOGUE:
            return None
        if article.price_cents == self.unit_price_cents:
            return None
        return article.price_cents


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines in the order they came. `selected` is the line that the pad's keys act on.

    `discount`: of the whole sale, on top of the lines' own. `parked`: the id of the parked ticket
    that it goes on from, or "". `customer`: the id of whose sale it is, or ""; `note`: what is to
    stand on the ticket.
    """

    lines: tuple[BasketLine, ...] = ()
    selected: int | None = None
    next_id: int = 1
    discount: Discount = discount.NONE
    parked: str = ""
    customer: str = ""
    note: str = ""

    @property
    def total_cents(self) -> int:
        """Return what is to be paid, cents TTC."""
        lines_cents = sum(line.total_cents for line in self.lines)
        return lines_cents - self.discount.of(lines_cents)

    @property
    def discount_cents(self) -> int:
        """Return all that is taken off, cents TTC."""
        return sum(line.full_cents for line in self.lines) - self.total_cents

    @property
    def count(self) -> int:
        """Return how many pieces there are."""
        return pieces(line.quantity_milli for line in self.lines)

    def __bool__(self) -> bool:
        return bool(self.lines)

    def line(self, line_id: int | None) -> BasketLine | None:
        """Return the line with this number, if it is still in the basket."""
        return next((line for line in self.lines if line.id == line_id), None)

    def takes(self, article: Article, quantity_milli: int = MILLI) -> bool:
        """Return whether `add` would take so much: lines, quantities and totals are limited."""
        same = self._same(article)
        if same is not None:
            return quantity_milli > 0 and self.takes_quantity(
                same.id, same.quantity_milli + quantity_milli
            )
        more_cents = line_total_cents(article.price_cents, quantity_milli)
        return 0 < quantity_milli <= MAX_QUANTITY_MILLI and self.takes_line(more_cents)

    def takes_line(self, more_cents: int) -> bool:
        """Return whether there is room for a line more that comes to so much."""
        return len(self.lines) < MAX_LINES and self.total_cents + more_cents <= MAX_TOTAL_CENTS

    def takes_quantity(self, line_id: int, quantity_milli: int) -> bool:
        """Return whether `set_quantity` would take so much; a line that is gone takes anything."""
        line = self.line(line_id)
        if line is None:
            return True
        changed = replace(line, quantity_milli=quantity_milli)
        total_cents = self.total_cents - line.total_cents + changed.total_cents
        return 0 <= quantity_milli <= MAX_QUANTITY_MILLI and total_cents <= MAX_TOTAL_CENTS

    def add(self, article: Article, quantity_milli: int = MILLI) -> Self:
        """Return the basket with so much more of an article, its line selected.

        The same article at the same price and VAT raises its line's quantity. Raises ValueError
        where `takes` says no.
        """
        if not self.takes(article, quantity_milli):
            raise ValueError(f"the basket cannot take {quantity_milli} of {article.id}")
        same = self._same(article)
        if same is not None:
            more = replace(same, quantity_milli=same.quantity_milli + quantity_milli)
            return replace(self._with(more), selected=same.id)
        return self._with_new(_line(self.next_id, article, quantity_milli))

    def add_labelled(self, article: Article, price_cents: int) -> Self:
        """Return the basket with one piece more, at the price that stands on its label.

        Each piece is a line of its own, selected. Raises ValueError where `takes_line` says no.
        """
        if not self.takes_line(price_cents):
            raise ValueError(f"the basket cannot take {article.id} at {price_cents}")
        line = _line(self.next_id, article, MILLI)
        labelled = replace(line, unit_price_cents=price_cents, price_from=PriceFrom.LABEL)
        return self._with_new(labelled)

    def add_free(self, label: str, price_cents: int, vat_bp: int, code: str = "") -> Self:
        """Return the basket with a line that is no article's, selected.

        `code`: what was scanned and nobody knows. Raises ValueError where `takes_line` says no.
        """
        if not self.takes_line(price_cents):
            raise ValueError(f"the basket cannot take {price_cents} for {label}")
        line = BasketLine(self.next_id, "", label, MILLI, price_cents, vat_bp, code)
        return self._with_new(replace(line, price_from=PriceFrom.HAND))

    def reprice(self, line_id: int, price_cents: int) -> Self:
        """Return the basket with another price of one piece in a line, selected.

        A line that is gone changes nothing. Raises ValueError for a total beyond what is taken.
        """
        line = self.line(line_id)
        if line is None:
            return self
        changed = replace(line, unit_price_cents=price_cents, price_from=PriceFrom.HAND)
        basket = replace(self._with(changed), selected=line_id)
        if price_cents < 0 or basket.total_cents > MAX_TOTAL_CENTS:
            raise ValueError(f"line {line_id} cannot cost {price_cents}")
        return basket

    def discount_line(self, line_id: int, off: Discount) -> Self:
        """Return the basket with a line's discount, in the place of the one that it had."""
        line = self.line(line_id)
        if line is None:
            return self
        return replace(self._with(replace(line, discount=off)), selected=line_id)

    def discount_all(self, off: Discount) -> Self:
        """Return the basket with a discount of the whole, in the place of the one before."""
        return replace(self, discount=off)

    def select(self, line_id: int | None) -> Self:
        """Return the basket with this line selected; no line when it is gone."""
        return replace(self, selected=line_id if self.line(line_id) else None)

    def set_quantity(self, line_id: int, quantity_milli: int) -> Self:
        """Return the basket with a line's quantity set; zero removes the line.

        A line that is gone changes nothing. Raises ValueError where `takes_quantity` says no.
        """
        if not self.takes_quantity(line_id, quantity_milli):
            raise ValueError(f"line {line_id} cannot take a quantity of {quantity_milli}")
        line = self.line(line_id)
        if line is None:
            return self
        if quantity_milli == 0:
            return self.remove(line_id)
        return replace(self._with(replace(line, quantity_milli=quantity_milli)), selected=line_id)

    def remove(self, line_id: int) -> Self:
        """Return the basket without a line; the selection moves to the line in its place."""
        at = next((i for i, line in enumerate(self.lines) if line.id == line_id), None)
        if at is None:
            return self
        lines = self.lines[:at] + self.lines[at + 1 :]
        if not lines:
            return self.clear()
        selected = self.selected
        if selected == line_id:
            selected = lines[min(at, len(lines) - 1)].id
        return replace(self, lines=lines, selected=selected)

    def clear(self) -> Self:
        """Return the empty basket, without what was said of the one before; line numbers go on."""
        return type(self)(next_id=self.next_id)

    def with_customer(self, customer_id: str) -> Self:
        """Return the basket as this customer's, or nobody's for ""."""
        return replace(self, customer=customer_id)

    def noted(self, note: str) -> Self:
        """Return the basket with what is to stand on the ticket."""
        return replace(self, note=note)

    def note_line(self, line_id: int, note: str) -> Self:
        """Return the basket with what is to stand under a line, selected."""
        line = self.line(line_id)
        if line is None:
            return self
        return replace(self._with(replace(line, note=note)), selected=line_id)

    def price_changed(self, article_of: ArticleOf) -> frozenset[int]:
        """Return the lines whose article costs something else by now (`catalogue.article`)."""
        return frozenset(
            line.id
            for line in self.lines
            if line.new_price_cents(article_of(line.article_id)) is not None
        )

    def to_lines(self) -> tuple[TicketLine, ...]:
        """Return the lines as they will stand on the ticket, a discount of the whole shared out."""
        shares = discount.shared(self.discount, [line.total_cents for line in self.lines])
        return tuple(
            ticket_line(
                line.article_id,
                line.label,
                line.quantity_milli,
                line.unit_price_cents,
                line.vat_bp,
                line.code,
                line.full_cents - line.total_cents + share,
                line.note,
            )
            for line, share in zip(self.lines, shares, strict=True)
        )

    def _same(self, article: Article) -> BasketLine | None:
        wanted = (article.id, article.price_cents, article.vat_bp)
        return next(
            (
                line
                for line in self.lines
                if (line.article_id, line.unit_price_cents, line.vat_bp) == wanted
                and line.price_from is PriceFrom.CATALOGUE
                and line.discount == discount.NONE
                and not line.note
            ),
            None,
        )

    def _with_new(self, line: BasketLine) -> Self:
        return replace(self, lines=(*self.lines, line), selected=line.id, next_id=line.id + 1)

    def _with(self, changed: BasketLine) -> Self:
        lines = tuple(changed if line.id == changed.id else line for line in self.lines)
        return replace(self, lines=lines)


def _line(line_id: int, article: Article, quantity_milli: int) -> BasketLine:
    return BasketLine(
        line_id,
        article.id,
        article.name,
        quantity_milli,
        article.price_cents,
        article.vat_bp,
        article.codes[0] if article.codes else "",
    )
