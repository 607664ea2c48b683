"""Folding a name into the few lines that a tile has for it.

Owns where a name may break and how it is cut. The width of a text is asked of whoever draws it.
"""

import re
from collections.abc import Callable
from typing import Final

Measure = Callable[[str], float]

_ELLIPSIS: Final = "…"
_HYPHEN: Final = "-"
_SOFT: Final = "\u00ad"
"""A hyphen that is there for the break alone."""
_FEWEST: Final = 3
"""Letters of a broken word on each line."""
_SYLLABLE: Final = re.compile(
    r"(?:[bcdfgptv][lr]|[cpst]h|gn|qu|[b-df-hj-np-tv-xzç])[aeiouyàâäéèêëîïôöùûüœ]", re.IGNORECASE
)
_TOGETHER: Final = re.compile(r"(?<=\d) (?=[^\W\d]{1,2}\b)|(?<=×) (?=\d)")


def fold(words: str, lines: int, width: float, measure: Measure) -> str:
    """Return `words` broken into at most `lines` lines of at most `width`, by `measure(text)`.

    A number stays with its unit, and `×` with its number. A word too long for a line is broken at
    its hyphen, or with one between syllables, as French has them.
    """
    rows = [""]
    for word in _TOGETHER.sub("\u00a0", " ".join(words.replace(_SOFT, "").split())).split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if measure(longer) <= width:
            rows[-1] = longer
            continue
        parts = _broken(word, width, measure)
        if rows[-1]:
            rows.extend(parts)
        else:
            rows[-1:] = parts
    whole = rows[:lines]
    if len(rows) > lines:
        whole[-1] = f"{whole[-1]} {rows[lines]}".replace(f"{_SOFT} ", "")
    return "\n".join(_cut(row.replace(_SOFT, _HYPHEN), width, measure) for row in whole)


def _broken(word: str, width: float, measure: Measure) -> list[str]:
    """Return a word as the lines that it takes, one where it fits."""
    parts = []
    while measure(word) > width:
        fitting = _fitting(word, width, measure, _HYPHEN)
        hyphen = word.rfind(_HYPHEN, 0, fitting + 1) + 1
        at = hyphen or _end_of_syllable(word, min(fitting, len(word) - _FEWEST))
        if at < _FEWEST:
            break
        parts.append(word[:at] if hyphen else f"{word[:at]}{_SOFT}")
        word = word[at:]
    return [*parts, word]


def _end_of_syllable(word: str, most: int) -> int:
    """Return where to break a word, at most there: before a consonant that a vowel follows."""
    starts = (syllable.start() for syllable in _SYLLABLE.finditer(word))
    return max((start for start in starts if _FEWEST <= start <= most), default=most)


def _cut(row: str, width: float, measure: Measure) -> str:
    if measure(row) <= width:
        return row
    return row[: _fitting(row, width, measure, _ELLIPSIS)].rstrip() + _ELLIPSIS


def _fitting(text: str, width: float, measure: Measure, end: str) -> int:
    """Return how many characters of a text have room before `end`."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + end) <= width:
            low = middle
        else:
            high = middle - 1
    return low
