"""What was meant by a word that nothing begins with: the nearest beginnings that something has.

Owns the words of a catalogue and how many slips are forgiven: one from four letters on, two from
seven. A slip is a letter too many, too few, another, or two that changed places. Digits are taken
as they are: a code that is nearly another's is another article.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LEAST: Final = 4
_LEAST_FOR_TWO: Final = 7
_TRUSTED: Final = 3
"""So many names are not all misspelt."""
_NEAR: Final = 4
_MEANT: Final = 6


class Spelling:
    """The words that names are made of; `words` are folded, as `kiosk.search` folds them."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._beginnings: dict[int, Counter[str]] = {}

    def replace(self, lines: Iterable[str]) -> None:
        """Take the words of these lines of an index instead of all there were."""
        self._words = Counter()
        self._beginnings = {}
        self.learn(lines)

    def learn(self, lines: Iterable[str]) -> None:
        """Take the words of more lines. They stay when a line goes: they find nothing then."""
        words = Counter(" ".join(line.partition("\t")[0] for line in lines).split())
        new = {word: many for word, many in words.items() if word.isalpha()}
        self._words.update(new)
        for size, beginnings in self._beginnings.items():
            for word, many in new.items():
                beginnings[word[:size]] += many

    def meant(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Yield what may have been meant, the likeliest first; nothing where no word is near."""
        near = [self._near(word) for word in words]
        if all(found == [word] for word, found in zip(words, near, strict=True)):
            return
        for chosen in islice(product(*near), _MEANT):
            yield list(chosen)

    def _near(self, word: str) -> list[str]:
        """Return the word itself where some names begin so, or the beginnings nearest to it."""
        size = len(word)
        if size < _LEAST or not word.isalpha() or self._of(size)[word] >= _TRUSTED:
            return [word]
        slips = 2 if size >= _LEAST_FOR_TWO else 1
        found: dict[str, tuple[int, int]] = {}
        for longer in range(-slips, slips + 1):
            beginnings = self._of(size + longer)
            for near, distance, _ in process.extract(
                word,
                beginnings.keys(),
                scorer=OSA.distance,
                processor=None,
                score_cutoff=slips,
                limit=_NEAR,
            ):
                # Of two that are as near, the one that more names have.
                found.setdefault(near, (int(distance), -beginnings[near]))
        return sorted(found, key=found.__getitem__)[:_NEAR] or [word]

    def _of(self, size: int) -> Counter[str]:
        """Return how many names have a word with each beginning of this size."""
        if size not in self._beginnings:
            beginnings: Counter[str] = Counter()
            for word, many in self._words.items():
                if len(word) >= size:
                    beginnings[word[:size]] += many
            self._beginnings[size] = beginnings
        return self._beginnings[size]
