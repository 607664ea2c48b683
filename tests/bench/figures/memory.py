"""Resident memory of a hub and of a full kiosk, both having settled."""

from collections.abc import Iterator

from common.topics import Profile
from tests.bench.figure import Figure
from tests.bench.kiosks import Kiosk, make_kiosk
from tests.bench.setting import Setting
from tests.bench.systems import OURS, Case, running
from tests.bench.workload import price_changes

FOLLOWERS = 50


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield MB for each size of the catalogue; one round, for memory does not waver."""
    for articles in setting.plan.snapshot_articles:
        setting.tell(f"memory with {articles:,} articles")
        shop = setting.shop(articles)
        case = setting.untraced_case(shop, price_changes(shop.article_ids, 1))
        hub_mb, kiosk_mb = _measure(setting, case)
        notes = {"articles": articles, "followers": FOLLOWERS, "kiosks": 1}
        yield Figure(f"memory of the hub, {articles:,} articles", "MB", ({OURS: hub_mb},), notes)
        yield Figure(f"memory of a kiosk, {articles:,} articles", "MB", ({OURS: kiosk_mb},), notes)


def _measure(setting: Setting, case: Case) -> tuple[float, float]:
    with running(OURS, setting.lab, case) as system:
        shop = system.shop
        posts = shop.of(Profile.TILL)
        # These hold small topics only: what is weighed is the hub, which has served one snapshot.
        system.follow(posts[1 : 1 + FOLLOWERS], topics=["shop", "categories"])
        kiosk = Kiosk(setting.lab, make_kiosk(setting.lab.folder("kiosk"), shop, posts[0]))
        kiosk.wait_online(180)
        kiosk.ask("follow", topics=False)
        sizes = system.server.rss_mb(), kiosk.process.rss_mb()
        kiosk.process.end()
        return sizes
