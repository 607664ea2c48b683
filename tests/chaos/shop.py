"""A shop to be ill-treated: one hub, a few headless kiosks that sell without a pause, a relay.

Owns its members, its diary, and what must hold on the way and at rest. All in one thread, which
sells and listens while it waits for anything. What is done to the shop is `faults.py`'s.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from child_processes import ShopError
from shop_processes import PORTS, found_hub, stock_up

from common.sample import SampleShop, sample_basket, sample_shop
from hub.config import read_settings
from hub.folder import Folder
from tests.chaos.history import Violation
from tests.chaos.members import HubMember, Launcher, Member, PostMember, plainly
from tests.chaos.proxy import FAIR, Proxy, Street, Way, Weather
from tests.chaos.verdict import (
    Operation,
    OutboxFile,
    PostAtRest,
    Stock,
    at_death,
    faults,
    not_held,
    not_taken,
    read_outbox,
    stock_of,
)
from tests.net.ledger import read_ledger, read_taken

HUB_HOST: Final = "127.0.0.2"
ARTICLES: Final = 40
PATIENCE_S: Final = 30.0
REST_S: Final = 60.0
_STOCKED_MILLI: Final = 10**9
_NAP_S: Final = 0.003
_DIARY: Final = 400
_PROFILES: Final = ("till", "depot", "till", "office")
_FIRST_PRICE_CENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Setting:
    """How many posts there are, and how programs are started.

    `power`: a program's death is a power loss. What it did not sync is gone then, so a replica may
    come back older, and nobody else can read the files of one that runs.
    """

    posts: int = 2
    hub: Launcher = plainly
    kiosk: Launcher = plainly
    power: bool = False


class Shop:
    """A shop in `root`. `seed` decides what is sold; close it whatever happens."""

    def __init__(self, root: Path, seed: int, setting: Setting) -> None:
        self.root = root
        self.setting = setting
        self.rng = Random(f"shop {seed}")
        self.faults: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.tickets = 0
        self.diary: deque[str] = deque(maxlen=_DIARY)
        self._begun_s = time.monotonic()
        self._weather: dict[Street, float] = {}
        self._seen: dict[str, tuple[Operation, ...]] = {}
        self._price_cents = _FIRST_PRICE_CENTS
        self._sample = _well_stocked(seed)
        hosts = (HUB_HOST, *(f"127.0.0.{place + 3}" for place in range(setting.posts)))
        files = found_hub(root / "hub", "Essai", hosts)
        stock_up(files, self._sample)
        self._begun_with: Stock = stock_of(read_ledger(files.database))
        self.proxy = Proxy(HUB_HOST, _ports(files), hosts[1:])
        self.hub = HubMember(files, setting.hub)
        self.posts = [
            PostMember(root / f"{profile}-{place}", profile, host, setting.kiosk, setting.power)
            for place, (profile, host) in enumerate(zip(_PROFILES, hosts[1:], strict=False), 1)
        ]

    @property
    def members(self) -> list[Member]:
        """Return the hub and every post."""
        return [self.hub, *self.posts]

    # Its beginning and its end.

    def open(self) -> None:
        """Start the hub, pair every post through the relay, start them, and let them meet it."""
        self.hub.start()
        self.wait("the hub's start", lambda: self.hub.ready)
        for post in self.posts:
            assert self.hub.hub is not None
            self.hub.hub.pair(post.folder, post.profile, post.name, post.host)
            post.start()
        self.rest()

    def close(self) -> None:
        """Kill whatever runs, by its id."""
        for member in self.members:
            if member.process is not None:
                member.process.kill()
        self.proxy.close()

    # Time passes.

    def work(self, seconds: float) -> None:
        """Sell and listen for so long."""
        self.holds(lambda: False, seconds)

    def wait(self, what: str, wanted: Callable[[], bool], selling: bool = True) -> None:
        """Sell and listen until something holds; in vain, it is a violation."""
        if not self.holds(wanted, PATIENCE_S, selling):
            words = "\n".join(m.process.last_words() for m in self.members if m.process)
            raise Violation(f"{what} did not come in {PATIENCE_S:g} s.\n{words}")

    def holds(self, wanted: Callable[[], bool], patience_s: float, selling: bool = True) -> bool:
        """Sell and listen until something holds; return whether it does."""
        until_s = time.monotonic() + patience_s
        while not wanted():
            if time.monotonic() > until_s:
                return False
            self._turn(selling)
        return True

    def _turn(self, selling: bool) -> None:
        for member in self.members:
            if member.process is not None and not member.process.running:
                raise Violation(f"{member.name} died by itself. {member.process.last_words()}")
        for post in self.posts:
            if selling:
                post.work(self.rng, self._next)
            post.listen()
            if post.history.faults:
                raise Violation("\n".join(f"{post.name}: {each}" for each in post.history.faults))
        now_s = time.monotonic()
        for street in [each for each, until_s in self._weather.items() if now_s >= until_s]:
            self._clear(street)
        time.sleep(_NAP_S)

    def _next(self, profile: str) -> dict[str, Any]:
        """Return the fields of a post's next operation."""
        if profile == "office":
            self._price_cents += 1  # Never the price that an article has: each is a change.
            article = self.rng.choice(sorted(self._begun_with))
            prices = [{"article_id": article, "price_cents": self._price_cents}]
            return {"kind": "price.set", "args": {"prices": prices}}
        lines = [
            {"code": article.code, "quantity_milli": milli}
            for article, milli in sample_basket(self.rng, self._sample.articles)
        ]
        return {"lines": lines, **({"payment": "card"} if profile == "till" else {})}

    # What is done to it.

    def note(self, what: str, count: str = "") -> None:
        """Write into the diary; `count`: the fault that this is, injected once more."""
        self.diary.append(f"{time.monotonic() - self._begun_s:9.3f} s  {what}")
        if count:
            self.faults[count] += 1

    def spoil(self, street: Street, weather: Weather, seconds: float, what: str) -> None:
        """Set a street's weather for a while."""
        self.proxy.set(street, weather)
        self._weather[street] = time.monotonic() + seconds
        self.note(f"{street[0]} {street[1].value}: {what} for {seconds:.2f} s", what)

    def _clear(self, street: Street) -> None:
        del self._weather[street]
        self.proxy.set(street, FAIR)
        self.note(f"{street[0]} {street[1].value}: fair again")

    @property
    def fair_streets(self) -> list[Street]:
        """Return every street whose weather is fair now."""
        every = [(post.host, way) for post in self.posts for way in Way]
        return [street for street in every if street not in self._weather]

    @property
    def _told(self) -> dict[str, int]:
        """Return the greatest number that each post has a reply to."""
        return {post.name: max(post.history.answers, default=0) for post in self.posts}

    @property
    def replies(self) -> int:
        """Return how many operations the posts have replies for."""
        return sum(len(post.history.answers) for post in self.posts)

    # What must hold.

    def inquest(self, dead: Sequence[Member]) -> None:
        """Check that the disks of those who have just been killed hold what had been said by then:
        it has to be there now, whatever others could bring back later."""
        for post in self.posts:
            post.listen()
        found: list[str] = []
        if self.hub in dead:
            with at_death(self.hub.files.database) as database:
                found += not_taken(self._told, read_taken(database))
        for post in self.posts:
            if post in dead:
                with at_death(post.outbox) as file:
                    found += not_held(post.history, read_outbox(file))
        if found:
            raise Violation("\n".join(found))
        self.checks["disks right after a kill"] += len(dead)

    def look(self) -> None:
        """Check what can be checked while all goes on: what was replied to, the hub has taken."""
        if self.setting.power:
            return
        self.checks["hubs while they run"] += 1
        told = self._told  # Before the hub's ledger is read, which goes on.
        if found := list(not_taken(told, read_taken(self.hub.files.database))):
            raise Violation("\n".join(found))

    def rest(self, for_good: bool = False) -> None:
        """Let the shop come to rest, and check everything there is to check."""
        for street in list(self._weather):
            self._clear(street)
        self.wait("everybody's start", lambda: all(m.ready for m in self.members), selling=False)
        self.wait("the last answer", lambda: all(p.silent for p in self.posts), selling=False)
        try:
            heads = self._meet()
        except ShopError as error:
            raise Violation(f"the shop does not come to rest: {error}") from error
        ends = for_good or self.setting.power
        if ends:
            for member in reversed(self.members):
                member.end()
        ledger = read_ledger(self.hub.files.database)
        found = list(
            faults(
                ledger,
                self._begun_with,
                [
                    PostAtRest(post.history, self._outbox(post), heads[post.name])
                    for post in self.posts
                ],
            )
        )
        if found:
            raise Violation("\n".join(found))
        self.note("at rest, and all is well")
        self.checks["whole shops at rest"] += 1
        self.tickets = len(ledger.tickets)
        if ends and not for_good:
            for member in self.members:
                member.start()

    def _meet(self) -> dict[str, dict[str, tuple[int, str]]]:
        """Wait until every post is where the hub is; return its heads by name of the post."""
        for post in self.posts:
            assert post.kiosk is not None
            post.kiosk.wait_online(REST_S)
        assert self.hub.hub is not None
        heads = self.hub.hub.heads()
        found = {}
        for post in self.posts:
            assert post.kiosk is not None
            post.kiosk.wait_equal(heads)
            found[post.name] = post.kiosk.digests()
            post.listen()
        return found

    def remember(self) -> None:
        """Note what lies in the outboxes: once two backups hold it, the posts let go of it."""
        for post in self.posts:
            self._seen[post.name] = read_outbox(post.outbox).operations

    def _outbox(self, post: PostMember) -> OutboxFile:
        return read_outbox(post.outbox).with_earlier(self._seen.get(post.name, ()))

    def story(self) -> str:
        """Return what was done to the shop, and what each post said last."""
        parts = ["What was done", *self.diary]
        for post in self.posts:
            lines = (line.decode(errors="replace") for line in post.history.last_lines)
            parts += ["", f"What {post.name} said last", *lines]
        return "\n".join(parts) + "\n"


def _ports(files: Folder) -> dict[str, int]:
    network = read_settings(files).network
    return {field: int(getattr(network, field)) for field in PORTS}


def _well_stocked(seed: int) -> SampleShop:
    sample = sample_shop(seed, ARTICLES)
    articles = (replace(each, stock_thousandths=_STOCKED_MILLI) for each in sample.articles)
    return replace(sample, articles=tuple(articles))
