"""Following the hub's topics, as far as this post hears its broadcasts and its disk has room.

Owns whether the replica is in step with the hub, when it last was, and standing still where the
disk gets full. What to ask for is the follower's.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from common import messages as m
from common.errors import Problem
from common.follower import Event, Follower
from common.topic_progress import TopicState
from kiosk.clocks import Clocks
from kiosk.database import FAULTS, is_full
from kiosk.replica import Replica
from kiosk.room import Room

_log = logging.getLogger(__name__)
_SYNCED_KEPT_MS: Final = 60_000
"""So far may lie behind, after a sudden end, what is on disk of when all was last in step."""


class Following:
    """A replica that follows `topics` for one outbox. `count` is called with each event's name."""

    def __init__(
        self,
        replica: Replica,
        topics: Sequence[str],
        outbox: str,
        clocks: Clocks,
        room: Room,
        count: Callable[[str], None],
    ) -> None:
        replica.use_outbox(outbox)
        self._replica = replica
        self._topics = topics
        self._clocks = clocks
        self._room = room
        self._count = count
        self._by_broadcasts = False
        self._doubtful = False
        self.follower = Follower(replica, topics, outbox, clocks.monotonic, self._on_event)
        self.synced_ms = replica.synced_ms

    @property
    def in_step(self) -> bool:
        """Return whether the replica is what the hub has, as far as broadcasts tell."""
        return self._by_broadcasts and self.follower.live

    @property
    def syncing(self) -> bool:
        """Return whether an answer of the hub is awaited."""
        return any(self.follower.state(topic) is TopicState.SYNCING for topic in self._topics)

    @property
    def no_room(self) -> Problem | None:
        """Return what to say while the disk has no room for following."""
        if self._room.enough:
            return None
        return Problem("replica_no_room", {"folder": str(self._replica.path.parent)})

    def holds(self, reply: m.Reply) -> bool:
        """Return whether the replica has all that an operation changed in the topics of this post.

        Its reply may be here before: broadcasts come by another way.
        """
        if reply.status is not m.Status.ACCEPTED:
            return True
        replica = self._replica
        return all(
            topic not in self._topics
            or replica.tseq(topic) >= tseq
            or replica.last_n(topic) >= reply.n
            for topic, tseq in reply.topics.items()
        )

    def meet(self, epoch: str) -> None:
        """Operations go to a hub of this epoch before it is followed, or without following it.

        Replies count in it from now on: positions of an older one say nothing. It is one page to
        write: there is room for that as long as there is any for the outbox.
        """
        known = self._replica.epoch()
        if known and known < epoch:
            self._replica.leave_epoch(epoch)
            self._count(Event.NEW_EPOCH.value)

    def welcome(self, welcome: m.Welcome, subscribed: bool) -> list[Any]:
        """Compare with the hub; return what to ask for. Nothing where there is no room."""
        if not self._room.enough:
            self.meet(welcome.epoch)
            return []
        self._by_broadcasts = subscribed
        return self.follower.welcome(welcome)

    def deaf(self) -> None:
        """Broadcasts come no more, or not all of them."""
        self._by_broadcasts = False

    def part(self) -> None:
        """The hub is gone: keep when all was last in step."""
        self.deaf()
        self.follower.disconnected()
        if self.synced_ms is None or self.synced_ms == self._replica.synced_ms:
            return
        try:
            self._replica.note_synced(self.synced_ms)
        except FAULTS as fault:
            if not is_full(fault):
                raise
            _log.warning("when all was last in step is not kept: %s", fault)

    def heartbeat(self, heartbeat: m.Heartbeat) -> list[Any]:
        """Compare with the hub once a second."""
        asks = self.follower.heartbeat(heartbeat)
        self._note_synced()
        return asks

    def room_changed(self) -> bool:
        """Look at the disk; where it got full or has room again, follow nothing until a welcome."""
        if not self._room.look():
            return False
        self.deaf()
        self.follower.disconnected()
        return True

    def failed(self) -> None:
        """The replica found no room: make another one of these, on what is on disk."""
        self._room.failed()
        _log.warning("no room for the replica in %s", self._replica.path.parent)

    def _note_synced(self) -> None:
        if not self.in_step:
            return
        self.synced_ms = now_ms = self._clocks.wall_ms()
        if abs(now_ms - (self._replica.synced_ms or 0)) >= _SYNCED_KEPT_MS:
            self._replica.note_synced(now_ms)

    def look_closely(self) -> None:
        """After a digest that did not fit: raise one of `FAULTS` where the file is damaged.

        Not every damage shows when rows are read in order; the hub's rows would be laid over it.
        """
        if self._doubtful:
            self._doubtful = False
            self._replica.require_order()

    def _on_event(self, event: Event, topic: str) -> None:
        self._count(event.value)
        if event is Event.LIVE:
            self._note_synced()
        self._doubtful = self._doubtful or event is Event.DIGEST_MISMATCH
        if event not in (Event.LIVE, Event.SNAPSHOT):
            _log.info("%s %s", event.value, topic)
