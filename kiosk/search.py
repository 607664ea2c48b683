"""Finding articles by what people type: words in any order by their beginnings, or a code.

Owns the folding of text (accents, case, ligatures and punctuation forgiven) and an index in the
order of names: one line of text an article, scanned in blocks from the front, so that a common
letter fills a page within the first blocks and a rare one costs one pass. Decodes no rows, knows
no stock and no screen.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, Self

from kiosk.looks import Looks

_BLOCK: Final = 2_000
_LIGATURES: Final = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d"}
# "Coca-Cola" and "d'olive" are found as two words and as one: this stands for their joint.
_JOINERS: Final = frozenset("-'’.&")
_JOINT: Final = "\x01"
# Stands before each code of a line; folded words hold letters and digits only.
_CODE: Final = "\t"
_LAST: Final = "\U0010ffff"


class _Folds(dict[int, str]):
    """Character → what it is searched as; fills itself, so that a name costs one `translate`."""

    def __missing__(self, ordinal: int) -> str:
        character = chr(ordinal)
        if character in _JOINERS:
            folded = _JOINT
        else:
            letters = "".join(_LIGATURES.get(part, part) for part in character.casefold())
            plain = unicodedata.normalize("NFKD", letters).casefold()
            folded = "".join(
                part if part.isalnum() else " " for part in plain if not unicodedata.combining(part)
            )
        self[ordinal] = folded
        return folded


class Folder:
    """Folds text to words of lower-case letters and digits."""

    def __init__(self) -> None:
        self._folds = _Folds()

    def words(self, text: str) -> list[str]:
        """Return the words of a text, folded."""
        return text.translate(self._folds).replace(_JOINT, " ").split()

    def __call__(self, text: str) -> str:
        """Return a text folded, one space between its words: what sorts names as people do."""
        return " ".join(self.words(text))

    def line(self, name: str, codes: Sequence[str]) -> str:
        """Return what an article is found by: " word word\\tcode\\tcode"."""
        folded = name.translate(self._folds)
        parts = ["", *folded.replace(_JOINT, " ").split()]
        if _JOINT in folded:
            parts += (
                word.replace(_JOINT, "") for word in folded.split() if _JOINT in word.strip(_JOINT)
            )
        line = " ".join(parts)
        for code in codes:
            line += _CODE + code.casefold()
        return line


class SearchIndex:
    """Articles in the order of their folded names; the same name and codes by id."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._ids: list[str] = []
        self._looks = Looks()

    def __len__(self) -> int:
        return len(self._lines)

    def lines(self) -> Sequence[str]:
        """Return what articles are found by, in the order of their names."""
        return self._lines

    def replace(self, lines: list[str], ids: list[str]) -> None:
        """Take these instead of all there were: `Folder.line` of each article, sorted with ids."""
        self._lines, self._ids = lines, ids
        self._looks.forget()

    def parted(self, part_of: Mapping[str, str]) -> dict[str, Self]:
        """Return one index a part (a category), from article id → part."""
        shelves: dict[str, tuple[list[str], list[str]]] = {}
        for line, article_id in zip(self._lines, self._ids, strict=True):
            lines, ids = shelves.setdefault(part_of[article_id], ([], []))
            lines.append(line)
            ids.append(article_id)
        parts = {part: type(self)() for part in shelves}
        for part, shelf in shelves.items():
            parts[part].replace(*shelf)
        return parts

    def places(self) -> Iterator[tuple[str, str]]:
        """Yield line and id of each article, in order."""
        return zip(self._lines, self._ids, strict=True)

    @classmethod
    def joined(cls, shelves: Iterable[Self]) -> Self:
        """Return one index of the articles of several, none of which is in two of them."""
        # Each is in order already: sorting them put together only merges them.
        places = sorted(chain.from_iterable(each.places() for each in shelves))
        made = cls()
        made.replace([line for line, _ in places], [article_id for _, article_id in places])
        return made

    def add(self, line: str, article_id: str) -> None:
        """Take one more article; it must not be in the index."""
        at = self._place(line, article_id)
        self._lines.insert(at, line)
        self._ids.insert(at, article_id)
        self._looks.forget()

    def remove(self, line: str, article_id: str) -> None:
        """Give up an article as it was added; raises KeyError when it is not there."""
        at = self._place(line, article_id)
        if at == len(self._ids) or self._ids[at] != article_id:
            raise KeyError(article_id)
        del self._lines[at], self._ids[at]
        self._looks.forget()

    def find(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Yield article ids in lists, best first: the name begins so, words begin so, anywhere.

        `words` are folded; each must be found. Within a rank by name. No word: all articles.
        """
        if not words:
            yield self._ids
            return
        lines, ids = self._lines, self._ids
        start = f" {' '.join(words)}"
        low = bisect_left(lines, start)
        high = bisect_left(lines, start + _LAST, low)
        yield ids[low:high]
        beginnings = [f" {word}" for word in dict.fromkeys(words)]
        anywhere: list[int] = []
        for block in self._blocks_with(words):
            begun = block
            for beginning in beginnings:
                begun = [at for at in begun if beginning in lines[at]]
            if len(begun) < len(block):
                anywhere += sorted({*block}.difference(begun))
            yield [ids[at] for at in begun if not low <= at < high]
        yield [ids[at] for at in anywhere]

    def _blocks_with(self, words: Sequence[str]) -> Iterator[list[int]]:
        """Yield the places whose line holds every word, block by block.

        Whoever types on narrows what one letter less has found, as far as that was looked for.
        """
        # The longest is found least often, the others are looked for in what is left; what is
        # part of a longer one is found with it.
        wanted: list[str] = []
        for word in sorted(words, key=len, reverse=True):
            if not any(word in longer for longer in wanted):
                wanted.append(word)
        look, known = self._looks.begin(wanted)
        lines, places, upto = self._lines, known.places[:], known.upto
        for start in range(0, len(places), _BLOCK):
            block = places[start : start + _BLOCK]
            found = self._holding([at for at in block if wanted[0] in lines[at]], wanted)
            look.found(found, block[-1] + 1)
            yield found
        look.found((), upto)
        for start in range(upto, len(lines), _BLOCK):
            numbered = enumerate(lines[start : start + _BLOCK], start)
            found = self._holding([at for at, line in numbered if wanted[0] in line], wanted)
            look.found(found, start + _BLOCK)
            yield found

    def _holding(self, places: list[int], wanted: Sequence[str]) -> list[int]:
        """Return those of some places that hold the first word which hold all others, too."""
        for word in wanted[1:]:
            places = [at for at in places if word in self._lines[at]]
        return places

    def _place(self, line: str, article_id: str) -> int:
        """Return where an article is or belongs."""
        at = bisect_left(self._lines, line)
        count = len(self._lines)
        while at < count and self._lines[at] == line and self._ids[at] < article_id:
            at += 1
        return at


def sort_lines(lines: Sequence[str], ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return lines and ids in the order of an index, the lines laid out anew in that order."""
    # One string a key: sorting pairs of strings takes three times as long.
    keys = [f"{line}\0{article_id}" for line, article_id in zip(lines, ids, strict=True)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    # Copies made one after the other lie side by side in memory: scans are a third faster.
    return [keys[i].partition("\0")[0] for i in order], [ids[i] for i in order]
