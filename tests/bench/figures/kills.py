"""A hub that is killed under fifty posts that sell: from its being ready again to the last of them
following live.

The posts are whole ones but for their screens. The limit is what libzmq alone takes to connect as
many CURVE sockets again, two a post, to a server that says nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from statistics import quantiles

from common.topics import Profile
from tests.bench.figure import Figure, at_most
from tests.bench.kiosks import make_kiosk
from tests.bench.processes import Process
from tests.bench.setting import Setting
from tests.bench.systems import LIMIT, OURS, Case, Followers, running, start_hub, start_limit
from tests.bench.workload import price_changes

PROCESSES = 2
LINES = 3
GOAL = at_most(5.0)


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield p50, p99 and the longest of all kills."""
    count, rate, kills = setting.plan.killed
    shop = setting.small_shop
    case = setting.case(shop, price_changes(shop.article_ids, 1))
    found = {
        OURS: _ours(setting, case, count, rate, kills),
        LIMIT: _limit(setting, case, count, kills),
    }
    notes = {
        "followers": count,
        "sales_per_s": rate,
        "kills": kills,
        **{f"each_{name}_s": each for name, each in found.items()},
    }
    for part, of in (("p50", 49), ("p99", 98), ("max", None)):
        values = {name: _at(each, of) for name, each in found.items()}
        yield Figure(
            f"{count} posts live after a hub kill, from ready, {part}",
            "s",
            (values,),
            notes,
            (GOAL,) if part == "max" else (),
        )


def _at(values: list[float], cut: int | None) -> float:
    return max(values) if cut is None else quantiles(values, n=100, method="inclusive")[cut]


def _ours(setting: Setting, case: Case, count: int, rate: float, kills: int) -> list[float]:
    lab = setting.lab
    with running(OURS, lab, case) as system:
        folders = [
            str(make_kiosk(lab.folder("post"), system.shop, post))
            for post in system.shop.of(Profile.TILL)[:count]
        ]
        shared = {"rate": rate / PROCESSES, "article_ids": system.shop.article_ids[:LINES]}
        workers = [
            lab.worker("posts_load", folders=folders[at::PROCESSES], **shared)
            for at in range(PROCESSES)
        ]
        posts = Followers(workers, [count // PROCESSES] * PROCESSES, lab)
        try:
            start = partial(start_hub, lab, system.shop)
            # Killed while sales flow, and not while what waited is still being caught up with.
            return _kill(setting, posts, kills, system.server, start, ("live", "acknowledged"))
        finally:
            for worker in workers:
                worker.end()


def _limit(setting: Setting, case: Case, count: int, kills: int) -> list[float]:
    lab = setting.lab
    with running(LIMIT, lab, case) as system:
        shop = system.shop
        worker = lab.worker(
            "raw_knocks",
            posts=[asdict(post) for post in shop.of(Profile.TILL)[:count]],
            hub_key=shop.hub_key,
            commands_port=shop.port("commands_port"),
            till_port=shop.port("till_port"),
        )
        sockets = Followers([worker], [count], lab)
        try:
            start = partial(start_limit, lab, case, shop)
            return _kill(setting, sockets, kills, system.server, start, ("live",))
        finally:
            worker.end()


def _kill(
    setting: Setting,
    followers: Followers,
    kills: int,
    server: Process,
    start: Callable[[], Process],
    before: Sequence[str],
) -> list[float]:
    """Kill and start again so often; return how long it took each time, in seconds.

    `before`: what is waited for before a kill.
    """
    took = []
    try:
        for number in range(1, kills + 1):
            setting.tell(f"kill -9 under {sum(followers.counts)}: {number} of {kills}")
            for state in before:
                followers.ask(state)
            server.kill()
            followers.ask("dead")
            server = start()
            ready_ns = time.monotonic_ns()
            took.append((followers.ask("live") - ready_ns) / 1e9)
    finally:
        server.kill()
    return took
