"""A delivery while it is being counted: how much of which article came in.

Owns how scanning, counting and removing change the count, as pure operations that return a new
one. One line an article. No stock inside, and nothing is sent from here.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

from common.models import Article, ReceiptLine
from common.money import MILLI

# What a goods receipt takes (common.models.GoodsReceipt.lines) and the most of one article.
MAX_LINES: Final = 500
MAX_QUANTITY_MILLI: Final = 1_000_000 * MILLI


@dataclass(frozen=True, slots=True)
class CountedLine:
    """So much of one article, thousandths."""

    article_id: str
    label: str
    code: str
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class Receiving:
    """Lines in the order they came. `selected`: the article that the pad's keys act on."""

    lines: tuple[CountedLine, ...] = ()
    selected: str | None = None

    def __bool__(self) -> bool:
        return bool(self.lines)

    @property
    def quantity_milli(self) -> int:
        """Return all quantities together."""
        return sum(line.quantity_milli for line in self.lines)

    def line(self, article_id: str | None) -> CountedLine | None:
        """Return an article's line, if it has one."""
        return next((line for line in self.lines if line.article_id == article_id), None)

    def takes(self, article: Article, quantity_milli: int = MILLI) -> bool:
        """Return whether `add` would take so much more."""
        line = self.line(article.id)
        if line is None:
            return len(self.lines) < MAX_LINES and 0 < quantity_milli <= MAX_QUANTITY_MILLI
        return 0 < quantity_milli <= MAX_QUANTITY_MILLI - line.quantity_milli

    def add(self, article: Article, quantity_milli: int = MILLI) -> Self:
        """Return the count with so much more of an article, its line selected.

        Raises ValueError where `takes` says no.
        """
        if not self.takes(article, quantity_milli):
            raise ValueError(f"the delivery cannot take {quantity_milli} of {article.id}")
        line = self.line(article.id)
        if line is not None:
            more = replace(line, quantity_milli=line.quantity_milli + quantity_milli)
            return replace(self._with(more), selected=article.id)
        code = article.codes[0] if article.codes else ""
        line = CountedLine(article.id, article.name, code, quantity_milli)
        return replace(self, lines=(*self.lines, line), selected=article.id)

    def select(self, article_id: str | None) -> Self:
        """Return the count with this article's line selected; none when it has no line."""
        return replace(self, selected=article_id if self.line(article_id) else None)

    def set_quantity(self, article_id: str, quantity_milli: int) -> Self:
        """Return the count with a line's quantity set; zero removes the line.

        An article without line changes nothing. Raises ValueError outside 0 … MAX_QUANTITY_MILLI.
        """
        if not 0 <= quantity_milli <= MAX_QUANTITY_MILLI:
            raise ValueError(f"quantity {quantity_milli} is outside 0 to {MAX_QUANTITY_MILLI}")
        line = self.line(article_id)
        if line is None:
            return self
        if quantity_milli == 0:
            return self.remove(article_id)
        counted = self._with(replace(line, quantity_milli=quantity_milli))
        return replace(counted, selected=article_id)

    def remove(self, article_id: str) -> Self:
        """Return the count without an article; the selection moves to the line in its place."""
        line = self.line(article_id)
        if line is None:
            return self
        at = self.lines.index(line)
        lines = self.lines[:at] + self.lines[at + 1 :]
        selected = self.selected
        if selected == article_id:
            selected = lines[min(at, len(lines) - 1)].article_id if lines else None
        return replace(self, lines=lines, selected=selected)

    def clear(self) -> Self:
        """Return the empty count."""
        return replace(self, lines=(), selected=None)

    def to_lines(self) -> tuple[ReceiptLine, ...]:
        """Return the lines as they will stand on the goods receipt."""
        return tuple(ReceiptLine(line.article_id, line.quantity_milli) for line in self.lines)

    def _with(self, changed: CountedLine) -> Self:
        lines = (changed if line.article_id == changed.article_id else line for line in self.lines)
        return replace(self, lines=tuple(lines))
