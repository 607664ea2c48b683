"""This post as a witness of the hub's journal: the heads it has seen, and what contradicts them.

Owns which heads are kept and when they go to disk, the runs they stand in, and what a head says of
those before it. Whether the hub's lines are those that were seen, the hub looks itself, and says
so; what it cannot hide, such as another key or a journal that went back, is seen here. One owner
thread, the link's. A disk that fails costs heads, and nothing else.
"""

import logging
from collections.abc import Sequence
from typing import Final, Protocol

from common import messages as m
from common.errors import Problem
from common.journal import canon
from common.journal.record import ED25519, SignedRecord
from common.journal.witness import (
    HEADS_AT_ONCE,
    RUNS_SAID,
    Bounds,
    Conflict,
    Kept,
    spread,
    thinned,
)
from common.journal.witness_file import Contradiction, as_kept, sound
from kiosk.clocks import Clocks

_log = logging.getLogger(__name__)
KEEP_S: Final = 10.0
"""So late may a head be on disk, where the connection lasts; a till's flash is not written to at
each of the hub's commits."""
THIN_AFTER: Final = 512
"""After so many heads were written, those that are not worth keeping go."""


class Keeper(Protocol):
    """Where heads are kept. What it cannot write it logs, and says by False."""

    def read(self) -> tuple[Sequence[Kept], Sequence[Contradiction]]:
        """Return what is there."""

    def add(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Add to it; durable on return."""

    def replace(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Keep these and nothing else; durable on return."""


class InMemory:
    """Keeps nothing: for a post without a folder."""

    def read(self) -> tuple[Sequence[Kept], Sequence[Contradiction]]:
        """Return nothing."""
        return (), ()

    def add(self, _heads: Sequence[Kept], _found: Sequence[Contradiction], /) -> bool:
        """Keep nothing."""
        return True

    def replace(self, _heads: Sequence[Kept], _found: Sequence[Contradiction], /) -> bool:
        """Keep nothing."""
        return True


class Witness:
    """What one post keeps. `identity`: the hub's public key that it has pinned."""

    def __init__(self, identity: bytes, clocks: Clocks, keeper: Keeper | None = None) -> None:
        self._identity = identity
        self._key = canon.key_id(identity)
        self._clocks = clocks
        self._keeper = keeper or InMemory()
        heads, found = self._keeper.read()
        # `_unwritten`: those of the heads that are not on disk yet.
        self._heads = list(heads)
        self._unwritten: list[Kept] = []
        self._newest: Kept | None = None
        self._found = {one.run: one for one in found}
        self._drop_unsound()
        self._run = max([head.run for head in self._heads] + list(self._found), default=0)
        self._newest = self._last(self._run)
        self._written_s = clocks.monotonic()
        self._added = 0
        self._seen = ""
        if self._newest is not None and self._run in self._found:
            self._begin_run()

    def _drop_unsound(self) -> None:
        """Let no bit that a disk has flipped speak for a run."""
        for run in self._newest_runs():
            while (last := self._last(run)) is not None and not sound(last, self._identity):
                self._heads.remove(last)

    # What the hub is told.

    @property
    def seq(self) -> int:
        """Return the newest line that a head was seen of in this run, 0 for none."""
        return 0 if self._newest is None else self._newest.stated.seq

    def said(self) -> m.Witnessed:
        """Return what a hello says of it."""
        last = [self._last(run) for run in self._newest_runs()]
        return m.Witnessed(self._key, tuple(head.mark for head in last if head is not None))

    def asked(self, request: m.HeadsRequest) -> m.Heads:
        """Return the heads that the hub asks for."""
        heads = [head for head in self._of(request.run) if head.stated.seq <= request.to]
        before = [head for head in heads if head.stated.seq <= request.after]
        asked = spread([*before[-1:], *heads[len(before) :]], HEADS_AT_ONCE)
        return m.Heads(request.run, tuple(head.seal for head in asked))

    # What the hub says.

    def welcomed(self, news: m.JournalNews) -> Problem | None:
        """Take a welcome's word; return what to show."""
        if self._newest is not None and self._run in news.against:
            self._begin_run()
        return None if news.head is None else self.heard(news.head)

    def heard(self, seal: SignedRecord) -> Problem | None:
        """Take a head of the journal as it is now; return what to show."""
        if seal.body == self._seen:
            return None
        self._seen = seal.body
        try:
            head = as_kept(self._run, seal)
        except ValueError as error:
            _log.warning("a head of the journal cannot be read: %s", error)
            return None
        if head.stated.keys.get(ED25519) != self._key:
            return self._other_key()
        if not sound(head, self._identity):
            _log.warning("a head of the journal is not signed as it says")
            return None
        problem = self._contradicts(head)
        if problem is not None or self._is_of_another_epoch(head):
            self._begin_run()
        if self._newest is None or head.stated.seq > self._newest.stated.seq:
            self._newest = head._replace(run=self._run)
        return problem

    def contradicted(self, word: m.Contradicted) -> Problem | None:
        """Take the hub's word that its journal contradicts a run; return what to show."""
        if self._last(word.run) is None:
            return None
        if word.run == self._run:
            self._begin_run()
        found = Contradiction(word.run, word.code, word.after, word.by, self._clocks.wall_ms())
        return self._note(found)

    # The disk.

    def tick(self) -> None:
        """Write the newest head down where it is time."""
        if self._clocks.monotonic() - self._written_s >= KEEP_S:
            self.keep()

    def keep(self) -> None:
        """Write the newest head down, and what could not be written before."""
        newest = self._newest
        if newest is not None and (not self._heads or self._heads[-1] is not newest):
            self._heads.append(newest)
            self._unwritten.append(newest)
        if not self._unwritten:
            return
        self._written_s = self._clocks.monotonic()
        if not self._keeper.add(self._unwritten, ()):
            return
        self._added += len(self._unwritten)
        self._unwritten = []
        if self._added >= THIN_AFTER:
            self._thin()

    def _thin(self) -> None:
        self._added = 0
        always = [head for found in self._found.values() for head in self._around(found)]
        worth = thinned(self._heads, always)
        runs = {head.run for head in worth}
        found = [one for one in self._found.values() if one.run in runs]
        if self._keeper.replace(worth, found):
            self._heads = worth

    def _around(self, found: Contradiction) -> Sequence[Kept]:
        """Return the heads that say where a contradiction begins."""
        heads = self._of(found.run)
        before = [head for head in heads if head.stated.seq <= found.after]
        return (*before[-1:], *heads[len(before) :][:1])

    # Runs.

    def _newest_runs(self) -> list[int]:
        return sorted({head.run for head in self._all()})[-RUNS_SAID:]

    def _all(self) -> Sequence[Kept]:
        newest = self._newest
        if newest is None or (self._heads and self._heads[-1] is newest):
            return self._heads
        return [*self._heads, newest]

    def _of(self, run: int) -> list[Kept]:
        return [head for head in self._all() if head.run == run]

    def _last(self, run: int) -> Kept | None:
        return next((head for head in reversed(self._all()) if head.run == run), None)

    def _begin_run(self) -> None:
        """What comes is not the continuation of what was seen."""
        self.keep()
        self._run += 1
        self._newest = None

    def _is_of_another_epoch(self, head: Kept) -> bool:
        newest = self._newest
        return newest is not None and head.stated.epoch != newest.stated.epoch

    def _contradicts(self, head: Kept) -> Problem | None:
        """Return what a head says against the newest one, which was seen before it."""
        now, seen = head.stated, None if self._newest is None else self._newest.stated
        if seen is None or (now.seq, now.digest) == (seen.seq, seen.digest):
            return None
        if now.chain != seen.chain:
            return self._found_out(Conflict.CHAIN, 1)
        if now.epoch < seen.epoch:
            return self._found_out(Conflict.EPOCH, now.seq + 1)
        if now.epoch > seen.epoch or now.seq > seen.seq:
            return None
        if now.seq == seen.seq:
            return self._found_out(Conflict.LINE, now.seq)
        return self._found_out(Conflict.GONE, now.seq + 1)

    def _other_key(self) -> Problem | None:
        if any(found.code is Conflict.KEY for found in self._found.values()):
            return None  # It was told.
        return self._found_out(Conflict.KEY, 0)

    def _found_out(self, code: Conflict, by: int) -> Problem | None:
        return self._note(Contradiction(self._run, code, 0, by, self._clocks.wall_ms()))

    def _note(self, found: Contradiction) -> Problem | None:
        """Write down what contradicts a run; return what to show, the first time."""
        known = self._found.get(found.run)
        if known is not None and (known.after, known.by) == (found.after, found.by):
            return None
        self._found[found.run] = found
        self._keeper.add((), [found])
        _log.error("the hub's journal contradicts what was seen of it: %s", found)
        return None if known is not None else problem_of(found)


def problem_of(found: Contradiction) -> Problem:
    """Return what to show of a contradiction."""
    if found.code is Conflict.KEY:
        return Problem("journal_other_key")
    return Problem("journal_contradicted", {"lines": Bounds(found.after, found.by).text})
