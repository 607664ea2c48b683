"""A till's screen while prices change: frames, and how long people wait for what they touch.

A hub, a post of the office that sends price changes at a pace, and a whole till in a real window
under Xvfb, drawn without a graphics card. The articles that change are the first by name, so that
many are on the page in view.
"""

from collections.abc import Iterator, Mapping
from statistics import quantiles
from typing import Final

from common.topics import Profile
from hub.folder import Folder
from hub.store import Store
from tests.bench.figure import Figure, at_most
from tests.bench.kiosks import make_kiosk
from tests.bench.setting import Setting
from tests.bench.shop import Shop
from tests.bench.systems import OURS, Case, running
from tests.bench.workload import price_changes
from tests.display import PACKAGES, has_display, open_display

RATE: Final = 100.0
SIZE: Final = (1280, 800)
BEHIND: Final = (("p50", 49), ("p99", 98))
Samples = Mapping[str, Mapping[str, list[float]]]
"""ms by what was done: as "took" (the time that people wait), and as "cpu" (the till's own)"""

ACTS: Final[tuple[tuple[str, str, float | None], ...]] = (
    ("frames", "frame drawn", None),
    ("tap", "tap → line in basket", 50.0),
    ("scan", "scan → line in basket", 50.0),
    ("search", "keystroke → result", 30.0),
    ("paid", "paid → next customer", None),
)
"""(what the hand calls it, what the table calls it, the goal of its median in ms)"""


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield p50 and p99 of every act for each size of a catalogue."""
    if not has_display():
        setting.tell(f"no Xvfb, no window to measure (apt-get install {PACKAGES})")
        return
    for articles in setting.plan.screen_articles:
        shop = setting.shop(articles)
        count = int(RATE * setting.plan.screen_s)
        case = setting.untraced_case(shop, price_changes(_by_name(shop), count))
        text = f"a till's screen, {articles:,} articles"
        rounds = [_measure(setting, case, count, seed) for seed in setting.rounds(text)]
        notes = {"articles": articles, "rate_per_s": RATE, "window": "x".join(map(str, SIZE))}
        for kind, name, goal_ms in ACTS:
            title = f"{name}, {articles:,} articles"
            goals = () if goal_ms is None else (at_most(goal_ms),)
            for label, place in BEHIND:
                values = tuple({OURS: _quantile(each["took"][kind], place)} for each in rounds)
                yield Figure(f"{title}, {label}", "ms", values, notes, goals)
                goals = ()
            if kind in rounds[0]["cpu"]:
                values = tuple({OURS: _quantile(each["cpu"][kind], 49)} for each in rounds)
                yield Figure(f"{title}, CPU p50", "ms", values, notes)


def _measure(setting: Setting, case: Case, count: int, seed: int) -> Samples:
    with running(OURS, setting.lab, case) as system, open_display(*SIZE) as display:
        post = system.shop.of(Profile.TILL)[0]
        known = len(system.shop.article_ids)
        window = setting.lab.worker(
            "till_window",
            display=display,
            folder=str(make_kiosk(setting.lab.folder("kiosk"), system.shop, post)),
            width_px=SIZE[0],
            height_px=SIZE[1],
            seed=seed,
            tseq=known,
            last_tseq=known + count,
        )
        try:
            window.hear("ready", timeout_s=120)
            system.send_paced(RATE)
            window.tell(do="end")
            served = window.hear("served", timeout_s=60)
        finally:
            window.end()
    if served["faults"]:
        raise RuntimeError(f"{served['faults']} callbacks of the screen failed")
    took = {**served["took"], "frames": served["frames"]}
    return {"took": took, "cpu": served["cpu"]}


def _quantile(samples: list[float], place: int) -> float:
    return quantiles(samples, n=100)[place]


def _by_name(shop: Shop) -> tuple[str, ...]:
    store = Store.open(Folder(shop.root).database)
    try:
        return tuple(row[0] for row in store.db.execute("SELECT id FROM article ORDER BY name"))
    finally:
        store.close()
