"""A cold kiosk: from opening its session on an empty folder to following live."""

from collections.abc import Iterator

from common.topics import TOPICS_OF, Profile
from tests.bench.figure import Figure, Goal, at_most
from tests.bench.kiosks import make_kiosk
from tests.bench.setting import Setting
from tests.bench.shop import Shop
from tests.bench.systems import LIMIT, OURS, start_hub

WITHIN = at_most(3.0, LIMIT)
AIMS = {20_000: at_most(1.0), 100_000: at_most(4.0)}
TOPICS = TOPICS_OF[Profile.TILL]


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield, for each size, the time until the link is live and until the screens have it all."""
    for articles in setting.plan.snapshot_articles:
        shop = setting.shop(articles)
        live, shown = [], []
        for _ in setting.rounds(f"a cold kiosk, {articles:,} articles"):
            limit_s = _limit(setting, shop)
            times = _ours(setting, shop)
            live.append({OURS: times["live_s"], LIMIT: limit_s})
            shown.append({OURS: times["shown_s"], LIMIT: limit_s})
        notes = {"articles": articles, "rows": 2 * articles, "topics": list(TOPICS)}
        goals: tuple[Goal, ...] = (WITHIN, *([AIMS[articles]] if articles in AIMS else []))
        yield Figure(f"cold start to live, {articles:,} articles", "s", tuple(live), notes, goals)
        yield Figure(f"cold start to screen, {articles:,} articles", "s", tuple(shown), notes)


def _ours(setting: Setting, shop: Shop) -> dict[str, float]:
    copy = shop.copy(setting.lab.folder("hub"))
    folder = make_kiosk(setting.lab.folder("kiosk"), copy, copy.of(Profile.TILL)[0])
    hub = start_hub(setting.lab, copy)
    kiosk = setting.lab.worker("kiosk_session")
    try:
        kiosk.hear("ready")
        kiosk.tell(folder=str(folder), topic="articles", tseq=len(shop.article_ids))
        return kiosk.hear("live", timeout_s=180)
    finally:
        kiosk.end()
        hub.terminate()


def _limit(setting: Setting, shop: Shop) -> float:
    worker = setting.lab.worker(
        "disk_limit",
        hub=str(shop.database),
        replica=str(setting.lab.folder("replica")),
        topics=list(TOPICS),
    )
    elapsed_s = float(worker.hear("done", timeout_s=180)["elapsed_s"])
    worker.end()
    return elapsed_s
