"""Change latency of the others while enrolled posts flood the hub, beside the same in calm."""

from collections.abc import Iterator
from dataclasses import asdict

from common.topics import Profile
from tests.bench.figure import Figure, at_most
from tests.bench.plan import WARM_UP
from tests.bench.processes import Worker
from tests.bench.setting import Setting
from tests.bench.shop import Shop
from tests.bench.stamps import Latency, latency
from tests.bench.systems import OURS, Case, running
from tests.bench.workload import price_changes

FOLLOWERS = 10
RATE = 50.0
FLOODERS = 24
GOAL = at_most(100.0)


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield the others' p50 and p99, calm and under a flood."""
    shop = setting.small_shop
    workload = price_changes(shop.article_ids, WARM_UP + int(RATE * 2 * setting.plan.latency_s))
    case = setting.untraced_case(shop, workload)
    calm, flooded, cut = [], [], 0
    for _ in setting.rounds("others under a flood"):
        calm.append(_measure(setting, case, flood=False)[0])
        found, more = _measure(setting, case, flood=True)
        flooded.append(found)
        cut += more
    notes = {"followers": FOLLOWERS, "rate_per_s": RATE, "posts_cut_off": cut}
    for part in ("p50", "p99"):
        for name, rounds in (("calm", calm), ("under a flood", flooded)):
            yield Figure(
                f"change latency of others {part}, {name}",
                "ms",
                tuple({OURS: getattr(each, f"{part}_ms")} for each in rounds),
                notes,
                (GOAL,) if name != "calm" and part == "p99" else (),
            )


def _measure(setting: Setting, case: Case, flood: bool) -> tuple[Latency, int]:
    with running(OURS, setting.lab, case) as system:
        tills = system.shop.of(Profile.TILL)
        followers = system.follow(tills[:FOLLOWERS])
        worker = _flood(setting, system.shop) if flood else None
        sent = system.send_paced(RATE)
        cut = 0
        if worker is not None:
            worker.tell(do="stop")
            cut = int(worker.hear("stopped")["cut"])
            worker.end()
        return latency(sent, followers.stamped(len(sent)), FOLLOWERS, WARM_UP), cut


def _flood(setting: Setting, shop: Shop) -> Worker:
    worker = setting.lab.worker(
        "flood",
        posts=[asdict(each) for each in shop.of(Profile.TILL)[FOLLOWERS : FOLLOWERS + FLOODERS]],
        hub_key=shop.hub_key,
        commands_port=shop.port("commands_port"),
    )
    worker.hear("ready")
    return worker
