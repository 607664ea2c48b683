"""One seed's story: who is in the shop, what they do, what goes wrong, and how it must end.

Owns the drawing. At least 200 operations, 4 posts and 10 faults a story; then the faults stop, and
within a bounded time everybody must be in step.
"""

import gc
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Final

from common.topics import Profile
from tests.sim import assortment, customers, parked
from tests.sim.admin import lost_by_gap
from tests.sim.disk.disk import Disk
from tests.sim.faults import FAULTS, Fault
from tests.sim.history import Fate
from tests.sim.post import SimPost
from tests.sim.shop import SimShop
from tests.sim.trade import drawn
from tests.sim.world import Violation

CROWD_EVERY: Final = 500
"""One seed in so many is a storm: three hundred posts at once."""
CROWD: Final = 300
DEEDS: Final = (200, 220)
HALF_S: Final = 0.5
MADE_UP: Final = 40
"""So many half seconds what is missing of them is made up for."""
FAULTS_DRAWN: Final = (10, 22)
OTHERWISE: Final = 0.4
"""So much of what a till does is no sale: refunds, cash, X and Z, exercises, and the like."""
PARKED: Final = 0.08
RECALLED: Final = 0.12
"""So much of it is parking, so much of the rest is recalling what was parked."""
SCANNED: Final = 0.06
"""So many of the sales are of a code that the shop did not begin with."""
MET: Final = 0.06
"""So much of what tills and the office do is making, changing or erasing a customer."""
NAMED: Final = 0.25
"""So many of the sales are to a customer, where there is one."""
ARRANGED: Final = 0.35
"""So much of what the office does beside deliveries is about categories."""
SCHEDULED: Final = 0.3
"""So many of the new prices are for a moment to come."""
DEALT: Final = 2
"""So many of them are dealt, not drawn: each in its turn, seed by seed."""
PATIENCE_S: Final = 180.0
"""Simulated: several timeouts of ten seconds may follow each other, and a doubt of thirty."""
CAST: Final = ((2, 2, 2, 3), (1, 1, 1, 2), (1,))
"""How many tills, depots and offices, each number as likely as it stands here."""


@dataclass(slots=True)
class Outcome:
    """How a story ended. `violation`: "" where every promise held. `left`: the digest of all
    databases at its end, where its trace was wished."""

    seed: int
    violation: str = ""
    drawn: Counter[str] = field(default_factory=Counter)
    harm: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    deeds: int = 0
    events: int = 0
    settled_s: float = 0.0
    took_s: float = 0.0
    left: str = ""
    trace: list[str] = field(default_factory=list)


def tell(seed: int, disk: Disk, with_trace: bool = False) -> Outcome:
    """Run a seed's story to its end and return what came of it."""
    began_s = time.perf_counter()
    outcome = Outcome(seed)
    gc.disable()  # A story is short, and makes few cycles: looking for them takes a tenth of it.
    try:
        _tell(outcome, disk, with_trace)
    finally:
        gc.enable()
        gc.collect()  # 10 ms; of thousands of stories 800 MB would be left.
    outcome.took_s = time.perf_counter() - began_s
    return outcome


