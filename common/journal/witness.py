"""What a witness keeps of the hub's journal, and what that says of the journal as it is now.

A **head** is a seal that the hub published: up to this line the journal is as this digest says. A
post keeps heads in **runs**: of one journal as it grew, each further than the one before. Lines are
chained, so the newest head of a run speaks for all lines before it. Owns the judging of heads
beside a journal, the narrowing down of the first bad line, and which heads are worth keeping. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, Protocol

from msgspec import Meta

from common.i18n import mark
from common.journal.entry import Seal
from common.journal.record import ChainId, Digest, KeyId, Seq, SignedRecord
from common.models import Id, Label

_MINUTE_MS: Final = 60_000
TIERS: Final = ((_MINUTE_MS, 120), (60 * _MINUTE_MS, 72), (24 * 60 * _MINUTE_MS, 2_200))
"""(ms, heads): the last head of each minute for so many of them, then of each hour, of each day:
two hours, three days, six years of those in which something was recorded."""
RUNS_KEPT: Final = 64
RUNS_SAID: Final = 8
"""Of so many runs, the newest, a post names the newest head when it says hello."""
HEADS_AT_ONCE: Final = 64
Run = Annotated[int, Meta(ge=0, le=2**31)]
LineNumber = Annotated[int, Meta(ge=0, le=2**53)]


class Conflict(StrEnum):
    """How a journal contradicts a witness. The values stand in entries for ever."""

    LINE = "line"
    GONE = "gone"
    CHAIN = "chain"
    EPOCH = "epoch"
    KEY = "key"


SAYS: Final[Mapping[Conflict, str]] = {
    Conflict.LINE: mark("is not the line that a witness has seen"),
    Conflict.GONE: mark("is gone, though a witness has seen it"),
    Conflict.CHAIN: mark("is of another journal than the one that a witness has seen"),
    Conflict.EPOCH: mark("is gone: a witness has seen this database restored, and go on from then"),
    Conflict.KEY: mark("is sealed by another key than the hub's that a witness knows"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A head without its signature. `run`: which of the witness's runs it stands in."""

    run: Run
    chain: ChainId
    epoch: KeyId
    seq: Seq
    digest: Digest


class Kept(NamedTuple):
    """A head that a witness keeps: its run, the seal, and what that states."""

    run: int
    seal: SignedRecord
    stated: Seal

    @property
    def mark(self) -> Mark:
        """Return it without its signature."""
        stated = self.stated
        return Mark(self.run, stated.chain, stated.epoch, stated.seq, stated.digest)


@dataclass(frozen=True, slots=True)
class ContradictedData:
    """What the journal says itself of a post that has seen it otherwise.

    `after`, `by`: as `Bounds`. `seen`: the newest head of that run; `seal`: the head that
    contradicts, which the hub signed itself; both None where the post knows another hub key, `key`.
    """

    device: Id
    name: Label
    code: Conflict
    after: LineNumber
    by: LineNumber
    seen: Mark | None = None
    seal: SignedRecord | None = None
    key: Annotated[str, Meta(max_length=32)] = ""


@dataclass(frozen=True, slots=True)
class LostData:
    """What the journal says itself of lines that a restore has lost: a post had seen it `reached`,
    by this seal. `restored`: the line of the restore; `kept`: the last line before it."""

    device: Id
    name: Label
    restored: LineNumber
    kept: LineNumber
    reached: LineNumber
    seal: SignedRecord


class Span(NamedTuple):
    """The lines of a journal that were written under one epoch, the last one included."""

    epoch: str
    first: int
    last: int


class Journal(Protocol):
    """A journal as it is now. `spans`: in order, at least one; the last one still grows.

    `purged`: up to this line records were taken out, archived; 0: none were.
    """

    @property
    def chain(self) -> str:
        """Return its chain's id."""

    @property
    def spans(self) -> Sequence[Span]:
        """Return its epochs."""

    @property
    def purged(self) -> int:
        """Return up to where lines may be gone rightly."""

    def digest_at(self, seq: int) -> str | None:
        """Return the digest of a line's bytes, None where there is no such line."""


class Lost(NamedTuple):
    """A head lies beyond what a restore kept: its line, the last one kept, the head's."""

    restored: int
    kept: int
    reached: int


