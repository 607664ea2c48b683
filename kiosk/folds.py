"""A topic's rows as the screens' thread holds them: canonical bytes, decoded when first looked at.

Owns the plain fold (`Rows`), the one with a time order (`Timeline`) and the stock levels
(`StockLevels`). Each takes `replace`, `put` and `drop`. No pending effects, no search.
"""

import logging
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from common.models import decode_row

# Decoded rows kept beside their bytes: some screens' worth, so that 100k rows stay small.
_DECODED: Final = 4_096
RowT = TypeVar("RowT")
_log = logging.getLogger(__name__)


class Fold(Protocol):
    """What the catalogue asks of every topic."""

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""


class Rows(Generic[RowT]):
    """Rows of one kind by key."""

    def __init__(self, kind: type[RowT]) -> None:
        self._kind = kind
        self._bytes: dict[str, bytes] = {}
        self._decoded: dict[str, RowT] = {}

    def __len__(self) -> int:
        return len(self._bytes)

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        self._bytes = dict(rows)
        self._decoded = {}

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._bytes[key] = row
        self._decoded.pop(key, None)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._bytes.pop(key, None)
        self._decoded.pop(key, None)

    def raw(self, key: str) -> bytes | None:
        """Return a row's bytes."""
        return self._bytes.get(key)

    def get(self, key: str) -> RowT | None:
        """Return a row's value; None also where its bytes are none of this kind.

        Such a row came in altered, or is of a later release: the screens go on without it.
        """
        value = self._decoded.get(key)
        if value is None and (row := self._bytes.get(key)) is not None:
            if len(self._decoded) >= _DECODED:
                self._decoded.clear()
            try:
                value = self._decoded[key] = decode_row(row, self._kind)
            except ValueError:
                _log.warning("row %s cannot be shown", key)
        return value

    def all_raw(self) -> Iterable[bytes]:
        """Return every row's bytes, in no order that means anything."""
        return self._bytes.values()

    def values(self) -> Iterator[RowT]:
        """Yield every row's value, in no order that means anything."""
        for key in list(self._bytes):
            value = self.get(key)
            if value is not None:
                yield value


class _Stamp(msgspec.Struct, gc=False, frozen=True):
    """What orders a ticket or a goods receipt; `series` is "" for receipts."""

    at_ms: int
    clock_diff_ms: int
    series: str = ""


class _Refunded(msgspec.Struct, gc=False, frozen=True):
    """Which ticket a refund gives back, by its paper."""

    series: str
    number: int


class _Stamped(msgspec.Struct, gc=False, frozen=True):
    ticket: _Stamp | None = None
    receipt: _Stamp | None = None
    refunds: _Refunded | None = None


class Timeline(Generic[RowT]):
    """Rows of sales or goods receipts, newest first by the hub's clock; refunds by their ticket."""

    def __init__(self, kind: type[RowT]) -> None:
        self._rows = Rows(kind)
        self._stamps = msgspec.json.Decoder(_Stamped)
        self._order: list[tuple[int, str, str]] = []
        self._places: dict[str, tuple[int, str, str]] = {}
        self._back: dict[tuple[str, int], set[str]] = {}
        self._backs: dict[str, tuple[str, int]] = {}

    def __len__(self) -> int:
        return len(self._order)

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        taken = list(rows)
        placed = {key: self._place(key, row) for key, row in taken}
        self._back, self._backs = {}, {}
        for key, (_, original) in placed.items():
            self._note(key, original)
        self._places = {key: place for key, (place, _) in placed.items()}
        self._rows.replace(taken)
        self._order = sorted(self._places.values())

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        place, original = self._place(key, row)
        self._forget(key)
        self._note(key, original)
        self._rows.put(key, row)
        self._places[key] = place
        insort(self._order, place)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._forget(key)
        self._rows.drop(key)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def get(self, key: str) -> RowT | None:
        """Return a row's value, as `Rows.get` does."""
        return self._rows.get(key)

    def newest(self, series: str | None = None) -> Iterator[RowT]:
        """Yield rows newest first; with a series, that till's only."""
        for _, key, row_series in self._order:
            if series is None or row_series == series:
                value = self._rows.get(key)
                if value is not None:
                    yield value

    def refunds_of(self, series: str, number: int) -> Iterator[RowT]:
        """Yield what gives a ticket back, in no order that means anything."""
        for key in self._back.get((series, number), ()):
            value = self._rows.get(key)
            if value is not None:
                yield value

    def _place(self, key: str, row: bytes) -> tuple[tuple[int, str, str], _Refunded | None]:
        stamped = self._stamps.decode(row)
        stamp = stamped.ticket or stamped.receipt
        if stamp is None:
            raise ValueError(f"row {key} is neither a sale nor a goods receipt")
        place = -(stamp.at_ms + stamp.clock_diff_ms), key, stamp.series
        return place, stamped.refunds

    def _note(self, key: str, original: _Refunded | None) -> None:
        if original is not None:
            place = original.series, original.number
            self._backs[key] = place
            self._back.setdefault(place, set()).add(key)

    def _forget(self, key: str) -> None:
        place = self._places.pop(key, None)
        if place is not None:
            del self._order[bisect_left(self._order, place)]
        original = self._backs.pop(key, None)
        if original is not None:
            self._back[original].discard(key)


class Level(msgspec.Struct, gc=False, frozen=True):
    """One stock row as the replica has it, thousandths."""

    quantity_milli: int
    minimum_milli: int = 0


class StockLevels:
    """Stock rows by key: a hundred thousand are two numbers each."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(Level).decode
        self._levels: dict[str, Level] = {}

    def replace(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Take these rows instead of all there were."""
        decode = self._decode
        self._levels = {key: decode(row) for key, row in rows}

    def put(self, key: str, row: bytes) -> None:
        """Take a row, new or changed."""
        self._levels[key] = self._decode(row)

    def drop(self, key: str) -> None:
        """Give up a row; nothing happens when it is not there."""
        self._levels.pop(key, None)

    def get(self, key: str) -> Level | None:
        """Return a row's numbers."""
        return self._levels.get(key)
