"""What the link's thread hands to the screens' thread, and the letterbox it goes through.

Owns the crossing of threads, and what is worth crossing. Everything in a batch is on disk already.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from common.errors import Problem
from common.messages import KeyRequest, Reply
from kiosk.asking import Answered
from kiosk.conversation import Turn
from kiosk.device import Device
from kiosk.membership import Revoked
from kiosk.news import News
from kiosk.state import LinkStatus

_SYNCED_SHOWN_MS: Final = 10_000
_CLOCK_SHOWN_MS: Final = 250


@dataclass(frozen=True, slots=True)
class LinkView:
    """How the link stands. `synced_ms`: when the replica was last known to equal the hub.

    `hub_trouble`: why the hub takes no operation though it is there. `revoked`: that this post was
    taken out of the shop.
    """

    status: LinkStatus = LinkStatus.OFFLINE
    problem: Problem | None = None
    synced_ms: int | None = None
    clock_diff_ms: int = 0
    hub_trouble: Problem | None = None
    revoked: Revoked | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One turn's outcome. `committed_ns`: monotonic time at which it was all on disk.

    `renumbered`: read the outbox anew. `rebuilt`: the replica's file is another. `keys_asked`: the
    hub wants this post to have other keys.
    """

    committed_ns: int
    news: tuple[News, ...] = ()
    replies: tuple[Reply, ...] = ()
    notices: tuple[Problem, ...] = ()
    renumbered: bool = False
    rebuilt: bool = False
    link: LinkView | None = None
    device: Device | None = None
    answers: tuple[Answered, ...] = ()
    keys_asked: bool = False


class Arrivals:
    """The letterbox: one thread puts, another takes. `on_wake` is called by the one that puts."""

    def __init__(self) -> None:
        self._batches: deque[Batch] = deque()
        self._woken = False
        self.on_wake: Callable[[], None] | None = None

    def put(self, batch: Batch) -> None:
        """Leave a batch, and wake the other side unless it is awake already."""
        self._batches.append(batch)
        self.wake()

    def wake(self) -> None:
        """Wake the other side unless it is awake already; from any thread."""
        if not self._woken:
            self._woken = True
            if self.on_wake is not None:
                self.on_wake()

    def take(self) -> list[Batch]:
        """Return what has come since the last call, in order."""
        # Before the first look: what comes after it wakes again, for nothing at worst.
        self._woken = False
        batches = []
        while self._batches:
            batches.append(self._batches.popleft())
        return batches


class HandingOver:
    """Puts what turns did, and how the link stands, into a letterbox: where either is new."""

    def __init__(self, arrivals: Arrivals, revoked: Revoked | None = None) -> None:
        self._arrivals = arrivals
        self._shown = LinkView(revoked=revoked)

    def turn(self, turn: Turn, view: LinkView, committed_ns: int) -> None:
        """Hand over a turn, if there is anything in it; `committed_ns` as in `Batch`."""
        link = view if _is_news(self._shown, view) else None
        if link is not None:
            self._shown = view
        asked = any(isinstance(said, KeyRequest) for said in turn.about_doors)
        told = turn.news or turn.replies or turn.answers or turn.notices or turn.renumbered
        if link or told or asked:
            self._arrivals.put(
                Batch(
                    committed_ns,
                    tuple(turn.news),
                    tuple(turn.replies),
                    tuple(turn.notices),
                    turn.renumbered,
                    link=link,
                    answers=tuple(turn.answers),
                    keys_asked=asked,
                )
            )

    def standing(self, revoked: Revoked | None, at_ns: int) -> None:
        """Hand over whether this post was taken out of the shop, where that is new."""
        if revoked != self._shown.revoked:
            self._shown = replace(self._shown, revoked=revoked)
            self._arrivals.put(Batch(at_ns, link=self._shown))

    def fault(self, problem: Problem, at_ns: int, news: Sequence[News] = ()) -> None:
        """The link failed. The outbox is read anew: what the turn noted there nobody knows.

        `news`: what is on the replica's disk, and no turn has handed over.
        """
        self._shown = replace(self._shown, status=LinkStatus.OFFLINE, problem=problem)
        self._arrivals.put(Batch(at_ns, tuple(news), link=self._shown, renumbered=True))


def _is_news(shown: LinkView, view: LinkView) -> bool:
    """Return whether people should see it; a clock's trembling is none."""
    if (shown.status, shown.problem) != (view.status, view.problem):
        return True
    if (shown.hub_trouble, shown.revoked) != (view.hub_trouble, view.revoked):
        return True
    if abs(view.clock_diff_ms - shown.clock_diff_ms) >= _CLOCK_SHOWN_MS:
        return True
    return (view.synced_ms or 0) - (shown.synced_ms or 0) >= _SYNCED_SHOWN_MS
