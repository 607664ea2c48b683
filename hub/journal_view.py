"""The journal of a database as whoever judges heads of it sees it: its chain, epochs and lines.

Owns what the lines `founded` and `restored` say of epochs, and from where on seals are by a key.
Reads; a line that cannot be read says nothing, and is the verification's to name.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from common.journal import canon
from common.journal.entry import Entry, Line, read_entry, read_seal
from common.journal.kinds import EntryType
from common.journal.record import ED25519
from common.journal.witness import Span
from common.models import convert
from hub.journal_base import base_of
from hub.records import journal as rows
from hub.store import Connection

DataT = TypeVar("DataT")


class JournalView:
    """One database's. `epoch`: the present one; `head_seq`: the number of the last line."""

    def __init__(self, db: Connection, epoch: str, head_seq: Callable[[], int]) -> None:
        self._db = db
        self._head_seq = head_seq
        first = _entry(rows.line(db, 1))
        self.chain = "" if first is None else first.chain
        begins = [] if first is None else [(str(first.data.get("epoch")), 1)]
        for entry in entries(db, EntryType.RESTORED):
            begins.append((str(entry.data.get("epoch")), entry.seq))
        if not begins or begins[-1][0] < epoch:
            # Restored, and no hub has started since that could have said so.
            begins.append((epoch, head_seq() + 1))
        self._begins = begins
        self._base = base_of(db)
        self.purged = 0 if self._base is None else self._base.seq

    @property
    def spans(self) -> Sequence[Span]:
        """Return its epochs."""
        ends = [*(first - 1 for _, first in self._begins[1:]), self._head_seq()]
        return [
            Span(epoch, first, last)
            for (epoch, first), last in zip(self._begins, ends, strict=True)
        ]

    def digest_at(self, seq: int) -> str | None:
        """Return the digest of a line's bytes, None where there is no such line."""
        line = rows.line(self._db, seq)
        if line is None and self._base is not None and seq == self.purged:
            return self._base.data.last_digest  # That of the line where a purge has cut.
        return None if line is None else canon.digest(line.body)

    def other_key_from(self, key: str) -> tuple[int, int]:
        """Return (after, by): between which lines seals by another key than this one begin.

        Keys change one after the other: found by halving.
        """
        after, by = 0, self._head_seq() + 1
        while by - after > 1:
            middle = (after + by) // 2
            sealed_by = self._key_at(middle)
            if sealed_by is None or sealed_by == key:
                after = middle
            else:
                by = middle
        return after, by

    def _key_at(self, seq: int) -> str | None:
        seal = next(rows.seals(self._db, seq - 1), None)
        try:
            return None if seal is None else read_seal(seal).keys.get(ED25519, "")
        except ValueError:
            return ""


def noted(db: Connection, kind: EntryType, shape: type[DataT]) -> Iterator[tuple[Entry, DataT]]:
    """Yield the same, with what stands in them as a value."""
    for entry in entries(db, kind):
        with suppress(ValueError):
            yield entry, convert(entry.data, shape)


def entries(db: Connection, kind: EntryType) -> Iterator[Entry]:
    """Yield what the lines of one type say, in order; of any but records that were taken in."""
    for line in rows.of_type(db, kind):
        entry = _entry(line)
        if entry is not None:
            yield entry


def _entry(line: Line | None) -> Entry | None:
    try:
        return None if line is None else read_entry(line.body)
    except ValueError:
        return None
