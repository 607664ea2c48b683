"""What goes wrong in a simulated shop: one table, from which a story draws.

Owns the faults, each a name, a weight and what it does now; what it does ends by itself after a
while, or with the story. Disk faults strike at a write or sync still to come: how often they really
did is counted by the disk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from common import messages as m
from common import wire
from common.topics import TOPICS, TOPICS_OF, Profile
from kiosk.presence import Way
from tests.sim.agenda import Agenda
from tests.sim.disk.disk import Effect, Op
from tests.sim.hub import SimHub
from tests.sim.network import Line
from tests.sim.poison import poison
from tests.sim.post import SimPost
from tests.sim.releases import Speech
from tests.sim.shop import SimShop

DAY_MS: Final = 86_400_000
Deed = Callable[[SimShop, Random], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the table. `weight`: how often it is drawn, beside the others."""

    name: str
    weight: int
    strike: Deed


def _line(shop: SimShop, rng: Random) -> Line:
    return rng.choice(list(shop.world.network.lines.values()))


def _some_lines(shop: SimShop, rng: Random) -> list[Line]:
    lines = list(shop.world.network.lines.values())
    return rng.sample(lines, rng.randrange(1, len(lines) + 1))


def _post(shop: SimShop, rng: Random) -> SimPost:
    return rng.choice(shop.posts)


def _for(agenda: Agenda, seconds: float, end: Callable[[], None]) -> None:
    agenda.after(seconds, end)


# The network.


def _drop(shop: SimShop, rng: Random) -> None:
    rate, lines = rng.uniform(0.02, 0.5), _some_lines(shop, rng)
    for line in lines:
        line.weather.drop = rate

    def end() -> None:
        for line in lines:
            line.weather.drop = 0.0

    _for(shop.world.agenda, rng.uniform(1, 6), end)


def _double(shop: SimShop, rng: Random) -> None:
    rate, lines = rng.uniform(0.05, 0.6), _some_lines(shop, rng)
    for line in lines:
        line.weather.double = rate

    def end() -> None:
        for line in lines:
            line.weather.double = 0.0

    _for(shop.world.agenda, rng.uniform(1, 6), end)


def _late(shop: SimShop, rng: Random) -> None:
    late_s, lines = rng.choice((0.05, 0.5, 3.0)), _some_lines(shop, rng)
    for line in lines:
        line.weather.late_s = late_s

    def end() -> None:
        for line in lines:
            line.weather.late_s = 0.0

    _for(shop.world.agenda, rng.uniform(1, 6), end)


def _one_way(shop: SimShop, rng: Random) -> None:
    lines, up = _some_lines(shop, rng), rng.random() < 0.5
    for line in lines:
        line.weather.up_held, line.weather.down_held = up, not up

    def end() -> None:
        for line in lines:
            shop.world.network.release(line, lost=rng.random() < 0.5)

    _for(shop.world.agenda, rng.uniform(0.5, 9), end)


def _shut(shop: SimShop, lines: list[Line], seconds: float) -> None:
    for line in lines:
        line.weather.shut = True
        shop.world.network.cut(line)

    def end() -> None:
        for line in lines:
            line.weather.shut = False

    _for(shop.world.agenda, seconds, end)


def _cut(shop: SimShop, rng: Random) -> None:
    _shut(shop, _some_lines(shop, rng), rng.choice((0.0, 0.3, 3.0, 12.0)))


def _one_way_down(way: Way) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        post = _post(shop, rng)
        _shut(shop, [shop.world.network.lines[post.number, way]], rng.uniform(1, 10))

    return strike


