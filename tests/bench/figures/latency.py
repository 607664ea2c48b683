"""Change latency: from a command being sent to its change applied by each follower."""

from collections.abc import Iterator

from common.topics import Profile
from tests.bench.figure import Figure, at_most
from tests.bench.plan import WARM_UP
from tests.bench.setting import Setting
from tests.bench.stamps import Latency, latency
from tests.bench.systems import LIMIT, NAMES, WEBSOCKET, WEBSOCKET_GROUP, Case, running
from tests.bench.workload import price_changes

GOALS = (at_most(2.0, LIMIT), at_most(1.0, WEBSOCKET), at_most(1.0, WEBSOCKET_GROUP))
GOAL_FOLLOWERS = 50


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield p50 and p99 for each number of followers."""
    plan = setting.plan
    shop = setting.small_shop
    for followers, rate, processes in plan.followers:
        count = WARM_UP + int(rate * plan.latency_s)
        workload = price_changes(shop.article_ids, count)
        case = setting.case(shop, workload)
        rounds: list[dict[str, Latency]] = []
        for number in setting.rounds(f"latency, {followers} followers"):
            rounds.append({})
            for name in setting.order(number, NAMES):
                rounds[-1][name] = _measure(setting, name, case, followers, rate, processes)
        notes = {"followers": followers, "rate_per_s": rate, "pairs": followers * (count - WARM_UP)}
        goals = GOALS if followers == GOAL_FOLLOWERS else ()
        for name, part in (("p50", "p50_ms"), ("p99", "p99_ms")):
            yield Figure(
                f"change latency {name}, {followers} followers",
                "ms",
                tuple(
                    {system: getattr(found, part) for system, found in r.items()} for r in rounds
                ),
                notes,
                goals,
            )


def _measure(
    setting: Setting, name: str, case: Case, count: int, rate: float, processes: int
) -> Latency:
    with running(name, setting.lab, case) as system:
        followers = system.follow(case.shop.of(Profile.TILL)[:count], processes)
        sent = system.send_paced(rate)
        return latency(sent, followers.stamped(len(sent)), count, WARM_UP)
