"""What a till notes by itself in its chain: its clock, the hub's absence, settings, its own keys.

Owns when each of it is written, and that nothing of it stops anybody: a disk that takes none now is
asked again. Only of a till: no other post has a chain of records.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import msgspec

from common.errors import Refusal
from common.journal.event import What
from common.journal.keys import RotatedData
from common.journal.record import Record
from common.messages import Reply, Status
from common.models import Shop
from common.outgoing import Queued
from kiosk.clocks import Clocks
from kiosk.events import Events
from kiosk.journal import SOFTWARE
from kiosk.signing import Signing
from kiosk.watches import CLOCK_SET_MS, ClockWatch, OfflineWatch

_log = logging.getLogger(__name__)
_VALUE_CHARS: Final = 300
_ASKED_AGAIN_S: Final = 600.0
"""A hub that asks again for a new key, before it has heard of the one that it asked for, waits."""


class Keeping(Protocol):
    """Who signs and keeps what is noted: a till's counter. Raises what its disk says."""

    def note_events(self) -> None:
        """Keep what happened since."""

    def name_keys(self, following: RotatedData) -> Queued:
        """Keep by which keys this till signs from a later record on."""


class Notes:
    """One till's. `shop`: as the hub says it by now; `may`: whether anything is recorded here."""

    def __init__(
        self,
        counter: Keeping,
        events: Events,
        signing: Signing,
        clocks: Clocks,
        shop: Callable[[], Shop | None],
        may: Callable[[], bool],
    ) -> None:
        self._counter = counter
        self._events = events
        self._signing = signing
        self._clocks = clocks
        self._shop = shop
        self._may = may
        self._known_shop = shop()
        self._clock = ClockWatch(clocks)
        self._cut = OfflineWatch(clocks)
        self._naming_n: int | None = None
        self._unnamed = signing.following() is not None
        self._asked_s: float | None = None

    def begin(self, newest: Record | None) -> None:
        """Compare with what the till recorded last, before it was switched off."""
        if newest is None:
            return
        if newest.software != SOFTWARE:
            self._events.note(What.UPDATE, before=newest.software, after=SOFTWARE)
        now_ms = self._clocks.wall_ms()
        if newest.at_ms - now_ms > CLOCK_SET_MS:
            self._events.clock(newest.at_ms, now_ms, restarted=True)

    def link(self, offline: bool) -> None:
        """The link stands otherwise."""
        over = self._cut.link(offline)
        if over is not None:
            since_ms, lasted_s = over
            self._events.note(What.OFFLINE_END, since_ms=since_ms, lasted_s=lasted_s)

    def poll(self) -> None:
        """Note what is to be noted by now, and write it."""
        self._look()
        if not self._may():
            return
        try:
            self._counter.note_events()
            if self._unnamed:
                self._name_keys()
        except Refusal as refusal:
            _log.warning("events of the till wait: %s", refusal)

    @property
    def due_in_s(self) -> float | None:
        """Return after how many seconds `poll` has something to do, None for never."""
        due = (self._events.due_in_s, self._cut.due_in_s)
        return min((each for each in due if each is not None), default=None)

    # Keys.

    def asked_for_keys(self) -> None:
        """The hub wants this till to have other keys."""
        now_s = self._clocks.monotonic()
        if self._asked_s is not None and now_s - self._asked_s < _ASKED_AGAIN_S:
            return
        try:
            self._signing.ask()
        except Refusal as refusal:
            _log.warning("no other signing key: %s", refusal)
            return
        self._asked_s, self._unnamed = now_s, True

    def replies(self, replies: Iterable[Reply]) -> None:
        """Heed what the hub says of the record that names the keys that follow."""
        for reply in replies:
            if reply.n != self._naming_n:
                continue
            self._naming_n = None
            if reply.status is not Status.ACCEPTED:
                return  # Kept apart, by a hub that cannot take it yet: named again at a start.
            try:
                self._signing.known()
            except Refusal as refusal:
                _log.warning("the old signing key stays: %s", refusal)

    def renumbered(self) -> None:
        """Operations have other numbers: which of them names keys is not known any more."""
        self._naming_n, self._unnamed = None, self._signing.following() is not None

    def _name_keys(self) -> None:
        following = self._signing.following()
        if following is not None:
            self._naming_n = self._counter.name_keys(following).n
        self._unnamed = False

    # What is looked at.

    def _look(self) -> None:
        jumped = self._clock.look()
        if jumped is not None:
            self._events.clock(*jumped)
        since_ms = self._cut.look()
        if since_ms is not None:
            self._events.note(What.OFFLINE_START, since_ms=since_ms)
        shop = self._shop()
        if shop != self._known_shop:
            before, self._known_shop = self._known_shop, shop
            if before is not None and shop is not None:
                self._events.note(What.SETTINGS, **_changed(before, shop))


def _changed(before: Shop, after: Shop) -> dict[str, str]:
    """Return what is another in the shop's row, as it is now."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    changed = {name: value for name, value in new.items() if value != old.get(name)}
    return {name: str(value)[:_VALUE_CHARS] for name, value in list(changed.items())[:16]}
