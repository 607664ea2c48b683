"""What becomes of a post's operations: sent, answered, asked again, let go.

Owns that a reply is on disk before it ends anything, and what the hub's numbers mean for the
outbox's. Frames, and what a post follows, never enter here. What a fault of the disk leaves behind
is read anew by making another one.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from common import messages as m
from common.errors import Refusal
from common.outgoing import Outgoing
from kiosk.outbox import Outbox
from kiosk.reasking import Reasking

_log = logging.getLogger(__name__)
_SET_BACK = "hash_mismatch"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a turn's replies came to. `told`: those that are news, on disk by now.

    `set_back`: this outbox is an older copy that went on before it met the hub: its numbers were
    used before.
    """

    told: Sequence[m.Reply]
    set_back: bool


_NOTHING: Final = Settled((), set_back=False)


class Delivery:
    """The operations of an outbox as it is on disk. One owner thread; `clock`: monotonic seconds.

    Every method may raise a Refusal where the outbox's disk fails.
    """

    def __init__(self, outbox: Outbox, clock: Callable[[], float]) -> None:
        waiting = outbox.waiting()
        self._outbox = outbox
        self._outgoing = Outgoing(
            waiting.outbox, waiting.queued, waiting.acked, clock, last=waiting.last
        )
        self._clock = clock
        self._reasking = Reasking(outbox.quarantined(), clock)
        self._welcomed = False
        self._covered_n = 0

    @property
    def outbox(self) -> str:
        """Return whose numbers these are."""
        return self._outgoing.outbox

    @property
    def last(self) -> int:
        """Return the newest number."""
        return self._outgoing.last

    @property
    def waiting(self) -> int:
        """Return how many operations have no reply yet."""
        return self._outgoing.waiting

    # What the hub says.

    def welcome(self, welcome: m.Welcome) -> bool:
        """Start sending; return whether operations wait again that had their replies."""
        first_n = self._outgoing.welcome(welcome.last_n)
        if first_n is not None:
            _log.warning("the hub has lost what it had acknowledged from %d on", first_n)
            again = self._outbox.wait_again(first_n)
            self._outgoing.restore(again, acked=welcome.last_n)
            self._reasking = Reasking(self._outbox.quarantined(), self._clock)
        self._reasking.welcome()
        self._welcomed = True
        self._covered_n = welcome.covered_n
        return first_n is not None

    def disconnected(self) -> None:
        """Send nothing until the next welcome."""
        self._outgoing.disconnected()
        self._reasking.disconnected()
        self._welcomed = False
        self._covered_n = 0

    def expect(self, expect: m.Expect) -> None:
        """The hub saw a hole."""
        self._outgoing.expect(expect)

    def covered(self, covered_n: int) -> None:
        """Two verified backups hold this outbox up to `covered_n`."""
        if self._welcomed:
            self._covered_n = covered_n

    def settle(self, replies: Sequence[m.Reply]) -> Settled:
        """Note replies on disk before they end anything; take in what was appended meanwhile."""
        settled = self._note(replies) if replies else _NOTHING
        for entry in self._outbox.take_fresh():
            self._outgoing.add(entry)
        return settled

    def _note(self, replies: Sequence[m.Reply]) -> Settled:
        own = [r for r in replies if r.outbox == self.outbox and not self._reasking.is_known(r)]
        told = [reply for reply in own if reply.code != _SET_BACK]
        self._outbox.note_replies(told)
        for reply in told:
            self._outgoing.reply(reply)
            self._reasking.note(reply)
        return Settled(told, set_back=len(told) < len(own))

    # What is due.

    def let_go(self, holds: Callable[[m.Reply], bool], keep_replica: Callable[[], None]) -> None:
        """Drop a slice of what the hub's backups hold; for a moment when all is in step.

        Not what the replica does not hold yet, by the hub's reply: a restart would show it from
        here. `keep_replica` makes the replica durable first, since what power takes from it again
        would be shown from here, too.
        """
        if not self._covered_n:
            return
        try:
            dropped = self._outbox.drop_covered(self._covered_n, holds, keep_replica)
        except Refusal as refusal:
            # It costs room, nothing else; a disk that is full has none to write that down.
            _log.warning("nothing was let go: %s", refusal)
            dropped = 0
        if not dropped:
            self._covered_n = 0  # Until the hub says it again.

    def take(self) -> list[m.Command]:
        """Return the commands to send now, in order; then those to ask again for."""
        commands = self._outgoing.take()
        numbers = self._reasking.take()
        if numbers:
            acked = self._outgoing.acked
            commands += [
                m.Command(self.outbox, e.n, acked, e.schema, e.body_hash, e.body)
                for e in self._outbox.entries(numbers)
            ]
        return commands
