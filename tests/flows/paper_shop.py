"""A shop without sockets: the hub's real core, posts' real conversations and files, and channels
in between that lose what a test tells them to. Time passes by hand; one seed is one story.

Owns the moving of frames. What is in them, and what becomes of it, is the shipped code's.
"""

from collections import deque
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from random import Random

import orjson
from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common import seal, wire
from common.commands import COMMANDS, CatalogueEntry, CommandKind
from common.ids import IdMint
from common.journal.record import Signer
from common.models import Payment, Ticket
from common.rules import ticket_line, total_cents
from common.topics import TOPICS_OF, Profile
from hub.changes import ChangeLogBook
from hub.config import Settings, ShopSettings
from hub.key_files import Keys
from hub.parts import Surroundings, make_parts
from hub.reader import read_snapshot
from hub.records import devices
from hub.records.devices import ACTIVE, Device
from hub.store import Store
from kiosk.arrivals import Batch
from kiosk.book import Book
from kiosk.conversation import Conversation
from kiosk.journal import Writer
from kiosk.mirror import Mirror
from kiosk.outbox import Kept
from kiosk.outbox_file import Draft, Maker
from kiosk.presence import Way
from kiosk.stores import open_stores
from kiosk.till import Stamp, Till
from tests.hub.journals import HUB, SHOP, signing_keys, write_sale
from tests.kiosk.post import BOX, HandClocks, seeded_bytes

DEVICE_ID = "d{:031x}"


class PaperHub:
    """The hub's core on its database. `restart` forgets everything but that."""

    def __init__(self, folder: Path, hand: HandClocks) -> None:
        self.path = folder / "comptoir.db"
        self._hand = hand
        self._mint = IdMint(hand.clocks.wall_ms, seeded_bytes(99))
        self.broadcasts: list[tuple[Profile, bytes]] = []
        self._wanted: list[str] = []
        self.kinds: Mapping[str, CommandKind] = COMMANDS
        store = Store.create(self.path)
        with store.group():
            ChangeLogBook.found(store, "5" * 32)
        store.close()
        self._begin()

    def _begin(self) -> None:
        clocks = self._hand.clocks
        self._store = store = Store.open(self.path)
        around = Surroundings(
            clocks.wall_ms, clocks.monotonic, seeded_bytes(99), self._wanted.append
        )
        keys = Keys(HUB, seal.new_curve_keys(), seal.new_curve_keys())
        settings = Settings(shop=ShopSettings(name="Essai"))
        parts = make_parts(store, keys, settings, around, self.kinds)
        self.log, self._sync, self._doors, self._core = (
            parts.log,
            parts.sync,
            parts.doors,
            parts.hub,
        )

    def enrol(self, number: int, profile: Profile) -> str:
        """Know a device; return its id."""
        key = number.to_bytes(32, "big")
        sign_key = signing_keys(number).public
        device = Device(
            DEVICE_ID.format(number), number, f"Post {number}", profile, ACTIVE, key, sign_key, 0
        )
        with self._store.group() as db:
            devices.add_device(db, device)
        self._doors.admit(device)
        return device.id

    def stock_up(self, codes: list[str]) -> list[str]:
        """Take articles by these codes from the console; return their ids."""
        console = self.enrol(0, Profile.CONSOLE)
        entries = [CatalogueEntry(code, f"Item {code}", "All", 250, 550, 5000) for code in codes]
        body = {"id": self._mint(), "kind": "catalogue.put", "args": {"entries": entries}}
        raw = orjson.dumps(body)
        command = m.Command("0e" * 16, 1, 0, 1, wire.body_hash(raw), raw)
        self.hear(b"console", console, wire.encode_command(command))
        self.turn()
        rows = self._store.db.execute("SELECT article_id, code FROM barcode").fetchall()
        ids = {code: article for article, code in rows}
        return [ids[code] for code in codes]

    def backup(self) -> Path:
        """Copy the database and return where."""
        copy = self.path.with_name("backup.db")
        with closing(sqlite3.connect(self.path)) as db, closing(sqlite3.connect(copy)) as target:
            db.backup(target)
        return copy

    def restore(self, backup: Path, epoch: str) -> None:
        """Come back from a copy, as another history."""
        self._store.close()
        with closing(sqlite3.connect(backup)) as db, closing(sqlite3.connect(self.path)) as target:
            db.execute("UPDATE meta SET value = ? WHERE name LIKE 'epoch%'", (epoch,))
            db.commit()
            db.backup(target)
        self._wanted.clear()
        self.broadcasts.clear()
        self._begin()

    def hear(self, peer: bytes, device_id: str, frame: bytes) -> list[tuple[bytes, bytes]]:
        """Take a post's frame; return answers."""
        return self._core.message(peer, device_id, frame)

    def turn(self) -> list[tuple[bytes, bytes]]:
        """Commit what waits and read what was asked for; return answers, keep broadcasts."""
        answers: list[tuple[bytes, bytes]] = []
        while self._wanted:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
                answers += self._sync.snapshot_read(read_snapshot(db, self._wanted.pop(0)))
        sent = self._core.turn()
        self.broadcasts += sent.broadcasts
        return answers + sent.answers

    def beat(self) -> None:
        """Once a second."""
        self.broadcasts += [*self._core.tick(), *self._core.heartbeats()]

    def restart(self) -> None:
        """Stop at once, and come back with what is on disk."""
        self._store.close()
        self._wanted.clear()
        self.broadcasts.clear()
        self._begin()

    def close(self) -> None:
        self._store.close()


