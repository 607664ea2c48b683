"""A post of a simulated shop: the shipped session, conversation and files, on a disk that fails.

Owns the post's process: it is switched on, works, and dies, at any write of its disk; and what
people do there with papers and prices.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from random import Random
from typing import Final

from peewee import sqlite3  # type: ignore[attr-defined] # its stubs leave it out

from common import messages as m
from common.errors import Problem, Refusal
from common.models import ParkedTicket, Payment, ReceiptLine
from common.rules import total_cents
from common.seal import CurveKeys
from common.topics import TOPICS_OF, Profile
from hub.records.devices import ACTIVE
from hub.records.devices import Device as EnrolledDevice
from kiosk.arrivals import Arrivals, Batch
from kiosk.database import FAULTS
from kiosk.device import Device, HubPlace
from kiosk.keys import DeviceKeys
from kiosk.link_life import Post
from kiosk.outbox_file import Maker
from kiosk.presence import Way
from kiosk.session import Session
from kiosk.stores import Stores, open_stores
from kiosk.witness import Witness
from tests.hub.journals import signing_keys
from tests.sim.agenda import MachineClock
from tests.sim.heads import Heads
from tests.sim.history import Deed, History, Told
from tests.sim.labels import BOX, label_of, opened
from tests.sim.link import SimLink
from tests.sim.trade import TRADES, sold_lines
from tests.sim.world import World

POLL_S: Final = (0.0, 0.02)
TICK_S: Final = 1.0
BOOT_S: Final = (0.2, 2.0)
SOLD_S: Final = (0.1, 3.0)


class SimPost:
    """A till, a depot tablet or a desk. `session` is None while it is switched off."""

    def __init__(self, world: World, history: History, number: int, profile: Profile) -> None:
        self.world = world
        self.history = history
        self.number = number
        self.profile = profile
        self.name = f"{profile.value} {number}"
        self.folder = world.folder / f"post{number}"
        self.folder.mkdir()
        self.machine = world.disk.machine(self.folder)
        self.clock = MachineClock(world.agenda, wrong_ms=world.rng.randrange(-3000, 3000))
        self.key = number.to_bytes(2, "big") * 16
        self.signing = signing_keys(number)
        self.heads = Heads()
        self.session: Session | None = None
        self.link: SimLink | None = None
        self.stores: Stores
        self.stalled_until_s = 0.0
        self.life = 0
        self.stopped = False
        self.free_bytes = 2**40
        self.notices: list[Problem] = []
        self.on_poll: Callable[[SimPost], None] = lambda _post: None
        self.on_recalled: Callable[[SimPost, ParkedTicket], None] = lambda _post, _ticket: None
        self._polling = False
        self._ticking = False
        self._renumbered = False
        self._deeds = 0
        world.network.join(self)

    # Who it is.

    @property
    def curve_key(self) -> bytes:
        """Return the key it knocks with."""
        return self.key

    @property
    def unread(self) -> int:
        """Return how many frames lie unread."""
        return len(self.link.inbox) if self.link is not None else 0

    def enrolled(self) -> EnrolledDevice:
        """Return it as the hub's database knows it."""
        device_id = f"d{self.number:031x}"
        return EnrolledDevice(
            device_id,
            self.number,
            self.name,
            self.profile,
            ACTIVE,
            self.key,
            self.signing.public,
            0,
        )

    # Its life.

    def boot(self) -> None:
        """Switch it on."""
        if self.session is not None or self.stopped:
            return
        self.life += 1
        world = self.world
        random_bytes = world.random_bytes(f"post {self.number} {self.life}")
        try:
            maker = Maker(self.number, random_bytes, BOX, lambda _folder: self.free_bytes)
            self.stores = open_stores(self.folder, maker, TOPICS_OF[self.profile])
        except Refusal as refusal:
            world.trace.note(self.name, "does not start: %s", refusal)
            world.harm["post did not start"] += 1
            if self.machine.frozen:
                self.crash("at its start")
            else:
                self.after(1.0, self.boot)
            return
        place = HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
        device = Device(self.enrolled().id, self.number, self.name, self.profile, place)
        keys = DeviceKeys(CurveKeys(self.key, self.key), self.signing)
        clocks = self.clock.clocks
        witness = Witness(self.heads, clocks)
        post = Post(device, keys, self.stores, clocks, lambda _device: None, witness=witness)
        world.trace.note(self.name, "starts, outbox %s", self.stores.outbox.id[:8])
        self._relabel()
        self.notices += self.stores.problems  # Told once, and it may die before it shows them.
        try:
            self.session = Session(
                post, self.stores.problems, random_bytes, make_link=self._make_link
            )
        except (*FAULTS, Refusal) as fault:
            world.trace.note(self.name, "does not start: %s", fault)
            self.stores.close()
            self.crash("at its start")
            return
        self.session.on_batch = self._heed
        self.session.on_wake = self.poll_soon
        self.poll_soon()

    def _make_link(self, place: Post, arrivals: Arrivals) -> SimLink:
        self.link = SimLink(self, place, arrivals)
        return self.link

    def crash(self, why: str, power: bool = False, again: bool = True) -> None:
        """End the process at once; `power`: what was not synced is gone, or half there."""
        self.world.trace.note(self.name, "dies %s%s", why, ", power lost" if power else "")
        if self.machine.frozen:
            self.world.harm["post died at a write or sync"] += 1
        elif power:
            self.machine.power_loss(self.world.rng.getrandbits(32))
        else:
            self.machine.kill()
        self.life += 1
        self._polling = False
        self._ticking = False
        if self.link is not None:
            self.link.running = False
        self.world.network.hang_up(self.number)
        self.link = self.session = None
        with suppress(*FAULTS, Refusal, AttributeError):
            self.stores.close()
        self.machine.thaw()
        if again and not self.stopped:
            self.after(self.world.rng.uniform(*BOOT_S), self.boot)

    def switch_off(self) -> bool:
        """End the process as it should be; False where it died of its disk on the way."""
        self.life += 1
        self._polling = False
        self._ticking = False
        session, self.session, self.link = self.session, None, None
        if session is not None:
            with suppress(*FAULTS, Refusal):
                session.close()
        if self.machine.frozen:
            self.crash("while it is switched off")
            return False
        return True

    def _by_hand(self) -> None:
        """Let whoever works on the files by hand read and write them."""
        self.machine.heal()
        self.machine.full(False)
        self.machine.die_at("any", 0)

    def waiting_on_disk(self) -> dict[tuple[str, int], str]:
        """Return what waits in the outbox of a post that is off: (outbox, n) → its deed's label.

        "" where the body does not say. A number alone is none: an older copy uses it again.
        """
        self._by_hand()
        with closing(sqlite3.connect(self.folder / "outbox.db")) as db:
            (outbox,) = db.execute("SELECT outbox FROM meta").fetchone()
            rows = db.execute("SELECT n, kind, body FROM command WHERE status = 0")
            return {
                (outbox, n): label_of(self.number, kind, opened(n, body)) for n, kind, body in rows
            }

    def flip_waiting(self, rng: Random, bits: int) -> int | None:
        """Flip bits of a waiting operation of a post that is off; return its n."""
        self._by_hand()
        with closing(sqlite3.connect(self.folder / "outbox.db")) as db:
            rows = db.execute("SELECT n, body FROM command WHERE status = 0 ORDER BY n").fetchall()
            if not rows:
                return None
            n, body = rng.choice(rows)
            raw = bytearray(body)
            for bit in rng.sample(range(8 * len(raw)), bits):
                raw[bit // 8] ^= 1 << bit % 8
            db.execute("UPDATE command SET body = ? WHERE n = ?", (bytes(raw), n))
            db.commit()
        return int(n)

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Put down an event of this life of the process."""
        life = self.life

        def act() -> None:
            if self.life == life:
                action()

        self.world.agenda.after(delay_s, act)

    # The network's side.

    def opened(self, way: Way) -> None:
        """A way is open."""
        if self.link is not None and self.link.running:
            self.link.tell(lambda talk: talk.opened(way))

    def closed(self, way: Way, refused: bool) -> None:
        """A way is shut."""
        problem = Problem("hub_refuses_key") if refused else None
        if self.link is not None and self.link.running:
            self.link.tell(lambda talk: talk.closed(way, problem))

    def arrived(self, way: Way, frame: bytes) -> None:
        """A frame is there."""
        if self.link is not None and self.link.running:
            self.link.inbox.append((way, frame))
            if len(self.link.inbox) == 1:
                self.link.ring()

    # The screen's side.

    def poll_soon(self) -> None:
        """Let the screens' thread look, a little later."""
        if not self._polling:
            self._polling = True
            self.after(self.world.rng.uniform(*POLL_S), self._poll)

    def _poll(self) -> None:
        self._polling = False
        if self.session is None:
            return
        self.session.poll()
        self.notices += self.session.take_notices()
        recall = self.session.parking.take()
        if recall is not None and recall.ticket is not None:
            ticket = recall.ticket
            self.after(self.world.rng.uniform(*SOLD_S), lambda: self.on_recalled(self, ticket))
        if self.machine.frozen:
            self.crash("as it notes what happened")
            return
        if self._renumbered:
            self._renumbered = False
            self._relabel()
        self.on_poll(self)
        self._poll_later()

    def _poll_later(self) -> None:
        """Look again when something is due by itself, as the screens do each second."""
        due_s = None if self.session is None else self.session.due_in_s
        if due_s is not None and not self._ticking:
            self._ticking = True
            self.after(max(TICK_S, due_s), self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.poll_soon()

    def _heed(self, batch: Batch) -> None:
        self._renumbered = self._renumbered or batch.renumbered

    def _relabel(self) -> None:
        """Note under which numbers waiting operations stand, where those are others now."""
        outbox = self.stores.outbox
        known = self.history.by_place
        with suppress(Refusal):
            waiting = outbox.kept(2**62)
            for kept in waiting:
                deed = known.get((outbox.id, kept.n))
                if deed is not None and deed.status is not None:
                    deed.status = None  # A restored hub has not answered it yet.
            self.history.renumbered(
                [
                    (label_of(self.number, kept.kind, kept.body), outbox.id, kept.n)
                    for kept in waiting
                    if (outbox.id, kept.n) not in known
                ]
            )

    # What people do here.

    def sell(self, lines: list[tuple[str, int]], customer: str = "") -> None:
        """Sell these articles (id, thousandths). `customer`: whose it is, by id."""
        self._sell(lines, tuple(lines), customer)

    def sell_new(self, article: str) -> None:
        """Sell an article that a till made. Where it is not at the hub yet, no stock is moved."""
        self._sell([(article, 1000)], (), "")

    def _sell(
        self, lines: list[tuple[str, int]], moved: tuple[tuple[str, int], ...], customer: str
    ) -> None:
        label = self.label("s")
        sold = sold_lines(label, lines)
        total = total_cents(sold)
        deed = Deed(label, self.number, "sale.record", Told.RECORDED, moved, total)

        def do(session: Session) -> None:
            deed.ticket = session.sell(sold, (Payment("card", total, total),), customer)

        self.do(deed, do)

    def trade(self, kind: str, lines: list[tuple[str, int]]) -> None:
        """Do something else that a till does, with these articles where it is about any."""
        trade = TRADES[kind]
        moved = tuple((article, trade.moves * milli) for article, milli in lines if trade.moves)
        deed = Deed(self.label("t"), self.number, f"{kind}.record", Told.RECORDED, moved)
        self.do(deed, lambda session: trade.do(session.counter, deed, lines))

    def receive(self, lines: list[tuple[str, int]]) -> None:
        """Take in a delivery."""
        label = self.label("r")
        brought = tuple(ReceiptLine(article, milli) for article, milli in lines)
        deed = Deed(label, self.number, "goods.receive", Told.RECORDED, tuple(lines))
        self.do(deed, lambda session: session.receive(brought, label))

    def price(self, article: str) -> None:
        """Give an article a new price, of which there is only one."""
        self._deeds += 1
        cents = self.number * 10_000 + self._deeds
        prices = [{"article_id": article, "price_cents": cents}]
        deed = Deed(f"p{cents}", self.number, "price.set", Told.RECORDED)
        self.do(deed, lambda session: session.send("price.set", {"prices": prices}))

    def schedule(self, article: str, delay_s: float) -> None:
        """Give an article a price from a moment to come on, of which there is only one."""
        session = self.session
        if session is None:
            return
        self._deeds += 1
        cents = self.number * 10_000 + self._deeds
        from_ms = self.clock.wall_ms() + session.state.clock_diff_ms + round(delay_s * 1000)
        planned = [{"article_id": article, "price_cents": cents, "from_ms": from_ms}]
        deed = Deed(f"f{cents}", self.number, "price.schedule", Told.RECORDED)
        self.do(deed, lambda session: session.send("price.schedule", {"prices": planned}))

    def label(self, mark: str) -> str:
        """Return the label of an operation that is to be: no other bears it."""
        self._deeds += 1
        return f"{mark}{self.number}-{self._deeds}"

    def do(self, deed: Deed, do: Callable[[Session], object]) -> None:
        """Do something, and keep what the person was told of it."""
        session = self.session
        if session is None:
            deed.told = Told.REFUSED
            return
        # The session's own may be of the numbers before the outbox was renewed.
        before_n = self.stores.outbox.last_n
        try:
            do(session)
        except Refusal as refusal:
            doubt = self.machine.frozen or refusal.problem.code == "outbox_in_doubt"
            deed.told = Told.PERHAPS if doubt else Told.REFUSED
            self.history.add(deed)
            self.world.trace.note(self.name, "%s: %s", deed.label, refusal)
            if self.machine.frozen:
                self.crash("while it records")
            return
        except FAULTS as fault:
            # Recorded or not, the screen shows nothing of it: the outbox says at the next start.
            deed.told = Told.PERHAPS
            self.history.add(deed)
            self.crash(f"while it records ({fault})")
            return
        if self.stores.outbox.last_n == before_n:
            self.poll_soon()
            return
        deed.outbox, deed.n = session.outbox, session.last_n
        self.history.add(deed)
        self.world.trace.note(self.name, "records %s as n %d", deed.label, deed.n)
        if self.machine.frozen:
            self.crash("right after it recorded")
        else:
            self.poll_soon()

    def close(self) -> None:
        """End for good."""
        self.stopped = True
        self.switch_off()
        self.machine.forget()


def quarantined(post: SimPost) -> list[m.Reply]:
    """Return the replies by which the hub put a post's operations aside."""
    kept = post.stores.outbox.kept(0)
    replies = [operation.reply for operation in kept if operation.reply is not None]
    return [reply for reply in replies if reply.status is m.Status.QUARANTINED]
