"""What a post and its hub say to each other, without a socket: frames in, frames out.

Owns the order of things: how the hub's frames reach follower and outbox, that replies are on disk
before they end anything, and whether the post is online. A shell (`link.py`, or a simulation) tells
it which ways are open, hands it frames and sends what it returns. What a turn took is on disk when
the turn returns.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from common import VERSION, wire
from common import messages as m
from common.errors import Problem
from kiosk.asking import ANSWERS, Answered, Asked
from kiosk.clocks import ClockDifference, Clocks
from kiosk.database import FAULTS, is_full
from kiosk.delivery import Delivery
from kiosk.following import Following
from kiosk.news import News
from kiosk.outbox import Outbox
from kiosk.presence import GARBAGE_PAUSE_S, HELLO_AGAIN_S, Presence, Sent, Way
from kiosk.replica import Replica
from kiosk.room import Room
from kiosk.state import LinkStatus
from kiosk.testimony import Testimony
from kiosk.witness import Witness

_log = logging.getLogger(__name__)
_CLOCK_KEPT_MS: Final = 1000
"""A clock difference on disk is good enough up to here: it is written at a first meeting only."""
_HUB_TROUBLES: Final = frozenset(
    {"hub_busy", "hub_disk_low", "hub_disk_full", "quarantine_full", "too_fast"}
)
"""The hub is there, but takes no operation now."""

AboutDoors = m.Card | m.KeyRequest | m.KeyTaken | m.Revocation


@dataclass(slots=True)
class Turn:
    """What one turn did. `renumbered`: the outbox's numbers or replies are others now.

    `about_doors`: what the hub says of its own key and this post's, and of who may come in.
    """

    out: list[bytes] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    replies: list[m.Reply] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    renumbered: bool = False
    about_doors: list[AboutDoors] = field(default_factory=list)


class Conversation:
    """One post's side. One owner thread, which also owns the replica."""

    def __init__(
        self,
        topics: Sequence[str],
        outbox: Outbox,
        replica: Replica,
        clocks: Clocks,
        witness: Witness | None = None,
    ) -> None:
        self._topics = tuple(topics)
        self._outbox = outbox
        self._replica = replica
        self._clocks = clocks
        self._testimony = Testimony(witness, self._tell)
        self._presence = Presence(clocks)
        self.clock = ClockDifference(clocks, outbox.clock_diff_ms)
        self.events: Counter[str] = Counter()
        self.problem: Problem | None = None
        self.hub_trouble: Problem | None = None
        self.hub: m.Welcome | None = None
        self._room = Room(outbox.free_bytes, clocks.monotonic)
        self._heed_from = 0
        self._welcomed = False
        self._renewed = False
        self._hub_epoch = ""
        self._turn = Turn()
        self._asked: list[Asked] = []
        self._make_cores()

    def _make_cores(self) -> None:
        """Make the sans-IO cores on what is on disk."""
        clock = self._clocks.monotonic
        self._delivery = Delivery(self._outbox, clock)
        self._following = Following(
            self._replica,
            self._topics,
            self._delivery.outbox,
            self._clocks,
            self._room,
            self._count,
        )
        self._welcomed = False
        follower = self._following.follower
        self._handlers: Mapping[type[Any], Callable[[Any], list[Any]]] = {
            m.Welcome: self._welcome,
            m.Refused: self._refused,
            m.Pong: self._pong,
            m.Reply: self._reply,
            m.Expect: self._expect,
            m.HeadsRequest: self._testimony.asked,
            m.Contradicted: self._testimony.contradicted,
            m.SnapshotBegin: follower.snapshot_begin,
            m.SnapshotEnd: follower.snapshot_end,
            m.SnapshotRequired: follower.snapshot_required,
            m.Delta: follower.delta,
            m.Changes: follower.changes,
            m.Announce: follower.announce,
            m.Heartbeat: self._heartbeat,
            **dict.fromkeys(ANSWERS, self._answered),
            **dict.fromkeys(get_args(AboutDoors), self._about_doors),
        }

    # What the shell tells.

    def opened(self, way: Way) -> None:
        """A way is open: connected, and through the handshake."""
        self._presence.opened(way)

    def closed(self, way: Way, problem: Problem | None = None) -> None:
        """A way is shut, and why where that is known."""
        self._presence.closed(way)
        self._following.deaf()
        if problem is not None:
            self.problem = problem
        if way is Way.COMMANDS:
            self._part()
            self.clock.parted()
            self.hub_trouble = None
            self._testimony.parted()

    def ask(self, asked: Sequence[Asked]) -> None:
        """Send these with the next turn; dropped where the hub is not there by then."""
        self._asked += asked

    def turn(self, frames: Sequence[tuple[Way, bytes]] = ()) -> Turn:
        """Take frames, do what is due, and return what to send and what became of it all.

        Raises one of `database.FAULTS` or a Refusal where the disk fails; make a new conversation
        then, on what is on disk.
        """
        turn = self._turn = Turn()
        if self._following.room_changed():
            # The welcome that answers says how it stands, and is followed where there is room.
            self._presence.hello_in(0.0)
        try:
            with self._replica.transaction():
                asks = [ask for way, frame in frames for ask in self._take(way, frame)]
                asks += self._due()
        except FAULTS as fault:
            if not is_full(fault):
                raise
            self._following.failed()
            self._make_cores()
            self._presence.hello_in(HELLO_AGAIN_S)
            asks = []
        self._following.look_closely()
        if turn.replies:
            self._replica.keep_epoch()
        self._settle(turn)
        if self._following.follower.live:
            # Not before: what the replica does not hold yet is shown from the outbox.
            self._delivery.let_go(self._following.holds, self._replica.make_durable)
        # Last: where the outbox fails, what the replica took is handed over with the fault.
        turn.news = self._replica.take_news()
        turn.out = [wire.encode(ask) for ask in asks]
        turn.out += [wire.encode_command(command) for command in self._delivery.take()]
        # After the operations: a log-out ends the session under which they were made.
        asked, self._asked = self._asked, []
        if self._welcomed:
            turn.out += [wire.encode(each) for each in asked]
        return turn

    # What the shell asks.

    @property
    def status(self) -> LinkStatus:
        """Return whether the replica is what the hub has, as far as this side can know."""
        if not self._welcomed or self._presence.hub_is_silent:
            return LinkStatus.OFFLINE
        if self._following.in_step and self._presence.beats:
            return LinkStatus.ONLINE
        return LinkStatus.CATCHING_UP

    @property
    def synced_ms(self) -> int | None:
        """Return when the replica was last known to equal the hub, ms since 1970 UTC."""
        return self._following.synced_ms

    @property
    def due_in_s(self) -> float:
        """Return after how many seconds a turn is wanted even without a frame."""
        return self._presence.due_in_s()

    # Frames.

    def _take(self, way: Way, frame: bytes) -> list[Any]:
        try:
            if way is Way.BROADCASTS:
                message = wire.decode_broadcast(frame)
            else:
                message = wire.decode(frame)
                self._presence.heard()
            if isinstance(message, m.SnapshotChunk):
                return self._following.follower.snapshot_chunk(message, len(frame))
            handler = self._handlers.get(type(message))
            if handler is None:
                raise wire.WireError(f"{type(message).__name__} is not for a kiosk")
        except wire.WireError as error:
            return self._garbage(error)
        return handler(message)

    def _garbage(self, error: wire.WireError) -> list[Any]:
        """What cannot be read may have been a change: compare with the hub again."""
        self.events["garbage"] += 1
        _log.warning("a frame of the hub cannot be read: %s", error)
        self._presence.hello_in(GARBAGE_PAUSE_S)
        return []

    def _welcome(self, welcome: m.Welcome) -> list[Any]:
        sent = self._presence.answered(welcome.sent_ms)
        if sent is None:
            return []
        self._presence.hello_answered(sent)
        self._measure(sent, welcome.hub_ms)
        known = self._replica.epoch()
        if known and welcome.epoch < known:
            return self._turned_away(Problem("hub_older"))
        self.problem = None
        self._hub_epoch = welcome.epoch
        self.hub = welcome
        if welcome.last_n > self._delivery.last:
            return self._renew_outbox()
        if self._delivery.welcome(welcome):
            self._turn.renumbered = True
        self._welcomed = True
        self._heed_from = self._presence.last_mark + 1
        self._testimony.welcome(welcome)
        return self._follow(welcome, sent.subscribed)

    def _follow(self, welcome: m.Welcome, subscribed: bool) -> list[Any]:
        """Compare with the hub, unless it is better to subscribe first and ask again."""
        self.problem = self._following.no_room
        if not subscribed and not self._presence.broadcasts_stay_shut:
            self._presence.hello_in(HELLO_AGAIN_S)
            self._following.meet(welcome.epoch)
            return []
        return self._following.welcome(welcome, subscribed)

    def _refused(self, refused: m.Refused) -> list[Any]:
        problem = Problem(refused.code, refused.params)
        self.events["refused"] += 1
        _log.warning("the hub refuses: %s", problem.text())
        if self._welcomed and refused.code in _HUB_TROUBLES and self._delivery.waiting:
            self.hub_trouble = problem
            return []
        if self._welcomed:
            self.problem = problem
            return []
        if refused.code == "outbox_of_another" and not self._renewed:
            return self._renew_outbox()
        return self._turned_away(problem)

    def _turned_away(self, problem: Problem) -> list[Any]:
        self.problem = problem
        self._part()
        self._presence.hello_refused()
        return []

    def _part(self) -> None:
        self._welcomed = False
        self._delivery.disconnected()
        self._following.part()

    def _reply(self, reply: m.Reply) -> list[Any]:
        self._turn.replies.append(reply)
        return []

    def _answered(self, answer: Answered) -> list[Any]:
        self._turn.answers.append(answer)
        return []

    def _expect(self, expect: m.Expect) -> list[Any]:
        self.events["expect"] += 1
        self._delivery.expect(expect)
        return []

    def _pong(self, pong: m.Pong) -> list[Any]:
        sent = self._presence.answered(pong.sent_ms)
        if sent is not None:
            self._measure(sent, pong.hub_ms)
            if pong.sent_ms >= self._heed_from:
                # An older ping may have been answered before the hub knew of this outbox.
                self._delivery.covered(pong.covered_n)
                if self._welcomed:
                    self._testimony.head(pong.head)
        return []

    def _about_doors(self, said: AboutDoors) -> list[Any]:
        self._turn.about_doors.append(said)
        return []

    def _heartbeat(self, heartbeat: m.Heartbeat) -> list[Any]:
        self._presence.beat()
        if self._hub_epoch and heartbeat.epoch != self._hub_epoch:
            self._presence.hello_in(GARBAGE_PAUSE_S)
            return []
        return self._following.heartbeat(heartbeat)

    # What is due.

    def _due(self) -> list[Any]:
        asks: list[Any] = []
        if self._presence.take_tick():
            asks += self._following.follower.tick()
            if self._welcomed and not self._presence.beats and not self._following.syncing:
                # Without heartbeats a lost tail shows by a hello only.
                self._presence.hello_in(HELLO_AGAIN_S)
        if (mark := self._presence.take_hello()) is not None:
            asks.append(self._hello(mark))
        if (mark := self._presence.take_ping()) is not None:
            diff_ms = self.clock.now_ms() if self.clock.known else None
            asks.append(m.Ping(mark, diff_ms, self._testimony.head_seq()))
        return asks

    def _hello(self, mark: int) -> m.Hello:
        self.events["hello"] += 1
        vector = self._following.follower.vector()
        epoch = self._replica.epoch()
        outbox, oldest_n = self._delivery.outbox, self._outbox.oldest_n()
        seen = self._testimony.said()
        return m.Hello(m.PROTOCOL, VERSION, outbox, epoch, vector, mark, oldest_n, seen)

    # What follows from what came.

    def _settle(self, turn: Turn) -> None:
        """Hand the turn's replies over; keep those that are news."""
        settled = self._delivery.settle(turn.replies)
        turn.replies = list(settled.told)
        if settled.told:
            self.hub_trouble = None
        if settled.set_back:
            self._renew_outbox()

    def _renew_outbox(self) -> list[Any]:
        """The hub knows this outbox otherwise: it is an older copy, or another post's."""
        aside = self._outbox.renew()
        _log.warning("the outbox is not the hub's any more: kept as %s", aside)
        self._make_cores()
        self._renewed = self._turn.renumbered = True
        self._tell(Problem("outbox_set_back", {"series": self._outbox.series}))
        self._presence.hello_in(0.0)
        return []

    def _measure(self, sent: Sent, hub_ms: int) -> None:
        first = not self.clock.known
        self.clock.add(sent.at_s, hub_ms)
        diff_ms = self.clock.now_ms()
        if first and abs(diff_ms - self._outbox.clock_diff_ms) > _CLOCK_KEPT_MS:
            self._outbox.note_clock(diff_ms)

    def _tell(self, problem: Problem) -> None:
        self._turn.notices.append(problem)

    def _count(self, event: str) -> None:
        self.events[event] += 1
