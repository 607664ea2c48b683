"""Questions and pages of the log: answered at once where few ask, else a few between two COMMITs.

Owns what waits of them. An answer may cost the hub milliseconds, so that a post that asks without
end must keep no sale waiting.
"""

import logging
from typing import Final

from common import messages as m
from common import wire
from common.errors import Refusal
from hub import limits, queries
from hub.fair_queue import FairQueue, Put, Room
from hub.records.devices import Device
from hub.store import FAULTS
from hub.sync import Answers, SyncDesk

_log = logging.getLogger(__name__)
_ASK_BYTES: Final = 512
_ROOM: Final = Room(
    limits.ASKS_LIMIT,
    limits.ASKS_LIMIT * _ASK_BYTES,
    limits.SHARE_ASKS,
    limits.SHARE_ASKS * _ASK_BYTES,
)


class Asks:
    """What posts ask of one hub. One owner thread."""

    def __init__(self, sync: SyncDesk, desk: queries.Desk) -> None:
        self._sync = sync
        self._desk = desk
        self._waiting: FairQueue[tuple[bytes, Device, m.Since | m.Query]] = FairQueue(_ROOM)
        self._answered = 0

    @property
    def busy(self) -> bool:
        """Return whether somebody waits for an answer."""
        return bool(self._waiting)

    def ask(self, peer: bytes, device: Device, ask: m.Since | m.Query) -> Answers | Put:
        """Answer, or let wait and return what became of it; raises Refusal and database faults."""
        if self._answered < limits.ASKED_AT_ONCE and not self._waiting:
            self._answered += 1
            return self._answer(peer, device, ask)
        return self._waiting.put(device.id, (peer, device, ask), _ASK_BYTES)

    def turn(self) -> Answers:
        """Answer the next few that wait; whatever says no is the answer."""
        self._answered = 0
        answers: Answers = []
        for peer, device, ask in self._waiting.take(limits.ASKED_AT_ONCE, limits.SHARE_BYTES):
            try:
                answers += self._answer(peer, device, ask)
            except Refusal as refusal:
                answers.append((peer, refused(refusal)))
            except FAULTS as error:
                _log.warning("a %s was not answered: %s", type(ask).__name__, error)
                answers.append((peer, refused(Refusal("hub_busy", reason=str(error)))))
        return answers

    def forget(self, device_id: str) -> None:
        """Let fall what a post asked."""
        self._waiting.drop(device_id)

    def _answer(self, peer: bytes, device: Device, ask: m.Since | m.Query) -> Answers:
        if isinstance(ask, m.Since):
            return self._sync.since(peer, device, ask)
        return [(peer, wire.encode(queries.answer(self._desk, device, ask)))]


def refused(refusal: Refusal) -> bytes:
    """Return the frame that tells a peer why not."""
    return wire.encode(m.Refused(refusal.problem.code, refusal.problem.params))
