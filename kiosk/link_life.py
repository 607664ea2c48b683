"""One life of a post's doors: from connecting until the link stops, the hub moves or all fails.

Owns the loop that moves frames between doors and conversation, and knocks again where libzmq does
not. Decides nothing about what is said.
"""

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Final

from common import messages as m
from common import wire
from common.enrolment import raw_key
from common.errors import Problem, Refusal
from common.new_key import sign_new_key
from common.topics import TOPICS_OF
from kiosk.arrivals import LinkView
from kiosk.asking import Asks
from kiosk.card_inquiry import CardInquiry
from kiosk.clocks import Clocks
from kiosk.conversation import AboutDoors, Conversation, Turn
from kiosk.device import Device
from kiosk.keys import DeviceKeys
from kiosk.membership import Membership
from kiosk.presence import Way
from kiosk.protection import OPEN, Lock
from kiosk.signing import Signing
from kiosk.sockets import Credentials, Door, DoorEvent, Hall
from kiosk.state import LinkStatus
from kiosk.stores import Stores
from kiosk.witness import Witness

_log = logging.getLogger(__name__)
DRAIN_FRAMES: Final = 500
"""The most frames of each way that one turn, one transaction, takes."""
TIDY_AFTER_S: Final = 1.0
GOODBYE_MS: Final = 200
"""So long a goodbye may take to leave, once; nobody waits at a till that is switched off."""
_KNOCK_AGAIN_S: Final = (2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Post:
    """What a link works for: the device as enrolled, its keys, its files, its clocks.

    `keep` stores the device where hub or name changed; called from the link's thread. `asks`: what
    the screens' thread asks of the hub besides operations. `folder`: the post's own, None where
    nothing is kept on disk; `lock`: what its key files are sealed by. `witness`: what it has seen
    of the hub's journal.
    """

    device: Device
    keys: DeviceKeys
    stores: Stores
    clocks: Clocks
    keep: Callable[[Device], None]
    asks: Asks = field(default_factory=Asks)
    folder: Path | None = None
    lock: Lock = OPEN
    witness: Witness | None = None
    signing: Signing = field(init=False)

    def __post_init__(self) -> None:
        # One for both threads: a post that signs by other keys offers its next CURVE key by them.
        object.__setattr__(self, "signing", Signing(self.keys, self.folder, self.lock))


class Life:
    """Serves `device` until `over` says so. `show` takes every turn; `keep` a changed device."""

    def __init__(
        self,
        post: Post,
        device: Device,
        membership: Membership,
        hall: Hall,
        over: Callable[[], bool],
        show: Callable[[Turn, LinkView, int], None],
        keep: Callable[[Device], None],
    ) -> None:
        self._post = post
        self._device = device
        self._membership = membership
        self._chain = membership.chain
        self._is_done = False
        self._heeded: m.Welcome | None = None
        self._hall = hall
        self._over = over
        self._show = show
        self._keep = keep
        stores = post.stores
        self._topics = TOPICS_OF[device.profile]
        self._talk = Conversation(
            self._topics, stores.outbox, stores.replica, post.clocks, post.witness
        )
        self._inquiry = CardInquiry(hall, device.hub)
        self._doors: dict[Way, Door] = {}
        self._knock_at_s: dict[Way, float] = {}
        self._unsent: list[bytes] = []
        self._busy_at_s = monotonic()
        self._untidy = False

    def live(self) -> None:
        """Move frames until it is over, the doors are to be others or a file is to be mended; every
        door is shut at the end."""
        linger_ms = 0
        try:
            self._open(Way.COMMANDS)
            self._open(Way.BROADCASTS)
            while not self._over() and not self._is_done and self._outbox_is_sound():
                self._step()
            if self._over() and self._doors[Way.COMMANDS].send(wire.encode(m.Goodbye())):
                linger_ms = GOODBYE_MS
            self._talk.closed(Way.COMMANDS)
        finally:
            self._inquiry.close()
            for door in self._doors.values():
                self._hall.shut(door, linger_ms)

    def _outbox_is_sound(self) -> bool:
        outbox = self._post.stores.outbox
        outbox.look()
        return not outbox.damaged

    def _step(self) -> None:
        self._hall.wait(self._timeout_ms())
        for way, door in self._doors.items():
            if self._hall.has_events(door):
                self._take_events(way, door)
        frames = [
            (way, frame)
            for way, door in self._doors.items()
            if self._hall.has_frames(door)
            for frame in door.receive(DRAIN_FRAMES)
        ]
        self._talk.ask(self._post.asks.take())
        turn = self._talk.turn(frames)
        committed_ns = monotonic_ns()
        self._send(turn.out)
        self._heed_welcome()
        self._show(turn, self._view(), committed_ns)
        self._knock()
        self._inquiry.turn(needed=self._talk.status is LinkStatus.OFFLINE)
        self._heed_doors(turn.about_doors)
        self._tidy(bool(frames))

    def _timeout_ms(self) -> int:
        now = monotonic()
        knocks = (at_s - now for at_s in self._knock_at_s.values())
        due_s = min(self._talk.due_in_s, self._inquiry.due_in_s, *knocks)
        return max(0, int(due_s * 1000) + 1)

    # Doors.

    def _open(self, way: Way) -> None:
        hub = self._device.hub
        credentials = Credentials(self._chain.knocking, raw_key(hub.curve_key))
        if way is Way.COMMANDS:
            door, port = self._hall.open_commands(credentials), hub.commands_port
        elif hub.broadcast_port:
            subscriptions = (wire.HEARTBEAT_TOPIC, *(f"{t}\0".encode() for t in self._topics))
            door, port = self._hall.open_broadcasts(credentials, subscriptions), hub.broadcast_port
        else:
            return
        self._doors[way] = door
        door.connect(hub.host, port)

    def _take_events(self, way: Way, door: Door) -> None:
        for event in door.events():
            if event is DoorEvent.OPENED:
                self._knock_at_s.pop(way, None)
                self._talk.opened(way)
                continue
            problem = None
            if event is DoorEvent.REFUSED:
                # Also when broadcasts alone are refused: the key is one and the same.
                problem = Problem("hub_refuses_key")
                self._inquiry.refused_keys = self._chain.public_keys()
                self._knock_at_s[way] = monotonic() + random.uniform(*_KNOCK_AGAIN_S)
            if way is Way.COMMANDS:
                self._unsent.clear()
            self._talk.closed(way, problem)

    def _knock(self) -> None:
        for way in [way for way, at_s in self._knock_at_s.items() if monotonic() >= at_s]:
            del self._knock_at_s[way]
            if way is Way.COMMANDS and self._chain.refused():
                self._is_done = True  # Another key needs other sockets.
                return
            self._doors[way].knock_again()

    def _send(self, frames: list[bytes]) -> None:
        """Send in order; what nobody takes now waits here, and goes with the connection."""
        self._unsent += frames
        sent = 0
        for frame in self._unsent:
            if not self._doors[Way.COMMANDS].send(frame):
                break
            sent += 1
        del self._unsent[:sent]

    def _tidy(self, worked: bool) -> None:
        if worked:
            self._busy_at_s, self._untidy = monotonic(), True
        elif self._untidy and monotonic() - self._busy_at_s >= TIDY_AFTER_S:
            self._untidy = False
            self._post.stores.replica.tidy()

    # What the hub says of itself.

    def _view(self) -> LinkView:
        status = self._talk.status
        problem = None
        if status is not LinkStatus.ONLINE:
            problem = self._talk.problem or self._inquiry.problem
        return LinkView(
            status,
            problem,
            self._talk.synced_ms,
            self._talk.clock.now_ms(),
            self._talk.hub_trouble,
            self._membership.revoked,
        )

    def _heed_welcome(self) -> None:
        """Follow the hub's broadcasts to their port, and take the name it gives this post; it is
        in the shop, and by this key."""
        welcome, device = self._talk.hub, self._device
        if welcome is None or welcome is self._heeded:
            return
        self._heeded = welcome
        with _tried():
            self._chain.welcomed()
        self._membership.welcomed(welcome, device)
        hub = replace(device.hub, broadcast_port=welcome.broadcast_port)
        said = replace(
            device,
            hub=hub,
            name=welcome.device_name,
            epoch=welcome.epoch,
            admission=welcome.admission,
        )
        if said == device:
            return
        self._device = said
        self._keep(said)
        if hub != device.hub:
            self._inquiry.place = hub
            self._knock_at_s.pop(Way.BROADCASTS, None)
            if (old := self._doors.pop(Way.BROADCASTS, None)) is not None:
                self._hall.shut(old)
                self._talk.closed(Way.BROADCASTS)
            self._open(Way.BROADCASTS)

    def _heed_doors(self, said: list[AboutDoors]) -> None:
        """Take what the hub says of keys, its own and this post's, and of who may come in."""
        notice, self._inquiry.notice = self._inquiry.notice, None
        for one in (*said, *([notice] if notice is not None else [])):
            if isinstance(one, m.Revocation):
                self._heed_revocation(one)
            elif isinstance(one, m.Card):
                self._inquiry.heed(one)
            elif isinstance(one, m.KeyTaken):
                self._is_done = self._chain.taken(raw_key(one.curve_key)) or self._is_done
            else:
                self._offer_key()
        place = self._inquiry.place
        if place != self._device.hub:
            # The hub's card names another key or port.
            self._keep(replace(self._device, hub=place))
            self._is_done = True

    def _heed_revocation(self, notice: m.Revocation) -> None:
        if self._membership.heed(notice, self._device):
            self._post.stores.replica_unwanted = True
            self._is_done = True

    def _offer_key(self) -> None:
        with _tried():
            old, new = self._chain.offer()
            identity = raw_key(self._device.hub.identity)
            offer = sign_new_key(self._post.signing.pair, identity, self._device.id, old, new)
            self._send([wire.encode(offer)])


@contextmanager
def _tried() -> Iterator[None]:
    """Let a disk say no to a change of keys: every key is where it was, and the hub asks again."""
    try:
        yield
    except Refusal as refusal:
        _log.warning("no other key: %s", refusal)
