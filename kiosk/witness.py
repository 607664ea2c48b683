"""This post as a witness of the hub's journal: the heads it has seen, and what contradicts them.

Owns which heads are kept and when they go to disk, the runs they stand in, and what a head says of
those before it. Whether the hub's lines are those that were seen, the hub looks itself, and says
so; what it cannot hide, such as another key or a journal that went back, is seen here. One owner
thread, the link's. A disk that fails costs heads, and nothing else.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
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
from common.journal.witness_file import (
    VERSION,
    Contradiction,
    Whose,
    WitnessFile,
    as_kept,
    sound,
)
from common.succession import follow
from kiosk.clocks import Clocks

_log = logging.getLogger(__name__)
KEEP_S: Final = 10.0
"""So late may a head be on disk, where the connection lasts; a till's flash is not written to at
each of the hub's commits."""
_KEY: Final = Conflict.KEY
THIN_AFTER: Final = 512
"""After so many heads were written, those that are not worth keeping go."""


class Keeper(Protocol):
    """Where heads are kept. What it cannot write it logs, and says by False."""

    def read(self) -> WitnessFile:
        """Return what is there, and which keys of the hub this post has pinned."""

    def add(self, heads: Sequence[Kept], found: Sequence[Contradiction], /) -> bool:
        """Add to it; durable on return."""

    def replace(self, held: WitnessFile, /) -> bool:
        """Keep this and nothing else; durable on return."""


class InMemory:
    """Keeps nothing: for a post without a folder. `identity`: the hub's key, as hex."""

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def read(self) -> WitnessFile:
        """Return nothing."""
        return WitnessFile(Whose(VERSION, "0" * 32, "-", (self._identity,)))

    def add(self, _heads: Sequence[Kept], _found: Sequence[Contradiction], /) -> bool:
        """Keep nothing."""
        return True

    def replace(self, _held: WitnessFile, /) -> bool:
        """Keep nothing."""
        return True


class Witness:
    """What one post keeps."""

    def __init__(self, keeper: Keeper, clocks: Clocks) -> None:
        self._clocks = clocks
        self._keeper = keeper
        held = keeper.read()
        self._whose = held.whose
        # `_unwritten`: those of the heads that are not on disk yet.
        self._heads = list(held.heads)
        self._unwritten: list[Kept] = []
        self._newest: Kept | None = None
        self._found = {one.run: one for one in held.contradictions}
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
            while (last := self._last(run)) is not None and not self._is_sound(last):
                self._heads.remove(last)

    def _is_sound(self, head: Kept) -> bool:
        return sound(head, self._whose.identities)

    @property
    def _key(self) -> str:
        """The id of the hub's key that is pinned now."""
        return canon.key_id(bytes.fromhex(self._whose.identities[-1]))

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
        self._follow(news)
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
        if not self._is_sound(head):
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

    def _follow(self, news: m.JournalNews) -> None:
        """Pin the hub's key of now, where the one that is pinned leads to it."""
        pinned = self._whose.identities
        newest = follow(pinned[-1], news.way)
        if newest not in pinned:
            self._whose = replace(self._whose, identities=(*pinned, newest))
            self._keeper.replace(self._held(self._heads))

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
        if self._keeper.replace(self._held(worth)):
            self._heads = worth

    def _held(self, heads: Sequence[Kept]) -> WitnessFile:
        """Return what is to be on disk, with these heads."""
        runs = {head.run for head in heads}
        found = [one for one in self._found.values() if one.run in runs or one.code is _KEY]
        return WitnessFile(self._whose, tuple(heads), tuple(found))

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
        if any(found.code is _KEY for found in self._found.values()):
            return None  # It was told.
        return self._found_out(_KEY, 0)

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
    if found.code is _KEY:
        return Problem("journal_other_key")
    return Problem("journal_contradicted", {"lines": Bounds(found.after, found.by).text})
