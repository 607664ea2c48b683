"""Folding a name into the few lines that a tile has for it.

Owns where a name may break and how it is cut. The width of a text is asked of whoever draws it.
"""

import re
from collections.abc import Callable
from typing import Final

Measure = Callable[[str], float]

_ELLIPSIS: Final = "…"
_TOGETHER: Final = re.compile(r"(?<=\d) (?=[^\W\d]{1,2}\b)|(?<=×) (?=\d)")


def fold(words: str, lines: int, width: float, measure: Measure) -> str:
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


def _cut(row: str, width: float, measure: Measure) -> str:
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
