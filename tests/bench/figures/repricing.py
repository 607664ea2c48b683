"""Every article's price changed at once: until all followers and a full kiosk hold the same."""

import time
from collections.abc import Iterator

from common.topics import Profile
from tests.bench.figure import Figure
from tests.bench.kiosks import Kiosk, make_kiosk
from tests.bench.setting import Setting
from tests.bench.systems import OURS, Case, System, hub_head, running
from tests.bench.workload import PRICES_A_COMMAND, new_price_list

FOLLOWERS = 50


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield the time from the first command sent, to the last of all and to the full kiosk."""
    articles = setting.plan.repriced_articles
    shop = setting.shop(articles)
    case = setting.untraced_case(shop, new_price_list(shop.article_ids))
    rounds = []
    for _ in setting.rounds(f"{articles:,} new prices"):
        with running(OURS, setting.lab, case) as system:
            rounds.append(_measure(setting, system, case))
    notes = {
        "followers": FOLLOWERS,
        "kiosks": 1,
        "commands": len(case.workload.bodies),
        "prices_a_command": PRICES_A_COMMAND,
    }
    for place, name in enumerate(("seen by all", "on a kiosk's disk")):
        values = tuple({OURS: seconds[place]} for seconds in rounds)
        yield Figure(f"{articles:,} new prices {name}", "s", values, notes)


def _measure(setting: Setting, system: System, case: Case) -> tuple[float, float]:
    shop = system.shop
    posts = shop.of(Profile.TILL)
    kiosk = Kiosk(setting.lab, make_kiosk(setting.lab.folder("kiosk"), shop, posts[0]))
    kiosk.wait_online()
    kiosk.ask("follow", topics=False)
    followers = system.follow(posts[1 : 1 + FOLLOWERS], topics=["articles"])
    before, _ = hub_head(shop, "articles")
    goal = before + len(shop.article_ids)
    followers.begin("reach", topic="articles", tseq=goal)
    begun_ns = time.monotonic_ns()
    system.send_saturated(connections=1, window=16)
    while kiosk.head("articles")[0] < goal:
        pass
    kiosk_ns = time.monotonic_ns()
    reached_ns = followers.heard("reach")
    tseq, digest = hub_head(shop, "articles")
    followers.ask("equal", topic="articles", tseq=tseq, digest=digest)
    if kiosk.head("articles") != (tseq, digest) or tseq != goal:
        raise RuntimeError("the kiosk's prices are not the hub's")
    kiosk.process.end()
    return (max(reached_ns, kiosk_ns) - begun_ns) / 1e9, (kiosk_ns - begun_ns) / 1e9
