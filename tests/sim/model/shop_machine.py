"""A small simulated shop against a dict of what people were told is recorded.

Owns the rules, each drawn from a few small numbers so that a failure shrinks to a short story, and
the dict: label of a sale or a delivery → what it comes to. At the end the hub must have exactly it.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any, Concatenate, Final, ParamSpec

import orjson
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from common.topics import Profile
from kiosk.presence import Way
from tests.sim.disk.disk import Disk, Effect, Op
from tests.sim.history import Told
from tests.sim.hub import SimHub
from tests.sim.network import Line
from tests.sim.post import SimPost
from tests.sim.shop import START_MILLI, SimShop
from tests.sim.story import Story
from tests.sim.trade import UNIT_CENTS

CAST: Final = (Profile.TILL, Profile.TILL, Profile.DEPOT, Profile.OFFICE)
TILLS: Final = 2
DEPOT: Final = 2
OFFICE: Final = 3
HUB: Final = len(CAST)
WAITS_S: Final = (0.01, 0.1, 0.6, 3.0, 12.0)
"""A turn of a loop; a start; somewhat more than a beat; a timeout."""
WRONG_MS: Final = (0, 2_000, -2_000, 600_000, -600_000, 86_400_000, -86_400_000)
DEATHS: Final[tuple[Op, ...]] = ("sync", "write")
FAILING: Final[tuple[tuple[Op, Effect], ...]] = (
    ("sync", "error"),
    ("sync", "lost"),
    ("write", "error"),
    ("write", "torn"),
    ("write", "full"),
)
POST: Final = st.integers(0, len(CAST) - 1)
ANYBODY: Final = st.integers(0, HUB)
LINE: Final = st.integers(0, 2 * len(CAST) - 1)
NTH: Final = st.integers(1, 6)

P = ParamSpec("P")
Step = Callable[Concatenate["ShopMachine", P], None]


@dataclass(frozen=True, slots=True)
class Paper:
    """What one sale or delivery comes to: cents, and by how many thousandths stock moves."""

    cents: int
    article: str
    delta_milli: int


def step(**drawn: Any) -> Callable[[Step[P]], Any]:
    """Make a rule that, where it fails, tells the story so far."""

    def decorate(do: Step[P]) -> Any:
        @wraps(do)
        def told(self: "ShopMachine", *args: P.args, **kwargs: P.kwargs) -> None:
            self.telling(lambda: do(self, *args, **kwargs))

        made: Any = rule(**drawn)
        return made(told)

    return decorate


class ShopMachine(RuleBasedStateMachine):
    """`recorded`, `perhaps`: papers by label; of the second people were told that it may be."""

    disk: Disk

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-model-"))
        self.broken = False
        self.recorded: dict[str, Paper] = {}
        self.perhaps: dict[str, Paper] = {}
        self.shop: SimShop

    @initialize(seed=st.integers(0, 3))
    def open(self, seed: int) -> None:
        """Open a shop; `seed`: how long everything takes in it."""
        self.disk.seed(seed)
        self.shop = SimShop(self.folder, seed, list(CAST), self.disk)
        self.telling(self.shop.open)

    # What people do.

    @step(till=st.integers(0, TILLS - 1), article=st.integers(0, 2), quantity=st.integers(1, 5))
    def sell(self, till: int, article: int, quantity: int) -> None:
        """Sell at a till."""
        sold = self.shop.articles[article]
        self._record(
            self.shop.posts[till],
            lambda post: post.sell([(sold, 1000 * quantity)]),
            Paper(UNIT_CENTS * quantity, sold, -1000 * quantity),
        )

    @step(where=st.sampled_from((DEPOT, OFFICE)), article=st.integers(0, 2), n=st.integers(1, 5))
    def receive(self, where: int, article: int, n: int) -> None:
        """Take in a delivery."""
        brought = self.shop.articles[article]
        self._record(
            self.shop.posts[where],
            lambda post: post.receive([(brought, 1000 * n)]),
            Paper(0, brought, 1000 * n),
        )

    @step(article=st.integers(0, 2))
    def price(self, article: int) -> None:
        """Give an article another price."""
        self.shop.posts[OFFICE].price(self.shop.articles[article])

    @step(seconds=st.sampled_from(WAITS_S))
    def time_passes(self, seconds: float) -> None:
        """Let everybody work for a while."""
        self._wait(seconds)

    @step(post=POST)
    def switch(self, post: int) -> None:
        """Switch a post off, or on."""
        switched = self.shop.posts[post]
        if switched.session is None:
            switched.boot()
        else:
            switched.switch_off()

    # The network.

    @step(line=LINE, shut=st.booleans())
    def cut(self, line: int, shut: bool) -> None:
        """Cut a line; `shut`: it stays so."""
        self._line(line).weather.shut = shut
        self.shop.world.network.cut(self._line(line))

    @step(line=LINE)
    def mend(self, line: int) -> None:
        """Let a line connect again."""
        self._line(line).weather.shut = False

    @step(line=LINE, up=st.booleans())
    def hold(self, line: int, up: bool) -> None:
        """Hold back what goes one way."""
        weather = self._line(line).weather
        weather.up_held, weather.down_held = up, not up

    @step(line=LINE, lost=st.booleans())
    def release(self, line: int, lost: bool) -> None:
        """Let it go on, or be lost with its connection."""
        self.shop.world.network.release(self._line(line), lost)

    # Deaths.

    @step(who=ANYBODY, power=st.booleans())
    def die(self, who: int, power: bool) -> None:
        """Kill a process, or its computer's power."""
        machine = self._machine(who)
        if machine.up if isinstance(machine, SimHub) else machine.session is not None:
            machine.crash("for no reason", power)

    @step(
        who=ANYBODY, op=st.sampled_from(DEATHS), nth=NTH, before=st.booleans(), power=st.booleans()
    )
    def die_at(self, who: int, op: Op, nth: int, before: bool, power: bool) -> None:
        """Die at a write or sync still to come."""
        self._machine(who).machine.die_at(op, nth, before=before, power=power, seed=nth)

    @step(moment=st.sampled_from(("broadcast", "reply")))
    def die_between(self, moment: str) -> None:
        """Kill the hub after its next commit, before it says so."""
        self.shop.hub.die_between = moment

    # Disks.

    @step(who=ANYBODY, what=st.sampled_from(FAILING), nth=NTH, times=st.integers(1, 3))
    def fail(self, who: int, what: tuple[Op, Effect], nth: int, times: int) -> None:
        """Let some of the next writes or syncs fail."""
        self._machine(who).machine.heal()
        self._machine(who).machine.fail(what[0], nth, times, what[1])

    @step(who=ANYBODY, full=st.booleans(), seen=st.booleans())
    def disk_full(self, who: int, full: bool, seen: bool) -> None:
        """Fill a disk, or free it; `seen`: it is noticed before SQLite does."""
        machine = self._machine(who)
        machine.machine.full(full and not seen)
        machine.free_bytes = 0 if full and seen else 2**40

    # By hand.

    @step()
    def back_up(self) -> None:
        """Make a backup."""
        self.shop.admin.back_up()

    @step()
    def restore(self) -> None:
        """Put the newest backup back."""
        if self.shop.hub.up:
            self.shop.admin.restore(self.shop.admin._newest(), Random(0))

    @step(post=POST)
    def revoke(self, post: int) -> None:
        """Let a post in no more."""
        self.shop.admin.revoke(self.shop.posts[post])

    @step(post=POST)
    def reinstate(self, post: int) -> None:
        """Let it in again."""
        self.shop.admin.reinstate(self.shop.posts[post])

    @step(who=ANYBODY, wrong_ms=st.sampled_from(WRONG_MS))
    def clock(self, who: int, wrong_ms: int) -> None:
        """Set a clock."""
        self._machine(who).clock.wrong_ms = wrong_ms

    # What must hold.

    @invariant()
    def nothing_is_made_up(self) -> None:
        """The hub has only what somebody recorded, each once; the rest is checked as it happens."""
        if self.shop.hub.up and not self.shop.hub.machine.frozen:
            self.telling(lambda: self._compare(whole=False))

    def teardown(self) -> None:
        """Let everything work, wait until everybody is in step, and compare with the dict."""
        try:
            if not self.broken:
                self.telling(self._end)
        finally:
            if hasattr(self, "shop"):
                self.shop.__exit__(None, None, None)
            shutil.rmtree(self.folder, ignore_errors=True)

    def telling(self, do: Callable[[], None]) -> None:
        """Do it; where it fails, tell what led there."""
        try:
            do()
        except BaseException:
            self.broken = True
            note("\n".join(self.shop.world.trace.text()))
            raise

    # Inside.

    def _line(self, number: int) -> Line:
        return self.shop.world.network.lines[number // 2 + 1, tuple(Way)[number % 2]]

    def _machine(self, who: int) -> SimHub | SimPost:
        return self.shop.hub if who == HUB else self.shop.posts[who]

    def _wait(self, seconds: float) -> None:
        agenda = self.shop.world.agenda
        agenda.run_until(agenda.now_s + seconds)

    def _record(self, post: SimPost, do: Callable[[SimPost], None], paper: Paper) -> None:
        before = len(self.shop.history.deeds)
        do(post)
        if len(self.shop.history.deeds) == before:
            return  # Nobody is there.
        deed = list(self.shop.history.deeds.values())[-1]
        if deed.told is Told.REFUSED and post.stores.outbox._commits.in_doubt:
            deed.told = Told.PERHAPS
        if deed.told is Told.RECORDED:
            self.recorded[deed.label] = paper
        elif deed.told is Told.PERHAPS:
            self.perhaps[deed.label] = paper

    def _end(self) -> None:
        story = Story.__new__(Story)
        story.shop = self.shop
        story._calm()
        story._settle(update=False)
        self.shop.checks.final(self.shop.posts)
        self._compare(whole=True)

    def _compare(self, whole: bool) -> None:
        with self.shop.hub.look() as db:
            found = papers(db)
            levels = dict(db.execute("SELECT article_id, quantity_milli FROM stock_level"))
            (taken,) = db.execute("SELECT coalesce(sum(total_cents), 0) FROM takings").fetchone()
        allowed = self.recorded | self.perhaps
        made_up = {label: found[label] for label in found if found[label] != allowed.get(label)}
        assert not made_up, "the hub has what nobody recorded"
        lost = sorted(self.recorded.keys() - found.keys()) if whole else []
        assert not lost, "the hub lacks what was recorded"
        stock = Counter(dict.fromkeys(self.shop.articles, START_MILLI))
        for label in found:
            stock[allowed[label].article] += allowed[label].delta_milli
        assert levels == stock
        assert taken == sum(allowed[label].cents for label in found)


def papers(db: Any) -> dict[str, Paper]:
    """Return what the hub has, by label; a paper that is there twice fails."""
    found: dict[str, Paper] = {}
    for table, sign in (("ticket", -1), ("goods_receipt", 1)):
        for (raw,) in db.execute(f"SELECT body FROM {table}"):
            body = orjson.loads(raw)
            (line,) = body["lines"]
            label = str(line["label"] if sign < 0 else body["note"])
            assert label not in found, f"{label} is there twice"
            milli = sign * line["quantity_milli"]
            found[label] = Paper(body.get("total_cents", 0), line["article_id"], milli)
    return found