def _tell(outcome: Outcome, disk: Disk, with_trace: bool) -> None:
    seed = outcome.seed
    disk.seed(seed)
    folder = _folder_of(seed)
    try:
        story = Story(seed, folder, disk)
        try:
            with story.shop:
                story.run()
        except Exception as error:  # noqa: BLE001 - whatever breaks, it is this seed's story
            kind = "" if isinstance(error, Violation) else f"{type(error).__name__}: "
            outcome.violation = f"{kind}{error}"
            if not isinstance(error, Violation):
                story.note_error(error)
        world = story.shop.world
        outcome.drawn, outcome.harm = world.drawn, world.harm
        outcome.posts = len(story.shop.posts)
        outcome.deeds = len(story.shop.history.deeds)
        outcome.events = world.agenda.happened
        outcome.settled_s = story.settled_s
        if with_trace or outcome.violation:
            outcome.trace = world.trace.text()
        if with_trace:
            outcome.left = _digest_of(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder_of(seed: int) -> Path:
    """Make a seed's folder: the same each time, for a hub's rows name its backups' files.

    Another where somebody else tells this seed just now.
    """
    folder = Path(tempfile.gettempdir(), f"comptoir-sim-{seed}")
    try:
        folder.mkdir()
    except FileExistsError:
        return Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
    return folder


def _digest_of(folder: Path) -> str:
    digest = blake2b(digest_size=8)
    for path in sorted(folder.rglob("*.db")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class Story:
    """A drawn story over an open shop."""

    def __init__(self, seed: int, folder: Path, disk: Disk) -> None:
        self.rng = Random(f"story {seed}")
        self.trade = Random(f"trade {seed}")
        self.parking = Random(f"parking {seed}")
        self.rows = Random(f"rows {seed}")
        self.crowded = seed % CROWD_EVERY == CROWD_EVERY - 1
        cast = [Profile.TILL, Profile.DEPOT, Profile.OFFICE] * (CROWD // 3)
        if not self.crowded:
            numbers = zip((Profile.TILL, Profile.DEPOT, Profile.OFFICE), CAST, strict=True)
            cast = [profile for profile, many in numbers for _ in range(self.rng.choice(many))]
        self.shop = SimShop(folder, seed, cast, disk)
        self.settled_s = 0.0

    def run(self) -> None:
        """Tell it."""
        shop, rng = self.shop, self.rng
        shop.open()
        start_s = shop.world.agenda.now_s
        span_s = rng.uniform(10, 24)
        if self.crowded:
            span_s = 12.0
            for at_s in (4.0, 8.0):
                shop.world.agenda.after(at_s, self._storm)
        for _ in range(rng.randint(*DEEDS)):
            shop.world.agenda.after(rng.uniform(0, span_s), self._deed)
        for fault in self._faults():

            def strike(fault: Fault = fault) -> None:
                self._strike(fault)

            shop.world.agenda.after(rng.uniform(0, span_s), strike)
        shop.world.agenda.run_until(start_s + span_s)
        self._make_up()
        self._calm()
        self._settle(update=False)
        if any(deed.fate is Fate.LATER for deed in shop.history.deeds.values()):
            self._update()
        with shop.hub.look() as db:
            lost_by_gap(db, shop.history, shop.admin)
        shop.checks.final(shop.posts)

    def _make_up(self) -> None:
        """Do what could not be done while nobody was there."""
        agenda, deeds = self.shop.world.agenda, self.shop.history.deeds
        for _ in range(MADE_UP):
            for _ in range(DEEDS[0] - len(deeds)):
                agenda.after(self.rng.uniform(0, HALF_S), self._deed)
            if len(deeds) < DEEDS[0]:
                agenda.run_until(agenda.now_s + HALF_S)

    def _faults(self) -> list[Fault]:
        """Deal some in turn, so that so many seeds see each, and draw the rest."""
        first = self.shop.world.seed * DEALT
        dealt = [FAULTS[place % len(FAULTS)] for place in range(first, first + DEALT)]
        weights = [fault.weight for fault in FAULTS]
        drawn = self.rng.randint(*FAULTS_DRAWN) - DEALT
        return dealt + self.rng.choices(FAULTS, weights, k=drawn)

    def _update(self) -> None:
        """Install a release that knows what this hub did not, and try that again."""
        self.shop.admin.update_hub()
        self._settle(update=False)
        self.shop.admin.retry()
        self._settle(update=True)

    def _storm(self) -> None:
        """End the hub's process under everybody: all come back at once."""
        self.shop.world.drawn[f"{CROWD} posts at once"] += 1
        if self.shop.hub.up:
            self.shop.hub.crash("under a crowd")

    def _strike(self, fault: Fault) -> None:
        self.shop.world.drawn[fault.name] += 1
        self.shop.world.trace.note("fault", "%s", fault.name)
        fault.strike(self.shop, self.rng)

    def _deed(self) -> None:
        """Somebody who is there does something."""
        rng, shop = self.rng, self.shop
        there = [post for post in shop.posts if post.session is not None]
        if not there:
            shop.world.agenda.after(HALF_S, self._deed)
            return
        post = rng.choice(there)
        if self.rows.random() < MET and post.profile is not Profile.DEPOT:
            customers.draw(post, self.rows)
        elif post.profile is Profile.TILL:
            self._at_a_till(post)
        elif post.profile is Profile.DEPOT or rng.random() < 0.4:
            post.receive(self._lines())
        elif self.rows.random() < ARRANGED:
            assortment.arrange(post, self.rows, shop.posts)
        elif self.parking.random() < SCHEDULED:
            post.schedule(rng.choice(shop.articles), self.parking.uniform(0.5, 8.0))
        else:
            post.price(rng.choice(shop.articles))

    def _at_a_till(self, post: SimPost) -> None:
        lines = self._lines()
        if self.parking.random() < PARKED:
            parked.park(post)
        elif self.parking.random() < RECALLED and parked.recall(post, self.parking):
            pass  # Where nothing is parked, something else is done.
        elif self.trade.random() < OTHERWISE:
            post.trade(drawn(self.trade), lines)
        elif self.rows.random() < SCANNED:
            assortment.scan(post, self.rows, self.shop.posts)
        else:
            named = self.rows.random() < NAMED
            post.sell(lines, customers.choose(post, self.rows) if named else "")

    def _lines(self) -> list[tuple[str, int]]:
        articles = self.rng.sample(self.shop.articles, self.rng.randint(1, 3))
        return [(article, 1000 * self.rng.randint(1, 5)) for article in articles]

    def _calm(self) -> None:
        """Let everything work from now on."""
        shop = self.shop
        shop.world.trace.note("story", "the faults stop")
        shop.world.network.calm()
        for machine in (shop.hub.machine, *(post.machine for post in shop.posts)):
            machine.heal()
            machine.full(False)
            machine.die_at("any", 0)
        shop.hub.free_bytes = 2**40
        shop.hub.die_between = ""
        shop.hub.boot()
        shop.admin.agree()
        for post in shop.posts:
            post.stalled_until_s, post.free_bytes = 0.0, 2**40
            post.boot()
            shop.reinstate_soon(post)

    def _settle(self, update: bool) -> None:
        shop, agenda = self.shop, self.shop.world.agenda
        calm_s = agenda.now_s
        why = "not looked yet"
        while agenda.now_s < calm_s + PATIENCE_S:
            agenda.run_until(agenda.now_s + 0.5)
            why = shop.checks.settled(shop.posts, update)
            if not why:
                self.settled_s = agenda.now_s - calm_s
                return
        raise shop.world.broken(f"not in step {PATIENCE_S:.0f} s after the faults: {why}")

    def note_error(self, error: Exception) -> None:
        """Keep where an error that is no violation came from."""
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            self.shop.world.trace.note("error", "%s", line)
