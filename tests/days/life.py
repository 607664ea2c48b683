"""Playing a plan: a shop lives through its days, in a folder of its own."""

import tempfile
from collections import Counter
from pathlib import Path

from tests.days.plan import EVENTS, Plan
from tests.days.street import Street


def live(plan: Plan) -> Counter[str]:
    """Play a shop's days; return how often what happened. Raises AssertionError."""
    played: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="comptoir-days-") as folder:
        street = Street(Path(folder), plan.tills)
        try:
            for day in plan.days:
                for event in day.events:
                    EVENTS[event.name].play(street, event.details)
                    played[event.name] += 1
                    street.pause()
                street.night(day.nights_off)
                played["night with the hub off" if day.nights_off else "night"] += 1
            street.end()
            played["day"] = len(plan.days)
            played["ticket"] = len(street.closed)
            played["late ticket"] = sum(
                one["tickets"] for data in street.shop.closed() for one in data["degraded"]
            )
        finally:
            street.leave()
    return played
