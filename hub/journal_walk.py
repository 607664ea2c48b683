"""A walk over the journal of an open database, as far as one wants and then on from there.

Owns where it begins and how far it has come: at the first line, or where a purge has cut, once what
the purge left is as it was. The rules are `common/journal/verify.py`'s.
"""

from collections.abc import Callable, Collection, Iterator

from common.journal.entry import Line
from common.journal.purge import kept_faults
from common.journal.verify import Finding, Verifier
from hub.journal_base import base_of
from hub.records import journal as rows
from hub.store import Connection

Progress = Callable[[int, int], None]
"""Told (lines done, lines there are)."""


class Walk:
    """One walk. `db` should be in a read transaction where somebody writes meanwhile; `trusted`:
    as `Verifier` has it.
    """

    def __init__(
        self,
        db: Connection,
        trusted: Collection[str] | None,
        progress: Progress = lambda _done, _all: None,
        signatures: bool = True,
    ) -> None:
        self._db = db
        self._progress = progress
        self.base = base_of(db)
        standing = None if self.base is None else self.base.standing()
        self.first = 1 if self.base is None else self.base.seq + 1
        self.verifier = Verifier(trusted, signatures, standing)
        self.head = rows.head(db)[0]

    def left(self) -> Iterator[Finding]:
        """Yield what does not hold of the lines that a purge left."""
        if self.base is not None:
            yield from kept_faults(rows.lines(self._db, 0, self.base.seq), self.base.line)

    def to(self, last: int, each: Callable[[Line], None] = lambda _line: None) -> Iterator[Finding]:
        """Yield what does not hold from where it is up to a line; tell `each` of every line."""
        after = max(self.verifier.standing.head.seq, self.first - 1)
        lines = self._told(rows.lines(self._db, after, last), each)
        yield from self.verifier.part(lines, rows.seals(self._db, after, last))

    def to_the_end(self) -> Iterator[Finding]:
        """Yield what does not hold of all the rest, with seals under lines that are gone."""
        yield from self.left()
        yield from self.to(2**62)
        yield from self.verifier.end()

    def _told(self, lines: Iterator[Line], each: Callable[[Line], None]) -> Iterator[Line]:
        there = self.head - self.first + 1
        for line in lines:
            yield line
            each(line)
            self._progress(line.seq - self.first + 1, there)
