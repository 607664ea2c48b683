"""A hub that is restarted under hundreds of kiosks: until the last of them is live again."""

import time
from collections.abc import Iterator

from common.topics import Profile
from tests.bench.figure import Figure, at_most
from tests.bench.setting import Setting
from tests.bench.systems import OURS, Case, running, start_hub
from tests.bench.workload import price_changes

GOAL = at_most(5.0)


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield the time from the hub's being ready, and from its being told to stop."""
    count = setting.plan.restarted
    shop = setting.small_shop
    case = setting.untraced_case(shop, price_changes(shop.article_ids, 1))
    ready, told = [], []
    for _ in setting.rounds(f"a hub's restart under {count} followers"):
        from_ready_s, from_told_s = _measure(setting, case, count)
        ready.append({OURS: from_ready_s})
        told.append({OURS: from_told_s})
    notes = {"followers": count}
    name = f"{count} followers live after a hub restart"
    yield Figure(f"{name}, from its being ready", "s", tuple(ready), notes, (GOAL,))
    yield Figure(f"{name}, from SIGTERM", "s", tuple(told), notes, (GOAL,))


def _measure(setting: Setting, case: Case, count: int) -> tuple[float, float]:
    with running(OURS, setting.lab, case) as system:
        followers = system.follow(system.shop.of(Profile.TILL)[:count], processes=2)
        told_ns = time.monotonic_ns()
        system.server.terminate()
        followers.ask("dead")
        hub = start_hub(setting.lab, system.shop)
        ready_ns = time.monotonic_ns()
        try:
            live_ns = followers.ask("live")
        finally:
            hub.terminate()
        return (live_ns - ready_ns) / 1e9, (live_ns - told_ns) / 1e9
