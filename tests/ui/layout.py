"""What is wrong with a screen's layout, as a list of sentences: the eyes of a strict designer."""

from itertools import combinations
from typing import Any

from kiosk.theme import TOUCH_DP
from tests.ui.hands import Hands

# Names of articles and the like are cut with an ellipsis where they are too long; these never.
_NAMES = (
    *("Tile", "StockRow", "LineRow", "PaperRow", "TicketRow", "DeliveryRow", "NoteRow"),
    *("WhoseRow", "BuyerRow"),
)
_SLACK_PX = 1.5

Box = tuple[float, float, float, float]


def faults(hands: Hands, under: Any = None) -> list[str]:
    """Return everything that is too small, cut off, outside the window, or overlapping.

    `under`: only below this widget.
    """
    return [*_touch_faults(hands, under), *_text_faults(hands, under)]


def _touch_faults(hands: Hands, under: Any) -> list[str]:
    from kiosk.widgets.key import Key, TouchArea

    found = []
    boxes: list[tuple[Any, Box]] = []
    for widget in hands.widgets(under):
        if not isinstance(widget, Key | TouchArea) or _within(widget, "KeyedList"):
            continue
        box = _box(widget)
        if _scrolled_out(widget, box):
            continue
        boxes.append((widget, box))
        if min(box[2] - box[0], box[3] - box[1]) < TOUCH_DP - 0.6:
            found.append(f"{_name(widget)} is too small to touch: {widget.size}")
        if _outside(hands, box) and not _within(widget, "ScrollView"):
            found.append(f"{_name(widget)} is outside the window: {box}")
    cover = hands.cover()
    seen = [(widget, box) for widget, box in boxes if cover is None or cover in _parents(widget)]
    found += [
        f"{_name(one)} and {_name(other)} overlap"
        for (one, a), (other, b) in combinations(seen, 2)
        if _overlap(a, b) and not _related(one, other) and not _on_notice(one, other)
    ]
    return found


def _text_faults(hands: Hands, under: Any) -> list[str]:
    from kivy.uix.label import Label

    from kiosk.widgets.key import Key

    found = []
    for widget in hands.widgets(under):
        if isinstance(widget, Key) and widget.text and widget.children:
            label = next(each for each in widget.children if isinstance(each, Label))
            if label.texture_size[1] > widget.height + _SLACK_PX:
                found.append(f"the text of {_name(widget)} is taller than its key")
            longest = max(_natural(label, word) for word in widget.text.split())
            if longest > widget.text_width + _SLACK_PX:
                found.append(f"a word of {_name(widget)} is wider than its key")
        elif isinstance(widget, Label) and widget.text and not _within(widget, *_NAMES):
            if _cut_off(widget) and not _within(widget, "Key"):
                found.append(f"“{widget.text}” is cut off")
            if _outside(hands, _box(widget)) and not _within(widget, "ScrollView"):
                found.append(f"“{widget.text}” is outside the window")
    return found


def _cut_off(label: Any) -> bool:
    """Return whether a text ends before what it says does, by Kivy's doing or by our own."""
    words = getattr(label, "words", label.text)
    folded = label.text.endswith("…") and not words.endswith("…")
    return folded or bool(getattr(label, "is_shortened", False))


def _natural(label: Any, text: str) -> float:
    from kivy.core.text import Label as CoreLabel

    ruler = CoreLabel(font_size=label.font_size, bold=label.bold)
    return float(ruler.get_extents(text)[0])


def _box(widget: Any) -> Box:
    x, y = widget.to_window(widget.x, widget.y) if widget.parent else widget.pos
    return (x, y, x + widget.width, y + widget.height)


def _outside(hands: Hands, box: Box) -> bool:
    width, height = hands.screen.size
    return (
        box[0] < -_SLACK_PX
        or box[1] < -_SLACK_PX
        or box[2] > width + _SLACK_PX
        or box[3] > height + _SLACK_PX
    )


def _scrolled_out(widget: Any, box: Box) -> bool:
    """Return whether a key lies, in part at least, where its list has scrolled it out of view."""
    from kivy.uix.scrollview import ScrollView

    lists = [each for each in _parents(widget) if isinstance(each, ScrollView)]
    return any(
        box[1] < _box(each)[1] - _SLACK_PX or box[3] > _box(each)[3] + _SLACK_PX for each in lists
    )


def _overlap(a: Box, b: Box) -> bool:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > _SLACK_PX and down > _SLACK_PX


def _related(one: Any, other: Any) -> bool:
    return one in _parents(other) or other in _parents(one)


def _on_notice(one: Any, other: Any) -> bool:
    return _within(one, "NoticeBar") or _within(other, "NoticeBar")


def _parents(widget: Any) -> list[Any]:
    found = []
    while getattr(widget, "parent", None) is not None and widget.parent is not widget:
        widget = widget.parent
        found.append(widget)
    return found


def _within(widget: Any, *classes: str) -> bool:
    return any(
        kind.__name__ in classes
        for each in [widget, *_parents(widget)]
        for kind in type(each).__mro__
    )


def _name(widget: Any) -> str:
    said = getattr(widget, "text", "") or getattr(widget, "icon", "") or ""
    return f"{type(widget).__name__} “{said}”"