def _stall(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    post.stalled_until_s = shop.world.agenda.now_s + rng.uniform(0.5, 8)


# Processes.


def _kill_hub(power: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        if shop.hub.up:
            shop.hub.crash("for no reason", power=power)

    return strike


def _hub_between(moment: str) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        shop.hub.die_between = moment

    return strike


def _die(op: Op, before: bool, power: bool, hub: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        machine = shop.hub.machine if hub else _post(shop, rng).machine
        nth = rng.randrange(1, 12 if op == "write" else 4)
        machine.die_at(op, nth, before=before, power=power, seed=rng.getrandbits(32))

    return strike


def _kill_post(power: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        post = _post(shop, rng)
        if post.session is not None:
            post.crash("for no reason", power=power)

    return strike


def _off_and_on(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    if post.session is not None and post.switch_off():
        post.after(rng.uniform(0.5, 8), post.boot)


# Disks.


def _fail(op: Op, effect: Effect, hub: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        machine = shop.hub.machine if hub else _post(shop, rng).machine
        machine.fail(op, rng.randrange(1, 10), rng.choice((1, 1, 2, 5)), effect)
        _for(shop.world.agenda, rng.uniform(1, 5), machine.heal)

    return strike


def _full(hub: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        owner: SimHub | SimPost = shop.hub if hub else _post(shop, rng)
        # Either SQLite finds it full, or it is seen to fill up before.
        owner.machine.full(rng.random() < 0.6)
        owner.free_bytes = rng.choice((0, 10 * 2**20, 40 * 2**20))

        def end() -> None:
            owner.machine.full(False)
            owner.free_bytes = 2**40

        _for(shop.world.agenda, rng.uniform(0.5, 6), end)

    return strike


def _no_replica(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    if post.session is None:
        return
    post.crash("and its replica is lost")
    for path in post.folder.glob("replica.db*"):
        path.unlink()


def _flip_replica(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    if post.session is None:
        return
    if not post.switch_off():
        return
    path = post.folder / "replica.db"
    shop.checks.replica_flipped(post)
    raw = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 1, 8))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)
    post.after(rng.uniform(0.1, 2), post.boot)


def _flip_hub(shop: SimShop, rng: Random) -> None:
    shop.admin.flip(rng)


# What is done by hand.


def _back_up(shop: SimShop, rng: Random) -> None:
    shop.admin.back_up()


def _restore(shop: SimShop, rng: Random) -> None:
    if shop.hub.up and shop.admin.backups:
        shop.admin.restore(shop.admin.choose(rng), rng)


def _revoke(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    shop.admin.revoke(post)
    _for(shop.world.agenda, rng.uniform(1, 8), lambda: shop.reinstate_soon(post))


def _rekey(shop: SimShop, rng: Random) -> None:
    shop.admin.rekey(_post(shop, rng), rng)


def _set_back(shop: SimShop, rng: Random) -> None:
    """Copy a post's files, let it work on, and put the copy back, perhaps out of reach."""
    post = _post(shop, rng)
    if post.session is None:
        return
    if not post.switch_off():
        return
    names = ("outbox.db", "replica.db") if rng.random() < 0.6 else ("outbox.db",)
    waiting = post.waiting_on_disk()  # Which also folds the log into the file.
    copies = {name: (post.folder / name).read_bytes() for name in names}
    post.after(0.1, post.boot)

    def put_back() -> None:
        if post.stopped:
            return
        post.crash("and an older copy of its files is put back")
        for name, copy in copies.items():
            for path in post.folder.glob(f"{name}*"):
                path.unlink()
            (post.folder / name).write_bytes(copy)
        shop.checks.outbox_set_back(post, waiting)
        if "replica.db" in copies:
            shop.checks.replica_flipped(post)  # The copy may hold what has been mended since.
        if rng.random() < 0.6:
            # It records on, under numbers that were used, before it meets the hub.
            lines = [shop.world.network.lines[post.number, way] for way in Way]
            _shut(shop, lines, rng.uniform(4, 15))

    _for(shop.world.agenda, rng.uniform(1, 8), put_back)


def _flip_outbox(shop: SimShop, rng: Random) -> None:
    post = _post(shop, rng)
    if post.session is None:
        return
    if not post.switch_off():
        return
    path = post.folder / "outbox.db"
    raw = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 1, 4))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)
    shop.checks.outbox_flipped(post)
    post.after(rng.uniform(0.1, 2), post.boot)


def _flip_waiting(shop: SimShop, rng: Random) -> None:
    """Flip a bit or two of an operation that waits: no page of the file is harmed by it.

    One is put right.
    """
    post = _post(shop, rng)
    if post.session is None or not post.switch_off():
        return
    bits = rng.choice((1, 2))
    n = post.flip_waiting(rng, bits)
    if n is not None and bits > 1:
        shop.checks.operation_flipped(post, n, post.waiting_on_disk())
    post.after(rng.uniform(0.1, 2), post.boot)


def _garble(shop: SimShop, rng: Random) -> None:
    """Let a row come in altered, as a bad memory does to it: no cipher sees that."""
    line = shop.world.network.lines[_post(shop, rng).number, rng.choice(list(Way))]
    line.weather.garble = rng.randint(1, 3)


# Releases.


def _poison(how: str) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        there = [post for post in shop.posts if post.session is not None]
        if how == "later schema":
            there = [post for post in there if post.profile is Profile.TILL]
        if there:
            article = rng.choice(shop.articles)
            poison(rng.choice(there), how, [(article, 1000 * rng.randint(1, 3))])

    return strike


def _speak(speech: Speech) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        line = shop.world.network.lines[_post(shop, rng).number, Way.COMMANDS]
        line.weather.speech = speech

        def end() -> None:
            line.weather.speech = None

        _for(shop.world.agenda, rng.uniform(1, 6), end)

    return strike


def _curious(shop: SimShop, rng: Random) -> None:
    """Ask for a topic that is another profile's."""
    post = _post(shop, rng)
    others = [topic for topic in TOPICS if topic not in TOPICS_OF[post.profile]]
    if others:
        topic = rng.choice(others)
        ask = rng.choice((m.Since(topic, 1, 0), m.SnapshotRequest(topic, 1, 2**20)))
        shop.world.network.up(post.number, wire.encode(ask))


# Clocks.


def _clock(hub: bool) -> Deed:
    def strike(shop: SimShop, rng: Random) -> None:
        machine: SimHub | SimPost = shop.hub if hub else _post(shop, rng)
        span = rng.choice((2_000, 600_000, 2 * DAY_MS))
        machine.clock.wrong_ms = rng.randrange(-span, span)

    return strike


FAULTS: Final = (
    Fault("frames dropped", 6, _drop),
    Fault("frames doubled", 5, _double),
    Fault("frames late", 5, _late),
    Fault("one-way partition", 5, _one_way),
    Fault("connections cut", 6, _cut),
    Fault("commands down, broadcasts up", 4, _one_way_down(Way.COMMANDS)),
    Fault("broadcasts down, commands up", 4, _one_way_down(Way.BROADCASTS)),
    Fault("slow post", 4, _stall),
    Fault("hub killed", 3, _kill_hub(power=False)),
    Fault("hub: power lost", 3, _kill_hub(power=True)),
    Fault("hub killed after COMMIT, before its broadcast", 3, _hub_between("broadcast")),
    Fault("hub killed after its broadcast, before the reply", 3, _hub_between("reply")),
    Fault("hub killed at a write", 2, _die("write", True, False, hub=True)),
    Fault("hub killed before its fsync", 3, _die("sync", True, False, hub=True)),
    Fault("hub killed after its fsync", 3, _die("sync", False, False, hub=True)),
    Fault("hub: power lost at a write", 2, _die("write", False, True, hub=True)),
    Fault("hub: power lost before its fsync", 3, _die("sync", True, True, hub=True)),
    Fault("hub: power lost after its fsync", 3, _die("sync", False, True, hub=True)),
    Fault("post killed", 4, _kill_post(power=False)),
    Fault("post: power lost", 4, _kill_post(power=True)),
    Fault("post switched off and on", 3, _off_and_on),
    Fault("post killed before its fsync", 4, _die("sync", True, False, hub=False)),
    Fault("post killed after its fsync", 4, _die("sync", False, False, hub=False)),
    Fault("post: power lost before its fsync", 4, _die("sync", True, True, hub=False)),
    Fault("post: power lost at a write", 3, _die("write", False, True, hub=False)),
    Fault("hub: writes fail", 3, _fail("write", "error", hub=True)),
    Fault("hub: writes torn", 3, _fail("write", "torn", hub=True)),
    Fault("hub: fsync fails", 3, _fail("sync", "error", hub=True)),
    Fault("hub: fsync fails and drops what it had", 2, _fail("sync", "lost", hub=True)),
    Fault("hub: reads fail", 2, _fail("read", "error", hub=True)),
    Fault("hub: disk full", 4, _full(hub=True)),
    Fault("post: writes fail", 3, _fail("write", "error", hub=False)),
    Fault("post: writes torn", 3, _fail("write", "torn", hub=False)),
    Fault("post: fsync fails", 3, _fail("sync", "error", hub=False)),
    Fault("post: fsync fails and drops what it had", 2, _fail("sync", "lost", hub=False)),
    Fault("post: reads fail", 2, _fail("read", "error", hub=False)),
    Fault("post: disk full", 3, _full(hub=False)),
    Fault("replica lost", 2, _no_replica),
    Fault("bits flipped in a replica", 2, _flip_replica),
    Fault("bits flipped in the hub's database", 6, _flip_hub),
    Fault("bits flipped in an outbox", 1, _flip_outbox),
    Fault("bits flipped in a waiting operation", 3, _flip_waiting),
    Fault("a row altered on its way", 3, _garble),
    Fault("outbox set back to an older copy", 6, _set_back),
    Fault("backup", 6, _back_up),
    Fault("restore of a backup", 3, _restore),
    Fault("post revoked, and brought back", 3, _revoke),
    Fault("key of a post changed", 3, _rekey),
    Fault("poison: garbage", 2, _poison("garbage")),
    Fault("poison: the hub fails on it", 2, _poison("fault")),
    Fault("operation of a later release: kind", 2, _poison("later kind")),
    Fault("operation of a later release: schema", 2, _poison("later schema")),
    Fault("older software", 2, _speak(Speech.OLDER)),
    Fault("newer software", 2, _speak(Speech.NEWER)),
    Fault("software of another protocol", 2, _speak(Speech.FOREIGN)),
    Fault("a post asks for another profile's topic", 3, _curious),
    Fault("hub's clock jumps", 3, _clock(hub=True)),
    Fault("a post's clock jumps", 4, _clock(hub=False)),
)
