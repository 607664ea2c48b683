"""Text on a screen: one line that ends in an ellipsis, two lines that do, or whole paragraphs.

Owns how text is cut to its room; colours and sizes come from the .kv rules and the theme.
"""

import re
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.widgets.kv import load_beside

_ELLIPSIS = "…"
_TOGETHER = re.compile(r"(?<=\d) (?=\w{1,2}\b)|(?<=×) (?=\d)")


class Words(Label):
    """One line, left, cut with an ellipsis where it does not fit."""


class Figures(Words):
    """An amount or a quantity: one line, right, bold; the digits of Roboto are all of one width."""


class Natural(Label):
    """One short text that is as wide as it is and never cut: a quantity, a price, a time."""


class Sum(Label):
    """An amount that is never cut: `most` is its font size, less where it would not fit."""

    words = StringProperty("")
    most = NumericProperty(34)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for event in ("words", "width", "most", "bold"):
            self.fbind(event, self._fit)
        self._fit()

    def _fit(self, *_: object) -> None:
        ruler = CoreLabel(font_size=self.most, font_name=self.font_name, bold=self.bold)
        natural = max(1, ruler.get_extents(self.words)[0])
        self.font_size = self.most * min(1.0, max(1.0, self.width - 1) / natural)
        self.text = self.words


class Prose(Label):
    """A paragraph that wraps to its width and takes the height it needs."""


class TwoLines(Label):
    """`words` on at most `lines` lines, the last one cut with an ellipsis."""

    words = StringProperty("")
    lines = NumericProperty(2)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for event in ("words", "width", "font_size", "bold", "lines"):
            self.fbind(event, self._fold)
        self._fold()

    def _fold(self, *_: object) -> None:
        ruler = CoreLabel(font_size=self.font_size, font_name=self.font_name, bold=self.bold)
        self.text = fold(self.words, int(self.lines), self.width, lambda t: ruler.get_extents(t)[0])


def fold(words: str, lines: int, width: float, measure: Any) -> str:
    """Return `words` broken into at most `lines` lines of at most `width`, by `measure(text)`.

    A number stays with its unit, and `×` with its number.
    """
    rows = [""]
    for word in _TOGETHER.sub("\u00a0", " ".join(words.split())).split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if not rows[-1] or measure(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    whole = rows[:lines]
    if len(rows) > lines:
        whole[-1] = f"{whole[-1]} {rows[lines]}"
    return "\n".join(_cut(row, width, measure) for row in whole)


def _cut(row: str, width: float, measure: Any) -> str:
    if measure(row) <= width:
        return row
    low, high = 0, len(row)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(row[:middle].rstrip() + _ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    return row[:low].rstrip() + _ELLIPSIS


load_beside(__file__)
