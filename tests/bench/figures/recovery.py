"""A kiosk that was away: from opening its session to live, with so many changes missed."""

from collections.abc import Iterator

from common.topics import Profile
from tests.bench.figure import Figure, at_most
from tests.bench.kiosks import make_kiosk
from tests.bench.setting import Setting
from tests.bench.systems import LIMIT, OURS, Case, System, hub_head, running
from tests.bench.workload import price_changes

CONNECTIONS = 4
WINDOW = 64
GOALS = {1_000: (at_most(0.2),)}


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield the time for each number of missed changes."""
    shop = setting.small_shop
    for missed in setting.plan.missed:
        case = setting.untraced_case(shop, price_changes(shop.article_ids, missed))
        rounds = []
        for _ in setting.rounds(f"{missed:,} missed changes"):
            with running(OURS, setting.lab, case) as system:
                rounds.append(_measure(setting, system, case))
        yield Figure(
            f"recovery of {missed:,} missed changes",
            "s",
            tuple(rounds),
            {"missed": missed},
            GOALS.get(missed, ()),
        )


def _measure(setting: Setting, system: System, case: Case) -> dict[str, float]:
    shop = system.shop
    folder = make_kiosk(setting.lab.folder("kiosk"), shop, shop.of(Profile.TILL)[0])
    kiosk = setting.lab.worker("kiosk_session")

    def come(tseq: int) -> float:
        kiosk.hear("ready")
        kiosk.tell(folder=str(folder), topic="articles", tseq=tseq)
        live_s = float(kiosk.hear("live")["live_s"])
        kiosk.tell(do="close")
        return live_s

    before, _ = hub_head(shop, "articles")
    come(before)
    system.send_saturated(CONNECTIONS, WINDOW)
    after, _ = hub_head(shop, "articles")
    if after - before != len(case.workload.bodies):
        raise RuntimeError(f"{after - before} changes where {len(case.workload.bodies)} were sent")
    ours = come(after)
    kiosk.hear("ready")
    kiosk.end()
    limit = setting.lab.worker(
        "disk_limit",
        hub=str(shop.database),
        replica=str(setting.lab.folder("replica")),
        topic="articles",
        tseq=before,
    )
    values = {OURS: ours, LIMIT: float(limit.hear("done")["elapsed_s"])}
    limit.end()
    return values
