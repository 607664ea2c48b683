"""A whole hub without sockets, tills that sell at it, and posts that watch its journal.

What a post keeps of the journal is kept by the kiosk's own witness, which talks to the hub's core
by frames. `WatchedHub.stopped` is a restart of the hub on whatever lies in its folder by then.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

from common import messages as m
from common import seal, wire
from common.models import Article
from common.seal import SigningKeys
from common.succession import Succession
from common.topics import Profile
from hub.changes import EPOCH_NAMES
from hub.config import Settings, ShopSettings
from hub.key_files import Keys
from hub.parts import Parts, Surroundings, make_parts
from hub.records.devices import Device
from hub.store import Store
from kiosk.device import Device as Paired
from kiosk.device import HubPlace
from kiosk.witness import KEEP_S, Witness
from kiosk.witness_file import NAME, WitnessBook, hand_over, read_file
from tests.hub.journals import HUB, Pen, signing_keys
from tests.hub.papers import lines_of, ticket
from tests.hub.shop import Clock, Post, Shop, goods
from tests.kiosk.post import HandClocks

_CURVE: Final = "2b" * 32


@dataclass(slots=True)
class Seer:
    """A post that watches. `shown`: codes of what it showed; `said`: the newest welcome."""

    device: Device
    folder: Path
    hand: HandClocks = field(default_factory=HandClocks)
    shown: list[str] = field(default_factory=list)
    witness: Witness = field(init=False)
    welcome: m.Welcome = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.again()

    def again(self) -> None:
        """Start on what is on disk."""
        self.witness = Witness(WitnessBook(self.folder, self.paired), self.hand.clocks)

    @property
    def paired(self) -> Paired:
        """Return the post as its pairing left it."""
        place = HubPlace(HUB.public.hex(), _CURVE, "127.0.0.1", 9, 9)
        device = self.device
        return Paired(device.id, device.number, device.name, device.profile, place)

    def meet(self, hub: "WatchedHub", epoch: str = "") -> None:
        """Say hello, and talk until nothing is left to say. `epoch`: the one last followed."""
        outbox = f"5e{self.device.number:030x}"
        hello = m.Hello(m.PROTOCOL, "test", outbox, epoch, {}, 1, 1, self.witness.said())
        heard = hub.hear(self.device, hello)
        while heard:
            heard = [answer for one in heard for answer in self._hear(hub, one)]
        self.witness.keep()

    def _hear(self, hub: "WatchedHub", message: Any) -> list[Any]:
        problem = None
        match message:
            case m.Welcome(journal=news):
                self.welcome = message
                assert news is not None
                problem = self.witness.welcomed(news)
            case m.HeadsRequest():
                return hub.hear(self.device, self.witness.asked(message))
            case m.Contradicted():
                problem = self.witness.contradicted(message)
            case m.Card():
                pass  # Who the hub is, which here nobody needs to be told.
            case _:
                raise AssertionError(message)
        if problem is not None:
            self.shown.append(problem.code)
        return []

    def ping(self, hub: "WatchedHub") -> m.Pong:
        """Ask where the journal stands, and keep it."""
        (pong,) = hub.hear(self.device, m.Ping(2, 0, self.witness.seq))
        assert isinstance(pong, m.Pong)
        if pong.head is not None and (problem := self.witness.heard(pong.head)) is not None:
            self.shown.append(problem.code)
        self.hand.sleep(KEEP_S)
        self.witness.tick()
        return pong

    def hand_over(self) -> Path:
        """Write what it has seen to a file; return that."""
        held = read_file(self.folder / NAME)
        assert held is not None
        file = self.folder / f"{self.device.name} {len(list(self.folder.iterdir()))}.jsonl"
        hand_over(held, signing_keys(self.device.number), file, self.hand.wall)
        return file


class WatchedHub:
    """A hub of two tills, 1 and 2, and an office, 3, which all watch."""

    def __init__(self, folder: Path) -> None:
        shop = Shop(folder)
        shop.hurry()
        self.folder = folder
        self.path = shop.path
        self.articles: list[Article] = shop.stock(goods(3, stock_milli=10**6))
        profiles = (Profile.TILL, Profile.TILL, Profile.OFFICE)
        self.posts = [shop.post(profile, number) for number, profile in enumerate(profiles, 1)]
        self.pens = [Pen(post.device.number, post.device.id) for post in self.posts]
        self.clock: Clock = shop.clock
        self._mint = shop.mint
        self._tickets = 0
        self.identity = HUB
        self.past: tuple[Succession, ...] = ()
        shop.close()
        self._start()
        self.seers = [Seer(post.device, folder / post.device.name) for post in self.posts]

    def _start(self) -> None:
        self.store = Store.open(self.path)
        self.store.db.execute("PRAGMA synchronous = OFF")
        around = Surroundings(
            self.clock.now_ms, self.clock.seconds, seal.random_bytes, lambda _topic: None
        )
        curve = seal.new_curve_keys()
        keys = Keys(self.identity, curve, curve, past=self.past)
        settings = Settings(shop=ShopSettings(name="Essai"))
        self.parts: Parts = make_parts(self.store, keys, settings, around)

    def close(self) -> None:
        """Stop the hub."""
        self.store.close()

    def restart(self, identity: SigningKeys, *past: Succession) -> None:
        """Start it again, after `close`, on what is on disk, under another key.

        `past`: what is said of how that follows older ones.
        """
        self.identity, self.past = identity, past
        self._start()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the hub for as long as somebody works on its files."""
        self.close()
        yield
        self._start()

    def copy(self, name: str = "yesterday.db") -> Path:
        """Return a copy of the database, made while the hub stands still."""
        with self.stopped():
            copyfile(self.path, self.folder / name)
        return self.folder / name

    def put_back(self, copy: Path) -> None:
        """Put a copy in the database's place, as somebody does who does not know `restore`."""
        with self.stopped():
            for end in ("-wal", "-shm"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
            copyfile(copy, self.path)

    def begin_epoch(self) -> str:
        """Begin another epoch, as `restore` does; return it."""
        epoch = f"{self.clock.ms:016x}" + "7" * 16
        with self.stopped():
            self.set_epoch(epoch)
        return epoch

    def set_epoch(self, epoch: str) -> None:
        """Write an epoch into the database of a hub that is stopped."""
        with closing(Store.open(self.path)) as store, store.group():
            for name in EPOCH_NAMES:
                store.set_meta(name, epoch)

    def hear(self, device: Device, message: Any) -> list[Any]:
        """Give the hub a message; return its answers."""
        peer = device.id[-10:].encode()
        answers = self.parts.hub.message(peer, device.id, wire.encode(message))
        return [wire.decode(frame) for _, frame in answers]

    def sell(self, till: int = 1, times: int = 1) -> None:
        """Sell at a till, a minute apart."""
        post, pen = self.posts[till - 1], self.pens[till - 1]
        for _ in range(times):
            self._tickets += 1
            paid = ticket(post, self._tickets, lines_of((self.articles[0], 1000)))
            self._send(post, pen.sale(paid))
            self.clock.pass_s(60)

    def _send(self, post: Post, sale: Any) -> None:
        command = post.send("sale.record", sale, 2).command
        self.parts.hub.message(post.peer, post.device.id, wire.encode_command(command))
        (answer,) = self.parts.hub.turn().answers
        reply = wire.decode(answer[1])
        assert reply.status is m.Status.ACCEPTED, reply

    def set_back(self, till: int = 1) -> None:
        """Let a till number on from where this hub, an older copy, has it."""
        post = self.posts[till - 1]
        post.n = self.parts.pipeline.last_n(post.outbox, post.device.id)

    def meet(self) -> None:
        """Let all posts say hello."""
        for seer in self.seers:
            seer.meet(self)

    def watch(self) -> None:
        """Let all posts see where the journal stands."""
        for seer in self.seers:
            seer.ping(self)

    @property
    def head_seq(self) -> int:
        """Return the number of the journal's last line."""
        return int(self.one("SELECT max(seq) FROM journal"))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what the database holds."""
        return list(self.store.db.execute(sql))

    def one(self, sql: str) -> Any:
        """Return the one value that a query finds."""
        return self.rows(sql)[0][0]

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """Return (code, subject) of the alerts about the journal, in order."""
        sql = "SELECT code, subject FROM alert WHERE code LIKE 'journal%' ORDER BY at_ms, id"
        return [(code, subject) for code, subject in self.rows(sql)]
