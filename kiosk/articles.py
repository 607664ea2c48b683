"""The articles topic as the screens' thread holds it: rows, who owns a code, and the search index.

Owns keeping the three in step when one row changes or all do. A row is decoded in full when it is
first looked at; until then only what finds it is read. An article that was made here stands among
them until the replica has it, or the hub has said no. No stock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final

import msgspec

from common.models import Article, encode_row
from kiosk.families import Families
from kiosk.folds import Rows
from kiosk.search import Folder, SearchIndex, sort_lines
from kiosk.spelling import Spelling

FEW: Final = 10
"""Fewer hits than that, and what may have been meant is looked for as well."""
LEARNT_AT_ONCE: Final = 1_000
"""Names whose words are learnt in one go: some 1 ms."""


class _Finding(msgspec.Struct, gc=False, frozen=True):
    """What an article is found by, read from its row without the rest."""

    name: str
    category_id: str
    codes: tuple[str, ...] = ()
    active: bool = True
    picture: str = ""

    @property
    def listed(self) -> tuple[object, ...]:
        """Return what decides where it is found."""
        return self.name, self.category_id, self.codes, self.active


class _Taxed(msgspec.Struct, gc=False, frozen=True):
    """What VAT an article bears, read from its row without the rest."""

    vat_bp: int


class CodeIndex:
    """Code → article. Two articles may hold a code between two changes: the smallest id has it."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._others: dict[str, set[str]] = {}

    def add(self, code: str, article_id: str) -> None:
        """Note that an article holds a code."""
        owner = self._owner.setdefault(code, article_id)
        if owner != article_id:
            self._others.setdefault(code, set()).add(max(owner, article_id))
            self._owner[code] = min(owner, article_id)

    def remove(self, code: str, article_id: str) -> None:
        """Note that an article holds a code no longer."""
        others = self._others.get(code)
        if self._owner.get(code) != article_id:
            if others is not None:
                others.discard(article_id)
        elif others:
            self._owner[code] = min(others)
            others.discard(self._owner[code])
        else:
            del self._owner[code]
        if others is not None and not others:
            del self._others[code]

    def get(self, code: str) -> str | None:
        """Return the article that holds a code."""
        return self._owner.get(code)


