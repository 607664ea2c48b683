"""How much a run measures: all of it, or what fits into a minute."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Plan:
    """Rounds and sizes. `followers`: (count, commands a second, load processes). `killed`: (posts,
    sales a second, kills). `shared_tickets`: of which the journal's share is measured.
    `year_records`: years of so many signed records; `archive_records`: such that are archived.
    `screen_articles`: catalogues of a till whose screen is measured, for so many seconds each."""

    rounds: int
    followers: tuple[tuple[int, float, int], ...]
    latency_s: float
    throughput_commands: int
    throughput_tickets: int
    snapshot_articles: tuple[int, ...]
    missed: tuple[int, ...]
    repriced_articles: int
    restarted: int
    killed: tuple[int, float, int]
    shared_tickets: int
    year_records: tuple[int, ...]
    archive_records: tuple[int, ...]
    screen_articles: tuple[int, ...]
    screen_s: float


WARM_UP: Final = 20
FULL: Final = Plan(
    rounds=5,
    followers=((10, 100, 1), (50, 100, 1), (100, 100, 1), (300, 20, 1)),
    latency_s=5.0,
    throughput_commands=24_000,
    throughput_tickets=3_000,
    snapshot_articles=(20_000, 100_000),
    missed=(1_000, 10_000),
    repriced_articles=20_000,
    restarted=300,
    killed=(50, 50, 100),
    shared_tickets=2_048,
    year_records=(125_000, 250_000, 500_000),
    archive_records=(25_000, 50_000),
    screen_articles=(1_000, 20_000, 100_000),
    screen_s=20.0,
)
QUICK: Final = Plan(
    rounds=1,
    followers=((50, 100, 1),),
    latency_s=1.5,
    throughput_commands=3_000,
    throughput_tickets=500,
    snapshot_articles=(5_000,),
    missed=(1_000,),
    repriced_articles=5_000,
    restarted=50,
    killed=(50, 50, 5),
    shared_tickets=512,
    year_records=(2_000, 4_000),
    archive_records=(1_000, 2_000),
    screen_articles=(1_000,),
    screen_s=8.0,
)
