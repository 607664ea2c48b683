"""`dev.py days`: random days of random shops, until there were so many; what happened in them."""

import argparse
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.days.life import live
from tests.days.plan import Plan, plans

DAYS_A_SHOP = 12
SHOPS_A_RUN = 100
TOLD_EVERY = 1000


def main() -> int:
    """Read the arguments and run; the exit code is 1 where something did not agree."""
    parser = argparse.ArgumentParser(prog="dev.py days", description=__doc__)
    parser.add_argument("--days", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed of hypothesis (1)")
    arguments = parser.parse_args()
    played: Counter[str] = Counter()
    began_s = time.monotonic()

    @settings(
        max_examples=SHOPS_A_RUN,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(plans(DAYS_A_SHOP))
    def shops(plan: Plan) -> None:
        if played["day"] < arguments.days:
            before = played["day"]
            played.update(live(plan))
            if before // TOLD_EVERY != played["day"] // TOLD_EVERY:
                print(f"{played['day']} days, {time.monotonic() - began_s:.0f} s", flush=True)

    number = arguments.seed
    try:
        while played["day"] < arguments.days:
            seed(number)(shops)()
            number += 1
    except AssertionError as error:
        print(f"seed {number}: {error}", file=sys.stderr)
        raise
    for name, count in sorted(played.items()):
        print(f"{count:>8}  {name}")
    print(
        f"totals of closings, tickets, payments, takings and stock agree; "
        f"{time.monotonic() - began_s:.0f} s, seeds {arguments.seed} to {number - 1}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
