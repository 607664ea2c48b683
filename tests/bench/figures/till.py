"""A till by itself: recording a sale on its disk, and its Z after a long day."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter_ns

from common.models import Payment, TicketLine
from common.rules import ticket_line, total_cents
from common.seal import CurveKeys, random_bytes, signing_keys_of
from common.topics import TOPICS_OF, Profile
from kiosk.clocks import system_clocks
from kiosk.config import make_folder
from kiosk.device import Device, HubPlace
from kiosk.keys import DeviceKeys
from kiosk.link_life import Post
from kiosk.outbox_file import Maker
from kiosk.sealed import Box
from kiosk.session import Session
from kiosk.stores import open_stores
from tests.bench.figure import Figure, Goal
from tests.bench.setting import Setting
from tests.bench.stamps import NS_PER_MS
from tests.bench.systems import OURS
from tests.flows.signed_till import NoLink

TICKETS = 1_500
LINES = 8
GOAL_MS = 1_000.0


def figures(setting: Setting) -> Iterator[Figure]:
    """Yield how long a sale of eight lines and a Z of 1,500 of them take, on disk at the end."""
    sales, reports = [], []
    for _ in setting.rounds(f"a Z of {TICKETS} tickets"):
        sale_ms, z_ms = _day(setting)
        sales.append({OURS: sale_ms})
        reports.append({OURS: z_ms})
    notes = {"tickets": TICKETS, "lines": LINES}
    yield Figure("a sale on the till's disk, median", "ms", tuple(sales), notes)
    goals = (Goal("", GOAL_MS, at_most=True),)
    yield Figure(f"a Z of {TICKETS:,} tickets", "ms", tuple(reports), notes, goals)


def _day(setting: Setting) -> tuple[float, float]:
    session = _till(setting)
    lines = _lines()
    total = total_cents(lines)
    paid = (Payment("cash", total, total),)
    took_ns = []
    try:
        session.counter.open_session(10_000)
        for _ in range(TICKETS):
            began_ns = perf_counter_ns()
            session.sell(lines, paid)
            took_ns.append(perf_counter_ns() - began_ns)
        began_ns = perf_counter_ns()
        z = session.counter.z(10_000 + TICKETS * total).data
        z_ns = perf_counter_ns() - began_ns
    finally:
        session.close()
    if (z.sums.tickets.tickets, z.difference_cents) != (TICKETS, 0):
        raise RuntimeError(f"a Z of {z.sums.tickets.tickets} tickets, {z.difference_cents} off")
    return median(took_ns) / NS_PER_MS, z_ns / NS_PER_MS


def _till(setting: Setting) -> Session:
    folder = make_folder(setting.lab.folder("till"))
    maker = Maker(1, random_bytes, Box(random_bytes(32)))
    stores = open_stores(folder, maker, TOPICS_OF[Profile.TILL])
    place = HubPlace("1a" * 32, "2b" * 32, "127.0.0.1", 9, 9)
    device = Device("d" * 32, 1, "Caisse 1", Profile.TILL, place)
    keys = DeviceKeys(CurveKeys(bytes(32), bytes(32)), signing_keys_of(random_bytes(32)))
    post = Post(device, keys, stores, system_clocks(), lambda _device: None)
    link = NoLink()
    return Session(post, (), random_bytes, make_link=lambda _post, _arrivals: link)


def _lines() -> tuple[TicketLine, ...]:
    rates = (550, 1000, 2000)
    return tuple(
        ticket_line(f"{n:032x}", f"Article {n}", 1000, 250 + n, rates[n % 3]) for n in range(LINES)
    )