class Verdict(NamedTuple):
    """What a head says of a journal: that it is as it was, or why not. `by`: a line that is bad.

    Nothing of it: its line was purged. A later head speaks for that, too: lines are chained.
    """

    agrees: bool = False
    conflict: Conflict | None = None
    by: int = 0
    lost: Lost | None = None


AGREES: Final = Verdict(agrees=True)
SAYS_NOTHING: Final = Verdict()


def judge(journal: Journal, head: Mark) -> Verdict:
    """Return what a head says of a journal; its signature is taken for granted."""
    spans = journal.spans
    if head.chain != journal.chain or head.epoch < spans[0].epoch:
        return Verdict(conflict=Conflict.CHAIN, by=1)
    newest = spans[-1]
    if head.epoch > newest.epoch:
        return Verdict(conflict=Conflict.EPOCH, by=newest.last + 1)
    place = max(place for place, span in enumerate(spans) if span.epoch <= head.epoch)
    span = spans[place]
    if span.epoch == head.epoch and head.seq <= span.last:
        digest = journal.digest_at(head.seq)
        if digest is None and head.seq <= journal.purged:
            return SAYS_NOTHING
        same = digest == head.digest
        return AGREES if same else Verdict(conflict=Conflict.LINE, by=head.seq)
    if span is newest:
        return Verdict(conflict=Conflict.GONE, by=span.last + 1)
    # Of an epoch that was left by a restore, or that a restore from an older backup passed over.
    return Verdict(lost=Lost(spans[place + 1].first, span.last, head.seq))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which lines the first bad one lies: later than `after`, no later than `by`.

    `conflict`: what is wrong with it, None where nothing is; `head`: which head says so.
    """

    after: int = 0
    by: int = 0
    conflict: Conflict | None = None
    head: Mark | None = None

    @property
    def text(self) -> str:
        """Return the lines among which the first bad one is, as people read them."""
        first = self.after + 1
        return str(self.by) if first >= self.by else f"{first}–{self.by}"


def narrow(journal: Journal, heads: Iterable[Mark]) -> Bounds:
    """Return the narrowest bounds that all these heads give together."""
    agreed: list[int] = []
    found = Bounds()
    for head in heads:
        verdict = judge(journal, head)
        if verdict.agrees:
            agreed.append(head.seq)
        elif verdict.conflict is not None and (found.conflict is None or verdict.by < found.by):
            found = Bounds(0, verdict.by, verdict.conflict, head)
    if found.conflict is None:
        return found
    # What agrees beyond the first bad line was kept after it was made.
    return replace(found, after=max((seq for seq in agreed if seq < found.by), default=0))


def lost(journal: Journal, heads: Iterable[Mark]) -> list[tuple[Mark, Lost]]:
    """Return, for each restore, the furthest head beyond what it kept."""
    furthest: dict[int, tuple[Mark, Lost]] = {}
    for head in heads:
        gone = judge(journal, head).lost
        if gone is not None and _reached(furthest.get(gone.restored)) < gone.reached:
            furthest[gone.restored] = head, gone
    return [furthest[restored] for restored in sorted(furthest)]


def _reached(found: tuple[Mark, Lost] | None) -> int:
    return 0 if found is None else found[1].reached


def thinned(heads: Sequence[Kept], always: Iterable[Kept] = ()) -> list[Kept]:
    """Return the heads that are worth keeping, in their order: those of `TIERS`, the newest of
    each run, and those of `always`; of the newest runs. Minutes, hours and days are UTC, by the
    hub's clock."""
    runs = set(sorted({head.run for head in heads})[-RUNS_KEPT:])
    heads = [head for head in heads if head.run in runs]
    newest = {head.run: head.seal.body for head in heads}
    chosen = {*newest.values(), *(head.seal.body for head in always)}
    for width_ms, most in TIERS:
        slots: set[tuple[int, int]] = set()
        for head in reversed(heads):
            slot = head.run, head.stated.at_ms // width_ms
            if slot in slots:
                continue
            if len(slots) == most:
                break
            slots.add(slot)
            chosen.add(head.seal.body)
    return [head for head in heads if head.seal.body in chosen]


def spread(heads: Sequence[Kept], most: int = HEADS_AT_ONCE) -> list[Kept]:
    """Return at most so many of them, evenly, the first and the last among them."""
    if len(heads) <= most:
        return list(heads)
    last = len(heads) - 1
    return [heads[place * last // (most - 1)] for place in range(most)]
