"""Customers as the screens' thread holds them: the replica's rows, over them what is on its way.

Owns finding one by what people say of them: a name or part of it, a telephone number however it is
written, an e-mail address, a VAT number. Accents and slips of the fingers are forgiven, as for
articles. Who was erased is gone from here.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final

from common.models import Customer
from kiosk.folds import Rows
from kiosk.search import Folder, SearchIndex, sort_lines
from kiosk.spelling import Spelling

FEW: Final = 10
"""Fewer hits than that, and what may have been meant is looked for as well."""
_NUMBERS: Final = frozenset("0123456789 +./-()")
_ABROAD: Final = "33"
"""Before a French number that is written as from abroad, instead of its 0."""


class Customers:
    """Rows of topic `customers`, found by id and by text. Only those still offered are found.

    `pending`: those on their way to the hub, by id.
    """

    def __init__(self) -> None:
        self._rows = Rows(Customer)
        self.pending: Mapping[str, Customer] = {}
        self._fold: Final = Folder()
        self._index = SearchIndex()
        self._lines: dict[str, str] = {}
        self._spelling: Spelling | None = None

    def __len__(self) -> int:
        return len(self._lines)

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        self._rows.replace(rows)
        shown = {**{row.id: row for row in self._rows.values()}, **self.pending}
        self._lines = {row.id: self._line(row) for row in shown.values() if row.active}
        self._index.replace(*sort_lines(list(self._lines.values()), list(self._lines)))
        self._spelling = None

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._rows.put(key, row)
        self._relist(key)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._rows.drop(key)
        self._spelling = None  # Words of a name that is erased are kept nowhere.
        self._relist(key)

    def set_pending(self, customers: Iterable[Customer]) -> set[str]:
        """Take what is on its way, all of it each time; return the keys whose view this changed."""
        before, self.pending = self.pending, {customer.id: customer for customer in customers}
        keys = before.keys() | self.pending.keys()
        changed = {key for key in keys if before.get(key) != self.pending.get(key)}
        for key in changed:
            self._relist(key)
        return changed

    def get(self, customer_id: str) -> Customer | None:
        """Return a customer, offered any more or not; None also for one who was erased."""
        return self.pending.get(customer_id) or self._rows.get(customer_id)

    def find(self, text: str = "", limit: int = 50) -> list[Customer]:
        """Return customers, best first: the name begins so, words begin so, anywhere; all by name.

        Where little is found, words that hardly any name has are taken for those nearest to them.
        """
        found = map(self.get, islice(self._found(self._words(text)), limit))
        return [customer for customer in found if customer is not None]

    # Inside.

    def _words(self, text: str) -> list[str]:
        if text.strip() and not set(text) - _NUMBERS:
            return [_digits(text)] if _digits(text) else []
        return self._fold.words(text)

    def _found(self, words: list[str]) -> Iterator[str]:
        told: set[str] = set()
        for each in chain.from_iterable(self._index.find(words)):
            told.add(each)
            yield each
        if len(told) >= FEW:
            return
        for meant in self._spellings().meant(words):
            for each in chain.from_iterable(self._index.find(meant)):
                if each not in told:
                    told.add(each)
                    yield each

    def _spellings(self) -> Spelling:
        if self._spelling is None:
            self._spelling = Spelling()
            self._spelling.replace(self._index.lines())
        return self._spelling

    def _line(self, row: Customer) -> str:
        codes = (_digits(row.phone), row.email, _joined(row.vat_number), _joined(row.siret))
        return self._fold.line(row.name, [code for code in codes if code])

    def _relist(self, key: str) -> None:
        row = self.get(key)
        before, after = self._lines.get(key), None
        if row is not None and row.active:
            after = self._line(row)
        if before == after:
            return
        if before is not None:
            self._index.remove(before, key)
            del self._lines[key]
        if after is not None:
            self._index.add(after, key)
            self._lines[key] = after
        self._spelling = None


def _digits(number: str) -> str:
    """Return a telephone number as it is compared: its digits, a French one from its 0 on."""
    digits = "".join(part for part in number if part.isdecimal())
    if number.strip().startswith(("+", "00")):
        digits = digits.removeprefix("00")
        if digits.startswith(_ABROAD):
            return "0" + digits.removeprefix(_ABROAD).removeprefix("0")
    return digits


def _joined(text: str) -> str:
    return "".join(text.split())