class Articles:
    """Rows of topic `articles`, found by id, by code and by text. Only those on sale are found.

    `listing` is another number once the same search may find others, or in another order.
    """

    def __init__(self) -> None:
        self._rows = Rows(Article)
        self._finding = msgspec.json.Decoder(_Finding).decode
        self._taxed = msgspec.json.Decoder(_Taxed).decode
        self._fold: Final = Folder()
        self._codes = CodeIndex()
        self._all = SearchIndex()
        self._spelling: Spelling | None = None
        self._unlearnt: Iterator[str] = iter(())
        self._by_category: dict[str, SearchIndex] = {}
        self._new: dict[str, bytes] = {}
        self._pictures: dict[str, str] = {}
        self._families = Families(self._by_category)
        self.listing = 0

    def __len__(self) -> int:
        return len(self._rows)

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were; on a row that raises, nothing has changed."""
        taken = list(rows)
        here = {key for key, _ in taken}
        new = {key: row for key, row in self._new.items() if key not in here}
        taken += new.items()
        codes = CodeIndex()
        lines, ids, category_of = [], [], {}
        pictures: dict[str, str] = {}
        for key, row in taken:
            finding = self._finding(row)
            for code in finding.codes:
                codes.add(code, key)
            if finding.picture:
                pictures[key] = finding.picture
            if finding.active:
                lines.append(self._fold.line(finding.name, finding.codes))
                ids.append(key)
                category_of[key] = finding.category_id
        self.listing += 1
        self._rows.replace(taken)
        self._codes, self._pictures = codes, pictures
        self._all.replace(*sort_lines(lines, ids))
        self._spelling = None
        self._by_category = self._all.parted(category_of)
        self._new = new
        self._families.replace(self._by_category)

    def set_pending(self, articles: Iterable[Article]) -> set[str]:
        """Take what was made here and is on its way; return the keys whose view this changed.

        What the replica has meanwhile stays as it is there.
        """
        pending = {article.id: encode_row(article) for article in articles}
        gone = [key for key in self._new if key not in pending]
        come = [key for key in pending if self._rows.raw(key) is None]
        for key in gone:
            self.drop(key)
        for key in come:
            self._put(key, pending[key])
            self._new[key] = pending[key]
        return {*gone, *come}

    def group(self, parents: Mapping[str, str]) -> None:
        """Take anew which category is a part of which, by id: articles of both are found there."""
        self.listing += 1
        self._families.group(parents)

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._put(key, row)
        self._new.pop(key, None)

    def _put(self, key: str, row: bytes) -> None:
        old, after = self._rows.raw(key), self._finding(row)
        before = None if old is None else self._finding(old)
        self._rows.put(key, row)
        self._pictures.pop(key, None)
        if after.picture:
            self._pictures[key] = after.picture
        if before is not None and before.listed == after.listed:
            return  # A price change is not worth a walk through the index.
        self.listing += 1
        if before is not None:
            self._unlist(key, before)
        for code in after.codes:
            self._codes.add(code, key)
        if after.active:
            line = self._fold.line(after.name, after.codes)
            self._all.add(line, key)
            if self._spelling is not None:
                self._spelling.learn([line])
            if after.category_id not in self._by_category:
                self._by_category[after.category_id] = SearchIndex()
            self._by_category[after.category_id].add(line, key)
            self._families.add(after.category_id, line, key)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        before = self._rows.raw(key)
        self._new.pop(key, None)
        if before is not None:
            self.listing += 1
            self._unlist(key, self._finding(before))
            self._rows.drop(key)
            self._pictures.pop(key, None)

    def get(self, article_id: str) -> Article | None:
        """Return an article, sold any more or not."""
        return self._rows.get(article_id)

    @property
    def pictures(self) -> Mapping[str, str]:
        """Return {article: its picture} of those that have one."""
        return self._pictures

    def vat_rates(self) -> list[int]:
        """Return the VAT rates that articles bear, basis points, the most frequent first."""
        counts = Counter(self._taxed(row).vat_bp for row in self._rows.all_raw())
        return [rate for rate, _ in counts.most_common()]

    def by_code(self, code: str) -> Article | None:
        """Return the article that holds a code exactly, sold any more or not."""
        article_id = self._codes.get(code)
        return None if article_id is None else self._rows.get(article_id)

    def find(self, text: str, category_id: str | None) -> Iterator[str]:
        """Return ids, best first; see `parts`."""
        return chain.from_iterable(self.parts(text, category_id))

    def parts(self, text: str, category_id: str | None) -> Iterator[Iterable[str]]:
        """Yield ids in parts, best first: the article whose code is typed, then by text.

        Where little is found, words that hardly any name has are taken for those nearest to them.
        A part may be empty: so far it was looked in vain. Once `listing` is another, begin anew.
        """
        shelf = self._all if category_id is None else self._families.shelf(category_id)
        found = iter(()) if shelf is None else self._by_text(shelf, self._fold.words(text))
        exact = self.by_code(text.strip())
        if (
            exact is None
            or not exact.active
            or category_id not in (None, *self._families.of(exact.category_id))
        ):
            yield from found
            return
        yield [exact.id]
        for part in found:
            yield [each for each in part if each != exact.id]

    def learn_words(self) -> bool:
        """Learn the words of some more names, for when somebody mistypes; false: all are known."""
        if self._spelling is None:
            self._spelling = Spelling()
            self._unlearnt = iter([*self._all.lines()])
        lines = list(islice(self._unlearnt, LEARNT_AT_ONCE))
        self._spelling.learn(lines)
        return bool(lines)

    def _by_text(self, shelf: SearchIndex, words: list[str]) -> Iterator[Iterable[str]]:
        """Yield ids part by part: a hundred thousand pass without a step of Python for each."""
        few: set[str] = set()
        for part in shelf.find(words):
            if len(few) < FEW:
                few.update(part[:FEW])
            yield part
        if len(few) < FEW:
            yield (each for each in self._nearly(shelf, words) if each not in few)

    def _nearly(self, shelf: SearchIndex, words: list[str]) -> Iterator[str]:
        while self.learn_words():
            pass
        assert self._spelling is not None
        told: set[str] = set()
        for meant in self._spelling.meant(words):
            for each in chain.from_iterable(shelf.find(meant)):
                if each not in told:
                    told.add(each)
                    yield each

    def _unlist(self, key: str, finding: _Finding) -> None:
        for code in finding.codes:
            self._codes.remove(code, key)
        if finding.active:
            line = self._fold.line(finding.name, finding.codes)
            self._all.remove(line, key)
            self._by_category[finding.category_id].remove(line, key)
            self._families.remove(finding.category_id, line, key)
