"""One post of a shop with people: its real session and files, the hub's real core, no socket.

Owns the moving of frames, and that PINs are looked at by the real checkers at the least cost.
"""

from collections import deque
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common.commands import NOTED
from common.messages import KeyRequest
from common.models import Payment, Ticket
from common.people import Role
from common.rules import ticket_line
from common.seal import LEAST_PIN_COST, Sealer
from common.topics import TOPICS_OF, Profile
from hub.reader import read_snapshot
from hub.records.devices import Device as HubDevice
from kiosk.arrivals import Arrivals, Batch, LinkView
from kiosk.clocks import Clocks
from kiosk.conversation import Conversation
from kiosk.device import Device
from kiosk.held import Held, HeldFile
from kiosk.keys import DeviceKeys, new_keys, read_keys, write_keys
from kiosk.link_life import Post
from kiosk.outbox_file import Maker
from kiosk.presence import Way
from kiosk.reception import Keeping, Pins
from kiosk.session import Session
from kiosk.state import At
from kiosk.stores import open_stores
from kiosk.verifier_file import VerifierFile
from tests.hub.journals import signing_keys
from tests.hub.people_bench import PINS, Staffed
from tests.kiosk.post import BOX, Disk, device, seeded_bytes

SECRET = b"\7" * 32


class PaperLink:
    """The link of one post, moved by hand."""

    def __init__(self, place: Post, arrivals: Arrivals) -> None:
        self._place = place
        self._arrivals = arrivals
        self.inbox: deque[tuple[Way, bytes]] = deque()
        topics = TOPICS_OF[place.device.profile]
        stores = place.stores
        self.talk = Conversation(topics, stores.outbox, stores.replica, place.clocks)

    def start(self) -> None:
        """Begin."""

    def ring(self) -> None:
        """Look into the outbox with the next turn."""

    def stop(self) -> None:
        """End."""

    def turn(self) -> list[bytes]:
        """Take what has come; return what to send."""
        self.talk.ask(self._place.asks.take())
        turn = self.talk.turn(tuple(self.inbox))
        self.inbox.clear()
        view = LinkView(self.talk.status, clock_diff_ms=self.talk.clock.now_ms())
        self._arrivals.put(
            Batch(
                0,
                tuple(turn.news),
                tuple(turn.replies),
                renumbered=turn.renumbered,
                link=view,
                answers=tuple(turn.answers),
                keys_asked=any(isinstance(said, KeyRequest) for said in turn.about_doors),
            )
        )
        return turn.out


