"""What people did in a simulated shop, and what they were told of it.

Owns the list of operations by the label that each carries, and what became of each as seen from the
post: on its disk, answered by the hub, or perhaps never recorded.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import Enum

from common import messages as m
from common.models import Ticket


class Told(Enum):
    """What the person at the post was told. PERHAPS: the post died before it could say."""

    RECORDED = "recorded"
    REFUSED = "refused"
    PERHAPS = "perhaps"


class Fate(Enum):
    """What must become of a deed: taken, put aside for good, or taken once the hub is updated."""

    TAKEN = "taken"
    ASIDE = "aside"
    LATER = "later"


@dataclass(slots=True)
class Deed:
    """One operation. `lines`: (article id, thousandths), as stock sees it; `excused`: why it may
    be missing at the end ("" for no reason); `fragile`: its post's copy is gone, the hub's is the
    only one; `parked`: the id of the parked ticket that it is about, `about`: that of any other
    row; `category`: for which one an article was made; `status`: the hub's last word to the
    post."""

    label: str
    post: int
    kind: str
    told: Told
    lines: tuple[tuple[str, int], ...] = ()
    total_cents: int = 0
    ticket: Ticket | None = None
    outbox: str = ""
    n: int = 0
    status: m.Status | None = None
    code: str = ""
    fate: Fate = Fate.TAKEN
    parked: str = ""
    about: str = ""
    category: str = ""
    excused: str = ""
    fragile: bool = False

    @property
    def sure(self) -> bool:
        """Return whether it was recorded, and nothing excuses that it be missing."""
        return self.told is Told.RECORDED and not self.excused


@dataclass(slots=True)
class History:
    """All deeds, in order. `grants`: the posts that the hub let have a parked ticket, by its id;
    `ended`: what ended one, at whichever post."""

    deeds: dict[str, Deed] = field(default_factory=dict)
    by_place: dict[tuple[str, int], Deed] = field(default_factory=dict)
    by_post: dict[int, list[Deed]] = field(default_factory=dict)
    grants: dict[str, set[int]] = field(default_factory=dict)
    ended: dict[str, list[Deed]] = field(default_factory=dict)

    def add(self, deed: Deed) -> Deed:
        """Keep a deed."""
        self.deeds[deed.label] = deed
        self.by_post.setdefault(deed.post, []).append(deed)
        if deed.outbox:
            self.by_place[deed.outbox, deed.n] = deed
        return deed

    def replied(self, reply: m.Reply) -> None:
        """A post has the hub's answer on disk."""
        deed = self.by_place.get((reply.outbox, reply.n))
        if deed is not None:
            deed.status, deed.code = reply.status, reply.code
            # An older copy of an outbox uses numbers again: then the reply is another's.
            granted = deed.kind == "ticket.recall" and reply.status is m.Status.ACCEPTED
            if granted and not deed.excused:
                self.grants.setdefault(deed.parked, set()).add(deed.post)

    def renumbered(self, waiting: list[tuple[str, str, int]]) -> None:
        """Operations are seen to wait under these numbers: (label, outbox, n).

        One that perhaps was not recorded is, then: the post's screen shows it.
        """
        for label, outbox, n in waiting:
            deed = self.deeds.get(label)
            if deed is not None:
                deed.outbox, deed.n = outbox, n
                self.by_place[outbox, n] = deed
                if deed.told is Told.PERHAPS:
                    deed.told = Told.RECORDED

    def kind(self, kind: str) -> list[Deed]:
        """Return the deeds of a kind."""
        return [deed for deed in self.deeds.values() if deed.kind == kind]

    def last(self, deeds: Iterable[Deed], outbox_lost: Set[int]) -> set[str]:
        """Return the labels of those, of deeds about one row, of which one was the last to arrive.

        Of each post its last one, as what it records arrives in order; any of it where its outbox
        was damaged, or an older copy, and perhaps sent what was done with again.
        """
        labels = set()
        over = set()
        for deed in reversed(list(deeds)):
            if deed.told is not Told.REFUSED and deed.post not in over:
                labels.add(deed.label)
            if deed.sure and not deed.fragile and deed.post not in outbox_lost:
                over.add(deed.post)
        return labels

    def of(self, post: int) -> list[Deed]:
        """Return a post's deeds."""
        return self.by_post.get(post, [])