class PaperPost:
    """A post's conversation on its files. `restart` forgets everything but those."""

    def __init__(self, folder: Path, number: int, profile: Profile, hand: HandClocks) -> None:
        self.number = number
        self.profile = profile
        self._folder = folder / f"post{number}"
        self._folder.mkdir()
        self._hand = hand
        self._mint = IdMint(hand.clocks.wall_ms, seeded_bytes(number))
        self._till = Till(hand.clocks, self._mint)
        self._signer = Signer(signing_keys(number))
        self._connections = 0
        self.peer = b""
        self.asleep = False
        self.inbox: deque[tuple[Way, bytes]] = deque()
        self.outgoing: deque[bytes] = deque()
        self.tickets: list[Ticket] = []
        self._begin()

    def _begin(self) -> None:
        maker = Maker(self.number, seeded_bytes(1000 + self.number), BOX)
        self._stores = open_stores(self._folder, maker, TOPICS_OF[self.profile])
        self.outbox, self.replica = self._stores.outbox, self._stores.replica
        self.mirror = Mirror(TOPICS_OF[self.profile], self._stores)
        self.talk = Conversation(
            TOPICS_OF[self.profile], self.outbox, self.replica, self._hand.clocks
        )

    def connect(self) -> None:
        """Open both ways, anew where they were open: what was on its way is gone."""
        self.cut()
        self._connections += 1
        self.peer = b"%d.%d" % (self.number, self._connections)
        self.talk.opened(Way.BROADCASTS)
        self.talk.opened(Way.COMMANDS)

    def cut(self) -> None:
        """Shut both ways."""
        self.peer = b""
        self.inbox.clear()
        self.outgoing.clear()
        self.talk.closed(Way.COMMANDS)
        self.talk.closed(Way.BROADCASTS)

    def turn(self, frames: int) -> None:
        """Take some frames in one turn."""
        taken = [self.inbox.popleft() for _ in range(min(frames, len(self.inbox)))]
        turn = self.talk.turn(taken)
        if self.peer:
            self.outgoing += turn.out
        replies, news = tuple(turn.replies), tuple(turn.news)
        self.mirror.take(Batch(0, news, replies, renumbered=turn.renumbered))
        self.mirror.take_changes()

    def sell(self, article_id: str, milli: int) -> None:
        """Sell something."""
        lines = (ticket_line(article_id, "Something", milli, 250, 550),)
        total = total_cents(lines)

        def make(book: Book) -> Draft:
            stamp = Stamp("", "main", 0)
            paid = (Payment("card", total, total),)
            ticket = self._till.ticket(book.series, book.number, lines, paid, stamp)
            self.tickets.append(ticket)
            writer = Writer(DEVICE_ID.format(self.number), f"Post {self.number}", SHOP)
            pen = write_sale(book, ticket, writer, self._signer)
            args = {"records": pen.records}
            body = {"id": self._mint(), "kind": "sale.record", "args": args}
            return Draft("sale.record", 2, orjson.dumps(body), ticket.at_ms, pen.book)

        queued = self.outbox.append_records(make)
        self.mirror.add(Kept(queued.n, "sale.record", queued.body, None))

    def restart(self) -> None:
        """Be switched off and on."""
        self.close()
        self.inbox.clear()
        self.outgoing.clear()
        self.peer = b""
        self._begin()

    def close(self) -> None:
        self._stores.close()


class PaperShop:
    """A hub, its posts, and the ways between them."""

    def __init__(self, folder: Path, profiles: list[Profile], seed: int) -> None:
        self.rng = Random(seed)
        self.hand = HandClocks()
        self.hub = PaperHub(folder, self.hand)
        self.articles = self.hub.stock_up([f"{n:08}" for n in range(5)])
        self.posts = []
        self._ids: dict[int, str] = {}
        for number, profile in enumerate(profiles, start=1):
            self._ids[number] = self.hub.enrol(number, profile)
            self.posts.append(PaperPost(folder, number, profile, self.hand))

    def step(self, loss: float = 0.0) -> None:
        """Let everybody take a turn; a broadcast is lost with this probability."""
        answers = []
        for post in self.posts:
            while post.outgoing:
                answers += self.hub.hear(post.peer, self._ids[post.number], post.outgoing.popleft())
        answers += self.hub.turn()
        peers = {post.peer: post for post in self.posts if post.peer}
        for peer, frame in answers:
            if peer in peers:
                peers[peer].inbox.append((Way.COMMANDS, frame))
        broadcasts, self.hub.broadcasts = self.hub.broadcasts, []
        for post in peers.values():
            for profile, frame in broadcasts:
                if profile is post.profile and self.rng.random() >= loss:
                    post.inbox.append((Way.BROADCASTS, frame))
        for post in self.posts:
            if post.asleep:
                continue  # What comes lies in its sockets.
            post.turn(frames=self.rng.randrange(1, 40))

    def wait(self, seconds: float, loss: float = 0.0) -> None:
        """Let time pass, with a heartbeat each second and some turns."""
        for _ in range(round(seconds)):
            self.hub.beat()
            for _ in range(10):
                self.hand.sleep(0.1)
                self.step(loss)

    def settle(self) -> None:
        """Connect everybody, and let nothing be lost any more."""
        for post in self.posts:
            if not post.peer:
                post.connect()
        self.wait(40)

    def close(self) -> None:
        for post in self.posts:
            post.close()
        self.hub.close()
