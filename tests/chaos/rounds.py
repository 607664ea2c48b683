"""Rounds: a fault a round, in shop after shop, and what is checked when.

Owns how many rounds a shop lives, what a round waits for, and what is left of a shop in which a
violation was found: its whole folder, with the story beside it.
"""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.chaos.faults import FAULTS, POWER_FAULTS, brew
from tests.chaos.history import Violation
from tests.chaos.shop import Setting, Shop

SHOP_ROUNDS: Final = 200
"""A shop's life: the longer, the more tickets every start has to read."""
FULL_CHECK: Final = 25
_QUIET_S: Final = 1.2
_FLYING_S: Final = 0.06
"""A fault comes at any moment of so long, in which operations are in every state there is."""
_HASTY: Final = 0.15
"""So often a round does not wait for anybody's start."""
_STORY: Final = "story.txt"
_POSTS: Final = (2, 3, 4)


@dataclass(slots=True)
class Result:
    """What came of rounds: how often each fault was injected, and each thing checked."""

    rounds: int = 0
    replies: int = 0
    tickets: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    network: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Result") -> None:
        """Add another's."""
        self.rounds += other.rounds
        self.replies += other.replies
        self.tickets += other.tickets
        self.seconds += other.seconds
        self.faults += other.faults
        self.checks += other.checks
        self.network += other.network


def run_shop(
    root: Path,
    seed: int,
    rounds: int,
    setting: Setting | None = None,
    tell: Callable[[int], None] = lambda _done: None,
) -> Result:
    """Run one shop for so many rounds; raises Violation, after which `root` is kept.

    Without a setting the seed decides how many posts there are.
    """
    begun_s = time.monotonic()
    setting = setting or Setting()
    if not setting.posts:
        setting = replace(setting, posts=random.Random(f"posts {seed}").choice(_POSTS))
    shop = Shop(root, seed, setting)
    try:
        shop.open()
        for number in range(1, rounds + 1):
            _round(shop)
            if number % FULL_CHECK == 0 and number < rounds:
                shop.rest()
            tell(number)
        shop.rest(for_good=True)
    except Violation as violation:
        raise Violation(_keep(shop, seed, violation)) from violation
    finally:
        shop.close()
    return Result(
        rounds,
        shop.replies,
        shop.tickets,
        time.monotonic() - begun_s,
        shop.faults,
        shop.checks,
        shop.proxy.counts,
    )


def _round(shop: Shop) -> None:
    if shop.rng.random() >= _HASTY:
        shop.wait("a start", lambda: all(member.ready for member in shop.members))
        wanted = shop.replies + shop.rng.randint(1, 8)
        if not shop.holds(lambda: shop.replies >= wanted, _QUIET_S):
            shop.checks["rounds in which no reply came"] += 1
        shop.look()
    brew(shop)
    shop.work(shop.rng.random() * _FLYING_S)
    faults = POWER_FAULTS if shop.setting.power else FAULTS
    (fault,) = shop.rng.choices(faults, [fault.weight for fault in faults])
    fault.inject(shop)


def _keep(shop: Shop, seed: int, violation: Violation) -> str:
    """Write the story beside the shop's files; return it in short."""
    text = f"{violation}\n\nseed {seed}, {len(shop.posts)} posts; all of it lies in {shop.root}"
    (shop.root / _STORY).write_text(f"{text}\n\n{shop.story()}", encoding="utf-8")
    return text


def sweep(root: Path) -> None:
    """Remove a shop in which all was well."""
    shutil.rmtree(root)
