"""Asking where a hub went that does not answer: its signed card, from its card socket; and, where
it refuses this post, whether that is because it was taken out of the shop.

Owns when to ask, how long to wait, and that only a card of the pinned identity is believed, and no
older one than before. Nothing is wiped or unpaired for what a card says or fails to say; what a
notice means is for `membership.py`.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from common import messages as m
from common import wire
from common.card import read_card
from common.enrolment import raw_key
from common.errors import Problem, Refusal
from kiosk.device import HubPlace
from kiosk.sockets import Door, Hall, endpoint

_log = logging.getLogger(__name__)
_AFTER_S: Final = 3.0
_WAIT_S: Final = 3.0
_AGAIN_S: Final = 10.0
_JITTER_S: Final = 2.0


class CardInquiry:
    """Asks for one hub's card while the hub does not answer. `place` is the newest known.

    `refused_keys`: this post's public keys, once the hub has refused one; it is asked about them.
    `notice`: what it said to that, to be taken by whoever judges it.
    """

    def __init__(self, hall: Hall, place: HubPlace) -> None:
        self._hall = hall
        self.refused_keys: Sequence[bytes] = ()
        self.notice: m.Revocation | None = None
        self._door: Door | None = None
        self._carded = False
        self._due_s = monotonic() + _AFTER_S
        self.place = place
        self.problem: Problem | None = None

    @property
    def due_in_s(self) -> float:
        """Return after how many seconds `turn` has something to do."""
        return self._due_s - monotonic()

    def turn(self, needed: bool) -> None:
        """Ask, listen or give up, as it is time; `needed`: the hub does not answer."""
        if self._door is not None and self._hall.has_events(self._door):
            self._door.forget_events()
        if self._door is not None and self._hall.has_frames(self._door):
            # All of them first: what is taken may shut the door.
            for frame in [*self._door.receive(1 + len(self.refused_keys))]:
                self._take(frame)
        if not needed:
            self.problem = None
            self.close(_AFTER_S)
        elif monotonic() >= self._due_s:
            if self._door is None:
                self._ask()
            else:
                self._give_up()

    def close(self, again_s: float = _AGAIN_S) -> None:
        """Stop asking, for so many seconds."""
        if self._door is not None:
            self._hall.shut(self._door)
            self._door = None
        self._due_s = monotonic() + again_s

    def _ask(self) -> None:
        self._door = self._hall.open_questions(None)
        self._door.connect(self.place.host, self.place.card_port)
        self._door.send(wire.encode(m.CardRequest()))
        for key in self.refused_keys:
            self._door.send(wire.encode(m.RevocationRequest(key.hex())))
        self._carded = False
        self._due_s = monotonic() + _WAIT_S

    def _give_up(self) -> None:
        if not self._carded:
            address = endpoint(self.place.host, self.place.card_port).removeprefix("tcp://")
            self.problem = Problem("hub_unreachable", {"address": address})
        self.close(_AGAIN_S + random.uniform(0.0, _JITTER_S))

    def _take(self, frame: bytes) -> None:
        try:
            said = wire.decode(frame)
            if isinstance(said, m.Revocation):
                self.notice = said
            elif isinstance(said, m.Card):
                self._carded = True
                self.heed(said)
            else:
                raise wire.WireError(f"{type(said).__name__} instead of a card")
        except wire.WireError as error:
            _log.warning("the hub's card cannot be read: %s", error)
        if self.notice is not None or not self.refused_keys:
            self.close()

    def heed(self, card: m.Card) -> None:
        """Learn from a card where the hub is and by which key, where the card may be believed."""
        try:
            body = read_card(card, pinned=raw_key(self.place.identity))
            if body.curve_since_ms < self.place.curve_since_ms:
                # Whoever has a key that was replaced could show the card of then.
                raise Refusal("card_older")
        except Refusal as refusal:
            self.problem = refusal.problem
        else:
            self.problem = None
            self.place = replace(
                self.place,
                identity=body.identity,
                curve_key=body.curve_key,
                commands_port=body.commands_port,
                curve_since_ms=body.curve_since_ms,
            )
