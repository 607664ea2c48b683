"""The link of a simulated post: the shipped conversation, between a network and files that fail.

Owns its turns, and beginning again after a fault: what `kiosk.link` does in a thread, with sockets.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from common import messages as m
from common import wire
from common.errors import Problem, Refusal
from common.topics import TOPICS_OF
from kiosk.arrivals import Arrivals, Batch, HandingOver, LinkView
from kiosk.conversation import Conversation, Turn
from kiosk.database import FAULTS
from kiosk.link_life import Post
from kiosk.presence import Way
from kiosk.state import LinkStatus

if TYPE_CHECKING:
    from tests.sim.post import SimPost

TURN_S: Final = (0.0001, 0.002)
DRAIN: Final = 500


class SimLink:
    """Moves frames between the network and one conversation; begins again after a fault."""

    def __init__(self, post: "SimPost", place: Post, arrivals: Arrivals) -> None:
        self._post = post
        self._place = place
        self._arrivals = arrivals
        self._handing_over = HandingOver(arrivals)
        self._pause_s = 1.0
        self._due = 0
        self.running = False
        self.inbox: deque[tuple[Way, bytes]] = deque()
        self.talk: Conversation

    def start(self) -> None:
        """Begin a life."""
        stores = self._place.stores
        try:
            mended = stores.mend()
            if mended.notices:
                self._arrivals.put(
                    Batch(
                        0,
                        notices=mended.notices,
                        renumbered=mended.renumbered,
                        rebuilt=mended.rebuilt,
                    )
                )
            topics = TOPICS_OF[self._place.device.profile]
            place = self._place
            self.talk = Conversation(
                topics, stores.outbox, stores.replica, place.clocks, place.witness
            )
        except (*FAULTS, Refusal) as fault:
            self._failed(fault)
            return
        self._note_replies()
        self.running = True
        for way in Way:
            self._post.world.network.dial(self._post.number, way)
        self.wake(0.0)

    def _note_replies(self) -> None:
        """Take from disk what a turn noted there before it failed."""
        with suppress(*FAULTS, Refusal):
            for kept in self._place.stores.outbox.kept(0):
                if kept.reply is not None:
                    self._post.history.replied(kept.reply)

    def ring(self) -> None:
        """Look into the outbox soon."""
        self.wake(self._post.world.rng.uniform(*TURN_S))

    def stop(self) -> None:
        """Say goodbye, and touch nothing any more."""
        if self.running:
            self._post.world.network.up(self._post.number, wire.encode(m.Goodbye()))
        self.running = False
        self._post.world.network.hang_up(self._post.number)

    def tell(self, what: Callable[[Conversation], None]) -> None:
        """Tell the conversation something of its ways."""
        try:
            what(self.talk)
        except (*FAULTS, Refusal) as fault:
            self._failed(fault)
        else:
            self.ring()

    def wake(self, delay_s: float) -> None:
        """Take a turn after this time, unless another is due before."""
        self._due += 1
        due = self._due
        self._post.after(delay_s, lambda: self._turn() if due == self._due else None)

    def _turn(self) -> None:
        post = self._post
        if not self.running or post.world.agenda.now_s < post.stalled_until_s:
            if self.running:
                self.wake(post.stalled_until_s - post.world.agenda.now_s)
            return
        frames = [self.inbox.popleft() for _ in range(min(DRAIN, len(self.inbox)))]
        try:
            turn = self.talk.turn(frames)
        except (*FAULTS, Refusal) as fault:
            self._failed(fault)
            return
        if post.machine.frozen:
            post.crash("in the midst of a turn")
            return
        for frame in turn.out:
            post.world.network.up(post.number, frame)
        self._hand_over(turn)
        self.wake(0.0005 if self.inbox else max(0.001, self.talk.due_in_s))

    def _hand_over(self, turn: Turn) -> None:
        talk = self.talk
        status = talk.status
        problem = None if status is LinkStatus.ONLINE else talk.problem
        view = LinkView(status, problem, talk.synced_ms, talk.clock.now_ms(), talk.hub_trouble)
        for reply in turn.replies:
            self._post.history.replied(reply)
        self._handing_over.turn(turn, view, 0)

    def _failed(self, fault: Exception) -> None:
        """As `kiosk.link.Link`: shown, and begun again on what is on disk."""
        post = self._post
        self.running = False
        self.inbox.clear()
        if post.machine.frozen:
            post.crash("in the midst of a turn")
            return
        post.world.trace.note(post.name, "its link fails: %s", fault)
        post.world.network.hang_up(post.number)
        problem = fault.problem if isinstance(fault, Refusal) else Problem("kiosk_fault")
        stores = self._place.stores
        self._handing_over.fault(problem, 0, stores.replica.take_news())
        stores.note_fault(fault)
        post.after(self._pause_s, self.start)
        self._pause_s = min(2 * self._pause_s, 4.0)
