"""Change latency of full kiosks: from a command being sent to its change on their disks."""

from collections.abc import Iterator
from statistics import quantiles

from common.topics import Profile
from tests.bench.figure import Figure
from tests.bench.kiosks import Kiosk, make_kiosk
from tests.bench.plan import WARM_UP
from tests.bench.setting import Setting
from tests.bench.shop import Shop
from tests.bench.stamps import NS_PER_MS
from tests.bench.systems import OURS, Case, System, running
from tests.bench.workload import price_changes

KIOSKS = 2
FOLLOWERS = 50
RATE = 100.0


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield p50 and p99 over both kiosks, beside followers in memory."""
    shop = setting.small_shop
    count = WARM_UP + int(RATE * setting.plan.latency_s)
    case = setting.untraced_case(shop, price_changes(shop.article_ids, count))
    rounds = []
    for _ in setting.rounds(f"on the disks of {KIOSKS} kiosks"):
        with running(OURS, setting.lab, case) as system:
            rounds.append(_measure(setting, system, case))
    notes = {"kiosks": KIOSKS, "followers": FOLLOWERS, "rate_per_s": RATE}
    for name, place in (("p50", 49), ("p99", 98)):
        yield Figure(
            f"change on a kiosk's disk {name}",
            "ms",
            tuple({OURS: quantiles(samples, n=100)[place]} for samples in rounds),
            notes,
        )


def _measure(setting: Setting, system: System, case: Case) -> list[float]:
    posts = case.shop.of(Profile.TILL)
    followers = system.follow(posts[KIOSKS : KIOSKS + FOLLOWERS])
    kiosks = [_kiosk(setting, system.shop, number) for number in range(KIOSKS)]
    first = 1 + kiosks[0].head("articles")[0]
    sent = system.send_paced(RATE)
    last = first + len(sent) - 1
    samples = []
    for kiosk in kiosks:
        kiosk.wait(lambda event: event.get("tseq") == last)
        committed_ns = kiosk.committed_ns("articles")
        samples += [
            (committed_ns[first + number] - sent_ns) / NS_PER_MS
            for number, sent_ns in sent.items()
            if number >= WARM_UP
        ]
        kiosk.process.end()
    followers.stamped(len(sent))
    return samples


def _kiosk(setting: Setting, shop: Shop, number: int) -> Kiosk:
    post = shop.of(Profile.TILL)[number]
    kiosk = Kiosk(setting.lab, make_kiosk(setting.lab.folder("kiosk"), shop, post))
    kiosk.wait_online()
    kiosk.ask("follow", topics=["articles"])
    return kiosk