class StaffedPost:
    """A post of `shop`, its hub away until `connect`."""

    def __init__(
        self, folder: Path, shop: Staffed, profile: Profile, device: HubDevice | None = None
    ) -> None:
        self.folder = folder
        self.shop = shop
        self.hub_device = device or shop.devices[profile]
        self._profile = profile
        self._connected = False
        self.disk = Disk()
        self.link: PaperLink
        folder.mkdir()
        signing = signing_keys(self.hub_device.number)
        write_keys(folder, DeviceKeys(new_keys().curve, signing))
        self.session = self._open()

    def _open(self) -> Session:
        hand, number = self.shop.bench.hand, self.hub_device.number
        clocks = Clocks(hand.clock, hand.wall_ms, lambda _: 60)
        stores = open_stores(
            self.folder,
            Maker(number, seeded_bytes(number), BOX, self.disk.free_bytes),
            TOPICS_OF[self._profile],
        )
        place = device(self._profile)
        own = Device(self.hub_device.id, number, f"Post {number}", self._profile, place.hub)
        sealer = Sealer(SECRET)
        keeping = Keeping(
            VerifierFile(self.folder, own.id, sealer),
            Held(HeldFile(self.folder, sealer)),
            Pins(SECRET, LEAST_PIN_COST),
        )
        keys = read_keys(self.folder)
        post = Post(own, keys, stores, clocks, lambda _: None, folder=self.folder)
        random_bytes = seeded_bytes(500 + number)
        return Session(post, (), random_bytes, make_link=self._make_link, keeping=keeping)

    def _make_link(self, place: Post, arrivals: Arrivals) -> PaperLink:
        self.link = PaperLink(place, arrivals)
        return self.link

    # The network.

    def connect(self) -> None:
        """Let the hub be there."""
        self._connected = True
        self.link.talk.opened(Way.BROADCASTS)
        self.link.talk.opened(Way.COMMANDS)
        self.wait(4)

    def cut(self) -> None:
        """Let it be gone."""
        self._connected = False
        self.link.inbox.clear()
        self.link.talk.closed(Way.COMMANDS)
        self.link.talk.closed(Way.BROADCASTS)
        self.step()

    def restart(self) -> None:
        """Be switched off and on, the hub away."""
        self.session.close()
        self._connected = False
        self.session = self._open()
        self.step()

    def step(self) -> None:
        """Let everybody take a turn."""
        core = self.shop.bench.core
        answers: list[tuple[bytes, bytes]] = []
        for frame in self.link.turn():
            if self._connected:
                answers += core.message(b"till", self.hub_device.id, frame)
        answers += self._pins()
        answers += self._snapshots()
        sent = core.turn()
        answers += sent.answers
        if self._connected:
            self.link.inbox += [(Way.COMMANDS, frame) for peer, frame in answers if peer == b"till"]
            self._hear(sent.broadcasts)
        self.session._worker.settle()
        self.session.poll()

    def _pins(self) -> list[tuple[bytes, bytes]]:
        answers: list[tuple[bytes, bytes]] = []
        while self.shop.bench.pins:
            job = self.shop.bench.pins.pop(0)
            answers += self.shop.bench.core.pin_checked(self.shop._checker.do(job))
        return answers

    def _snapshots(self) -> list[tuple[bytes, bytes]]:
        bench, answers = self.shop.bench, []
        while bench.wanted:
            with closing(sqlite3.connect(bench.path, isolation_level=None)) as db:
                answers += bench.sync.snapshot_read(read_snapshot(db, bench.wanted.pop(0)))
        return answers

    def _hear(self, broadcasts: list[tuple[Profile, bytes]]) -> None:
        own = [frame for profile, frame in broadcasts if profile is self._profile]
        self.link.inbox += [(Way.BROADCASTS, frame) for frame in own]

    def wait(self, seconds: float) -> None:
        """Let time pass, with the hub's heartbeat."""
        for _ in range(round(seconds)):
            self.shop.bench.hand.now_s += 1
            if self._connected:
                self._hear([*self.shop.bench.core.heartbeats()])
            for _ in range(3):
                self.step()

    # People.

    def log_in(self, role: Role, pin: str = "") -> At:
        """Type a PIN; return who is there then."""
        self.session.people.log_in(self.shop.person[role], pin or PINS[role])
        self.wait(1)
        return self.session.state.who.at

    def allow(self, kind: str, role: Role) -> None:
        """Have somebody allow one action."""
        self.session.people.allow(kind, self.shop.person[role], PINS[role])
        self.wait(1)

    def sell(self) -> Ticket:
        """Sell something."""
        line = ticket_line("a" * 32, "Something", 1000, 250, 550)
        return self.session.sell((line,), (Payment("card", 250, 250),))

    def last_reply(self) -> Any:
        """Return what the hub said to the last operation, "" flags and all, None for nothing.

        What the till notes by itself is nobody's operation.
        """
        *_, kept = (kept for kept in self.session._outbox.kept(0) if kept.kind != NOTED)
        return kept.reply

    def bodies(self) -> list[dict[str, Any]]:
        """Return the bodies of the operations in the outbox, those that somebody has given."""
        kept = self.session._outbox.kept(0)
        return [orjson.loads(one.body) for one in kept if one.kind != NOTED]
