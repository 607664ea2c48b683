"""Text on a screen: one line that ends in an ellipsis, two lines that do, or whole paragraphs.

Owns how text is cut to its room; colours and sizes come from the .kv rules and the theme.
"""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.widgets.folding import fold
from kiosk.widgets.kv import load_beside
from kiosk.widgets.ruler import width_of


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
        natural = max(1, width_of(self.words, self.most, self.bold, self.font_name))
        # Each character is a whole number of pixels wide: smaller, they do not shrink alike.
        room = self.width - 1 - len(self.words) / 2
        self.font_size = self.most * (1.0 if natural < self.width else max(1.0, room) / natural)
        self.text = self.words


class Prose(Label):
    """A paragraph that wraps to its width and takes the height it needs."""


class TwoLines(Label):
    """`words` on at most `lines` lines, the last one cut with an ellipsis; `long`: on several."""

    words = StringProperty("")
    lines = NumericProperty(2)
    long = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for event in ("words", "width", "font_size", "bold", "lines"):
            self.fbind(event, self._fold)
        self._fold()

    def _fold(self, *_: object) -> None:
        font = (self.font_size, self.bold, self.font_name)
        self.text = fold(self.words, int(self.lines), self.width, lambda t: width_of(t, *font))
        self.long = "\n" in self.text


load_beside(__file__)
