"""What every figure is handed: the lab, the plan, shops made once, traces, and the rounds.

Rounds interleave the systems, and begin with another one each time, so that none always runs on
the cache that the same other one left behind.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from tests.bench.lab import Lab
from tests.bench.plan import Plan
from tests.bench.shop import Shop, make_shop
from tests.bench.systems import Case
from tests.bench.trace import save_trace, take_trace
from tests.bench.workload import Workload

SMALL_ARTICLES = 1000
MOST_TILLS = 320


class Setting:
    """One run. `tell` is called with what is being measured."""

    def __init__(self, lab: Lab, plan: Plan, tell: Callable[[str], None]) -> None:
        self.lab = lab
        self.plan = plan
        self.tell = tell
        self._shops: dict[int, Shop] = {}

    @cached_property
    def small_shop(self) -> Shop:
        """Return the shop that latency and throughput are measured in."""
        return self.shop(SMALL_ARTICLES)

    def shop(self, articles: int) -> Shop:
        """Return a shop with so many articles and posts enough; made once."""
        if articles not in self._shops:
            self.tell(f"a shop of {articles:,} articles")
            tills = max(MOST_TILLS, self.plan.restarted)
            self._shops[articles] = make_shop(self.lab.folder("shop"), articles, tills)
        return self._shops[articles]

    def case(self, shop: Shop, workload: Workload) -> Case:
        """Return a case: the workload's SQL is traced now."""
        self.tell(f"tracing the hub's SQL for {len(workload.bodies):,} {workload.kind}")
        steps = take_trace(shop, self.lab.folder("traced"), workload)
        return Case(shop, workload, save_trace(steps, self.lab.folder("trace")))

    @staticmethod
    def untraced_case(shop: Shop, workload: Workload) -> Case:
        """Return a case for our own system alone."""
        return Case(shop, workload)

    def rounds(self, text: str) -> Iterator[int]:
        """Yield the number of each round."""
        for number in range(self.plan.rounds):
            self.tell(f"{text}: round {number + 1} of {self.plan.rounds}")
            yield number

    @staticmethod
    def order(number: int, systems: Sequence[str]) -> Sequence[str]:
        """Return the systems in this round's order."""
        first = number % len(systems)
        return (*systems[first:], *systems[:first])
